"""A real Chromium on the real service. Whatever a page complains of, or asks of another host, fails its test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Response, sync_playwright

from tests.serving import serving

# The first is the same engine without windows and tabs of its own, and works half as long.
BROWSERS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
WIDTHS = (360, 1280)  # a phone, and a desk
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--in-process-gpu",
    "--js-flags=--no-opt,--no-maglev",  # pages live for seconds: to optimise their scripts takes longer than it saves
)
# Between two pages there is a moment without any document.
_FITS = """width => { const page = document.documentElement;
    return innerWidth === width && page !== null && page.scrollWidth <= page.clientWidth; }"""
# What is in order is not brought over: to build and to carry it takes longer than to look at the page.
_FAULTS = """axe.run({resultTypes: ["violations"], selectors: false}).then(found => found.violations.map(
    fault => `${fault.id}: ${fault.nodes[0].html.slice(0, 120)}`))"""
AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    found = next((path for path in BROWSERS if path.exists()), None)
    if found is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found), headless=True, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def address(db: Any) -> Iterator[str]:
    """The service over a clean database, at its address."""
    with serving() as url:
        yield url


@dataclass
class Visit:
    """A page as somebody uses it, and what it complained of."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def wide(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})

    def faults(self) -> list[str]:
        """What axe-core finds wrong for people who see, hear or move differently."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[str] = self.page.evaluate(_FAULTS)
        return found

    def fits(self, widths: tuple[int, ...] = WIDTHS) -> None:
        """At each of these widths nobody has to scroll sideways, and axe finds nothing: of the page as it stands."""
        for width in widths:
            self.wide(width)
            self.page.wait_for_load_state()
            self.page.wait_for_function(_FITS, arg=width)  # what is drawn by a script follows in the next frame
            assert (self.too_wide_by() <= 0, self.faults()) == (True, []), (self.page.url, width)

    def too_wide_by(self) -> int:
        """Pixels one would have to scroll sideways."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return int(wide)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.url.endswith("/favicon.ico"):
            self.complaints.append(f"{response.status} {response.url}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.complaints.append(f"left for {request.url}")


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Visit]:
    """A browser without a past. At the end nothing may have gone wrong unseen."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000)
    visit = Visit(page, address)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("console", lambda said: visit.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("response", visit._answered)
    page.on("request", visit._asked)
    yield visit
    page.goto("about:blank")  # stop asking before the database is emptied
    context.close()
    assert visit.complaints == []
