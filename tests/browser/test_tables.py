"""Every table of the sample city's pages: whole on a desk, and on a phone with a hint where there is more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import sample_city
from tests.browser.conftest import Visit
from tests.officers import PASSWORD, sign_in
from tests.serving import new_client

pytestmark = pytest.mark.browser
ADMIN = "admin@demo.example"
DESKS = (1024, 1280)
_WIDER = """() => [...document.querySelectorAll("main .table-responsive, main .scroll, main pre")]
    .filter(place => place.scrollWidth > place.clientWidth + 1)
    .map(place => [place.getAttribute("aria-label") || place.className,
                   getComputedStyle(place).backgroundImage.includes("gradient")])"""
_STANDS = """width => innerWidth === width
    && document.documentElement.scrollWidth <= document.documentElement.clientWidth"""
# Sixteen columns of one report: wider than a small desk, with the shadow and its files beside it.
WIDE = ("/console/reports/inclusion",)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_no_column_is_out_of_sight_or_without_a_hint(visit: Visit, db: Any, tmp_path: Path) -> None:
    sample_city.load(tmp_path)
    client = new_client()
    sign_in(client, ADMIN, PASSWORD)
    pages = [address for address, kind, page in sample_city.walk(client, "/console/", "/") if "<table" in page]
    page = visit.go("/console/login")
    page.locator("[name=email]").fill(ADMIN)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    assert len(pages) > 20
    for address in pages:
        visit.go(address)
        page.evaluate("document.querySelectorAll('main details').forEach(part => { part.open = true; })")
        for width in (*DESKS, 360):
            visit.wide(width)
            page.wait_for_function(_STANDS, arg=width)  # charts follow a frame later; else the page is too wide
            out = page.evaluate(_WIDER)
            if width in DESKS and not address.startswith(WIDE):
                assert out == [], (address, width)
            assert all(hint for _, hint in out), (address, width, out)
