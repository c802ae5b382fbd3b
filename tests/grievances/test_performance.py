"""How well reports are answered, counted from what happened to each and over what an account may see."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.grievances.test_escalation import do, looked
from tests.grievances.worked import a_report, acting, staff, verified
from tests.officers import sign_in
from tests.people import NOW, a_phone, a_worker
from tests.serving import new_client
from verify_service.grievances import actions
from verify_service.grievances.performance import Performance, performance
from verify_service.ground.database import transaction
from verify_service.ground.working_days import working_days_after
from verify_service.verification.knowledge import keep_answer


def counted(officer: int, now: dt.datetime = NOW, *, weeks: int = 12, unit: str | None = None) -> Performance:
    with transaction() as session:
        return performance(session, acting(session, officer).viewer, weeks=weeks, unit=unit, now=now)


def test_what_was_answered_late_stays_late_after_it_is_opened_again(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    late = NOW + dt.timedelta(days=30)
    case = verified(db, people["team"])
    do(actions.answer, case, "paid", "Sudah dibayar.", by=people["disnaker"], at=late, db=db)
    in_time = verified(db, people["team"], number="+6281200000002")
    do(actions.answer, in_time, "paid", "Sudah dibayar.", by=people["disnaker"], at=NOW + dt.timedelta(2), db=db)
    do(actions.reopen, case, "Belum beres", by=people["disnaker"], at=late, db=db)
    figures = counted(people["team"], late)
    answered = figures.answered
    assert (answered.answers, answered.in_time, answered.share, answered.reopened) == (2, 1, 50.0, 1)
    assert answered.median_days == 16.0  # 30 days and 2
    (line,) = figures.categories
    assert (line.key, line.opened, line.open, line.answers, line.reopened) == ("not_active", 2, 1, 2, 1)
    assert sum(week.opened for week in figures.weeks) == sum(week.answered for week in figures.weeks) == 2
    assert figures.weeks[-1].monday <= late.date() < figures.weeks[-1].monday + dt.timedelta(7)


def test_the_backlog_is_told_by_age_and_standing(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    for days in (0, 10, 20, 90):
        a_report(db, number=f"+62812000000{days:02}", at=NOW - dt.timedelta(days))
    waits = verified(db, people["team"], number="+6281200000077")
    do(actions.ask, waits, "detail", "Bulan apa?", by=people["disnaker"], at=NOW, db=db)
    figures = counted(people["team"])
    assert [(age.on_time, age.at_risk, age.overdue, age.waiting) for age in figures.ages] == [
        (1, 0, 0, 1),
        (1, 0, 0, 0),
        (0, 1, 0, 0),
        (0, 0, 1, 0),
    ]
    assert (figures.now.open, figures.now.overdue, figures.now.at_risk, figures.now.waiting) == (5, 1, 1, 1)
    assert figures.now.unverified == 4
    looked(working_days_after(NOW.date(), 1))
    assert counted(people["team"]).now.overdue == 1  # whoever has it now


def test_an_account_counts_what_it_may_see(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    a_report(db)
    a_report(db, category="rt_conduct", about="rt_rw", identity="secret", number="+6281200000003")
    a_report(db, category="claim", identity="anonymous")
    seen = {name: counted(officer).now.open for name, officer in people.items()}
    assert seen == {
        "team": 3,
        "disnaker": 2,
        "kelurahan": 1,
        "head": 3,
        "head of disnaker": 2,
        "auditor": 3,
    }
    assert counted(people["team"], unit="grievance").now.open == 1


@pytest.mark.parametrize("query", ["", "?weeks=4&unit=disnaker", "?weeks=x&unit=%00", "?weeks=-1"])
def test_the_page_shows_them_with_charts(db: Any, query: str) -> None:
    people = staff(db)
    a_worker(db)
    a_report(db, at=dt.datetime.now(dt.UTC))
    client: FlaskClient = new_client()
    sign_in(client, "team@bekasi.example")
    page = client.get(f"/console/dashboard{query}").get_data(as_text=True)
    assert "Belum aktif" in page
    assert page.count("<canvas") == 4
    assert people


def test_the_page_says_what_workers_know_of_their_cover(db: Any) -> None:
    staff(db)
    phones = [a_phone(db, f"+62812000000{place}0") for place in range(1, 5)]
    for place, phone in enumerate(phones):
        with transaction() as session:
            keep_answer(
                session,
                phone_id=phone,
                worker_id=None,
                answer="hospital" if place else "free",
                correct=place > 0,
                words_version="abcd1234",
                language="id",
                channel="ussd",
                inbound=f"test:{place}",
                now=NOW,
            )
    client: FlaskClient = new_client()
    sign_in(client, "team@bekasi.example")
    page = client.get("/console/dashboard").get_data(as_text=True)
    table = page[page.index('id="known-table"') :]
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", table[table.index("<tbody>") : table.index("</tbody>")])
    assert cells == ["id", "abcd1234", "sesudah membaca", "4", "75,0%"]
