"""A kelurahan is asked in the browser, watched and stopped; a text that failed waits again; on a desk and a phone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from jobs import asks, send
from tests.browser.conftest import Visit
from tests.browser.test_decisions import sign_in
from tests.console.test_messages import a_text
from tests.conversations.test_asking_a_group import people
from tests.people import a_worker
from verify_service.ground import queue

pytestmark = pytest.mark.browser


@pytest.fixture
def worker(db: Any) -> Iterator[threading.Event]:
    """Somebody who asks, as a worker does; texts leave once the event is set."""
    over, leaves = threading.Event(), threading.Event()

    def run() -> None:
        while not over.wait(0.1):
            asks.look(turn=0.1)
            if leaves.is_set():
                send.send()

    thread = threading.Thread(target=run)
    thread.start()
    yield leaves
    over.set()
    thread.join()
    queue.connection().flushdb()


def test_a_kelurahan_is_asked_with_its_cost_watched_and_stopped(visit: Visit, db: Any, worker: threading.Event) -> None:
    people(db, 40)
    a_worker(db, nik="3275011501900999", phone=None, row=999)
    page = sign_in(visit, role="admin")
    page.get_by_role("link", name="Tanya kelompok").click()
    visit.fits()
    page.get_by_label("Kelurahan", exact=True).select_option("32.75.01.1001")
    page.get_by_role("button", name="Lihat jumlah dan biayanya").click()
    expect(page.locator("[data-figure=question]")).to_have_text(
        "Kirim 40 SMS dengan biaya Rp\N{NO-BREAK SPACE}16.000 sekarang?"
    )
    expect(page.locator("[data-left-out=no_phone]")).to_have_text("1 tidak punya telepon")
    visit.fits()
    page.get_by_role("button", name="Ya, tanyakan").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-figure=asked]")).to_have_text("40", timeout=20_000)
    visit.fits()
    page.get_by_role("link", name="SMS-nya", exact=True).click()
    expect(page.locator("[data-figure=waiting]")).to_have_text("40")
    visit.fits()
    page.go_back()
    page.locator("summary", has_text="Hentikan").click()
    page.get_by_role("button", name="Ya, hentikan").click()
    expect(page.locator("[data-figure=state]")).to_have_text("dihentikan")
    expect(page.locator("[data-figure=texts-cancelled]")).to_have_text("40")
    visit.fits()
    assert db.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone() == (0,)


def test_progress_goes_on_by_itself_and_survives_a_closed_page(visit: Visit, db: Any, worker: threading.Event) -> None:
    people(db, 20)
    page = sign_in(visit, role="supervisor")
    visit.go("/console/ask?look=1")
    page.get_by_role("button", name="Ya, tanyakan").click()
    expect(page.locator("[data-figure=asked]")).to_have_text("20", timeout=20_000)
    address = page.url.removeprefix(visit.address)
    visit.go("/console/account")
    worker.set()
    visit.go(address)
    expect(page.locator("[data-figure=texts-accepted]")).to_have_text("20", timeout=20_000)
    expect(page.locator("#progress")).to_have_count(0)


def test_a_failed_text_waits_again(visit: Visit, db: Any) -> None:
    text = a_text(db, "refused", reason="RiskHold")
    page = sign_in(visit, role="admin")
    visit.go("/console/today")
    page.get_by_role("link", name="SMS keluar").first.click()
    page.locator("nav.kinds").get_by_role("link", name="Gagal").click()
    visit.fits()
    page.locator(f"#m-{text}").get_by_role("link").click()
    expect(page.locator("[data-figure=reason]")).to_contain_text("ditahan penyedia karena dianggap berisiko")
    visit.fits()
    page.get_by_role("button", name="Jadwalkan lagi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Jadwalkan lagi 1 SMS yang tidak pernah berangkat?")
    visit.fits()
    page.get_by_label("Alasan").select_option("gateway_mended")
    page.get_by_role("button", name="Ya, lakukan").click()
    expect(page.locator("[data-figure=state]")).to_have_text("menunggu dikirim")
    visit.fits()
    assert db.execute("SELECT state FROM outbox").fetchone() == ("waiting",)
