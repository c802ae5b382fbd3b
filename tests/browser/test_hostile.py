"""Hostile texts by every door: nothing executes on any page, and nothing evaluates in any sheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from jobs.messages import handle
from tests.browser.conftest import Visit
from tests.conftest import examples
from tests.conversations.test_texts import kept
from tests.handset import Handset
from tests.officers import EMAIL, an_officer, form_token
from tests.officers import sign_in as signed_in
from tests.people import a_worker
from tests.serving import new_client
from tests.soak.hostile import HIT, corpus
from verify_service.ground.database import transaction
from verify_service.registry.loading import RosterTerms, import_roster

pytestmark = [pytest.mark.browser, pytest.mark.long]
SEED = 1
IN_ONE_THREAD = 20
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
HEADINGS = "NIK,NAMA_LENGKAP,ALAMAT,RT,RW,KELURAHAN,KECAMATAN,NO_HP,PEKERJAAN"

# What a page would have to do for a text to count as executed, or as having tried to.
WATCH = f"""
window.felt = [];
window.{HIT} = (number) => window.felt.push(`executed ${{number}}`);
document.addEventListener("securitypolicyviolation", (event) => window.felt.push(`CSP ${{event.violatedDirective}}`));
"""


def by_sms(texts: list[str]) -> None:
    """The first of twenty opens a report in confidence, the others are added to it; some are read by a person."""
    threads = (texts[at : at + IN_ONE_THREAD] for at in range(0, len(texts), IN_ONE_THREAD))
    for place, thread in enumerate(threads):
        number = f"+62812{place:08}"
        for turn, text in enumerate(thread):
            begin = "LAPOR " if turn == 0 else "lalu katanya begini: "
            kept(f"{begin}{text}", number, dt.datetime.now(dt.UTC))
        kept(f"{thread[0]} ok", f"+62815{place:08}", dt.datetime.now(dt.UTC))
    handle()


def by_ussd(client: FlaskClient, texts: list[str]) -> None:
    for place, text in enumerate(texts):
        phone = Handset(client, f"+62813{place:08}")
        phone.dial()
        for answer in ("1", "1", "2", "3", "1", "1", text, "1"):
            phone.send(answer)


def by_import(folder: Path, texts: list[str]) -> None:
    """A list whose names, addresses and jobs are hostile; a NUL alone would have the whole file refused."""
    texts = [text.replace("\0", "") for text in texts]
    with (folder / "roster.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS.split(","))
        for place, text in enumerate(texts):
            nik = f"327501{1 + place % 28:02}0190{place:04}"
            writer.writerow([nik, text, text, "003", "011", "Bekasijaya", "Bekasi Timur", f"0814{place:08}", text])
    with transaction() as session:
        terms = RosterTerms(dt.date(2026, 1, 1))
        import_roster(session, folder / "roster.csv", terms, now=dt.datetime.now(dt.UTC), actor="test")


def by_form(client: FlaskClient, texts: list[str]) -> None:
    for text in texts:
        page = client.get("/console/cases/new").get_data(as_text=True)
        once = page.split('name="once" value="')[1].split('"')[0]
        filed = {
            "csrf_token": form_token(page),
            "once": once,
            "anyway": "1",
            "channel": "counter",
            "name": text[:80],
            "category": "other",
            "identity": "normal",
            "kelurahan": "32.75.01.1001",
            "contact": "none",
            "words": text,
        }
        answer = client.post("/console/cases/new", data=filed)
        assert answer.status_code < 500, text
    for case in cases_of(client)[:3]:
        page = client.get(case).get_data(as_text=True)
        seen = page.split('name="seen" value="')[1].split('"')[0]
        version = page.split('name="version" value="')[1].split('"')[0]
        for text in texts[:20]:
            told = {"csrf_token": form_token(page), "step": "note", "words": text, "version": version, "seen": seen}
            assert client.post(case, data=told).status_code < 500, text


def cases_of(client: FlaskClient) -> list[str]:
    page = client.get("/console/cases?tab=all").get_data(as_text=True)
    return sorted(set(re.findall(r'href="(/console/cases/\d+)"', page)))


def sheets(client: FlaskClient) -> int:
    """Every cell of every file that leaves the house is text, a number or a day; how many there were."""
    book = openpyxl.load_workbook(io.BytesIO(client.get("/console/exports/reports.xlsx?which=all").data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    counted = len(cells)
    for path in ("exports/reports.csv?which=all", "exports/chronology.csv?which=all", "decisions/export.csv"):
        answer = client.get(f"/console/{path}")
        if answer.status_code == 404:
            continue
        rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
        written = [cell for row in rows for cell in row]
        assert [cell for cell in written if cell.startswith(FORMULA)] == []
        counted += len(written)
    return counted


def test_nothing_that_people_write_executes_or_evaluates(visit: Visit, db: Any, tmp_path: Path) -> None:
    texts = corpus(examples(85), SEED)
    few = texts[: max(20, len(texts) // 50)]
    a_worker(db)
    an_officer(role="supervisor", cleared=True)
    client = new_client()
    by_sms(texts)
    by_ussd(client, few)
    by_import(tmp_path, texts)
    signed_in(client)
    by_form(client, few)

    page = visit.page
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: visit.complaints.append(f"asked: {dialog.message}"))
    visit.sign_in(EMAIL)
    ids = [number for (number,) in db.execute("SELECT id FROM grievance ORDER BY id").fetchall()]
    inbox = db.execute("SELECT id FROM inbound_message WHERE handled_as = 'triage' ORDER BY id").fetchall()
    assert ids
    assert inbox
    paths = [
        "/",
        *(f"/console/{path}" for path in ("cases?tab=all", "texts", "decisions", "tasks", "dashboard", "exports")),
        *(f"/console/cases/{number}" for number in ids),
        *(f"/console/texts/{number}" for (number,) in inbox),
    ]
    for path in paths:
        visit.go(path)
        assert page.evaluate("window.felt") == [], path
        shown = page.locator("body").inner_text()
        assert shown, path
    assert sheets(client) > len(texts)
