"""What every section of the settings is made of: the model it derives from, and what makes a field a flag or a path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

LARGEST = 10**15
"""No number of the settings is larger: money in the smallest coin, an instant in milliseconds."""


@dataclass(frozen=True)
class Flag:
    """Makes a field an option of the command line: what stands for its value, and its name where it is to differ."""

    metavar: str
    name: str = ""
    repeated: bool = False


PATH = "path"


class SettingsPart(BaseModel):
    """A section: frozen, without keys that nobody knows, and without numbers that nobody has."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @field_validator("*")
    @classmethod
    def bounded(cls, value: Any) -> Any:
        """The value, unless it holds a number that is none or beyond `LARGEST`."""
        for number in _numbers(value):
            if not abs(number) <= LARGEST:
                raise ValueError(f"a number that nobody has; at most {LARGEST:,} is read")
        return value


def _numbers(value: Any) -> Iterator[int | float]:
    """The numbers in a value of a field."""
    if isinstance(value, (int, float)):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _numbers(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _numbers(part)
