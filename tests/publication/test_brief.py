"""The monthly brief: two pages, tagged, the same bytes for the same publication, and nobody to be found in it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import typst
from click.testing import CliRunner

from tests.people import NOW
from tests.publication.test_publishing import a_list, publish
from verify_service.cli import main
from verify_service.ground.database import transaction
from verify_service.publication import brief as briefs
from verify_service.publication.brief_charts import Bar, bars, told
from verify_service.publication.printed import brief_of, current

NOVEMBER = dt.date(2026, 11, 1)


def written(month: dt.date = NOVEMBER) -> bytes:
    with transaction() as session:
        held = current(session)
    assert held is not None
    return briefs.brief(held, month)


def kept() -> bool:
    with transaction() as session:
        return briefs.keep_brief(session)


def pages(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n") or pdf.count(b"/Type/Page/")


def test_two_pages_and_the_same_bytes_twice(db: Any) -> None:
    a_list(db, people=60, answered=30)
    publish()
    pdf = written()
    assert pdf == written()
    assert pages(pdf) == 2
    assert b"/MarkInfo" in pdf  # tagged, for whoever hears it


def test_it_tells_what_was_printed_and_not_what_is_true(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    a_list(db)  # four have confirmed: a small count
    publish()
    shown: list[dict[str, Any]] = []
    compile_ = typst.compile

    def keep(*given: Any, **named: Any) -> Any:
        shown.append(json.loads(named["sys_inputs"]["held"]))
        return compile_(*given, **named)

    monkeypatch.setattr(typst, "compile", keep)
    written()
    covered = dict(part.split(": ") for part in shown[0]["parts"][1]["told"].split("; "))
    assert all(number == "0–4" or int(number) % 5 == 0 for number in covered.values()), covered
    assert "Sulistiawati" not in json.dumps(shown)


def test_a_chart_says_in_words_what_it_draws() -> None:
    each = [Bar("a <b> & c", 10, "10"), Bar("d", 0, "0")]
    assert told(each) == "a <b> & c: 10; d: 0"
    assert "a &lt;b&gt; &amp; c" in bars(each)
    assert 'width="0.00"' in bars(each)
    assert bars([]).startswith("<svg")


def test_a_month_that_is_over_is_told_as_it_ended() -> None:
    now = dt.datetime(2026, 12, 20, tzinfo=dt.UTC)
    assert briefs.moment_of(NOVEMBER, now) == dt.datetime(2026, 11, 30, 16, 59, 59, 999999, tzinfo=dt.UTC)
    assert briefs.moment_of(dt.date(2026, 12, 1), now) == now


def test_it_is_kept_with_its_publication_once(db: Any) -> None:
    assert not kept()  # nothing is published
    a_list(db)
    publish()
    assert kept()
    assert not kept()
    with transaction() as session:
        assert brief_of(session, "2026-11") == written()
        assert brief_of(session, "2026-10") is None


def test_of_a_month_the_last_publication_counts(db: Any) -> None:
    a_list(db)
    publish()
    kept()
    publish(NOW + dt.timedelta(days=7), seed=2)  # Monday 30 November
    kept()
    with transaction() as session:
        assert brief_of(session, "2026-11") == written()


def test_the_command_writes_the_file_that_the_page_hands_out(db: Any, tmp_path: Path) -> None:
    out = tmp_path / "new" / "brief.pdf"
    asked = ["report", "brief", "--month", "2026-11", "--out", str(out)]
    refused = CliRunner().invoke(main, asked)
    assert refused.exit_code == 1
    assert "verify publish" in refused.output
    a_list(db)
    publish()
    kept()
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    with transaction() as session:
        assert out.read_bytes() == brief_of(session, "2026-11")
