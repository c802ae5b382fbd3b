"""Rules and words changed by two people in the browser, and what a phone shows afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_decisions import sign_in
from verify_service.ground.programme import programme
from verify_service.messaging.catalogue import wordings

pytestmark = pytest.mark.browser
DONE = "Disetujui."


def change_hands(visit: Visit, role: str) -> None:
    visit.page.get_by_role("button", name="Keluar").click()
    sign_in(visit, f"{role}@bekasi.example", role=role)


def test_joint_leave_and_words_are_changed_by_two(visit: Visit, db: Any) -> None:
    page = sign_in(visit, role="admin")
    page.get_by_role("link", name="Aturan dan kata-kata").click()
    visit.fits()
    page.get_by_role("link", name="Cuti bersama dan hari libur tambahan").click()
    page.get_by_label("Nilai baru").fill("2026-12-24")
    page.get_by_label("Alasan").fill("SKB tiga menteri")
    page.get_by_role("button", name="Usulkan").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Menunggu orang kedua.")
    visit.fits()
    visit.go("/console/words?find=terima+kasih")
    visit.fits()
    page.get_by_role("link", name="a6.end").click()
    visit.fits()
    page.get_by_role("group", name="English").get_by_label("Teks", exact=True).fill("Thank you. Give nobody money.")
    page.get_by_role("button", name="Periksa: muat?").click()
    expect(page.locator("#fits")).to_be_visible()
    visit.fits()
    page.get_by_label("Alasan").fill("lebih singkat")
    page.get_by_role("button", name="Usulkan").click()
    change_hands(visit, "supervisor")
    for link in ("Cuti bersama dan hari libur tambahan", "Layar a6.end"):
        visit.go("/console/rules")
        page.locator("#waiting").get_by_role("link", name=link).click()
        page.get_by_role("button", name="Setujui").click()
        expect(page.get_by_role("status").first).to_contain_text(DONE)
        visit.fits()
    assert str(programme().send_window.closed_on[0]) == "2026-12-24"
    assert wordings().ending("a6.end", "en", standing=programme().standing) == "Thank you. Give nobody money."
    for path in ("prepared", "prepared/any.paid"):
        visit.go(f"/console/{path}")
        visit.fits()
