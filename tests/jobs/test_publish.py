"""The weekly job: it prints in its hours, once, and at no other hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs.publish import publish
from tests.publication.test_publishing import a_list
from verify_service.ground import queue
from verify_service.ground.programme import DEFAULT, programme
from verify_service.ground.settings import settings
from verify_service.publication.publishing import HOURS


def _forget() -> None:
    settings.cache_clear()
    programme.cache_clear()


@pytest.fixture
def hour_from_now(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A programme whose hour of publishing is so many hours from now; it is about noon in its zone."""
    written = DEFAULT.read_text(encoding="utf-8").replace("../data", str(DEFAULT.parent.parent / "data"))
    now = dt.datetime.now(dt.UTC)
    zone = f"Etc/GMT{(now.hour - 12):+}" if now.hour != 12 else "Etc/GMT"  # where it is noon
    written = written.replace('timezone = "Asia/Jakarta"', f'timezone = "{zone}"')
    file = tmp_path / "programme.toml"
    file.write_text(written.replace("hour = 3 ", f"hour = {12 + request.param} "), encoding="utf-8")
    monkeypatch.setenv("VERIFY_PROGRAMME", str(file))
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def printed(db: Any) -> int:
    return int(db.execute("SELECT count(*) FROM publication WHERE refused IS NULL").fetchone()[0])


@pytest.mark.parametrize("hour_from_now", [-1], indirect=True)
def test_it_prints_in_its_hours_and_once(db: Any, hour_from_now: None) -> None:
    a_list(db)
    publish()
    publish()
    assert printed(db) == 1


@pytest.mark.parametrize("hour_from_now", [-1], indirect=True)
def test_a_brief_that_a_dead_worker_left_unwritten_is_written(db: Any, hour_from_now: None) -> None:
    a_list(db)
    publish()
    db.execute("UPDATE publication SET brief = NULL")
    assert db.execute(queue.PUBLISH.due).fetchone() == (True,)
    publish()
    assert db.execute("SELECT count(*) FROM publication WHERE brief IS NOT NULL").fetchone() == (1,)
    assert db.execute(queue.PUBLISH.due).fetchone() == (False,)


@pytest.mark.parametrize("hour_from_now", [2, -HOURS - 1], indirect=True)
def test_at_other_hours_it_does_nothing(db: Any, hour_from_now: None) -> None:
    a_list(db)
    publish()
    assert printed(db) == 0
