"""A person in a real browser: found misspelt, seen in clear, taken along, put right, erased by two; figures unmoved."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_decisions import sign_in
from tests.registry.test_loading import ANI, BUDI, NOW, ledger, roster, written
from tests.verification.test_reconciliation import reconcile
from verify_service.ground.database import transaction
from verify_service.reports.answers import REPORTS, lines_of
from verify_service.reports.definition import Asked

pytestmark = pytest.mark.browser
NIK = "3275014107800001"
TOLD = ("months", "money-at-risk", "funnel", "inclusion")


def figures() -> dict[str, list[tuple[Any, ...]]]:
    with transaction() as session:
        return {name: lines_of(REPORTS[name], session, Asked(NOW)) for name in TOLD}


def another(visit: Visit, chromium: Browser, email: str, name: str) -> Visit:
    """A second administrator, at a browser of his own."""
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    other = Visit(page, visit.address)
    sign_in(other, email, role="admin", name=name)
    return other


def ask(page: Page, kind: str, said: str = "di loket") -> None:
    page.get_by_text("Catat permintaan", exact=True).click()
    page.get_by_label("Yang diminta").select_option(kind)
    page.get_by_label("Cara memastikan identitas").select_option("ktp")
    page.get_by_role("textbox", name="Yang dikatakan").fill(said)
    page.get_by_role("button", name="Catat").click()
    expect(page.locator("[data-figure=state]")).to_have_text("menunggu")


def find(visit: Visit, typed: str) -> Page:
    page = visit.page
    page.get_by_role("link", name="Cari orang", exact=True).first.click()
    page.get_by_label("Nama, NIK, KPJ, telepon, atau kode").fill(typed)
    page.keyboard.press("Enter")
    expect(page.locator("[data-figure=found]")).to_have_text("1")
    return page


def test_a_person_is_found_seen_exported_corrected_and_erased(
    visit: Visit, chromium: Browser, db: Any, tmp_path: Path
) -> None:
    roster(written(tmp_path, ANI, BUDI))
    ledger("payments", written(tmp_path, f"{NIK},Ani,16800", headings="NIK,NAMA,JUMLAH", name="p.csv"))
    headings = "NIK,KPJ,STATUS"
    ledger("insurer", written(tmp_path, f"{NIK},26000000001,AKTIF", headings=headings, name="i.csv"))
    reconcile()
    before = figures()
    page = sign_in(visit, role="admin", name="Ibu Admin")
    find(visit, "Annie Lastari")
    visit.fits()
    page.get_by_role("link", name="A*** L***").click()
    person = page.url
    assert NIK not in person
    visit.fits()

    page.get_by_text("Tampilkan nomor lengkap", exact=True).click()
    page.get_by_label("Untuk apa").select_option("insurer")
    page.get_by_label("Dengan kata-kata sendiri").fill("klaim keluarga")
    page.get_by_role("button", name="Tampilkan sekali").click()
    expect(page.locator("#in-clear")).to_contain_text(NIK)
    visit.fits()
    visit.go(person.removeprefix(visit.address))
    expect(page.get_by_text(NIK)).to_have_count(0)

    ask(page, "export")
    visit.fits()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Buat berkas").click()
    packed = zipfile.ZipFile(coming.value.path())
    assert sorted(packed.namelist()) == ["data.html", "data.json"]
    assert NIK in packed.read("data.html").decode()
    page.get_by_role("button", name="Sudah diserahkan: selesai").click()
    expect(page.locator("[data-figure=state]")).to_have_text("selesai")

    visit.go(person.removeprefix(visit.address))
    ask(page, "correct", "namanya salah eja")
    visit.fits()
    page.get_by_label("Yang benar").fill("Ani Lestariwati")
    page.get_by_role("button", name="Perbaiki: selesai").click()
    expect(page.locator("[data-figure=state]")).to_have_text("selesai")
    assert db.execute("SELECT count(*) FROM worker WHERE name = 'Ani Lestariwati'").fetchone() == (1,)

    visit.go(person.removeprefix(visit.address))
    ask(page, "erase", "tidak ikut lagi")
    request = page.url
    visit.fits()
    page.get_by_label("Alasan, dan apa yang dilihat").first.fill("KTP dilihat di loket")
    page.get_by_role("button", name="Usulkan penghapusan").click()
    expect(page.locator("[data-figure=state]")).to_have_text("menunggu administrator kedua")
    expect(page.get_by_role("button", name="Hapus selamanya")).to_have_count(0)
    visit.fits()

    second = another(visit, chromium, "wakil@bekasi.example", "Pak Wakil")
    second.go(request.removeprefix(visit.address))
    second.page.get_by_role("button", name="Hapus selamanya").click()
    expect(second.page.locator("[data-figure=state]")).to_have_text("selesai")
    second.page.context.close()

    visit.go(person.removeprefix(visit.address))
    expect(page.locator("[data-figure=erased]")).to_contain_text("dihapus")
    expect(page.get_by_text("Pak Wakil").first).to_be_visible()
    visit.fits()
    reconcile()
    assert figures() == before
    for path in ("requests", "requests?settled=1", "breaches"):
        visit.go(f"/console/people/{path}")
        visit.fits()


def test_by_keyboard_alone_a_breach_is_written_down_and_told(visit: Visit, db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI))
    page = sign_in(visit, role="admin", name="Ibu Admin")
    visit.go("/console/people/breaches")
    page.locator("summary", has_text="Catat kebocoran data").focus()
    page.keyboard.press("Enter")
    page.get_by_label("nama", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_label("Apa yang terjadi").focus()
    page.keyboard.type("Daftar terkirim ke alamat surel yang salah.")
    visit.fits()
    page.get_by_role("button", name="Catat", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-figure=state]")).to_have_text("terbuka")
    visit.fits()
    page.get_by_label("Apa yang dilakukan").focus()
    page.keyboard.type("Penerima menghapus berkasnya.")
    page.get_by_role("button", name="Simpan", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Beri tahu lewat SMS").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("SMS sedang disiapkan")).to_be_visible()
    visit.fits()
