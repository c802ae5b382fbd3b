"""Two workers who may be one person: found, asked once, joined and parted again."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.bench.doubles import city
from tests.bench.pairs import _ours, _truth, stood_before
from tests.people import a_worker
from tests.registry.test_loading import ANI, BUDI, count, written
from tests.registry.test_versions import ledger, on, roster, undo
from verify_service.cli import main
from verify_service.conversations.caller import people
from verify_service.ground.as_of import as_of
from verify_service.ground.crypto import blind_index
from verify_service.ground.database import transaction
from verify_service.ground.pipeline import Asked
from verify_service.registry.accepting import accept_row
from verify_service.registry.one_person import PairRefused, decide, pairs_found, take_back, workers_of
from verify_service.registry.problems import FileRefused
from verify_service.verification.evidence import Statement, record_statement
from verify_service.verification.reconciliation import drain, reconcile_batch

# The same woman: one digit of the NIK mistyped, the name respelt, another phone and RT.
ANY = "3275014107800007,Hj. Any Lestari,01-07-1980,3,2,Margahayu,Bekasi Timur,081298765432,"
CITI = "3275015508900003,Citra Dewi,15-08-1990,3,2,Margahayu,Bekasi Timur,081234567999,"
HEAD = "NIK,NAMA,KPJ,STATUS"


def told(report: Any) -> list[tuple[int, str]]:
    codes = ("same_person", "same_person_listed", "nik_other_person", "nik_shared")
    return sorted((problem.row, problem.code) for problem in report.problems if problem.code in codes)


def decided(pair: int, answer: Any, day: int = 5) -> None:
    with transaction() as session:
        decide(session, pair, answer, note="her card was seen", now=on(day), actor="officer:1")


def taken_back(pair: int, day: int = 6) -> None:
    with transaction() as session:
        take_back(session, pair, now=on(day), actor="officer:1")


def found() -> list[tuple[int, str | None, bool]]:
    with transaction() as session:
        return [(pair.id, pair.decision, pair.open) for pair in pairs_found(session)]


def reconciled(day: int) -> None:
    def batch() -> Any:
        with transaction() as session:
            return reconcile_batch(session, now=on(day))

    drain(batch)


def state(db: Any) -> dict[str, list[Any]]:
    """All that a decision may change, as it counts now."""
    asked = {
        "people": "SELECT id, same_as FROM worker ORDER BY 1",
        "phones": "SELECT worker_id, phone_id, how FROM phone_link WHERE unlinked_at IS NULL ORDER BY 1, 2",
        "verdicts": "SELECT enrolment_id, period, duplicate, worker, verdict FROM verdict ORDER BY 1, 2",
        "lines": "SELECT id, worker_id, rt FROM enrolment ORDER BY 1",
    }
    return {name: db.execute(statement).fetchall() for name, statement in asked.items()}


def answers(number: str) -> list[int]:
    """The workers whom a phone is asked for."""
    command: Asked = people(blind_index(number, "phone"))
    with transaction() as session:
        return [row[0] for row in command[0].through(session, **command[1])]


def test_a_mistyped_nik_with_a_respelt_name_is_found_in_a_list_and_against_all_who_were_ever_listed(
    db: Any, tmp_path: Path
) -> None:
    roster(written(tmp_path, ANI, BUDI), 0)
    roster(written(tmp_path, BUDI, name="without.csv"), 1, whole=True)
    report = roster(written(tmp_path, CITI, ANY, CITI.replace("0003,Citra", "0030,Tjitra"), name="c.csv"), 2)
    assert told(report) == [(3, "same_person_listed"), (4, "same_person")]
    rows = db.execute(
        "SELECT least(one.name, other.name), greatest(one.name, other.name), why, import_id FROM person_pair"
        " JOIN worker one ON one.id = low JOIN worker other ON other.id = high ORDER BY 1"
    ).fetchall()
    assert rows == [
        ("Ani Lestari", "Hj. Any Lestari", ["name", "birth date", "NIK"], 3),
        ("Citra Dewi", "Tjitra Dewi", ["name", "birth date", "phone", "RT", "NIK"], 3),
    ]
    assert count(db, "worker") == 5  # nobody is merged by that


def test_what_was_decided_is_never_asked_again(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI), 0)
    assert told(roster(written(tmp_path, ANY, name="b.csv"), 1)) == [(2, "same_person_listed")]
    assert told(roster(written(tmp_path, BUDI, ANY, name="c.csv"), 2)) == [(3, "same_person_listed")]
    assert found() == [(1, None, True)]
    decided(1, "different")
    assert told(roster(written(tmp_path, CITI, ANY, name="d.csv"), 6)) == []
    moved = ANY.replace("Hj. Any", "Annie").replace(",3,2,", ",1,2,").replace("081298765432", "081234567890")
    assert told(roster(written(tmp_path, moved, name="e.csv"), 7)) == []
    assert found() == [(1, "different", False)]
    with pytest.raises(PairRefused, match=r"was decided on 2026-04-07 by officer:1: different"):
        decided(1, "same", 8)
    assert count(db, "enrolment", "'same_person_listed' = ANY(flags)") == 0


def test_one_person_is_a_duplicate_has_one_voice_and_every_phone_until_it_is_taken_back(
    db: Any, tmp_path: Path
) -> None:
    roster(written(tmp_path, ANI), 0)
    roster(written(tmp_path, ANY, name="b.csv"), 1)
    ledger("insurer", written(tmp_path, f"{ANI[:16]},Ani Lestari,26000000001,AKTIF", name="i.csv", headings=HEAD), 2)
    said = Statement("worker", "confirms", "ussd", "conversation:1:1", phone_id=1)
    with transaction() as session:
        record_statement(session, said, worker_id=1, now=on(3))
    reconciled(3)
    before = state(db)
    assert [row[2:4] for row in before["verdicts"]] == [("none", "confirms"), ("none", "no_answer")]
    assert (answers("+6281234567890"), answers("+6281298765432")) == ([1], [2])

    decided(1, "same", 5)
    reconciled(5)
    joined = state(db)
    assert joined["people"] == [(1, 2), (2, None)]
    assert [row[2:4] for row in joined["verdicts"]] == [("same_nik", "confirms"), ("same_nik", "confirms")]
    assert joined["lines"] == before["lines"]
    assert joined["phones"] == [(1, 1, "roster"), (2, 1, "same"), (2, 2, "roster")]
    assert (answers("+6281234567890"), answers("+6281298765432")) == ([2], [2])
    again = Statement("worker", "moved", "ussd", "conversation:2:1", phone_id=1)
    with transaction() as session:
        record_statement(session, again, worker_id=2, now=on(5))
        assert set(session.scalars(workers_of(1))) == set(session.scalars(workers_of(2))) == {1, 2}
    reconciled(5)
    assert {row[3] for row in state(db)["verdicts"]} == {"moved"}

    taken_back(1, 6)
    reconciled(6)
    after = state(db)
    assert {name: after[name] for name in ("people", "phones", "lines")} == {
        name: before[name] for name in ("people", "phones", "lines")
    }
    assert [row[2:4] for row in after["verdicts"]] == [("none", "confirms"), ("none", "moved")]
    assert found() == [(1, "same", True)]
    with as_of(on(5) + dt.timedelta(hours=1)) as session:
        assert session.execute(text("SELECT same_as FROM worker ORDER BY id")).scalars().all() == [2, None]
        links = session.execute(text("SELECT count(*) FROM phone_link WHERE unlinked_at IS NULL")).scalar_one()
        assert links == 3
    assert count(db, "audit", "action IN ('pair decided', 'pair taken back')") == 2


def test_the_cover_of_one_person_is_that_of_either_nik(db: Any) -> None:
    first = a_worker(db, insurer=None)
    second = a_worker(db, nik="3275011501900007", phone="+6281298765432", insurer="active")
    db.execute("UPDATE worker SET same_as = %s WHERE id = %s", [first.worker, second.worker])
    command = people(blind_index(first.number, "phone"))
    with transaction() as session:
        (row,) = command[0].through(session, **command[1])
    assert (row[0], row[5]) == (first.worker, "active")


def test_of_three_who_were_one_two_stay_so(db: Any, tmp_path: Path) -> None:
    third = ANI.replace("800001", "800002")
    for day, row in enumerate((ANI, ANY, third)):
        roster(written(tmp_path, row, name=f"{day}.csv"), day)
    pairs = {tuple(row[:2]): row[2] for row in db.execute("SELECT low, high, id FROM person_pair").fetchall()}
    assert sorted(pairs) == [(1, 2), (1, 3), (2, 3)]
    decided(pairs[1, 2], "same")
    decided(pairs[2, 3], "same")
    assert state(db)["people"] == [(1, 3), (2, 3), (3, None)]
    taken_back(pairs[1, 2])
    assert state(db)["people"] == [(1, None), (2, 3), (3, None)]
    assert sorted(state(db)["phones"])[-2:] == [(3, 1, "roster"), (3, 2, "same")]
    taken_back(pairs[2, 3])
    assert {how for _, _, how in state(db)["phones"]} == {"roster"}


def test_a_phone_that_said_not_me_is_not_given_back_by_a_decision(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI), 0)
    roster(written(tmp_path, ANY, name="b.csv"), 1)
    db.execute("UPDATE phone_link SET unlinked_at = now(), unlinked_why = 'not me' WHERE worker_id = 1")
    decided(1, "same")
    assert state(db)["phones"] == [(2, 2, "roster")]


def test_a_version_goes_with_the_pairs_it_brought_and_not_once_one_was_decided(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI), 0)
    roster(written(tmp_path, ANY, name="b.csv"), 1)
    undo(2, 2)
    assert (count(db, "person_pair"), count(db, "person_traits"), count(db, "worker")) == (0, 1, 1)
    roster(written(tmp_path, ANY, name="b.csv"), 3)
    pair = found()[0][0]
    decided(pair, "same")
    with pytest.raises(FileRefused, match="something rests on it: 1 pairs decided"):
        undo(3, 6)
    taken_back(pair, 7)
    undo(3, 8)
    assert (count(db, "person_pair"), count(db, "worker")) == (0, 1)


def test_a_clerks_phone_makes_no_pairs_of_all_who_gave_it(db: Any, tmp_path: Path) -> None:
    born = [dt.date(1970, 1, 1) + dt.timedelta(days=97 * number) for number in range(100)]
    rows = [
        f"327501{day:%d%m%y}{place:04},Ani Lestari,{day:%d-%m-%Y},{place},2,Margahayu,Bekasi Timur,081234567890,"
        for place, day in enumerate(born, start=1)
    ]
    roster(written(tmp_path, *rows), 0)
    assert count(db, "worker") == 100
    assert count(db, "person_pair") <= 5


def test_a_changed_name_under_a_held_nik_goes_in_once_a_person_has_said_so(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI), 0)
    married = ANI.replace("Ani Lestari", "Khadijah Nurul Huda").replace("081234567890", "081200000001")
    report = roster(written(tmp_path, married, CITI, name="b.csv"), 1)
    assert told(report) == [(2, "nik_other_person")]
    with transaction() as session, pytest.raises(FileRefused, match="refused no row 3"):
        accept_row(session, 2, 3, note="", now=on(2), actor="officer:1")
    with transaction() as session:
        done = accept_row(session, 2, 2, note="decree of the court", now=on(2), actor="officer:1")
    assert (done.accepted, done.rejected, done.updated) == (1, 0, 1)
    assert [count(db, "worker", f"name = '{name}'") for name in ("Ani Lestari", "Khadijah Nurul Huda")] == [0, 1]
    assert len(answers("+6281200000001")) == 1
    # Neither name is refused again.
    assert told(roster(written(tmp_path, married, BUDI, CITI, name="c.csv"), 3)) == []
    assert told(roster(written(tmp_path, ANI, CITI, name="d.csv"), 4)) == []
    stranger = ANI.replace("Ani Lestari", "Slamet Riyadi")
    assert told(roster(written(tmp_path, stranger, name="e.csv"), 5)) == [(2, "nik_other_person")]


def test_an_accepted_row_can_be_undone_and_is_refused_again(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI), 0)
    married = ANI.replace("Ani Lestari", "Khadijah Nurul Huda")
    roster(written(tmp_path, married, name="b.csv"), 1)
    with transaction() as session:
        accept_row(session, 2, 2, note="her card", now=on(2), actor="officer:1")
    undo(3, 3)
    assert db.execute("SELECT name FROM worker").fetchall() == [("Ani Lestari",)]
    assert count(db, "known_name") == 0
    assert told(roster(written(tmp_path, married, BUDI, name="c.csv"), 4)) == [(2, "nik_other_person")]


def test_a_row_with_another_fault_is_the_offices_to_put_right(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI.replace("3275011203750002", "32750112037500")), 0)
    with transaction() as session, pytest.raises(FileRefused, match="Row 3 was refused for nik_length"):
        accept_row(session, 1, 3, note="", now=on(1), actor="officer:1")


def test_the_command_line_shows_pairs_masked_and_takes_the_decision(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, ANY), 0)

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, ["roster", *words])

    shown = run("pairs", "--open")
    assert "A*** L*** (1980, NIK ...0001, Margahayu RT 001/RW 002)" in shown.output
    assert "1 wait for a person" in shown.output
    listed = json.loads(run("pairs", "--open", "--json").output)
    assert [(pair["pair"], pair["nik_apart"], pair["decision"]) for pair in listed] == [(1, 1, None)]
    for output in (shown.output, json.dumps(listed)):
        assert "Lestari" not in output
        assert ANI[:12] not in output
    assert json.loads(run("pairs", "decide", "1", "same", "--note", "asked her", "--json").output)["decision"] == "same"
    assert json.loads(run("pairs", "--open", "--json").output) == []
    refused = run("pairs", "decide", "1", "different")
    assert (refused.exit_code, "take-back 1` opens it again" in refused.output) == (1, True)
    assert run("pairs", "take-back", "1").exit_code == 0
    assert run("pairs", "take-back", "1").exit_code == 1
    assert run("pairs", "decide", "9", "same").exit_code == 1
    refused = run("accept", "1", "2", "--note", "x")
    assert (refused.exit_code, "refused no row 2" in refused.output) == (1, True)


def test_most_pairs_of_known_truth_are_found_and_most_found_are_true(db: Any) -> None:
    areas = [code for (code,) in db.execute("SELECT kelurahan_code FROM area ORDER BY 1").fetchall()]
    before, file = city(99, 4_000, 4_000, areas)
    truth = _truth([*before, *file])
    ours, _ = _ours(db, before, file)
    earlier = stood_before([*before, *file])
    assert len(ours & truth) / len(truth) >= 0.9 > len(earlier & truth) / len(truth)
    assert len(ours & truth) / len(ours) >= 0.93
