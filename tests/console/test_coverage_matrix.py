"""The coverage matrix as an officer reads it: rupiah by owner, every combination, and who is in it."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.cli.test_commands import document
from tests.console.desk import at_the_desk
from tests.people import a_worker
from tests.verification.test_reconciliation import reconcile

MATRIX = "/console/matrix"


def a_city(db: Any) -> None:
    a_worker(db, insurer=None)
    a_worker(db, nik="3275011501900002", phone=None, row=3, insurer=None, kelurahan="32.75.02.1001")
    a_worker(db, nik="3275011501900003", phone=None, row=4)
    reconcile()


def figure(page: str, name: str) -> str:
    found = re.search(rf'data-figure="{name}">([^<]*)<', page)
    assert found, name
    return found[1]


def people_of(page: str) -> str:
    """The address of the people of the first combination."""
    found = re.search(r'href="(/console/matrix/people[^"]+)"', page)
    assert found
    return html.unescape(found[1])


def test_before_the_first_month_the_page_says_so(db: Any) -> None:
    assert "data-figure" not in at_the_desk().see(MATRIX).split("<h1>")[1].split('id="owners-table"')[0]


def test_the_page_has_the_months_sums_and_its_people_one_click_away(db: Any) -> None:
    a_city(db)
    desk = at_the_desk()
    page = desk.see(MATRIX)
    assert (figure(page, "enrolments"), figure(page, "combinations")) == ("3", "2")
    assert "33.600" in figure(page, "rupiah")
    assert 'data-value="33600"' in page
    people = desk.see(people_of(page))
    assert figure(people, "people") == "2"
    assert "Sul*** D***" in people
    assert "Sulistiawati" not in people
    assert "3275011501900001" not in people


def test_an_owner_can_be_looked_at_alone_and_odd_addresses_are_borne(db: Any) -> None:
    a_city(db)
    desk = at_the_desk()
    assert figure(desk.see(f"{MATRIX}?owner=insurer"), "combinations") == "1"
    assert desk.see(f"{MATRIX}?owner=nobody%27&month=13-99&page=-4")
    assert figure(desk.see(f"{MATRIX}?month=1999-01"), "combinations") == "0"
    assert desk.status(f"{MATRIX}/people?list=x") == 404


def test_an_office_of_a_place_sees_its_own_people_alone(db: Any) -> None:
    a_city(db)
    desk = at_the_desk("kelurahan", unit="kelurahan", area="32.75.01.1001")
    assert figure(desk.see(people_of(desk.see(MATRIX))), "people") == "1"


def test_the_command_prints_what_the_page_shows(db: Any) -> None:
    a_city(db)
    said = document("matrix", "--month", "2026-10", "--json")
    assert (said["month"], said["enrolments"], said["rupiah"]) == ("2026-10", 3, 33_600)
    assert [(one["verdict"], one["owner"], one["enrolments"]) for one in said["combinations"]] == [
        ("missing_at_insurer", "insurer", 2),
        ("unconfirmed", "worker", 1),
    ]
    assert sum(one["rupiah"] for one in said["owners"]) == said["rupiah"]
