"""The pages in a real browser: used by hand, on a wide screen and on a narrow one."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.cli.test_texting import away
from tests.messaging.texts import queued
from tests.officers import EMAIL, PASSWORD, an_officer
from tests.people import NOW, Someone, a_phone, a_worker
from tests.publication.test_publishing import a_list, publish
from tests.record.log import sealed
from tests.reports.test_inclusion import answer, men_and_women, taken
from tests.texts import a_text
from verify_service.ground.crypto import seal, unseal
from verify_service.ground.database import transaction
from verify_service.verification.reconciliation import reconcile_batch

pytestmark = pytest.mark.browser
MENU = "Pilih bahasa"


def sign_in(visit: Visit, role: str = "officer") -> Page:
    an_officer(role=role)
    return visit.sign_in(EMAIL)


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


def test_the_public_page_fits_a_phone_and_opens_each_kecamatan(visit: Visit, db: Any) -> None:
    a_list(db, people=40, answered=20)
    publish()
    page = visit.go("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Perlindungan kerja yang dibayar kota: sampaikah?")
    page.get_by_text("Bekasi Barat", exact=True).last.click()
    expect(page.get_by_role("rowheader", name="Bintara", exact=True)).to_be_visible()
    visit.fits()


def test_somebody_asks_a_question_on_a_phone_and_keeps_its_number(visit: Visit, db: Any) -> None:
    page = visit.go("/ask?lang=en")
    page.get_by_label("Your question").fill("How many ojek drivers are paid for?")
    page.get_by_role("button", name="Send").click()
    number = page.locator(".receipt").inner_text()
    assert db.execute("SELECT category FROM grievance WHERE number = %s", [number]).fetchone() == ("other",)
    visit.fits()


def test_an_officer_reads_that_the_public_figures_were_not_printed(visit: Visit, db: Any) -> None:
    page = sign_in(visit)
    db.execute("INSERT INTO publication (week, made_at, basis, refused) VALUES ('2026-11-23', now(), '', 'narrow')")
    expect(page.get_by_text("Angka publik minggu 23 Nov 2026 tidak diumumkan")).to_be_visible()


def test_an_officer_signs_in_and_out(visit: Visit, db: Any) -> None:
    an_officer()
    page = visit.go("/console/")
    page.get_by_label("Alamat email").fill(EMAIL)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url("**/console/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ringkasan program")
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
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_first_tab_stop_leads_past_the_header(visit: Visit, db: Any) -> None:
    page = visit.go("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_pages_fit_and_shut_nobody_out(visit: Visit, db: Any) -> None:
    denies(db, a_worker(db))
    reconcile()
    sealed(NOW)  # the public page shows the head
    for path in ("/", "/ask", "/console/login", "/simulator"):
        visit.go(path)
        visit.fits()
    sign_in(visit)
    visit.page.wait_for_selector("#verdict-table [data-value]")
    visit.fits()


def test_the_auditor_s_pages_fit_and_shut_nobody_out(visit: Visit, db: Any) -> None:
    denies(db, a_worker(db))
    reconcile()
    sign_in(visit, role="auditor")
    for path in (
        "reports",
        "reports/funnel",
        "reports/inclusion",
        "reports/messages",
        "reports/budget",
        "reports/money-at-risk",
        "what-if?heads=11666",
        "today",
    ):
        visit.go(f"/console/{path}")
        visit.fits()


def test_groups_that_lag_fit_and_shut_nobody_out(visit: Visit, db: Any) -> None:
    men_and_women(db, men=200, women=100)
    answer(db, "L", 150)
    taken()
    sign_in(visit, role="supervisor")
    visit.page.wait_for_selector("#lagging li")
    visit.fits()
    visit.go("/console/reports/inclusion")
    visit.page.wait_for_selector("#lagging button")
    visit.page.wait_for_selector(".dots .is-lagging")
    visit.fits()
    visit.page.click("#lagging button")
    visit.page.wait_for_selector("#lagging .reason")


def test_the_officers_lists_fit_and_shut_nobody_out(visit: Visit, db: Any) -> None:
    someone = a_worker(db)
    db.execute(
        """INSERT INTO task (kind, subject, kelurahan_code, rw, rt, enrolment_id, due_on, opened_at)
           VALUES ('death_reported', 'x', '32.75.01.1001', '011', '003', %s, '2026-11-20', %s)""",
        [someone.enrolment, NOW],
    )
    words = "Saya kecelakaan kemarin pak, kartunya belum ada " * 6
    db.execute(
        """INSERT INTO inbound_message (gateway, provider_id, sender, body, received_at, handled_at, handled_as)
           VALUES ('africastalking', 'x', %s, %s, %s, %s, 'triage')""",
        [seal(someone.number, "inbound_message.sender"), seal(words, "inbound_message.body"), NOW, NOW],
    )
    sign_in(visit)
    for path in ("tasks", "tasks/1", "texts", "texts/1"):
        visit.go(f"/console/{path}")
        visit.fits()


def test_the_pages_of_accounts_and_exports_fit_and_shut_nobody_out(visit: Visit, db: Any) -> None:
    sign_in(visit, "admin")
    an_officer(f"{'nama.panjang.' * 8}@bekasi.example", "kelurahan", name="Raden " * 20, area="32.75.01.1001")
    for path in ("account", "exports", "officers", "officers/2", "sign-ins?all=1"):
        visit.go(f"/console/{path}")
        for summary in visit.page.locator("main summary").all():
            summary.click()
        visit.fits()


def test_what_is_shown_once_fits_too(visit: Visit, db: Any) -> None:
    page = sign_in(visit, "admin")
    visit.go("/console/account")
    page.get_by_role("button", name="Buat alamat").click()
    expect(page.get_by_label("Alamat kalender Anda")).to_have_value(re.compile("/calendar/.{43}[.]ics$"))
    visit.fits()
    visit.go("/console/officers")
    page.get_by_text("Akun lain").click()
    page.get_by_label("Alamat email").fill("siti@bekasi.example")
    page.locator("#new-proof").fill(PASSWORD)
    page.get_by_role("button", name="Buat akun").click()
    expect(page.locator("#one-time-link")).to_be_visible()
    visit.fits()


def test_a_second_factor_is_set_up_and_used_by_keyboard(visit: Visit, db: Any) -> None:
    page = sign_in(visit)
    visit.go("/console/account")
    page.locator("#begin-old").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("Tidak bisa dipindai").click()  # waits for the page
    phone = pyotp.TOTP(page.locator("#secret").inner_text().replace(" ", ""))
    assert page.locator(".qr img").evaluate("picture => picture.naturalWidth") > 100
    visit.fits()
    page.get_by_label("Ketik enam angka").fill(phone.at(time.time() - 30))
    page.keyboard.press("Enter")
    expect(page.locator("#recovery-codes code")).to_have_count(10)
    codes = page.locator("#recovery-codes code").all_inner_texts()
    visit.fits()
    page.get_by_role("button", name="Keluar dari sistem").click()
    page.get_by_label("Alamat email").fill(EMAIL)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Faktor kedua")
    expect(page.get_by_label("Enam angka")).to_be_focused()
    page.get_by_text("HP tidak ada di tangan").click()
    visit.fits()
    page.get_by_label("kode cadangan").fill(codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")


def test_charts_are_drawn(visit: Visit, db: Any) -> None:
    denies(db, a_worker(db))
    reconcile()
    page = sign_in(visit)
    painted = page.evaluate(
        """() => [...document.querySelectorAll("canvas")].map((canvas) =>
             canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))"""
    )
    assert painted == [True, True]


def call(visit: Visit, number: str, which: int = 1) -> Locator:
    """Put this number into one of the phones and dial."""
    if not visit.page.url.endswith("/simulator"):
        visit.go("/simulator")
    phone = visit.page.locator(f"#phone-{which}")
    phone.get_by_label("Nomor HP").fill(number)
    phone.locator("[data-key=send]").click()
    return phone


def test_the_phone_dials_and_counts_what_the_screen_takes(visit: Visit, db: Any) -> None:
    someone = a_worker(db, language=None, noticed=False)
    phone = call(visit, someone.number)
    expect(phone.locator("[data-text]")).to_contain_text(MENU)
    shown = phone.locator("[data-text]").inner_text()
    expect(phone.locator("[data-septets]")).to_have_text(f"{len('CON ' + shown)}/160")
    phone.locator("[data-key='1']").click()
    phone.locator("[data-key=send]").click()
    phone.get_by_text("Langkah di jaringan").click()
    expect(phone.locator("[data-hops] tr")).to_have_count(2)
    assert db.execute("SELECT count(*) FROM conversation").fetchone() == (1,)


def test_two_phones_hold_two_talks_at_once(visit: Visit, db: Any) -> None:
    worker = a_worker(db, language=None, noticed=False)
    left = call(visit, worker.number, 1)
    right = call(visit, "+6281299990009", 2)
    for phone in (left, right):
        expect(phone.locator("[data-text]")).to_contain_text(MENU)
    left.locator("[data-key='1']").click()
    left.locator("[data-key=send]").click()
    expect(left.locator("[data-text]")).to_contain_text("Lanjut")
    expect(right.locator("[data-text]")).to_contain_text(MENU)
    right.locator("[data-key='3']").click()
    right.locator("[data-key=send]").click()
    expect(right.locator("[data-text]")).to_contain_text("Continue")
    expect(left.locator("[data-text]")).to_contain_text("Lanjut")
    assert db.execute("SELECT count(DISTINCT phone_id), count(*) FROM conversation").fetchone() == (2, 2)


def test_another_card_ends_what_the_last_one_was_doing(visit: Visit, db: Any) -> None:
    phone = call(visit, a_worker(db).number)
    expect(phone.locator("[data-text]")).to_contain_text("SIGAP")
    phone.get_by_label("Nomor HP").fill("+6281299990009")
    expect(phone.locator("[data-text]")).to_contain_text("Tekan Panggil")
    deadline = time.monotonic() + 5
    while db.execute("SELECT status FROM session_end").fetchone() != ("Incomplete",):
        assert time.monotonic() < deadline


def test_a_text_arrives_by_itself_and_opens_on_the_screen(visit: Visit, db: Any) -> None:
    someone = a_worker(db)
    a_text(db, someone.number, "Yang lama", sent_at=NOW)
    phone = call(visit, someone.number)
    texts = phone.locator("[data-list] button")
    expect(texts).to_have_count(1)
    before = phone.locator("[data-text]").inner_text()
    a_text(db, someone.number, "Apakah Anda masih bekerja? Balas YA", sent_at=NOW + dt.timedelta(minutes=1))
    began = time.monotonic()
    expect(texts).to_have_count(2)
    assert time.monotonic() - began < 2
    expect(phone.locator("[data-status]")).to_have_text("Ada SMS baru dari SIGAP Bekasi")
    expect(texts.first).to_contain_text("baru · 35 karakter · 1 SMS")
    expect(phone.locator("[data-unread-count]")).to_have_text("2 belum dibaca")
    texts.first.click()
    expect(phone.locator("[data-text]")).to_contain_text("Apakah Anda masih bekerja? Balas YA")
    expect(texts.first).not_to_contain_text("baru")
    expect(texts.first).to_be_focused()
    expect(phone.locator("[data-mail]")).to_have_text("✉ 1")
    phone.locator("[data-key=send]").click()  # OK: the talk is still there
    assert phone.locator("[data-text]").inner_text() == before
    expect(visit.page.locator("#phone-2 [data-list] button")).to_have_count(0)


def test_a_text_is_answered_from_the_phone(visit: Visit, db: Any) -> None:
    someone = a_worker(db)
    a_text(db, someone.number, "Balas YA atau TIDAK")
    visit.go("/simulator")
    phone = visit.page.locator("#phone-1")
    phone.get_by_label("Nomor HP").fill(someone.number)
    phone.locator("[data-list] button").click()
    phone.get_by_role("button", name="Balas", exact=True).click()
    expect(phone.get_by_label("SMS ke 28282")).to_be_focused()
    visit.page.keyboard.type("YA")
    expect(phone.locator("[data-draft-size]")).to_have_text("2 karakter · 1 SMS")
    phone.locator("[data-write] button").click()
    expect(phone.locator("[data-list] button").first).to_contain_text("dikirim")
    number, recipient = db.execute("SELECT sender, recipient FROM inbound_message").fetchone()
    assert unseal(number, "inbound_message.sender") == someone.number
    assert recipient == "28282"


def test_a_text_the_network_delivers_twice_is_kept_once(visit: Visit, db: Any) -> None:
    phone = call(visit, a_worker(db).number)
    twice = phone.get_by_role("button", name="Jaringan mengirim SMS saya dua kali")
    twice.click()
    expect(phone.locator("[data-result]")).to_contain_text("tulis dulu")
    phone.get_by_label("SMS ke 28282").fill("YA, sudah terima")
    phone.locator("[data-write] button").click()
    expect(phone.locator("[data-list]")).to_contain_text("YA, sudah terima")
    expect(phone.locator("[data-list] button").first).to_contain_text("dikirim")
    twice.click()
    expect(phone.locator("[data-list] button").first).to_contain_text("terkirim dua kali")
    rows = db.execute("SELECT body, quarantined FROM inbound_message").fetchall()
    assert [(unseal(body, "inbound_message.body"), why) for body, why in rows] == [("YA, sudah terima", None)]


def test_the_programme_is_made_to_ask(visit: Visit, db: Any) -> None:
    phone = call(visit, a_worker(db).number)
    phone.get_by_role("button", name="Program bertanya lewat SMS").click()
    expect(phone.locator("[data-status]")).not_to_be_empty()


def test_nobody_looks_for_texts_while_the_page_is_hidden(visit: Visit, db: Any) -> None:
    page = visit.go("/simulator")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/inbox") else None)
    page.evaluate(
        """() => { Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
                   document.dispatchEvent(new Event("visibilitychange")); }"""
    )
    page.wait_for_timeout(200)
    asked.clear()
    page.wait_for_timeout(1500)
    assert asked == []


def test_phones_in_use_fit_and_shut_nobody_out(visit: Visit, db: Any) -> None:
    someone = a_worker(db)
    a_text(db, someone.number, "SIGAP Bekasi: " + "panjang" * 30)
    a_text(db, "+6281299990009", "Balas YA 👍")
    for language in ("id", "en"):
        page = visit.go(f"/simulator?lang={language}")
        for which, number in ((1, someone.number), (2, "+6281299990009")):
            phone = page.locator(f"#phone-{which}")
            phone.locator("[data-caller]").fill(number)
            phone.locator("[data-key=send]").click()
            phone.locator("[data-hops]").locator("xpath=ancestor::details/summary").click()
            expect(phone.locator("[data-hops] tr")).to_have_count(1)
            phone.locator("[data-list] button").click()
        visit.fits()


def test_the_phone_is_used_with_a_keyboard(visit: Visit, db: Any) -> None:
    someone = a_worker(db, language=None, noticed=False)
    phone = call(visit, someone.number)
    expect(phone.locator("[data-text]")).to_contain_text(MENU)
    phone.locator("[data-text]").focus()
    visit.page.keyboard.type("19")
    visit.page.keyboard.press("Backspace")
    expect(phone.locator("[data-entry]")).to_have_text("1_")
    visit.page.keyboard.press("Enter")
    expect(phone.locator("[data-text]")).to_contain_text("Lanjut")
    visit.page.keyboard.press("Escape")
    expect(phone.locator("[data-text]")).to_contain_text("Tekan Panggil")


def test_letters_are_written_by_tapping_a_key_again(visit: Visit, db: Any) -> None:
    someone = a_worker(db, language=None, noticed=False)
    phone = call(visit, someone.number)
    expect(phone.locator("[data-text]")).to_contain_text(MENU)
    for key in "#2279":
        phone.locator(f"[data-key='{key}']").click()
    expect(phone.locator("[data-entry]")).to_have_text("bpw_")


def test_a_repeated_request_shows_the_same_screen(visit: Visit, db: Any) -> None:
    someone = a_worker(db)
    phone = call(visit, someone.number)
    expect(phone.locator("[data-hops] tr")).to_have_count(1)
    before = db.execute("SELECT heard_hash, hops, ended_at FROM conversation").fetchall()
    phone.get_by_role("button", name="Jaringan mengulang permintaan").click()
    expect(phone.locator("[data-result]")).to_have_text("Diulang: layar yang sama kembali, tidak ada yang berubah.")
    assert db.execute("SELECT heard_hash, hops, ended_at FROM conversation").fetchall() == before


def test_a_dropped_session_is_reported_and_forgotten(visit: Visit, db: Any) -> None:
    someone = a_worker(db)
    phone = call(visit, someone.number)
    expect(phone.locator("[data-hops] tr")).to_have_count(1)
    phone.get_by_role("button", name="Putuskan sesi").click()
    expect(phone.locator("[data-result]")).to_contain_text("Terputus")
    assert db.execute("SELECT status FROM session_end").fetchone() == ("Incomplete",)
    phone.locator("[data-key=send]").click()
    expect(phone.locator("[data-hops] tr")).to_have_count(1)
    assert db.execute("SELECT count(*) FROM conversation").fetchone() == (2,)


def test_a_wrong_code_never_reaches_the_service(visit: Visit, db: Any) -> None:
    page = visit.go("/simulator")
    screen = page.locator("#phone-1 [data-text]")
    screen.focus()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(screen).to_contain_text("Bukan kode layanan")
    assert db.execute("SELECT count(*) FROM conversation").fetchone() == (0,)


def test_an_officer_sees_that_texts_wait_and_sends_the_given_up_again(visit: Visit, db: Any) -> None:
    page = sign_in(visit, "supervisor")
    waiting = dt.datetime(2026, 11, 23, 3, 30, tzinfo=dt.UTC)
    for place in range(5):
        queued(a_phone(db, f"+628123456780{place}"), now=waiting)
    db.execute("UPDATE outbox SET state = 'failed', reason = 'no connection' WHERE id > 3")
    away(db)
    expect(page.get_by_role("status").filter(has_text="gateway tidak menjawab")).to_be_visible()
    visit.fits((390, 1280))
    page.get_by_role("link", name="Keadaan pengiriman SMS").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Keadaan pengiriman SMS")
    visit.fits((390, 1280))
    page.get_by_role("button", name="Kirim yang dihentikan").click()
    expect(page.get_by_text("SMS yang menunggu lagi: 2")).to_be_visible()
    visit.fits((390, 1280))
