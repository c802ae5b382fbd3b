"""What everybody may see: the printed figures alone, in two languages, as a page and as files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

import verify_service
from tests.people import NEWEST, a_worker
from tests.publication.test_publishing import a_list, printed, publish
from verify_service.ground.database import transaction
from verify_service.publication.brief import keep_brief
from verify_service.publication.open_tables import TABLES
from verify_service.publication.printed_tables import percent

STATIC = Path(verify_service.__file__).parent / "static"


def rows_of(client: FlaskClient, name: str) -> list[dict[str, str]]:
    answer = client.get(f"/data/{name}.csv")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def test_before_the_first_publication_the_page_says_so_and_there_are_no_files(client: FlaskClient, db: Any) -> None:
    a_worker(db)
    assert "Nothing has been published yet" in client.get("/?lang=en").get_data(as_text=True)
    assert client.get("/data/datapackage.json").status_code == 404
    assert client.get("/data/people-by-area.csv").status_code == 404


def test_the_page_shows_what_was_printed_and_nothing_newer(client: FlaskClient, db: Any) -> None:
    a_list(db, answered=12)
    publish()
    before = client.get("/?lang=en").get_data(as_text=True)
    a_worker(db, nik="3275011501900099", row=99)
    assert client.get("/?lang=en").get_data(as_text=True) == before
    assert "October 2026" in before
    assert f"{NEWEST.year}" in before


def test_the_page_names_nobody(client: FlaskClient, db: Any) -> None:
    a_list(db)
    someone = a_worker(db, nik="3275011501900098", row=98)
    publish()
    page = client.get("/").get_data(as_text=True)
    for hidden in (someone.nik, someone.number, "Sulistiaw"):
        assert hidden not in page


def test_every_table_adds_up_as_it_is_printed(client: FlaskClient, db: Any) -> None:
    a_list(db, answered=12)
    publish()
    rows = rows_of(client, "people-by-area")
    for outcome in ("listed", "paid", "active", "confirmed", "assisted", "not_reached"):
        by_level = {
            level: sum(int(row[outcome]) for row in rows if row["level"] == level)
            for level in ("city", "kecamatan", "kelurahan")
        }
        assert len(set(by_level.values())) == 1, outcome
        by_job = rows_of(client, "people-by-occupation-and-sex")
        assert sum(int(row[outcome]) for row in by_job if row["sex"] == "all") == by_level["city"]
    shown = re.search(r'<tr class="total">.*?</tr>', client.get("/").get_data(as_text=True), re.S)
    assert shown is not None
    assert re.findall(r'class="n">(\d+)<', shown.group())[0] == rows[0]["listed"]


def test_help_is_counted_apart_from_the_workers_own_word(client: FlaskClient, db: Any) -> None:
    a_list(db, people=40, answered=20)
    publish()
    exact = printed(db)["exact"]
    assert (exact["city/all/confirmed"], exact["city/all/assisted"]) == (15, 5)
    page = client.get("/?lang=en").get_data(as_text=True)
    figures = re.findall(r'<p class="label">(.*?)</p><p class="figure">(\d+)</p>', page)
    assert ("Confirmed", "15") in figures
    assert ("Confirmed with help", "5") in figures


@pytest.mark.parametrize(("part", "whole", "told"), [(0, 0, None), (19, 19, None), (10, 20, 50), (5, 30, 17)])
def test_a_share_is_whole_and_of_twenty_at_least(part: int, whole: int, told: int | None) -> None:
    assert percent(part, whole) == told


def test_a_share_that_may_not_be_told_is_empty_and_not_nought(client: FlaskClient, db: Any) -> None:
    a_list(db)
    publish()
    rows = rows_of(client, "people-by-area")
    assert {row["confirmed_percent"] for row in rows if int(row["listed"]) < 20} == {""}
    assert "None" not in client.get("/").get_data(as_text=True)


def test_the_files_are_what_their_description_says(client: FlaskClient, db: Any) -> None:
    a_list(db)
    publish()
    told = json.loads(client.get("/data/datapackage.json").data)
    assert told["licenses"][0]["name"] == "CC-BY-4.0"
    assert [one["name"] for one in told["resources"]] == [table.name for table in TABLES]
    for one in told["resources"]:
        content = client.get(f"/data/{one['path']}").data
        assert one["bytes"] == len(content)
        assert one["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        rows = list(csv.DictReader(io.StringIO(content.decode())))
        fields = {field["name"]: field["type"] for field in one["schema"]["fields"]}
        keys = [tuple(row[name] for name in one["schema"]["primaryKey"]) for row in rows]
        assert len(set(keys)) == len(keys)
        for row in rows:
            assert list(row) == list(fields)
            assert all(re.fullmatch(r"-?\d*", row[name]) for name, kind in fields.items() if kind == "integer")


def test_reports_are_counted_by_what_became_of_them(client: FlaskClient, db: Any) -> None:
    a_list(db)
    publish()
    rows = rows_of(client, "reports-by-category")
    assert rows == [
        {"category": "all", "received": "0", "in_time": "0", "late": "0", "open": "0", "in_time_percent": ""}
    ]


def test_a_file_that_there_is_not_is_not_found(client: FlaskClient, db: Any) -> None:
    a_list(db)
    publish()
    assert client.get("/data/workers.csv").status_code == 404


def test_the_page_speaks_indonesian_until_asked_for_english_and_remembers(client: FlaskClient) -> None:
    assert '<html lang="id">' in client.get("/").get_data(as_text=True)
    assert '<html lang="en">' in client.get("/?lang=en").get_data(as_text=True)
    assert "What these words mean" in client.get("/").get_data(as_text=True)
    assert '<html lang="id">' in client.get("/?lang=id").get_data(as_text=True)


def test_nothing_is_set_for_somebody_who_only_reads(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/").headers


def test_the_page_is_light_with_everything_that_it_loads(client: FlaskClient, db: Any) -> None:
    a_list(db)
    publish()
    page = client.get("/")
    parts = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.get_data(as_text=True)))
    files = [STATIC / part.removeprefix("/static/").partition("?")[0] for part in parts]
    assert len(files) >= 2
    assert len(page.data) + sum(file.stat().st_size for file in files) < 150_000
    assert "<script" not in page.get_data(as_text=True)


def test_the_brief_can_be_taken_away_as_it_was_kept(client: FlaskClient, db: Any) -> None:
    a_list(db)
    publish()
    assert "brief-2026-11.pdf" not in client.get("/").get_data(as_text=True)
    with transaction() as session:
        assert keep_brief(session)
    assert "/data/brief-2026-11.pdf" in client.get("/").get_data(as_text=True)
    pdf = client.get("/data/brief-2026-11.pdf")
    assert pdf.mimetype == "application/pdf"
    assert pdf.data.startswith(b"%PDF")
    for month in ("2026-10", "2026-13", "x", "2026-11-01"):
        assert client.get(f"/data/brief-{month}.pdf").status_code == 404


def test_what_was_printed_before_a_table_came_still_shows(client: FlaskClient, db: Any) -> None:
    a_list(db)
    publish()
    db.execute(
        """UPDATE publication SET printed = printed - 'months' - 'rt_heads' - 'messages' - 'record' - 'at_risk'
           || jsonb_build_object('counts', (
               SELECT jsonb_object_agg(key, value) FROM jsonb_each(printed -> 'counts')
               WHERE key !~ '^(said|proposals|refused|fees|knowledge)'))"""
    )
    assert client.get("/").status_code == 200
    for table in TABLES:
        assert client.get(f"/data/{table.name}.csv").status_code == 200, table.name


def test_every_month_stands_as_it_was_printed_last(client: FlaskClient, db: Any) -> None:
    a_list(db, answered=12)
    publish()
    (row,) = rows_of(client, "months")
    assert (row["month"], row["listed"], row["confirmed"]) == ("2026-10", "23", "7")


def test_a_file_that_one_has_is_not_sent_again_and_one_of_last_week_is(client: FlaskClient, db: Any) -> None:
    a_list(db, answered=12)
    publish()
    first = client.get("/data/months.csv")
    has = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/data/months.csv", headers=has).status_code == 304
    db.execute("UPDATE publication SET printed = jsonb_set(printed, '{months,2026-10,paid}', '5')")
    assert client.get("/data/months.csv", headers=has).status_code == 200
    assert "no-cache" in first.headers["Cache-Control"]
