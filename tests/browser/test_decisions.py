"""The pages on which officers decide, in a real browser: at a desk, on a phone and by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.console.test_proposals import proposed
from tests.officers import EMAIL, PASSWORD, an_officer

pytestmark = pytest.mark.browser
SECOND = "kedua@bekasi.example"


def sign_in(visit: Visit, email: str = EMAIL, *, role: str = "officer", name: str = "Ibu Petugas") -> Page:
    an_officer(email, role, name=name)
    page = visit.go("/console/")
    page.get_by_label("Alamat email").fill(email)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url("**/console/")
    return page


@pytest.fixture
def waiting(db: Any) -> int:
    """Two proposals, one of somebody with a long name who needs help."""
    proposed(db, "3275011501990001", name="Rina")
    return proposed(
        db, name="Raden Mas Sulistiawati Kusumawardhani Dewi", job="waste_picker", help_needed="walk", member="unsure"
    )


def fits(visit: Visit, path: str) -> None:
    """Nobody has to scroll sideways, and axe finds nothing, on a phone and at a desk."""
    for width in (360, 1280):
        visit.wide(width)
        visit.go(path)
        assert visit.too_wide_by() <= 0, (path, width)
        assert visit.faults() == [], (path, width)


def test_the_pages_of_proposals_fit_and_shut_nobody_out(visit: Visit, db: Any, waiting: int) -> None:
    sign_in(visit)
    fits(visit, "/console/decisions")
    fits(visit, f"/console/decisions/{waiting}")
    page = visit.page
    page.get_by_label("Alasan menolak").select_option("age")
    page.get_by_role("button", name="Tolak").click()
    expect(page.get_by_text("Pembaca pertama: tolak").first).to_be_visible()
    fits(visit, f"/console/decisions/{waiting}")


def test_two_officers_accept_with_the_keyboard_alone(visit: Visit, db: Any, waiting: int) -> None:
    page = sign_in(visit)
    visit.go("/console/decisions")
    page.locator(f"#p-{waiting} a").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Catatan").focus()
    page.keyboard.type("Sudah ditelepon")
    page.get_by_role("button", name="Terima", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Menunggu pembaca kedua")).to_be_visible()
    page.get_by_role("button", name="Keluar").click()
    sign_in(visit, SECOND)
    visit.go(f"/console/decisions/{waiting}")
    expect(page.get_by_text("Sudah ditelepon")).to_be_visible()
    page.get_by_role("button", name="Setuju: ini memutuskan").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Diterima untuk keputusan berikutnya").first).to_be_visible()
    assert db.execute("SELECT state FROM proposal WHERE id = %s", [waiting]).fetchone() == ("accepted",)
