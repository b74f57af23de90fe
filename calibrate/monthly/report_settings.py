"""Settings of what is handed to people: the report, and the leads that sales gave back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .settings_part import PATH, Flag, SettingsPart


class FeedbackSettings(SettingsPart):
    """What sales said: a file of rejected leads with reasons; its columns are found by name where not given."""

    file: Annotated[str | None, Flag("FILE", name="feedback"), PATH] = Field(
        default=None, description="leads that sales rejected, with the reason; counted on the lines of the grid"
    )
    lead_id: str | None = Field(default=None, description="its column with the lead's id")
    reason: str | None = Field(default=None, description="its column with the reason")


class Report(SettingsPart):
    """Where the report goes, in which languages, and by which criteria candidates are compared segment by segment."""

    out: Annotated[str, Flag("DIR"), PATH] = Field(default="reports", description="folder of the reports")
    languages: Annotated[tuple[str, ...], Flag("en,fr", name="lang")] = Field(
        default=("en",), description="languages of the report"
    )
    segments: Annotated[tuple[str, ...], Flag("A,B")] = Field(
        default=(),
        description="criteria by which candidates are compared; empty: sector, country, source and their like",
    )
    what_if: Annotated[bool, Flag("")] = Field(
        default=True, description="later leads, coded, on the page to try points on"
    )
    smallest_profile: Annotated[int, Flag("LEADS")] = Field(
        default=5,
        ge=1,
        description="leads that a profile on the page stands for at least; with 1 every change is counted exactly, and "
        "single leads stand in the file",
    )
