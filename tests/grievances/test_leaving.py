"""Nothing stays with somebody who is gone, and whoever has to know is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.grievances.worked import NOW, acting, case_of, staff, verified
from tests.officers import an_officer
from tests.people import a_worker
from verify_service.accounts import managing
from verify_service.accounts.officers import OfficerRefused, Position
from verify_service.grievances import actions, leaving, merging, worklist
from verify_service.grievances.actions import Triage
from verify_service.grievances.leaving import HandedOn, Holding
from verify_service.grievances.thread import add_words
from verify_service.grievances.worklist import Filters, Tab
from verify_service.ground.database import transaction
from verify_service.ground.tables import Officer


def closed(officer: int, to: int | None = None) -> HandedOn:
    with transaction() as session:
        held = managing.officer_by_id(session, officer)
        assert held is not None
        return leaving.close_account(session, held, to, by="officer:99", now=NOW)


def told(db: Any, officer: int | None) -> list[tuple[int, str]]:
    same = "IS NOT DISTINCT FROM"
    asked = f"SELECT grievance_id, kind FROM grievance_notice WHERE officer_id {same} %s ORDER BY id"
    return list(db.execute(asked, [officer]).fetchall())


def version_of(db: Any, case: int) -> int:
    return int(case_of(db, case)["version"])


def rows_of(officer: int, tab: Tab) -> dict[int, bool]:
    """The cases of a tab as this officer sees them, and whether there is something new in each."""
    with transaction() as session:
        return {row.id: row.unread for row in worklist.queue(acting(session, officer), tab, Filters(), page=1).lines}


def test_forty_open_cases_go_on_to_whom_the_rule_says_in_the_same_transaction(db: Any) -> None:
    people = staff(db)
    second = an_officer("lain@bekasi.example", name="Pak Lain", unit="disnaker")
    a_worker(db)
    cases = [verified(db, people["team"]) for _ in range(40)]
    with transaction() as session:
        both = leaving.holding(session, people["disnaker"]).all, leaving.holding(session, second).all
        held = session.get_one(Officer, second)
        leaving.close_account(session, held, people["disnaker"], by="officer:99", now=NOW)
        assert leaving.holding(session, people["disnaker"]) == Holding(to_answer=40)
    assert sorted(both) == [20, 20]
    db.execute("UPDATE officer SET disabled_at = NULL WHERE id = %s", [second])
    went = closed(people["disnaker"])
    assert (went.to, went.nobody) == ({second: 40}, 0)
    assert {case_of(db, case)["assignee_id"] for case in cases} == {second}
    assert rows_of(people["head"], Tab.ORPHANED) == {}
    assert len(told(db, second)) == 40, "of the twenty that he had not read before he is told once"
    assert db.execute("SELECT count(*) FROM grievance_event WHERE kind = 'handed_on'").fetchone() == (60,)


def test_what_nobody_may_see_is_left_behind_and_supervisors_are_told(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"], category="rt_conduct", about="rt_rw")
    assert case_of(db, case)["assignee_id"] == people["team"]
    went = closed(people["team"], people["disnaker"])  # who may not see it
    assert (went.to, went.nobody) == ({}, 1)
    assert case_of(db, case)["assignee_id"] is None
    assert rows_of(people["head"], Tab.ORPHANED) == {case: False}
    assert told(db, None) == [(case, "orphaned")]
    assert told(db, people["disnaker"]) == []


def test_waiting_and_answered_cases_go_on_too_and_wait_on(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    waits, answered = verified(db, people["team"]), verified(db, people["team"])
    with transaction() as session:
        one = acting(session, people["disnaker"])
        db.execute("UPDATE grievance SET phone_id = (SELECT min(id) FROM phone) WHERE id = %s", [waits])
        assert actions.ask(one, waits, version_of(db, waits), "detail", "Bulan apa?") is None
        assert actions.answer(one, answered, version_of(db, answered), "paid", "Sudah dibayar.") is None
    with transaction() as session:
        assert leaving.holding(session, people["disnaker"]) == Holding(0, 1, 1)
    assert closed(people["disnaker"], people["head of disnaker"]).to == {people["head of disnaker"]: 2}
    assert [case_of(db, case)["state"] for case in (waits, answered)] == ["waiting_citizen", "answered"]


def test_of_an_account_that_sees_something_else_only_what_it_lost_goes_on(db: Any) -> None:
    people = staff(db)
    second = an_officer("lain@bekasi.example", name="Pak Lain", cleared=True)
    a_worker(db)
    secret, plain = verified(db, people["team"], category="rt_conduct", about="rt_rw"), verified(db, people["team"])
    db.execute("UPDATE grievance SET assignee_id = %s", [people["team"]])
    with transaction() as session:
        held = session.get_one(Officer, people["team"])
        wanted = Position("officer", "grievance", None, cleared=False)
        went = leaving.change_position(session, held, wanted, None, by="officer:99", now=NOW)
    assert went.to == {second: 1}
    assert (case_of(db, secret)["assignee_id"], case_of(db, plain)["assignee_id"]) == (second, people["team"])


def test_a_successor_has_to_work_on_cases(db: Any) -> None:
    people = staff(db)
    for wrong in (people["auditor"], people["disnaker"], 9999):
        with pytest.raises(OfficerRefused, match="does not work on reports"):
            closed(people["disnaker"], wrong)
    assert db.execute("SELECT count(*) FROM officer WHERE disabled_at IS NOT NULL").fetchone() == (0,)


def test_a_case_filed_under_another_unit_goes_to_its_people(db: Any) -> None:
    people = staff(db)
    dinsos = an_officer("dinsos@bekasi.example", name="Bu Dinsos", unit="dinsos")
    a_worker(db)
    case = verified(db, people["team"])
    with transaction() as session:
        assert actions.take_on(acting(session, people["team"]), case, version_of(db, case)) is None
    with transaction() as session:
        triage = Triage("not_listed")
        assert actions.file_under(acting(session, people["team"]), case, version_of(db, case), triage) is None
    assert case_of(db, case)["assignee_id"] == dinsos
    assert told(db, dinsos) == [(case, "assigned")]


def test_both_are_told_when_a_colleague_takes_a_case_over_and_words_are_marked_unread(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    with transaction() as session:
        assert actions.take_on(acting(session, people["disnaker"]), case, version_of(db, case)) is None
        actions.read(acting(session, people["disnaker"]), session.get_one(actions.Grievance, case))
    assert rows_of(people["disnaker"], Tab.MINE) == {case: False}
    with transaction() as session:
        add_words(session, case, "kapan pak", by="reporter", channel="sms", inbound="message:7", now=NOW)
        add_words(session, case, "halo", by="reporter", channel="sms", inbound="message:8", now=NOW)
    assert rows_of(people["disnaker"], Tab.MINE) == {case: True}
    assert told(db, people["disnaker"])[1:] == [(case, "replied")], "once, until it is read"
    with transaction() as session:
        actions.read(acting(session, people["disnaker"]), session.get_one(actions.Grievance, case))
    assert rows_of(people["disnaker"], Tab.MINE) == {case: False}
    with transaction() as session:
        head = acting(session, people["head of disnaker"])
        assert actions.hand_over(head, case, version_of(db, case), people["team"], "Tolong lanjutkan") is None
    assert told(db, people["disnaker"])[-1] == (case, "taken_over")
    assert told(db, people["team"]) == [(case, "assigned")]


def test_whoever_has_a_case_is_told_that_it_was_opened_again(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    with transaction() as session:
        one = acting(session, people["disnaker"])
        assert actions.answer(one, case, version_of(db, case), "paid", "Sudah dibayar.") is None
    with transaction() as session:
        team = acting(session, people["team"])
        assert actions.reopen(team, case, version_of(db, case), "Warga datang, belum beres") is None
    assert told(db, people["disnaker"])[-1] == (case, "reopened")


def test_the_hour_of_an_anonymous_reporters_words_is_not_kept_with_the_notice(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"], category="claim", identity="anonymous")
    late = NOW.replace(hour=9, minute=41)
    with transaction() as session:
        add_words(session, case, "masih", by="somebody with the number", channel="sms", inbound="m:9", now=late)
    (at,) = db.execute("SELECT at FROM grievance_notice WHERE kind = 'replied'").fetchone()
    assert at.astimezone(dt.UTC).time() == dt.time()


def merged(db: Any, people: dict[str, int]) -> tuple[int, int]:
    root, case = verified(db, people["team"]), verified(db, people["team"])
    with transaction() as session:
        assert merging.merge(acting(session, people["team"]), case, version_of(db, case), root) is None
    return root, case


def test_a_merge_is_taken_back_and_both_threads_say_so(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    root, case = merged(db, people)
    due = case_of(db, case)["due_on"]
    with transaction() as session:
        one = acting(session, people["team"])
        assert [child.id for child in merging.merged_into(one, session.get_one(actions.Grievance, root))] == [case]
        assert merging.take_back(one, case, version_of(db, case), "Dua rumah yang berbeda") is None
    report = case_of(db, case)
    assert (report["state"], report["merged_into_id"], report["closed_at"]) == ("assigned", None, None)
    assert (report["due_on"], report["assignee_id"]) == (due, people["disnaker"])
    kinds = dict(db.execute("SELECT grievance_id, kind FROM grievance_event ORDER BY seq").fetchall())
    assert kinds == {root: "split_off", case: "unmerged"}


def test_a_merge_is_taken_back_once_with_a_reason_and_only_where_there_is_one(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    root, case = merged(db, people)
    with transaction() as session:
        one = acting(session, people["team"])
        assert merging.take_back(one, case, version_of(db, case), " ") is actions.Refusal.INPUT
        assert merging.take_back(one, root, version_of(db, root), "x") is actions.Refusal.STEP
        version = version_of(db, case)
        assert merging.take_back(one, case, version, "Dua hal") is None
        assert merging.take_back(one, case, version, "Dua hal") is actions.Refusal.STEP
