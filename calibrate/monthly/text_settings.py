"""Settings of what is read in texts: job titles."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .settings_part import Flag, SettingsPart


class TextSettings(SettingsPart):
    """What is read in texts, and words of your own that are asked before the lists of the package."""

    titles: Annotated[tuple[str, ...], Flag("A,B")] = Field(
        default=(), description="columns of job titles, read as seniority and department; default: found; none: none"
    )
    seniority: dict[str, tuple[str, ...]] = Field(
        default={}, description='words of your own: {"head or manager" = ["squad lead*"]}'
    )
    department: dict[str, tuple[str, ...]] = Field(
        default={}, description='words of your own: {"sales" = ["csm", "*vertrieb"]}'
    )
