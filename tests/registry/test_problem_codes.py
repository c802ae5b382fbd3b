"""Every code that an import may give has a sentence, and stands with it in the page that offices get."""

from __future__ import annotations

import re
from pathlib import Path

from verify_service.ground import phones
from verify_service.registry.report import SENTENCES

ROOT = Path(__file__).parents[2]
REGISTRY = ROOT / "verify_service" / "registry"


def given() -> set[str]:
    """The codes that the readers write, those made of a field's name apart."""
    source = "\n".join(file.read_text(encoding="utf-8") for file in REGISTRY.glob("*.py"))
    written = re.findall(r'Fault\(\s*"([a-z_]+)"', source) + re.findall(r'_problem\(reading, row, \w+, "(\w+)"', source)
    return {code.replace("number_", "nik_") for code in written}


def test_every_code_has_a_sentence() -> None:
    assert len(given()) > 40
    assert given() - set(SENTENCES) == set()
    codes = re.findall(r'PhoneProblem\("(\w+)"', Path(phones.__file__).read_text(encoding="utf-8"))
    assert {f"phone_{code}" for code in codes} - set(SENTENCES) == set()


def test_the_page_says_what_the_report_says() -> None:
    page = (ROOT / "docs" / "import-problems.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.MULTILINE)) == SENTENCES
