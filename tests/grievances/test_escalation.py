"""What time alone does to reports: each rule once, to all that are due, and to nobody else."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest

from tests.conversations.test_by_message import last_text, sent
from tests.conversations.test_texts import handed_over, writes
from tests.grievances.worked import a_report, acting, case_of, staff, verified
from tests.people import NOW, a_worker
from verify_service.conversations.following_up import ask_whether_solved
from verify_service.grievances import actions
from verify_service.grievances.escalation import BATCH, Looked, look
from verify_service.grievances.thread import add_words
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.ground.working_days import working_days_after

TODAY = NOW.date()


def on(day: dt.date, hour: int = 3) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), dt.UTC)


def looked(day: dt.date) -> Looked:
    with transaction() as session:
        return look(session, now=on(day), ask=ask_whether_solved)


def notices(db: Any, case: int) -> list[tuple[str, int]]:
    return db.execute("SELECT kind, level FROM grievance_notice WHERE grievance_id = %s ORDER BY id", [case]).fetchall()


def do(step: Any, case: int, *rest: Any, by: int, at: dt.datetime, db: Any) -> Any:
    with transaction() as session:
        return step(acting(session, by, at), case, case_of(db, case)["version"], *rest)


def test_a_report_climbs_rung_by_rung_and_each_notice_comes_once(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    due = dt.date.fromisoformat(case_of(db, case)["due_on"])
    assert case_of(db, case)["assignee_id"] == people["disnaker"]

    assert looked(due) == Looked(at_risk=1)
    assert looked(due) == Looked()
    day = working_days_after(due, 1)
    assert looked(day) == Looked(escalated=1)
    assert looked(day) == Looked()
    report = case_of(db, case)
    assert (report["state"], report["level"], report["assignee_id"]) == ("escalated", 1, people["head of disnaker"])
    assert report["due_on"] == due.isoformat()
    assert sent(db)[-1] == "g8.case_escalated"
    assert working_days_after(day, programme().sla.rung_days).strftime("%d/%m/%y") in last_text(db)

    with transaction() as session:  # a comment stops nothing
        assert actions.comment(acting(session, people["disnaker"], on(day)), case, "Sedang ditanyakan ke BPJS") is None
    for level, who in ((2, "head"), (3, "head of disnaker")):
        day = working_days_after(day, programme().sla.rung_days + 1)
        assert looked(day) == Looked(escalated=1)
        assert (case_of(db, case)["level"], case_of(db, case)["assignee_id"]) == (level, people[who])
    assert looked(day + dt.timedelta(90)) == Looked()
    assert notices(db, case) == [("assigned", 0), ("at_risk", 0), *[("escalated", level) for level in (1, 2, 3)]]
    told = "SELECT detail -> 'level', detail ->> 'body' FROM grievance_event WHERE kind = 'escalate' ORDER BY seq"
    assert db.execute(told).fetchall() == [(1, None), (2, None), (3, "Kepala Disnaker")], "where the ladder ends"
    assert sent(db).count("g8.case_escalated") == 1


def test_a_thousand_overdue_at_once_are_handled_in_one_look_the_oldest_first(db: Any) -> None:
    people = staff(db)
    for n in range(40):
        a_report(db, number=f"+62812000{n:05}", at=NOW - dt.timedelta(days=60))
    db.execute("CREATE TEMP TABLE more AS SELECT * FROM grievance")
    db.execute("ALTER TABLE more ALTER COLUMN id DROP NOT NULL")
    for n in range(25):
        db.execute("INSERT INTO reference SELECT number || %s, 'grievance' FROM more", [f"x{n}"])
        db.execute(
            """INSERT INTO grievance
               SELECT (jsonb_populate_record(NULL::grievance, to_jsonb(more) || jsonb_build_object(
                   'id', more.id + 1000 * (%(n)s + 1), 'number', more.number || 'x' || %(n)s, 'once', NULL,
                   'inbound', encode(decode(md5(more.id || ':' || %(n)s), 'hex'), 'escape')))).* FROM more""",
            {"n": n},
        )
    (many,) = db.execute("SELECT count(*) FROM grievance").fetchone()
    assert many == 1040
    began = time.monotonic()
    first = looked(TODAY)
    took = time.monotonic() - began
    assert (first.escalated, first.unverified) == (1040, 1040)
    assert took < 30
    assert db.execute("SELECT count(*) FROM grievance WHERE level = 1 AND assignee_id IS NOT NULL").fetchone() == (
        many,
    )
    assert db.execute("SELECT count(*) FROM grievance_event WHERE kind = 'escalate'").fetchone() == (many,)
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'report: escalate'").fetchone() == (many,)
    assert looked(TODAY) == Looked()
    shares = dict(db.execute("SELECT assignee_id, count(*) FROM grievance GROUP BY 1").fetchall())
    assert shares == {people["head of disnaker"]: many}


def test_the_reporter_hears_that_it_is_late_though_a_supervisor_had_it_before(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    assert do(actions.escalate, case, "Sulit", by=people["disnaker"], at=NOW, db=db) is None
    assert "g8.case_escalated" not in sent(db), "it is not late yet"
    day = working_days_after(dt.date.fromisoformat(case_of(db, case)["due_on"]), 1)
    assert looked(day).escalated == 1
    assert sent(db)[-1] == "g8.case_escalated"
    assert looked(working_days_after(day, programme().sla.rung_days + 1)).escalated == 1
    assert sent(db).count("g8.case_escalated") == 1


@pytest.mark.parametrize(("read", "state"), [(False, "reopened"), (True, "closed_auto")])
def test_an_answer_that_the_reporter_wrote_about_is_not_taken_for_accepted(db: Any, read: bool, state: str) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    team = people["team"]
    assert do(actions.answer, case, "explained", "Kartu ada di kelurahan.", by=team, at=NOW, db=db) is None
    with transaction() as session:
        add_words(session, case, "belum ada pak", by="reporter", channel="sms", inbound="message:1", now=NOW)
        if read:
            assert actions.comment(acting(session, team), case, "Sudah ditelepon, kartunya ada", called=True) is None
    looked(working_days_after(TODAY, programme().sla.follow_up_days))
    day = dt.date.fromisoformat(case_of(db, case)["close_on"]) + dt.timedelta(1)
    assert looked(day).closed == 1
    assert case_of(db, case)["state"] == state
    assert looked(day).closed == 0


def test_more_than_a_batch_that_nobody_looked_at_are_all_told_of(db: Any) -> None:
    staff(db)
    case = a_report(db, at=NOW - dt.timedelta(days=8))
    db.execute("INSERT INTO reference SELECT 'x' || n, 'grievance' FROM generate_series(1, %s) n", [BATCH])
    db.execute(
        """INSERT INTO grievance
           SELECT (jsonb_populate_record(NULL::grievance, to_jsonb(one) || jsonb_build_object(
               'id', one.id + n, 'number', 'x' || n, 'once', NULL,
               'inbound', encode(decode(md5(n::text), 'hex'), 'escape')))).*
           FROM grievance one, generate_series(1, %(most)s) n WHERE one.id = %(case)s""",
        {"most": BATCH, "case": case},
    )
    assert [looked(TODAY).unverified for _ in range(3)] == [BATCH, 1, 0]


def test_the_supervisors_are_told_where_the_account_that_has_it_is_closed(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    db.execute("UPDATE officer SET disabled_at = now() WHERE id = %s", [people["disnaker"]])
    assert looked(dt.date.fromisoformat(case_of(db, case)["due_on"])).at_risk == 1
    told = "SELECT kind, officer_id FROM grievance_notice WHERE kind <> 'assigned' ORDER BY kind"
    assert db.execute(told).fetchall() == [("at_risk", None), ("orphaned", None)]


def test_the_clock_stands_while_it_waits_for_the_citizen_and_goes_on_after_ten_silent_days(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    before = dt.date.fromisoformat(case_of(db, case)["due_on"])
    asked = do(actions.ask, case, "detail", "Bulan apa yang belum dibayar?", by=people["disnaker"], at=NOW, db=db)
    assert asked is None
    assert sent(db)[-1] == "g6.case_need_info"
    last = working_days_after(TODAY, programme().sla.waiting_days)
    assert looked(last) == Looked()
    day = last + dt.timedelta(1)
    assert looked(day) == Looked(heard=1)
    report = case_of(db, case)
    assert (report["state"], report["waiting_since"]) == ("in_progress", None)
    moved = dt.date.fromisoformat(report["due_on"])
    assert moved > before
    assert moved == working_days_after(day, 14)  # the day it came was the day it was asked: nothing was used


def test_the_answer_of_the_citizen_by_text_starts_it_again(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    do(actions.ask, case, "detail", "Bulan apa yang belum dibayar?", by=people["disnaker"], at=NOW, db=db)
    writes("Yang belum dibayar bulan Juni", NOW + dt.timedelta(hours=2))
    assert case_of(db, case)["state"] == "in_progress"


def test_whoever_was_answered_is_asked_once_and_a_no_opens_it_again(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    do(actions.answer, case, "paid", "Iuran bulan Juni sudah dibayar.", by=people["disnaker"], at=NOW, db=db)
    assert sent(db)[-2:] == ["answer", "g7.case_done"]
    ask_on = working_days_after(TODAY, programme().sla.follow_up_days)
    assert looked(ask_on - dt.timedelta(1)) == Looked()
    assert looked(ask_on) == Looked(asked=1)
    assert looked(ask_on) == Looked()
    assert sent(db)[-1] == "g22.solved"
    assert "1 Ya, 2 Sebagian, 3 Belum" in last_text(db)
    handed_over(on(ask_on), "question")
    writes("3", on(ask_on + dt.timedelta(3)))  # over the weekend
    report = case_of(db, case)
    assert (report["state"], report["reopened"]) == ("reopened", 1)
    assert dt.date.fromisoformat(report["due_on"]) > ask_on  # the promised day is not one that is past
    assert looked(ask_on + dt.timedelta(5)).asked == 0


def test_an_answer_nobody_objects_to_closes_it_and_the_number_opens_it_again(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    do(actions.answer, case, "paid", "Sudah dibayar.", by=people["disnaker"], at=NOW, db=db)
    looked(working_days_after(TODAY, programme().sla.follow_up_days))
    last = working_days_after(TODAY, programme().sla.close_days)
    looked(last)
    assert case_of(db, case)["state"] == "answered"
    assert looked(last + dt.timedelta(1)).closed == 1
    assert case_of(db, case)["state"] == "closed_auto"
    assert do(actions.reopen, case, "Warga datang: belum beres", by=people["disnaker"], at=on(last), db=db) is None
    assert case_of(db, case)["closed_at"] is None


def test_after_a_gap_of_the_clock_nobody_is_asked_and_closed_in_one_look(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    do(actions.answer, case, "paid", "Sudah dibayar.", by=people["disnaker"], at=NOW, db=db)
    back = working_days_after(TODAY, programme().sla.close_days + 9)  # the clock was away for two weeks
    assert looked(back) == Looked(asked=1)
    assert looked(back) == Looked()
    last = working_days_after(back, programme().sla.close_days - programme().sla.follow_up_days)
    assert case_of(db, case)["close_on"] == last.isoformat()
    assert looked(last) == Looked()
    assert looked(last + dt.timedelta(1)) == Looked(closed=1)


def test_nobody_is_texted_about_an_anonymous_report_and_a_secret_one_is_news_only(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    anonymous = verified(db, people["team"], category="claim", identity="anonymous")
    secret = verified(db, people["team"], category="rt_conduct", about="rt_rw", identity="secret")
    for case in (anonymous, secret):
        assert do(actions.answer, case, "acted_on", "RT sudah ditegur.", by=people["team"], at=NOW, db=db) is None
    assert sent(db) == ["g21.case_news"]
    assert "lapor" not in last_text(db).lower()
    day = working_days_after(TODAY, programme().sla.follow_up_days)
    assert looked(day) == Looked()


def test_a_supervisor_asked_for_gets_it_at_the_next_look(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    db.execute("UPDATE grievance SET supervisor_at = %s WHERE id = %s", [NOW, case])
    assert looked(TODAY) == Looked(escalated=1)
    assert looked(TODAY) == Looked()
    assert case_of(db, case)["assignee_id"] == people["head of disnaker"]
    assert "g8.case_escalated" not in sent(db)  # it is not late


@pytest.mark.parametrize("unit", ["disnaker", "grievance"])
def test_a_complaint_about_a_unit_never_goes_up_to_that_unit(db: Any, unit: str) -> None:
    people = staff(db)
    a_worker(db)
    case = a_report(db, category="conduct", about="officer", identity="secret")
    triage = actions.Triage("conduct", about_unit=unit)
    by = "head" if unit == "grievance" else "team"
    assert do(actions.verify, case, triage, by=people[by], at=NOW, db=db) is None
    looked(TODAY + dt.timedelta(200))
    who = case_of(db, case)["assignee_id"]
    units = dict(db.execute("SELECT id, unit FROM officer").fetchall())
    assert who is None or units[who] != unit


def test_the_clock_stands_three_times_and_no_more(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    refused = []
    for day in range(4):
        at = NOW + dt.timedelta(day)
        refused.append(do(actions.ask, case, "detail", "Bulan apa?", by=people["disnaker"], at=at, db=db))
        do(actions.heard, case, "Bulan Juni", by=people["disnaker"], at=at, db=db)
    assert refused == [None, None, None, actions.Refusal.TOO_OFTEN]
    assert case_of(db, case)["state"] == "in_progress"


def test_a_supervisor_asked_for_before_is_not_asked_for_again_after_a_reopening(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    case = verified(db, people["team"])
    db.execute("UPDATE grievance SET supervisor_at = %s WHERE id = %s", [NOW, case])
    looked(TODAY)
    do(actions.answer, case, "paid", "Sudah dibayar.", by=people["head of disnaker"], at=NOW, db=db)
    do(actions.reopen, case, "Belum beres", by=people["head of disnaker"], at=NOW, db=db)
    assert looked(TODAY).escalated == 0
