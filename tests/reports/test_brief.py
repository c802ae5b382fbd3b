"""The monthly brief: two pages, tagged, the same bytes for the same month, and nobody to be found in it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import typst
from click.testing import CliRunner

from tests.people import a_worker
from tests.verification.test_reconciliation import reconcile, says
from verify_service.cli import main
from verify_service.ground.database import transaction
from verify_service.reports import brief as briefs
from verify_service.reports.brief_charts import Bar, bars, told
from verify_service.reports.definition import Asked

NOVEMBER = dt.date(2026, 11, 1)
AT = dt.datetime(2026, 11, 28, 12, 0, tzinfo=dt.UTC)


def written(month: dt.date = NOVEMBER) -> bytes:
    with transaction() as session:
        return briefs.brief(session, Asked(AT), month)


def pages(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n") or pdf.count(b"/Type/Page/")


def test_an_empty_city_has_a_brief(db: Any) -> None:
    assert written().startswith(b"%PDF")


def test_two_pages_and_the_same_bytes_twice(db: Any) -> None:
    for n in range(12):
        one = a_worker(db, nik=f"32750115019000{n:02}", phone=None, row=n + 2)
        says(db, one.enrolment, ("confirms", "denies", "not_me", "moved", "does_not_know", "wrong_data")[n % 6])
    reconcile()
    pdf = written()
    assert pdf == written()
    assert pages(pdf) == 2
    assert b"/MarkInfo" in pdf  # tagged, for whoever hears it


def test_what_is_typed_is_no_markup(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    a_worker(db)
    reconcile()
    shown: list[str] = []
    compile_ = typst.compile

    def keep(*given: Any, **named: Any) -> Any:
        shown.append(named["sys_inputs"]["held"])
        return compile_(*given, **named)

    monkeypatch.setattr(typst, "compile", keep)
    written()
    assert "kurang dari 5" in shown[0]
    assert "Sulistiawati" not in shown[0]


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


def test_the_command_writes_it(db: Any, tmp_path: Path) -> None:
    out = tmp_path / "new" / "brief.pdf"
    done = CliRunner().invoke(main, ["report", "brief", "--month", "2026-11", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_bytes().startswith(b"%PDF")
