"""The pages in a real browser: used by hand, on a wide screen and on a narrow one."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.officers import EMAIL, PASSWORD, an_officer
from tests.people import NOW, Someone, a_worker
from verify_service.ground.database import transaction
from verify_service.verification.reconciliation import reconcile_batch

pytestmark = pytest.mark.browser
MENU = "Pilih bahasa"


def sign_in(visit: Visit, role: str = "officer") -> Page:
    an_officer(role=role)
    page = visit.go("/console/")
    page.get_by_label("Alamat email").fill(EMAIL)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url("**/console/")
    return page


def reconcile() -> None:
    with transaction() as session:
        reconcile_batch(session, premium=16_800, now=NOW)


def denies(db: Any, someone: Someone) -> None:
    db.execute(
        """INSERT INTO evidence (enrolment_id, source, statement, channel, inbound, received_at)
           VALUES (%s, 'worker', 'denies', 'ussd', 'test:1', %s)""",
        [someone.enrolment, NOW],
    )
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) VALUES (%s, %s)", [someone.enrolment, NOW])


def test_an_officer_signs_in_and_out(visit: Visit, db: Any) -> None:
    page = sign_in(visit)
    expect(page.get_by_role("heading", level=1)).to_have_text("Keadaan kota")
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Masuk untuk petugas")


def test_the_page_changes_by_itself_within_a_second_and_says_so(visit: Visit, db: Any) -> None:
    someone = a_worker(db)
    reconcile()
    page = sign_in(visit)
    needs_action = page.locator("[data-figure=needs_action]")
    expect(needs_action).to_have_text("0")
    expect(page.locator("#freshness-text")).to_contain_text("diperbarui")
    denies(db, someone)
    reconcile()
    began = time.monotonic()
    expect(needs_action).to_have_text("1", timeout=3000)
    assert time.monotonic() - began < 1.5  # a second, and what a busy machine adds
    assert "has-changed" in (needs_action.get_attribute("class") or "")
    expect(page.get_by_role("status")).to_have_text("Angka berubah. Ketidaksesuaian terbuka: 1")
    expect(page.locator("#open-table")).to_contain_text("Terlindungi, tidak tahu")


def test_a_filter_half_chosen_and_the_focus_survive_a_change(visit: Visit, db: Any) -> None:
    someone = a_worker(db)
    reconcile()
    page = sign_in(visit)
    page.get_by_label("Siapa bertindak").select_option("kelurahan")
    page.get_by_role("button", name="Tampilkan").focus()
    denies(db, someone)
    reconcile()
    expect(page.locator("[data-figure=needs_action]")).to_have_text("1")
    expect(page.get_by_label("Siapa bertindak")).to_have_value("kelurahan")
    expect(page.get_by_role("button", name="Tampilkan")).to_be_focused()
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.locator("#open-table")).to_contain_text("Tidak ada yang terbuka di sini.")


def test_a_lost_connection_is_said(visit: Visit, db: Any) -> None:
    page = sign_in(visit)
    expect(page.locator("#freshness-text")).to_contain_text("diperbarui")
    page.context.set_offline(True)
    expect(page.locator("#freshness-text")).to_contain_text("Koneksi terputus")
    page.context.set_offline(False)
    expect(page.locator("#freshness-text")).to_contain_text("diperbarui")
    visit.complaints.clear()  # the browser says that it was offline


def test_the_console_speaks_english_from_now_on(visit: Visit, db: Any) -> None:
    page = sign_in(visit)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where the city stands")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_first_tab_stop_leads_past_the_header(visit: Visit, db: Any) -> None:
    page = visit.go("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", ["/", "/console/login", "/simulator", "/console/"])
def test_pages_fit_and_shut_nobody_out(visit: Visit, db: Any, path: str, width: int) -> None:
    denies(db, a_worker(db))
    reconcile()
    visit.wide(width)
    if path == "/console/":
        sign_in(visit)
        visit.page.wait_for_selector("#verdict-table [data-value]")
    else:
        visit.go(path)
    assert visit.too_wide_by() <= 0
    assert visit.faults() == []


def test_charts_are_drawn(visit: Visit, db: Any) -> None:
    denies(db, a_worker(db))
    reconcile()
    page = sign_in(visit)
    painted = page.evaluate(
        """() => [...document.querySelectorAll("canvas")].map((canvas) =>
             canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))"""
    )
    assert painted == [True, True]


def call(visit: Visit, number: str) -> Page:
    page = visit.go("/simulator")
    page.get_by_label("Nomor HP").fill(number)
    page.locator("[data-key=send]").click()
    return page


def test_the_phone_dials_and_counts_what_the_screen_takes(visit: Visit, db: Any) -> None:
    someone = a_worker(db, language=None, noticed=False)
    page = call(visit, someone.number)
    expect(page.locator("[data-text]")).to_contain_text(MENU)
    shown = page.locator("[data-text]").inner_text()
    expect(page.locator("[data-septets]")).to_have_text(f"{len('CON ' + shown)}/160")
    page.locator("[data-key='1']").click()
    page.locator("[data-key=send]").click()
    expect(page.locator("[data-hops] tr")).to_have_count(2)
    assert db.execute("SELECT count(*) FROM conversation").fetchone() == (1,)


def test_the_phone_is_used_with_a_keyboard(visit: Visit, db: Any) -> None:
    someone = a_worker(db, language=None, noticed=False)
    page = call(visit, someone.number)
    expect(page.locator("[data-text]")).to_contain_text(MENU)
    page.locator("[data-text]").focus()
    page.keyboard.type("19")
    page.keyboard.press("Backspace")
    expect(page.locator("[data-entry]")).to_have_text("1_")
    page.keyboard.press("Enter")
    expect(page.locator("[data-text]")).to_contain_text("Lanjut")
    page.keyboard.press("Escape")
    expect(page.locator("[data-text]")).to_contain_text("Tekan Panggil")


def test_letters_are_written_by_tapping_a_key_again(visit: Visit, db: Any) -> None:
    someone = a_worker(db, language=None, noticed=False)
    page = call(visit, someone.number)
    expect(page.locator("[data-text]")).to_contain_text(MENU)
    for key in "#2279":
        page.locator(f"[data-key='{key}']").click()
    expect(page.locator("[data-entry]")).to_have_text("bpw_")


def test_a_repeated_request_shows_the_same_screen(visit: Visit, db: Any) -> None:
    someone = a_worker(db)
    page = call(visit, someone.number)
    expect(page.locator("[data-hops] tr")).to_have_count(1)
    before = db.execute("SELECT heard_hash, hops, ended_at FROM conversation").fetchall()
    page.get_by_role("button", name="Jaringan mengulang permintaan").click()
    expect(page.locator("[data-result]")).to_have_text("Diulang: layar yang sama kembali, tidak ada yang berubah.")
    assert db.execute("SELECT heard_hash, hops, ended_at FROM conversation").fetchall() == before


def test_a_dropped_session_is_reported_and_forgotten(visit: Visit, db: Any) -> None:
    someone = a_worker(db)
    page = call(visit, someone.number)
    expect(page.locator("[data-hops] tr")).to_have_count(1)
    page.get_by_role("button", name="Putuskan sesi").click()
    expect(page.locator("[data-result]")).to_contain_text("Terputus")
    assert db.execute("SELECT status FROM session_end").fetchone() == ("Incomplete",)
    page.locator("[data-key=send]").click()
    expect(page.locator("[data-hops] tr")).to_have_count(1)
    assert db.execute("SELECT count(*) FROM conversation").fetchone() == (2,)


def test_a_wrong_code_never_reaches_the_service(visit: Visit, db: Any) -> None:
    page = visit.go("/simulator")
    page.locator("[data-text]").focus()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(page.locator("[data-text]")).to_contain_text("Bukan kode layanan")
    assert db.execute("SELECT count(*) FROM conversation").fetchone() == (0,)
