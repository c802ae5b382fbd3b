"""A list on its way through the browser: ugly, asked about, accepted, compared and undone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from jobs import uploads
from tests.browser.conftest import Visit
from tests.browser.test_decisions import sign_in
from tests.registry.test_loading import ANI, HEADINGS, written
from tests.registry.test_pairs import ANY
from tests.registry.test_versions import roster

pytestmark = pytest.mark.browser


@pytest.fixture
def worker(db: Any) -> Iterator[None]:
    """Somebody who works on uploads, as a worker does."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(0.1):
            uploads.work()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    over.set()
    thread.join()


def ugly(folder: Path) -> Path:
    """A workbook as offices send it: a letterhead, a heading of their own, a cut NIK, a letter in a phone, a total."""
    book = openpyxl.Workbook()
    sheet = book.active
    for line in (
        ["PEMERINTAH KOTA BEKASI"],
        ["DAFTAR PEKERJA INFORMAL"],
        [],
        ["NO", "KODE WARGA", *HEADINGS.split(",")[1:], "HOBI"],
        [1, *ANI.split(","), "catur"],
        [
            2,
            "3275011203750002",
            "Budi Santoso",
            "12-03-1975",
            "1",
            "2",
            "Margahayu",
            "Bekasi Timur",
            "08123456789O",
            "",
        ],
        [3, "12345", "Citra Dewi", "15-08-1990", "3", "2", "Margahayu", "Bekasi Timur", "081234567999", ""],
        ["", "JUMLAH", "3"],
    ):
        sheet.append(line)
    file = folder / "DAFTAR  baru (1).xlsx"
    book.save(file)
    return file


def stand(page: Page, words: str) -> None:
    expect(page.locator("[data-figure=state]")).to_have_text(words, timeout=20_000)


def test_an_ugly_list_is_mapped_looked_at_taken_compared_and_undone(
    visit: Visit, db: Any, worker: None, tmp_path: Path
) -> None:
    roster(written(tmp_path, ANI), 0)
    page = sign_in(visit, role="admin")
    page.get_by_role("link", name="Data peserta").click()
    visit.fits()
    page.get_by_label("Daftar pekerja (").set_input_files(ugly(tmp_path))
    page.get_by_role("button", name="Baca berkas").click()
    stand(page, "menanyakan kolom mana berisi apa")
    visit.fits()
    page.get_by_label("KODE WARGA").select_option("NIK")
    page.get_by_label("HOBI").select_option(label="tidak dipakai")
    page.get_by_role("button", name="Baca lagi dengan kolom ini").click()
    stand(page, "sudah dibaca, menunggu keputusan")
    expect(page.get_by_text("NIK tidak berisi 16 angka.").first).to_be_visible()
    expect(page.locator("#preview-table")).to_contain_text("Margahayu")
    visit.fits()
    page.get_by_role("button", name="Terima 2 baris yang sah saja").focus()
    page.keyboard.press("Enter")
    stand(page, "disimpan")
    visit.fits()
    page.get_by_role("link", name="Buka versi").click()
    page.get_by_role("link", name="Bandingkan dengan versi").click()
    expect(page.locator("[data-figure=added]")).to_have_text("1")
    visit.fits()
    page.get_by_text("Batalkan versi ini").click()
    page.get_by_role("button", name="Ya, batalkan").click()
    expect(page.get_by_role("status").first).to_contain_text("Dibatalkan.")
    assert db.execute("SELECT count(*) FROM enrolment").fetchone() == (1,)
    for path in (
        "versions",
        "list",
        "months",
        "pairs",
        "posts",
        "posts?kelurahan=32.75.01.1002",
        "?kind=insurer",
        "versions?kind=insurer",
    ):
        visit.go(f"/console/registry{'' if path.startswith('?') else '/'}{path}")
        visit.fits()


def test_pairs_are_decided_by_one_key(visit: Visit, db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI), 1)
    roster(written(tmp_path, ANY), 2)
    page = sign_in(visit, role="supervisor")
    visit.go("/console/registry/pairs")
    visit.fits()
    page.get_by_label("Alasan: apa yang ditanyakan").fill("kartu 1")  # what is typed decides nothing
    expect(page.locator("[data-figure=open]")).to_have_text("1")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("1")
    expect(page.get_by_role("status").first).to_contain_text("Dicatat: satu orang.")
    assert db.execute("SELECT decision FROM person_pair").fetchone() == ("same",)
    page.get_by_role("link", name="Lihat lagi").click()
    visit.fits()
    page.get_by_role("button", name="Batalkan").click()
    expect(page.locator("[data-figure=open]")).to_have_text("1")
