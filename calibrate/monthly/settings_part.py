"""What every section of the settings is made of: the model it derives from, and what makes a field a flag or a path."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True)
class Flag:
    """Makes a field an option of the command line: what stands for its value, and its name where it is to differ."""

    metavar: str
    name: str = ""
    repeated: bool = False


PATH = "path"


class SettingsPart(BaseModel):
    """A section: frozen, and without keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
