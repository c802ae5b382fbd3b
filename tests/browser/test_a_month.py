"""A month of a programme, from an empty installation, by two people with a browser and no command typed."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from jobs import asks, reconcile, rounds, send, uploads
from tests.browser.conftest import Visit
from tests.browser.test_decisions import sign_in
from tests.browser.test_registry import ugly
from tests.registry.test_loading import ANI, BUDI, HEADINGS
from tests.registry.test_pairs import ANY
from verify_service.ground import queue
from verify_service.ground.database import Unavailable
from verify_service.ground.working_days import city_day

pytestmark = pytest.mark.browser
TODAY = city_day(dt.datetime.now(dt.UTC))
MONTH = (TODAY.replace(day=1) - dt.timedelta(days=1)).replace(day=1)  # the last whole month


@pytest.fixture
def worker(db: Any) -> Iterator[None]:
    """Somebody who does what waits, as a worker does."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(0.1):
            with suppress(Unavailable):
                uploads.work()
                asks.look(turn=0.1)
                rounds.look(turn=0.1)
                send.send()
                reconcile.reconcile()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    over.set()
    thread.join()
    queue.connection().flushdb()


def csv(folder: Path, name: str, headings: str, *rows: str) -> Path:
    file = folder / name
    file.write_text("\n".join((headings, *rows)) + "\n", encoding="utf-8")
    return file


def state(page: Page, words: str) -> None:
    expect(page.locator("[data-figure=state]")).to_have_text(words, timeout=20_000)


def bring(page: Page, kind: str, file: Path, month: str = "") -> None:
    page.get_by_role("link", name="Data peserta", exact=True).click()
    page.get_by_role("link", name=kind, exact=True).click()
    page.get_by_label(f"{kind} (").set_input_files(file)
    if month:
        page.get_by_label("Bulan yang dimaksud").select_option(month)
    page.get_by_role("button", name="Baca berkas").click()


def accepted(page: Page, button: str) -> None:
    state(page, "sudah dibaca, menunggu keputusan")
    page.get_by_role("button", name=button).click()
    state(page, "disimpan")


def second_person(visit: Visit, chromium: Browser) -> Visit:
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(10_000)
    other = Visit(page, visit.address)
    sign_in(other, "wakil@bekasi.example", role="admin", name="Pak Wakil")
    return other


