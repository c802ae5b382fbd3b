"""What is kept of a person is sealed with a key of their own: without it nobody reads any of it again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.registry.test_loading import ANI, BUDI, HEADINGS, ledger, roster, written
from verify_service.ground.crypto import PersonCipher, Unreadable, blind_index
from verify_service.ground.database import transaction
from verify_service.ground.tables import Worker
from verify_service.registry.kept_lines import lines_of
from verify_service.registry.person_keys import opened

ANI_KK = ANI + "3275011234567890"


def test_each_person_has_a_key_that_stays_whatever_file_names_them(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI_KK, BUDI))
    keys = db.execute("SELECT nik_index, wrapped FROM person_key ORDER BY 1").fetchall()
    assert len({bytes(wrapped) for _, wrapped in keys}) == 2
    stranger = "3275015508900003,Citra,16800"
    ledger(
        "payments", written(tmp_path, "3275014107800001,Ani,16800", stranger, headings="NIK,NAMA,JUMLAH", name="p.csv")
    )
    roster(written(tmp_path, ANI.replace(",1,2,", ",4,2,"), name="again.csv"))
    after = dict(db.execute("SELECT nik_index, wrapped FROM person_key").fetchall())
    assert {index: after[index] for index, _ in keys} == dict(keys)
    assert len(after) == 3


def test_to_destroy_a_key_is_to_erase_the_person_in_every_version(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI_KK, BUDI))
    roster(written(tmp_path, ANI_KK.replace(",1,2,", ",4,2,"), name="again.csv"))
    db.execute("UPDATE person_key SET wrapped = NULL WHERE nik_index = %s", [blind_index("3275014107800001", "nik")])
    with transaction() as session:
        ani, budi = (session.query(Worker).filter_by(name=name).one() for name in ("Ani Lestari", "Budi Santoso"))
        assert [opened(session, ani, field) for field in ("nik", "kk", "address")] == ["", "", ""]
        assert opened(session, budi, "nik") == "3275011203750002"
        lines = [line for version in (1, 2) for line in lines_of(session, version)]
    assert [(line.cells, line.read) for line in lines if line.cells] == [(lines[1].cells, lines[1].read)]
    assert lines[1].read["nik"] == "3275011203750002"
    assert db.execute("SELECT count(*) FROM enrolment").fetchone() == (2,)


def test_nothing_beside_a_sealed_nik_holds_its_digits(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI_KK, headings=HEADINGS))
    ledger("payments", written(tmp_path, "3275014107800001,Ani,16800", headings="NIK,NAMA,JUMLAH", name="p.csv"))
    headings = "NIK,KPJ,STATUS"
    ledger("insurer", written(tmp_path, "3275014107800001,26000000001,AKTIF", headings=headings, name="i.csv"))
    roster(written(tmp_path, ANI_KK.replace(",1,2,", ",4,2,"), name="again.csv"))
    tables = [name for (name,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()]
    for table in tables:
        for (row,) in db.execute(f"SELECT CAST({table} AS text) FROM {table}").fetchall():
            assert not re.search(
                r"3275014107800001|0780000?1|1980-07-01|\D0001\D|26000000001|3275011234567890", str(row)
            ), table


def test_what_is_sealed_for_one_person_does_not_open_for_another() -> None:
    ani, budi = PersonCipher(b"1" * 32), PersonCipher(b"2" * 32)
    box = ani.seal("3275014107800001", "worker.nik")
    assert ani.open(box, "worker.nik") == "3275014107800001"
    for cipher, purpose in ((budi, "worker.nik"), (ani, "worker.kk")):
        with pytest.raises(Unreadable):
            cipher.open(box, purpose)
