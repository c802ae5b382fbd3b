"""The desk in a real browser: at both widths, by keyboard, and while others work on the same cases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.console.desk import Desk, a_case, at_the_desk, number_of, state_of
from tests.officers import EMAIL, PASSWORD, an_officer
from tests.people import a_worker
from verify_service.grievances.notify import size_of
from verify_service.ground.database import transaction
from verify_service.verification.reconciliation import reconcile_batch

pytestmark = pytest.mark.browser
NOW = dt.datetime.now(dt.UTC)
LONG = "Kartu saya belum datang <script>alert(1)</script> " + "x" * 120 + " \u202etxet esrever"


def sign_in(visit: Visit, role: str = "officer", path: str = "/console/cases", **account: Any) -> int:
    officer = an_officer(EMAIL, role, name="Bu Meja", **account)
    visit.sign_in(EMAIL, path)
    return officer


def a_city(db: Any) -> None:
    """Cases of every standing, one of them about somebody whose months are known."""
    someone = a_worker(db)
    with transaction() as session:
        reconcile_batch(session, premium=16_800, now=NOW)
    today = NOW.date()
    db.execute("ALTER TABLE grievance ALTER COLUMN id RESTART WITH 1")
    a_case(db, LONG, worker=someone.worker, state="in_progress")
    a_case(db, LONG, urgency="accident", category="claim")
    a_case(db, due_on=today - dt.timedelta(40), state="answered", answered_at=NOW, decision="card_given")
    a_case(db, state="waiting_citizen", waiting_for="document", waiting_since=NOW)
    a_case(db, risk_on=today, due_on=today + dt.timedelta(1), supervisor_at=NOW, reopened=2)
    db.execute(
        """INSERT INTO grievance_notice (grievance_id, kind, cycle, level, officer_id, at)
           SELECT 1, 'overdue', 0, 0, NULL, now()"""
    )


PAGES = ("", "?tab=all&category=card", "/1", "/2", "/3", "/4", "/1?print=1", "/new")


def test_the_pages_of_the_desk_fit_and_shut_nobody_out(visit: Visit, db: Any) -> None:
    a_city(db)
    sign_in(visit, "supervisor")
    for path in (*(f"/console/cases{page}" for page in PAGES), "/console/notices"):
        page = visit.go(path)
        page.evaluate("document.querySelectorAll('details').forEach((closed) => { closed.open = true; })")
        visit.fits()


def test_what_was_refused_found_merged_or_filed_fits_too(visit: Visit, db: Any) -> None:
    a_city(db)
    sign_in(visit)
    page = visit.page
    page.locator("[data-row] input").first.check()
    page.get_by_role("button", name="Ambil", exact=True).click()
    expect(page.locator("#result")).to_contain_text("Selesai")
    visit.fits()
    page.get_by_label("Cari kasus").fill("Sulistiawati")
    page.get_by_role("button", name="Cari").click()
    expect(page.locator("#found")).to_contain_text("Ditemukan")
    visit.fits()
    visit.go("/console/cases/1")
    page.locator("#step-merge summary").click()
    page.get_by_label("Nomor kasus yang dilanjutkan").fill(number_of(db, 5))
    page.get_by_role("button", name="Bandingkan keduanya").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Apakah keduanya hal yang sama?")
    visit.fits()
    visit.go("/console/cases/new")
    page.get_by_label("Apa yang terjadi").fill(LONG)
    page.get_by_role("button", name="Catat dan ambil nomornya").click()
    expect(page.get_by_role("alert")).to_contain_text("Belum tercatat")
    visit.fits()
    page.get_by_label("Kategori").select_option("card")
    page.get_by_role("button", name="Catat dan ambil nomornya").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kasus sudah dicatat")
    visit.fits()
    visit.complaints.clear()  # the form that was sent back was a 422


def test_the_list_changes_by_itself_and_keeps_ticks_focus_and_what_is_half_typed(visit: Visit, db: Any) -> None:
    case = a_case(db, state="verified")
    sign_in(visit)
    page = visit.page
    page.get_by_label(f"Tandai {number_of(db, case)}").check()
    page.get_by_label("Cari kasus").fill("Suli")
    page.locator("[data-open]").first.focus()
    urgent = a_case(db, urgency="death")
    expect(page.locator("[data-row]")).to_have_count(2, timeout=8000)
    expect(page.locator("[data-row]").first).to_contain_text(number_of(db, urgent))
    expect(page.get_by_label(f"Tandai {number_of(db, case)}")).to_be_checked()
    expect(page.get_by_label("Cari kasus")).to_have_value("Suli")
    expect(page.get_by_role("link", name=number_of(db, case))).to_be_focused()
    expect(page.locator("[data-ticked]")).to_have_text("1")


def test_a_half_written_answer_stays_while_the_thread_grows(visit: Visit, db: Any) -> None:
    officer = sign_in(visit)
    case = a_case(db, state="in_progress", assignee_id=officer)
    page = visit.go(f"/console/cases/{case}")
    page.get_by_label("Yang disampaikan kepada warga").first.fill("Kartu Anda")
    other: Desk = at_the_desk(name="Pak Lain")
    other.step(case, "note", once="1", words="Sudah ke lokasi")
    expect(page.locator("#thread")).to_contain_text("Sudah ke lokasi", timeout=8000)
    expect(page.locator("#moved-on")).to_be_hidden()
    other.step(case, "take")
    expect(page.locator("#moved-on")).to_be_visible(timeout=8000)
    expect(page.get_by_label("Yang disampaikan kepada warga").first).to_have_value("Kartu Anda")
    page.get_by_label("Keputusan").select_option("card_given")
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.get_by_role("alert")).to_contain_text("Pak Lain: Diberikan kepada petugas")
    expect(page.get_by_label("Yang disampaikan kepada warga").first).to_have_value("Kartu Anda")
    assert state_of(db, case) == "in_progress"
    assert visit.complaints
    assert all("409" in complaint for complaint in visit.complaints)
    visit.complaints.clear()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_the_list_is_worked_by_keyboard(visit: Visit, db: Any) -> None:
    first = a_case(db, state="verified", urgency="accident")
    second = a_case(db, state="verified")
    officer = sign_in(visit)
    page = visit.page
    press(page, "j")
    expect(page.get_by_role("link", name=number_of(db, first))).to_be_focused()
    press(page, "j", "j", "x")
    expect(page.get_by_label(f"Tandai {number_of(db, second)}")).to_be_checked()
    press(page, "t")
    expect(page.locator("#result")).to_contain_text("Selesai: 1")
    assert db.execute("SELECT id FROM grievance WHERE assignee_id = %s", [officer]).fetchall() == [(second,)]
    visit.go("/console/cases?tab=open")
    press(page, "j", "o")
    page.wait_for_url(f"**/console/cases/{first}")
    press(page, "n")
    expect(page.locator("#note-words")).to_be_focused()
    page.keyboard.type("jangan t a n /?")
    expect(page.locator("#note-words")).to_have_value("jangan t a n /?")
    page.locator("h1").click()
    press(page, "a")
    expect(page.locator("#answer-words")).to_be_focused()
    visit.go("/console/cases?tab=open")
    press(page, "/")
    expect(page.get_by_label("Cari kasus")).to_be_focused()


def test_the_shortcuts_are_shown_and_can_be_turned_off_for_good(visit: Visit, db: Any) -> None:
    a_case(db)
    sign_in(visit, path="/console/cases?tab=open")
    page = visit.page
    page.get_by_role("button", name="Pintasan").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert visit.faults() == []
    dialog.get_by_label("Pintasan aktif").uncheck()
    dialog.get_by_role("button", name="Tutup").click()
    expect(dialog).to_be_hidden()
    page.reload()
    press(page, "j")
    expect(page.locator("[data-open]").first).not_to_be_focused()
    press(page, "?")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Pintasan").click()
    dialog.get_by_label("Pintasan aktif").check()
    page.keyboard.press("Escape")
    press(page, "j")
    expect(page.locator("[data-open]").first).to_be_focused()


SAMPLES = [
    "Kartu Anda siap.",
    "harga €5 [ya] {tidak} ~ ^ | \\",
    "“kutip” – panjang… ’ini’",
    "café naïve ñandú Ångström",
    "emoji 🙂🙂 hilang",
    "baris\nbaru\t\ttab   banyak",
    "عربي 中文 кириллица",
    "½ ² ٣ １２",
    "a" * 134,
    "a" * 135,
    "é" * 290,
    " \u200b\u202e depan",
    "ﬁ ŉ ǆ Ω ℃ ™",
]


def test_the_length_shown_is_the_servers(visit: Visit, db: Any) -> None:
    officer = sign_in(visit)
    case = a_case(db, state="in_progress", assignee_id=officer)
    page = visit.go(f"/console/cases/{case}")
    field, shown = page.locator("#answer-words"), page.locator("#answer-count")
    for words in SAMPLES:
        field.fill(words)
        length, parts = size_of(words, number_of(db, case))
        expect(shown).to_contain_text(f"{length} dari 306 karakter · {parts} SMS")
    field.fill("a" * 400)
    expect(shown).to_contain_text("terlalu panjang")


def test_a_prepared_answer_is_put_in_and_sent(visit: Visit, db: Any) -> None:
    officer = sign_in(visit)
    case = a_case(db, state="in_progress", assignee_id=officer)
    page = visit.go(f"/console/cases/{case}")
    page.get_by_label("Keputusan").select_option("card_given")
    page.get_by_role("button", name="Pakai jawaban siap pakai").click()
    expect(page.locator("#answer-words")).to_have_value(
        "Kartu Anda sudah siap dan bisa diambil di kelurahan pada jam kerja. Bawa KTP asli. Tidak ada biaya."
    )
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.get_by_text("Selesai: Jawab")).to_be_visible()
    expect(page.locator("#thread")).to_contain_text("menunggu dikirim")
    assert state_of(db, case) == "answered"


def test_what_is_half_written_outlasts_a_sign_out(visit: Visit, db: Any) -> None:
    officer = sign_in(visit)
    case = a_case(db, state="in_progress", assignee_id=officer)
    page = visit.go(f"/console/cases/{case}")
    page.locator("#answer-words").fill("Kartu Anda sudah siap")
    db.execute("DELETE FROM officer_session")
    page.wait_for_url("**/console/login**", timeout=8000)
    page.get_by_label("Alamat email").fill(EMAIL)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(f"**/console/cases/{case}")
    expect(page.locator("#answer-words")).to_have_value("Kartu Anda sudah siap")
    page.get_by_label("Keputusan").select_option("card_given")
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.get_by_text("Selesai: Jawab")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft'))") == []
    visit.complaints.clear()  # the page that asked by itself was answered 401


def test_what_one_caller_told_is_not_put_into_the_case_of_the_next(visit: Visit, db: Any) -> None:
    sign_in(visit, path="/console/cases/new")
    page, words = visit.page, visit.page.get_by_label("Apa yang terjadi")
    words.fill("Bu Sri: kartu hilang")
    visit.go("/console/cases/new")
    expect(words).to_have_value("")
    page.get_by_role("button", name="Kembalikan tulisan").click()
    expect(words).to_have_value("Bu Sri: kartu hilang")
    page.get_by_label("Kategori").select_option("card")
    page.get_by_role("button", name="Catat dan ambil nomornya").click()
    expect(page.locator("#number")).to_be_visible()
    visit.go("/console/cases/new")
    expect(page.get_by_role("button", name="Kembalikan tulisan")).to_be_hidden()