def test_a_month_from_an_empty_installation_without_a_command(
    visit: Visit, chromium: Browser, db: Any, worker: None, tmp_path: Path
) -> None:
    page = sign_in(visit, role="admin", name="Bu Admin")
    deputy = second_person(visit, chromium)

    # The list: an ugly one is refused, its better copy mapped and taken.
    bring(page, "Daftar pekerja", ugly(tmp_path))
    state(page, "menanyakan kolom mana berisi apa")
    page.get_by_role("button", name="Tolak berkas").first.click()
    state(page, "ditolak, dihapus")
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in (["KODE WARGA", *HEADINGS.split(",")[1:]], *(row.split(",") for row in (ANI, BUDI, ANY))):
        book.active.append(line)
    book.save(tmp_path / "daftar.xlsx")
    bring(page, "Daftar pekerja", tmp_path / "daftar.xlsx")
    state(page, "menanyakan kolom mana berisi apa")
    page.get_by_label("KODE WARGA").select_option("NIK")
    page.get_by_role("button", name="Baca lagi dengan kolom ini").click()
    accepted(page, "Terima semua 3 baris")

    # Letters of a kelurahan, on paper.
    visit.go("/console/registry/posts?kelurahan=32.75.01.1002")
    with page.expect_popup() as printed:
        page.get_by_role("button", name="Surat untuk dicetak").click()
    printed.value.close()
    assert db.execute("SELECT count(*) FROM audit WHERE action LIKE '%letters%'").fetchone() != (0,)

    # What was paid and what the insurer says of the month.
    paid = csv(tmp_path, "bayar.csv", "NIK,NAMA,JUMLAH", *(f"{row[:16]},Nama,16800" for row in (ANI, BUDI)))
    bring(page, "Pembayaran sebulan", paid, f"{MONTH:%Y-%m}")
    accepted(page, "Terima semua 2 baris")
    insured = csv(tmp_path, "bpjs.csv", "NIK,KPJ,STATUS", f"{ANI[:16]},26000000001,AKTIF")
    bring(page, "Berkas BPJS sebulan", insured, f"{MONTH:%Y-%m}")
    accepted(page, "Terima semua 1 baris")

    # Two who may be one person.
    visit.go("/console/registry/pairs")
    page.get_by_label("Alasan: apa yang ditanyakan").fill("KTP dilihat")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("1")
    expect(page.get_by_role("status").first).to_contain_text("Dicatat: satu orang.")

    # A question to one kelurahan, with its cost.
    page.get_by_role("link", name="Tanya kelompok").click()
    page.get_by_label("Kelurahan", exact=True).select_option("32.75.01.1002")
    page.get_by_role("button", name="Lihat jumlah dan biayanya").click()
    expect(page.locator("[data-figure=question]")).to_contain_text("SMS dengan biaya Rp")
    page.get_by_role("button", name="Ya, tanyakan").click()
    state(page, "semua sudah ditanya")

    # A round from its draw to its report.
    page.get_by_role("link", name="Putaran", exact=True).click()
    page.get_by_label("Nama", exact=True).fill("2026-coba")
    page.get_by_label("Semua orang").check()
    page.get_by_role("button", name="Buka sebagai rancangan").click()
    page.get_by_role("button", name="Undi").click()
    page.get_by_role("button", name="Mulai menghubungi").click()
    page.get_by_role("button", name="Tutup sekarang").click()
    state(page, "Ditutup")
    expect(page.locator("#dispositions-table")).to_be_visible()

    # Joint leave and a word: proposed by one, confirmed by the other.
    visit.go("/console/rules/send_window.closed_on")
    page.get_by_label("Nilai baru").fill(f"{TODAY.year + 1}-12-24")
    page.get_by_label("Alasan").fill("SKB tiga menteri")
    page.get_by_role("button", name="Usulkan").click()
    visit.go("/console/words/a6.end")
    page.get_by_role("group", name="English").get_by_label("Teks", exact=True).fill("Thank you. Give nobody money.")
    page.get_by_label("Alasan").fill("lebih singkat")
    page.get_by_role("button", name="Usulkan").click()
    for path in ("rules/send_window.closed_on", "words/a6.end"):
        deputy.go(f"/console/{path}")
        deputy.page.get_by_role("button", name="Setujui").click()
        expect(deputy.page.get_by_role("status").first).to_contain_text("Disetujui.")

    # A message that failed waits again.
    db.execute("UPDATE outbox SET state = 'failed', reason = 'given up', handed_at = NULL WHERE id = 1")
    visit.go("/console/messages/1")
    page.get_by_role("button", name="Jadwalkan lagi").click()
    page.get_by_label("Alasan").select_option("gateway_mended")
    page.get_by_role("button", name="Ya, lakukan").click()
    expect(page.get_by_role("status").first).to_be_visible()

    # Somebody asks to be erased: one proposes it, the other does it.
    page.get_by_role("link", name="Cari orang", exact=True).first.click()
    page.get_by_label("Nama, NIK, KPJ, telepon, atau kode").fill("Budi Santoso")
    page.keyboard.press("Enter")
    page.locator("main table a").first.click()
    page.get_by_text("Catat permintaan", exact=True).click()
    page.get_by_label("Yang diminta").select_option("erase")
    page.get_by_label("Cara memastikan identitas").select_option("ktp")
    page.get_by_role("textbox", name="Yang dikatakan").fill("tidak ikut lagi")
    page.get_by_role("button", name="Catat").click()
    page.get_by_label("Alasan, dan apa yang dilihat").first.fill("KTP dilihat di loket")
    page.get_by_role("button", name="Usulkan penghapusan").click()
    deputy.go(page.url.removeprefix(visit.address))
    deputy.page.get_by_role("button", name="Hapus selamanya").click()
    state(deputy.page, "selesai")
    deputy.page.context.close()

    # Figures for the mayor.
    visit.go("/console/reports/funnel")
    with page.expect_download() as coming:
        page.locator("a[href*='.csv']").first.click()
    assert Path(coming.value.path()).read_text(encoding="utf-8-sig").count("\n") > 1
