"""What everybody may see, and what nobody can work out from it."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.people import NOW, a_worker
from verify_service.ground.database import transaction
from verify_service.public.front_page import public_figures
from verify_service.public.suppression import SMALL, Column, suppress
from verify_service.verification.figures import Headline, KecamatanCount
from verify_service.verification.reconciliation import reconcile_batch

HEADLINE = Headline(None, 0, 0, 0, 0, 0, 0, 0, 0, None)
counts = st.lists(st.integers(0, 9) | st.integers(0, 400), max_size=12)


@given(counts)
def test_no_small_count_is_ever_shown(held: list[int]) -> None:
    column = suppress(held)
    for cell in (*column.cells, column.total):
        assert cell.value is None or cell.value == 0 or cell.value >= SMALL


@given(counts)
def test_what_is_shown_is_true(held: list[int]) -> None:
    column = suppress(held)
    assert len(column.cells) == len(held)
    for cell, count in zip(column.cells, held, strict=True):
        assert cell.value in (None, count)
        assert cell.small == (0 < count < SMALL)
    assert column.total.value in (None, sum(held))


def _worlds(column: Column) -> list[list[int]]:
    """Every column that somebody who knows the rules must hold possible (hidden ones up to what the total allows)."""
    total = column.total.value
    top = total if total is not None else 4 * len(column.cells) + 20
    choices = [
        [cell.value]
        if cell.value is not None
        else list(range(1, SMALL))
        if cell.small
        else list(range(SMALL, max(SMALL, top) + 1))
        for cell in column.cells
    ]
    return [list(world) for world in product(*choices) if total is None or sum(world) == total]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=4))
def test_subtracting_what_is_shown_gives_no_small_count_away(held: list[int]) -> None:
    column = suppress(held)
    worlds = _worlds(column)
    assert held in worlds
    for place, cell in enumerate(column.cells):
        if cell.small:
            assert len({world[place] for world in worlds}) >= 2, (held, column)


def test_a_city_with_nobody_confirmed_shows_noughts_and_not_secrets() -> None:
    column = suppress([0, 0, 0])
    assert [cell.value for cell in column.cells] == [0, 0, 0]
    assert column.total.value == 0


def test_one_small_count_hides_another_beside_it() -> None:
    column = suppress([3, 40, 60])
    assert [(cell.value, cell.small) for cell in column.cells] == [(None, True), (None, False), (60, False)]
    assert column.total.value == 103


def test_the_page_names_nobody_and_hides_small_counts(client: FlaskClient, db: Any) -> None:
    someone = a_worker(db)
    page = client.get("/").get_data(as_text=True)
    assert "&lt;5" in page
    assert "Oktober 2026" in page
    for hidden in (someone.nik, someone.number, "Sulistiaw", ">1</td>"):
        assert hidden not in page


districts = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 30)).map(
        lambda drawn: KecamatanCount("32.75.01", "Bekasi", sum(drawn), drawn[0] + drawn[1], drawn[1], 0, 0)
    ),
    max_size=6,
)


@given(districts)
def test_help_is_counted_apart_and_never_added_where_a_small_count_could_be_told(counted: list[KecamatanCount]) -> None:
    shown = public_figures(HEADLINE, tuple(counted))
    assert shown.confirmed == suppress([row.own for row in counted]).total
    assert shown.assisted == suppress([row.assisted for row in counted]).total
    for row, cells in zip(counted, shown.districts, strict=True):
        for cell, count in ((cells.confirmed, row.own), (cells.assisted, row.assisted)):
            assert cell.value in (None, count)
            assert cell.value is None or not 0 < cell.value < SMALL


def test_the_page_shows_help_beside_the_workers_own_word(client: FlaskClient, db: Any) -> None:
    for place in range(12):
        someone = a_worker(db, nik=f"32750115019000{place:02}", phone=None, row=place + 2)
        db.execute(
            """INSERT INTO evidence (enrolment_id, source, statement, assisted, channel, inbound, received_at)
               VALUES (%s, 'worker', 'confirms', %s, 'ussd', %s, %s)""",
            [someone.enrolment, place < 5, f"test:{place}", NOW],
        )
    with transaction() as session:
        reconcile_batch(session, premium=16_800, now=NOW)
    page = client.get("/?lang=en").get_data(as_text=True)
    row = page[page.index('scope="row">Bekasi Timur') :]
    assert re.findall(r'data-value="(\d*)"', row[: row.index("</tr>")]) == ["12", "7", "5", "0"]


def test_the_page_speaks_indonesian_until_asked_for_english_and_remembers(client: FlaskClient) -> None:
    assert '<html lang="id">' in client.get("/").get_data(as_text=True)
    assert '<html lang="en">' in client.get("/?lang=en").get_data(as_text=True)
    assert "What these words mean" in client.get("/").get_data(as_text=True)
    assert '<html lang="id">' in client.get("/?lang=id").get_data(as_text=True)


def test_nothing_is_set_for_somebody_who_only_reads(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/").headers
