"""A phone is masked in one way, wherever it is shown: on pages, in files, in logs."""

from __future__ import annotations

import re
from pathlib import Path

import verify_service
from verify_service.ground.phones import Phone, read_phone
from verify_service.registry.problems import masked

ROOT = Path(verify_service.__file__).parents[1]
# A sender that is no number at all (a name, a short code) is cut in `grievances/unsorted.py`.
_OF_ITS_OWN = re.compile(r"""\*{3,}["'{]|["']\*["'] \* |(?:e164|local|number)\[-?\d""")


def test_a_masked_phone_shows_enough_to_know_ones_own() -> None:
    phone = read_phone("0812 3456 7890")
    assert isinstance(phone, Phone)
    assert (phone.masked, repr(phone)) == ("0812****890", "Phone(0812****890)")


def test_a_phone_in_a_cell_of_a_report_is_masked_like_any_other() -> None:
    for written in ("081234567890", "0812-3456-7890", "0812 3456 7890"):
        assert masked(written) == "0812****890", written
    assert masked("3275011505850001") == "327501******0001"


def test_no_other_module_masks_a_phone_in_its_own_way() -> None:
    """`registry/problems.py` hides any long number, and asks here whether it is a phone."""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for room in ("verify_service", "jobs")
        for path in sorted((ROOT / room).rglob("*.py"))
        if path.name not in ("phones.py", "names.py", "nik.py", "problems.py", "unsorted.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if _OF_ITS_OWN.search(line)
    ]
    assert found == []
