"""A day at the desk: 400 open cases, 60 of them overdue, and eight things that happen. Each reaches the right people in
time, and nobody else."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

import jobs.escalate
from tests.browser.conftest import Visit, signed_in
from tests.console.test_proposals import proposed
from tests.grievances.worked import PLACE, acting, copied, staff
from tests.handset import Handset
from tests.officers import an_officer
from tests.people import a_worker, link
from tests.serving import new_client
from verify_service.grievances.actions import Triage, verify
from verify_service.grievances.opening import NewGrievance, open_grievance
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.tables import Grievance

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
OPEN, OVERDUE, COPIES = 400, 60, 10
SOON = 5_000  # milliseconds in which a case is on the right desk
WORKER, NEIGHBOUR, ACCUSER, NOBODY = "+6281234567890", "+6281299990001", "+6281299990002", "+6281299990003"


@pytest.fixture
def people(db: Any) -> dict[str, int]:
    return staff(db) | {"second": an_officer("second@bekasi.example", "supervisor", name="second")}


@pytest.fixture
def desks(visit: Visit, chromium: Browser, people: dict[str, int]) -> Iterator[dict[str, Page]]:
    """Each officer in a browser of his own, at the queue."""
    contexts, pages = [], {}
    for who in ("team", "disnaker", "kelurahan", "head", "head of disnaker", "second"):
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        signed_in(context, visit.address, f"{who.replace(' ', '.')}@bekasi.example")
        page.goto(f"{visit.address}/console/cases?tab=open")
        contexts.append(context)
        pages[who] = page
    yield pages
    for page, context in zip(pages.values(), contexts, strict=True):
        page.goto("about:blank")
        context.close()


def a_backlog(db: Any, team: int) -> None:
    """Four hundred open cases of Disnaker, verified and handed out; sixty came too long ago."""
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        for place in range(OPEN // COPIES):
            late = place < OVERDUE // COPIES
            came = now - dt.timedelta(days=70 + place % 20 if late else place % 3)
            told = NewGrievance(
                "not_active",
                "report",
                "counter",
                f"day:{place}",
                words="Kartu belum ada",
                identity="normal",
                kelurahan_code=PLACE,
            )
            report = open_grievance(session, told, now=came)
            held = session.get_one(Grievance, report.id)
            assert verify(acting(session, team, came), held.id, held.version, Triage("not_active")) is None
    copied(db, COPIES - 1)


def dial(client: FlaskClient, number: str, *answers: str) -> str:
    phone = Handset(client, number)
    if "Tadi terputus" in phone.dial():
        phone.send("2")
    for answer in answers:
        phone.send(answer)
    return phone.screen


def number_in(screen: str) -> str:
    return re.findall(r"BKS-\w{6}", screen)[0]


def case_of(db: Any, number: str) -> dict[str, Any]:
    (row,) = db.execute("SELECT to_jsonb(grievance) FROM grievance WHERE number = %s", [number]).fetchone()
    return dict(row)


def opened(page: Page, db: Any, number: str) -> int:
    """Open the page of a case by its address; the status it answered with."""
    origin = page.url.partition("/console")[0]
    answer = page.goto(f"{origin}/console/cases/{case_of(db, number)['id']}")
    assert answer is not None
    return answer.status


def step(page: Page, name: str) -> None:
    """Unfold one of the steps of a case."""
    summary = page.locator("details.step > summary").get_by_text(name, exact=True)
    if page.locator("details.step[open] > summary").get_by_text(name, exact=True).count() == 0:
        summary.click()


def queue(page: Page, tab: str = "open") -> None:
    page.goto(f"{page.url.partition('/console')[0]}/console/cases?tab={tab}")


def test_a_day_at_the_desk(visit: Visit, db: Any, people: dict[str, int], desks: dict[str, Page]) -> None:
    client = new_client()
    someone = a_worker(db)
    link(db, ACCUSER, someone.worker)
    a_backlog(db, people["team"])
    jobs.escalate.look()
    _the_overdue_are_with_the_supervisor(db, people, desks)
    _an_accident_at_nine(db, client, desks)
    _an_rt_head_is_accused(db, client, desks)
    _an_anonymous_report_is_answered(db, client, desks)
    _somebody_walks_in(db, desks)
    _a_proposal_is_accepted(db, desks)
    _a_removal_is_objected_to(db, client, desks, someone.enrolment)


def _the_overdue_are_with_the_supervisor(db: Any, people: dict[str, int], desks: dict[str, Page]) -> None:
    held = db.execute(
        "SELECT state, level, assignee_id, count(*) FROM grievance GROUP BY 1, 2, 3 ORDER BY 4"
    ).fetchall()
    assert held == [
        ("escalated", 1, people["head of disnaker"], OVERDUE),
        ("assigned", 0, people["disnaker"], OPEN - OVERDUE),
    ]
    boss = desks["head of disnaker"]
    queue(boss, "mine")
    expect(boss.locator("[aria-current] .badge").filter(has_text=str(OVERDUE)).first).to_be_visible()
    expect(boss.locator("#cases-table, table.cases").first).to_contain_text("lewat batas")


def _an_accident_at_nine(db: Any, client: FlaskClient, desks: dict[str, Page]) -> None:
    """It is the first in every queue that may see it, without anybody loading the page again."""
    queue(desks["team"])
    queue(desks["disnaker"], "all")
    number = number_in(dial(client, WORKER, "2", "1", "1", "Jatuh dari motor pagi ini"))
    for who in ("team", "disnaker"):
        first = desks[who].locator("table.cases tbody tr").first
        expect(first).to_contain_text(number, timeout=SOON)
        expect(first).to_contain_text("kecelakaan", ignore_case=True)
    team = desks["team"]
    assert opened(team, db, number) == 200
    team.get_by_role("button", name="Verifikasi", exact=False).first.click()
    team.wait_for_load_state()
    case = case_of(db, number)
    assert case["state"] == "assigned"
    assert (dt.date.fromisoformat(case["due_on"]) - dt.datetime.now(dt.UTC).date()).days <= 6


def _an_rt_head_is_accused(db: Any, client: FlaskClient, desks: dict[str, Page]) -> None:
    """Nobody bound to the place, no other unit, and no supervisor who is not cleared learns that there is a case."""
    number = number_in(dial(client, ACCUSER, "2", "3", "3", "1", "1", "2", "Pak RT minta lima puluh ribu", "1"))
    for who in ("kelurahan", "disnaker", "head of disnaker", "second"):
        assert opened(desks[who], db, number) == 404
        queue(desks[who], "all")
        expect(desks[who].locator("main")).not_to_contain_text(number)
    for who in ("team", "head"):
        assert opened(desks[who], db, number) == 200
        expect(desks[who].locator("main")).to_contain_text("Pak RT minta lima puluh ribu")
        expect(desks[who].locator("main")).not_to_contain_text(ACCUSER)
    told = db.execute("SELECT body FROM outbox ORDER BY id DESC LIMIT 1").fetchone()
    assert "lapor" not in unseal(told[0], "outbox.body").lower()


def _an_anonymous_report_is_answered(db: Any, client: FlaskClient, desks: dict[str, Page]) -> None:
    """Nobody can ask who it was; whoever has the number reads the answer on any phone."""
    number = number_in(dial(client, WORKER, "2", "3", "6", "3", "3", "1", "Juragan toko ikut terdaftar"))
    team = desks["team"]
    assert opened(team, db, number) == 200
    team.get_by_role("button", name="Verifikasi", exact=False).first.click()
    team.wait_for_load_state()
    assert opened(team, db, number) == 200
    expect(team.get_by_text("Buka identitas")).to_have_count(0)
    step(team, "Jawab")
    team.locator("#answer-decision").select_option("acted_on")
    team.locator("#answer-words").fill("Sudah diperiksa: yang bersangkutan dikeluarkan dari usulan.")
    team.locator("form", has=team.locator("#answer-words")).get_by_role("button").last.click()
    team.wait_for_load_state()
    assert case_of(db, number)["state"] == "answered"
    assert "Sudah diperiksa: yang bersangkutan" in dial(client, NOBODY, "1", "1", "3", number)
    texts = db.execute("SELECT count(*) FROM outbox WHERE cause LIKE %s", [f"report:{case_of(db, number)['id']}:%"])
    assert texts.fetchone() == (0,)


def _somebody_walks_in(db: Any, desks: dict[str, Page]) -> None:
    team = desks["team"]
    queue(team)
    team.get_by_role("link", name="Kasus baru").click()
    team.locator("input[name=channel][value=counter]").check()
    team.locator("#name").fill("Ibu Siti")
    team.locator("#category").select_option("card")
    team.locator("#kelurahan").select_option(PLACE)
    team.locator("#words").fill("Kartu hilang, minta yang baru")
    team.locator("main form button.btn-primary").last.click()
    team.wait_for_load_state()
    number = number_in(team.locator(".big-number").inner_text())
    case = case_of(db, number)
    assert (case["channel"], case["unit"], case["phone_id"]) == ("counter", "insurer", None)
    assert opened(desks["kelurahan"], db, number) == 200


def _a_proposal_is_accepted(db: Any, desks: dict[str, Page]) -> None:
    """One officer reads it first, another agrees, and whoever proposed is told; the first cannot do both."""
    proposal = proposed(db, phone=NEIGHBOUR)
    for who in ("team", "head"):
        page = desks[who]
        page.goto(f"{page.url.partition('/console')[0]}/console/decisions/{proposal}")
        if who == "team":
            page.locator("button[name=says][value=accept]").click()
        else:
            page.locator("button[name=says][value=agree]").click()
        page.wait_for_load_state()
    assert db.execute("SELECT state FROM proposal WHERE id = %s", [proposal]).fetchone() == ("accepted",)
    assert db.execute("SELECT count(*) FROM outbox WHERE screen = 'g12.proposal_yes'").fetchone() == (1,)


def _a_removal_is_objected_to(db: Any, client: FlaskClient, desks: dict[str, Page], enrolment: int) -> None:
    """Two officers begin it; the worker objects by phone; a third decides that he stays."""
    team, head, second = desks["team"], desks["head"], desks["second"]
    origin = team.url.partition("/console")[0]
    team.goto(f"{origin}/console/decisions/removals/new?enrolment={enrolment}")
    team.locator("select[name=reason]").select_option("moved")
    team.locator("[name=note]").fill("RT bilang pindah")
    team.locator("main form button.btn-primary").last.click()
    team.wait_for_load_state()
    (removal,) = db.execute("SELECT id FROM removal").fetchone()
    head.goto(f"{origin}/console/decisions/removals/{removal}")
    head.locator("button[name=says][value=agree]").click()
    head.wait_for_load_state()
    assert db.execute("SELECT count(*) FROM outbox WHERE screen = 'g11.removed'").fetchone() == (2,)  # both his phones
    dial(client, WORKER, "2", "3", "7", "3", "1", "Saya tidak pindah, masih di sini", "1")
    jobs.escalate.look()
    assert db.execute("SELECT state FROM removal").fetchone() == ("objected",)
    second.goto(f"{origin}/console/decisions/removals/{removal}")
    second.locator("select[name=reason], select[name=keep], select").first.select_option(index=1)
    if second.locator("[name=note]").count():
        second.locator("[name=note]").first.fill("RT lain membenarkan")
    second.locator("button[name=says][value=keep]").click()
    second.wait_for_load_state()
    assert db.execute("SELECT state FROM removal").fetchone() == ("kept",)
    assert db.execute("SELECT removed_from FROM enrolment WHERE id = %s", [enrolment]).fetchone() == (None,)
