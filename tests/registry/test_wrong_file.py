"""A file given to the wrong command is refused, and the command that reads it is named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from verify_service.ground.database import transaction
from verify_service.registry import loading
from verify_service.registry.payments import LEDGER_LIMITS
from verify_service.registry.problems import FileRefused

FIELD = Path(__file__).parent / "field"
SAMPLE = Path(__file__).parents[2] / "verify_service" / "data" / "sample"
NOW = dt.datetime(2026, 4, 2, 3, 0, tzinfo=dt.UTC)
MARCH = dt.date(2026, 3, 1)
GIVEN: dict[str, dict[str, Any]] = {
    "roster": {"terms": loading.RosterTerms(MARCH)},
    "payments": {"period": MARCH}, "insurer": {"period": MARCH}, "rt_heads": {},
}  # fmt: skip
FILES = {
    "roster": SAMPLE / "roster_part2.csv",
    "payments": SAMPLE / "payments_2026-03.csv",
    "insurer": SAMPLE / "insurer_2026-03.csv",
    "rt_heads": SAMPLE / "rt_heads.csv",
}
COMMANDS = {"roster": "roster", "payments": "payments", "insurer": "insurer", "rt_heads": "rt-heads"}


def load(kind: str, file: Path) -> Any:
    with transaction() as session:
        return getattr(loading, f"import_{kind}")(session, file, now=NOW, actor="test", dry_run=True, **GIVEN[kind])


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("real", FILES)
def test_each_kind_of_file_is_read_by_its_own_command_alone(db: Any, given: str, real: str) -> None:
    if given == real:
        assert load(given, FILES[real]).accepted > 0
        return
    with pytest.raises(FileRefused, match=f"It looks like .*; `verify import {COMMANDS[real]}` reads that"):
        load(given, FILES[real])


def test_a_roster_makes_no_heads_and_payments_no_workers(db: Any) -> None:
    with pytest.raises(FileRefused, match=r"no list of RT heads: .*NIK, .* `verify import roster` reads that"):
        load("rt_heads", FIELD / "F11_roster_as_rt_heads.csv")
    with pytest.raises(FileRefused, match=r"no roster: it has a column JUMLAH[.] It looks like a payment file"):
        load("roster", FIELD / "F16_payments_2026-03.csv")
    with pytest.raises(FileRefused, match="looks like an insurer's return file"):
        load("roster", FIELD / "F16_insurer_2026-03.csv")


@pytest.mark.parametrize(
    ("given", "headings", "taken"),
    [
        ("roster", "NIK,NAMA,KELURAHAN,JUMLAH", False),
        ("roster", "NIK,NAMA,KELURAHAN,KECAMATAN,NOMINAL,TGL BAYAR,NO SP2D", False),
        ("roster", "NIK,NAMA,KPJ,STATUS", False),
        ("roster", "NIK,NAMA,TGL LAHIR,RT,RW,KELURAHAN,JUMLAH", True),
        ("roster", "NIK,NAMA,KELURAHAN,STATUS", True),
        ("roster", "NIK,NAMA", True),
        ("roster", "NIK,NAMA,NO HP,KPJ,STATUS", True),
        ("rt_heads", "KELURAHAN,RW,RT,NAMA,NO HP,PEKERJAAN", False),
        ("rt_heads", "NIK,NAMA,RT,RW,KELURAHAN", False),
        ("rt_heads", "KELURAHAN,RW,RT,NAMA,NO HP,ALAMAT", True),
        ("rt_heads", "KELURAHAN,RW,RT,NAMA KETUA RT,NIK,JENIS KELAMIN", True),
        ("rt_heads", "NIK,NAMA,KELURAHAN,RW,RT,MULAI JABATAN", True),
    ],
)
def test_a_column_more_makes_no_other_file(db: Any, tmp_path: Path, given: str, headings: str, taken: bool) -> None:
    cells = {
        "NIK": "3275014107800001", "NAMA": "Ani Lestari", "NAMA KETUA RT": "Joko", "KELURAHAN": "Margahayu", "RT": "1",
        "RW": "2", "JUMLAH": "16800", "NOMINAL": "16800",
    }  # fmt: skip
    file = tmp_path / "list.csv"
    file.write_text(headings + "\n" + ",".join(cells.get(heading, "") for heading in headings.split(",")) + "\n")
    if taken:
        assert load(given, file).accepted == 1
    else:
        with pytest.raises(FileRefused, match="It looks like"):
            load(given, file)


def test_two_hundred_thousand_people_can_be_paid_for_and_insured_in_one_file() -> None:
    """A second file of a month replaces the first, so that none can be divided as a roster can."""
    assert LEDGER_LIMITS.rows == 200_000
