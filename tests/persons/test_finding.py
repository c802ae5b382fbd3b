"""A person is found in one step by what a caller can say, and shown masked with what tells them from others."""

from __future__ import annotations

from typing import Any

import pytest

from flows.references import read_worker_code, worker_code
from tests.people import a_worker
from tests.persons.acts import a_viewer, at_work
from verify_service.grievances.visibility import Viewer
from verify_service.ground.crypto import blind_index, letter_code
from verify_service.persons.finding import Hits, Wanted, find
from verify_service.registry.names import name_key
from verify_service.registry.staging import sorted_words
from verify_service.registry.traits import skeleton

HERE, THERE = "32.75.01.1001", "32.75.02.1001"


def listed(db: Any, name: str, nik: str, **where: Any) -> int:
    made = a_worker(db, name=name, nik=nik, **where).worker
    db.execute("UPDATE worker SET name_key = %s, birth_year = 1990 WHERE id = %s", [sorted_words(name_key(name)), made])
    return made


def look(viewer: Viewer, typed: str, kelurahan: str | None = None) -> Hits:
    with at_work(viewer) as who:
        return find(who, Wanted(typed, kelurahan))


@pytest.fixture
def city(db: Any) -> dict[str, int]:
    return {
        "dewi": listed(db, "Sulistiawati Dewi", "3275011501900001", phone="+6281234567890"),
        "ani": listed(db, "Ani Lestari", "3275015507880002", phone="+6281234567891", row=3, rt="007"),
        "far": listed(db, "Sulistyawati Dewi", "3275025507880009", phone=None, kelurahan=THERE, row=4),
        "yusuf": listed(db, "Muhammad Yusuf", "3275010101800003", phone=None, row=5),
    }


def test_a_name_is_found_as_it_is_heard(db: Any, city: dict[str, int]) -> None:
    officer = a_viewer("officer")
    for typed in ("Sulistyawati Dewi", "dewi sulistiawati", "SOELISTIAWATI DEWI", "Hj. Sulistiawati"):
        found = look(officer, typed)
        assert {hit.worker for hit in found.rows} == {city["dewi"], city["far"]}, typed
    assert [hit.worker for hit in look(officer, "M. Jusuf").rows] == [city["yusuf"]]
    assert [hit.worker for hit in look(officer, "Ani Lastari").rows] == [city["ani"]]
    assert look(officer, "Budi Santoso").rows == ()


def test_a_misspelt_name_is_found_by_its_other_word_or_in_its_kelurahan(db: Any, city: dict[str, int]) -> None:
    officer = a_viewer("officer")
    assert [hit.worker for hit in look(officer, "Ani Lesgari").rows] == [city["ani"]]
    assert city["dewi"] in [hit.worker for hit in look(officer, "Sulstiavati", HERE).rows]


def test_what_is_found_is_masked_and_told_apart(db: Any, city: dict[str, int]) -> None:
    (hit,) = look(a_viewer("officer"), "Ani Lestari").rows
    assert (hit.name, hit.nik_last4, hit.birth_year, hit.rt) == ("A*** L***", "0002", 1990, "007")
    assert hit.kelurahan


@pytest.mark.parametrize("typed", ["3275 0115 0190 0001", "3275011501900001", "0812-3456-7890", "+6281234567890"])
def test_a_number_finds_one_person(db: Any, city: dict[str, int], typed: str) -> None:
    assert [hit.worker for hit in look(a_viewer("officer"), typed).rows] == [city["dewi"]]


def test_a_kpj_that_looks_like_a_phone_is_found(db: Any, city: dict[str, int]) -> None:
    db.execute("UPDATE worker SET kpj_index = %s WHERE id = %s", [blind_index("08123450017", "kpj"), city["ani"]])
    assert [hit.worker for hit in look(a_viewer("officer"), "08123450017").rows] == [city["ani"]]


def test_a_code_finds_its_person_and_that_of_a_letter_needs_the_kelurahan(db: Any, city: dict[str, int]) -> None:
    officer = a_viewer("officer")
    assert [hit.worker for hit in look(officer, worker_code(city["ani"])).rows] == [city["ani"]]
    for worker in (city["ani"], city["dewi"], city["yusuf"]):
        code = letter_code("invitation", worker, 1)
        assert worker in [hit.worker for hit in look(officer, code, HERE).rows]
        assert look(officer, code).tell == "kelurahan"
    db.execute("UPDATE worker SET letter_issue = 3 WHERE id = %s", [city["ani"]])
    assert look(officer, letter_code("invitation", city["ani"], 1), HERE).rows == ()
    assert [hit.worker for hit in look(officer, letter_code("invitation", city["ani"], 3), HERE).rows] == [city["ani"]]


def test_a_letter_s_code_that_reads_as_a_worker_s_still_finds_its_person(db: Any) -> None:
    moved = {new: letter_code("invitation", new, 1) for new in range(2, 400)}
    reads = next(new for new, code in moved.items() if read_worker_code(code) is not None)
    db.execute("SELECT setval(pg_get_serial_sequence('worker', 'id'), %s)", [reads - 1])
    other = listed(db, "Citra Ayu", "3275015507880005", row=9)
    assert other == reads
    assert other in [hit.worker for hit in look(a_viewer("officer"), moved[reads], HERE).rows]


def test_an_account_of_a_kelurahan_finds_nobody_elsewhere(db: Any, city: dict[str, int]) -> None:
    there = a_viewer("kelurahan", unit="kelurahan", area=THERE)
    assert [hit.worker for hit in look(there, "Sulistiawati Dewi").rows] == [city["far"]]
    assert look(there, "3275011501900001").rows == ()
    assert look(there, "", HERE).rows == ()
    assert [hit.worker for hit in look(there, "", THERE).rows] == [city["far"]]


def test_the_trail_keeps_that_was_looked_for_and_not_whom(db: Any, city: dict[str, int]) -> None:
    look(a_viewer("officer"), "Ani Lestari")
    (detail,) = db.execute("SELECT detail FROM audit WHERE action = 'person searched'").fetchone()
    assert detail == {"by": "name", "found": 1}


@pytest.mark.parametrize(
    "word", ["SULISTIAWATI", "JUSUF", "TJOET", "DJOKO", "ZAHRA", "H", "HH", "SOESILO", "CHAIRIL", "ANI", "SJAFII"]
)
def test_the_database_hears_a_name_as_the_look_up_of_pairs_does(db: Any, word: str) -> None:
    assert db.execute("SELECT name_sounds(%s)", [word]).fetchone()[0] == [skeleton(word)]


def test_a_name_is_found_by_the_index_of_sounds(db: Any) -> None:
    db.execute("SET enable_seqscan = off")
    plan = db.execute("EXPLAIN SELECT id FROM worker WHERE name_sounds(name_key) @> ARRAY['DEWI']").fetchall()
    db.execute("RESET enable_seqscan")
    assert "ix_worker_sounds" in str(plan)
