"""The worker-by-month matrix: what the files say, and the gap, the lapse and the full death benefit that follow."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import empty, examples
from tests.people import NOW
from tests.verification.months_oracle import Story, Told, first_day, tell
from verify_service.ground.crypto import blind_index
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.verification.matrix import WorkerMonths, files, matrix
from verify_service.verification.months import standing

MONTHS = 10  # January to October 2026


def put(db: Any, stories: list[Story], insurer: list[int], payments: list[int]) -> None:
    """These stories into the tables, as files would have."""
    imports = {
        (kind, month): db.execute(
            """INSERT INTO file_import (kind, filename, sha256, period, imported_at, actor, rows, accepted, flagged,
                                        rejected, report)
               VALUES (%s, 'f', %s, %s, %s, 'test', 0, 0, 0, 0, '{}') RETURNING id""",
            [kind, b"\0" * 32, first_day(month) if month >= 0 else None, NOW],
        ).fetchone()[0]
        for kind, month in [
            ("roster", -1),
            *(("insurer", month) for month in insurer),
            *(("payments", month) for month in payments),
        ]
    }
    for n, story in enumerate(stories):
        index = blind_index(f"{n}", "nik")
        (worker,) = db.execute(
            """INSERT INTO worker (nik, nik_index, name, name_key, created_at)
               VALUES ('', %s, 'Ani', 'ANI', %s) RETURNING id""",
            [index, NOW],
        ).fetchone()
        for row, (start, removed) in enumerate(story.lines):
            db.execute(
                """INSERT INTO enrolment (worker_id, import_id, row, paid_from, months, removed_from, created_at)
                   VALUES (%s, %s, %s, %s, 12, %s, %s)""",
                [worker, imports["roster", -1], row, first_day(start), removed and first_day(removed), NOW],
            )
        for month, status in story.insured.items():
            db.execute(
                """INSERT INTO insurer_record (import_id, period, row, nik_index, status, member_since)
                   VALUES (%s, %s, 2, %s, %s, %s)""",
                [imports["insurer", month], first_day(month), index, status, story.since],
            )
        for month, amount in story.paid.items():
            db.execute(
                "INSERT INTO payment (import_id, period, row, nik_index, amount) VALUES (%s, %s, 2, %s, %s)",
                [imports["payments", month], first_day(month), index, amount],
            )


def read(db: Any) -> list[WorkerMonths]:
    with transaction() as session:
        held = files(session, now=NOW)
        assert held is not None
        return [worker for part in matrix(session, held) for worker in part]


def told(worker: WorkerMonths) -> Told:
    held = worker.standing
    return Told(held.gap, held.unpaid_from, held.lapses_on, held.lapsed, held.paid_until, held.full_death_from)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Story], list[int], list[int]]:
    insurer = sorted(draw(st.sets(st.integers(0, MONTHS - 1), min_size=1)))
    payments = sorted(draw(st.sets(st.integers(0, MONTHS - 1))))
    line = st.integers(0, MONTHS + 1).flatmap(
        lambda start: st.tuples(st.just(start), st.one_of(st.none(), st.integers(max(start, 1), MONTHS + 2)))
    )
    statuses = st.sampled_from(["active", "active", "active", "unpaid", "unpaid", "inactive", "unclear"])
    stories = draw(
        st.lists(
            st.builds(
                Story,
                lines=st.lists(line, min_size=1, max_size=2).map(tuple),
                insured=st.dictionaries(st.sampled_from(insurer), statuses),
                paid=st.dictionaries(st.sampled_from(payments), st.sampled_from([16_800, 33_600]))
                if payments
                else st.just({}),
                since=st.one_of(st.none(), st.dates(dt.date(2025, 6, 1), dt.date(2026, 11, 30))),
            ),
            min_size=1,
            max_size=12,
        )
    )
    return stories, insurer, payments


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds())
def test_the_matrix_is_what_the_months_mean_and_what_an_oracle_tells(
    db: Any, world: tuple[list[Story], list[int], list[int]]
) -> None:
    stories, insurer, payments = world
    empty()
    put(db, stories, insurer, payments)
    workers = read(db)
    newest = first_day(max(insurer))
    seen = [story for story in stories if _in_the_matrix(story, insurer, payments)]
    assert len(workers) == len(seen)
    for story, worker in zip(seen, workers, strict=True):
        assert told(worker) == tell(story, insurer, payments), story
        live = [first_day(start) for start, removed in story.lines if removed is None or first_day(removed) > newest]
        assert worker.standing == standing(
            worker.months,
            newest,
            live_from=min(live, default=None),
            member_since=story.since if any(month in story.insured for month in insurer) else None,
            rules=programme().cover_on,
        )


def _in_the_matrix(story: Story, insurer: list[int], payments: list[int]) -> bool:
    """Somebody listed only after the newest month, whom no file names, has no month yet."""
    newest = max(insurer)
    named = [month for month in (*story.insured, *story.paid) if month <= newest]
    return bool(named) or min(start for start, _ in story.lines) <= newest
