"""A session that ends while a form is filled in costs nothing that was typed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_pages import sign_in
from tests.officers import EMAIL, PASSWORD, an_officer

pytestmark = pytest.mark.browser
WORDS = "Bu Sri: kartu belum diterima, RT minta Rp 50.000"


def _in_again(page: Page, email: str = EMAIL) -> None:
    page.get_by_label("Alamat email").fill(email)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()


def _half_written(visit: Visit) -> Page:
    sign_in(visit)
    page = visit.go("/console/cases/new")
    page.get_by_label("Apa yang terjadi").fill(WORDS)
    page.get_by_label("Kategori").select_option("card")
    return page


def test_who_sends_a_form_too_late_comes_back_to_it_as_it_was(visit: Visit, db: Any) -> None:
    page = _half_written(visit)
    db.execute("DELETE FROM officer_session")
    page.get_by_role("button", name="Catat dan ambil nomornya").click()
    page.wait_for_url("**/console/login**")
    expect(page.get_by_text("Sesi Anda sudah berakhir")).to_be_visible()
    expect(page.get_by_text("masih tersimpan di tab ini; belum ada yang terkirim")).to_be_visible()
    visit.fits()
    page.get_by_role("link", name="English").click()  # the way back outlasts it
    page.get_by_role("link", name="Indonesia").click()
    _in_again(page)
    page.wait_for_url("**/console/cases/new")
    expect(page.get_by_label("Apa yang terjadi")).to_have_value(WORDS)
    expect(page.get_by_label("Kategori")).to_have_value("card")
    expect(page.get_by_text("sudah kembali")).to_be_visible()
    visit.fits()
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (0,)
    page.get_by_role("button", name="Catat dan ambil nomornya").click()
    expect(page.locator("#number")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('kept')") is None
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (1,)


def test_another_officer_at_the_same_browser_sees_nothing_of_it(visit: Visit, db: Any) -> None:
    an_officer("siti@bekasi.example", name="Siti")
    page = _half_written(visit)
    db.execute("DELETE FROM officer_session")
    page.get_by_role("button", name="Catat dan ambil nomornya").click()
    page.wait_for_url("**/console/login**")
    _in_again(page, "siti@bekasi.example")
    page.wait_for_url("**/console/cases/new")
    expect(page.get_by_label("Apa yang terjadi")).to_have_value("")
    assert WORDS not in str(page.evaluate("sessionStorage.getItem('kept')"))


def test_signing_out_forgets_what_was_kept(visit: Visit, db: Any) -> None:
    page = _half_written(visit)
    assert WORDS in page.evaluate("sessionStorage.getItem('kept')")
    page.get_by_role("button", name="Keluar dari sistem").click()
    page.wait_for_url("**/console/login**")
    assert page.evaluate("sessionStorage.getItem('kept')") is None
    expect(page.get_by_text("Sesi Anda sudah berakhir")).to_have_count(0)


def test_a_password_is_never_kept(visit: Visit, db: Any) -> None:
    sign_in(visit)
    page = visit.go("/console/account")
    page.locator("#begin-old").fill(PASSWORD)
    assert page.evaluate("sessionStorage.getItem('kept')") is None
