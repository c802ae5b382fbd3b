"""The groups that figures are told of: work in nine groups of the programme's fifteen codes, and bands of age."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from verify_service.registry.occupations import occupation_code

UNKNOWN: Final = "unknown"
OCCUPATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "transport": ("01", "02", "03", "12"),
    "trade": ("04", "05"),
    "waste": ("06",),
    "household": ("07", "08"),
    "day_labour": ("09",),
    "farm": ("10",),
    "home_work": ("11",),
    "teaching_arts": ("13", "14"),
    "other": ("15",),
}
AGES: Final = ((29, "-29"), (39, "30-39"), (49, "40-49"), (59, "50-59"), (200, "60+"))
_OF_CODE: Final = {code: group for group, codes in OCCUPATIONS.items() for code in codes}
# What somebody who is proposed says that they do, by phone.
_OF_JOB: Final = {
    "driver": "transport",
    "trader": "trade",
    "waste_picker": "waste",
    "domestic": "household",
    "day_labour": "day_labour",
    "farm": "farm",
    "home_business": "home_work",
    "other": "other",
}


def occupation_group(written: str | None) -> str:
    """The group of an occupation as a list has it, or as it was told by phone."""
    return _OF_JOB.get(written or "") or _OF_CODE.get(occupation_code(written or "") or "", UNKNOWN)


def age_band(age: int | None) -> str:
    """The band of an age in years: the year less the year of birth."""
    return UNKNOWN if age is None else next((name for most, name in AGES if age <= most), UNKNOWN)
