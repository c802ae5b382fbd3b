"""Coverage of posts: for which RT with workers somebody can speak by phone, and for how many workers nobody can."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.tables import Area, RtHead
from verify_service.registry.residents import inactive_before, unheaded_sql

# Each RT is in one of these: the first that holds. `not_activated` is a head with a phone who has not made a PIN yet.
CLASSES: Final = ("head", "rw_stands_in", "not_activated", "locked", "no_phone", "vacant")

_POSTS = f"""
WITH lives AS (
    SELECT kelurahan_code, nullif(rw, '') AS rw, CASE WHEN nullif(rw, '') IS NOT NULL THEN nullif(rt, '') END AS rt,
           count(DISTINCT worker_id) AS workers
    FROM enrolment
    WHERE kelurahan_code IS NOT NULL AND (removed_from IS NULL OR removed_from > :today)
      AND (CAST(:kelurahan AS text) IS NULL OR kelurahan_code = :kelurahan)
    GROUP BY 1, 2, 3),
post AS (
    SELECT lives.kelurahan_code, lives.rw, lives.rt, lives.workers,
           CASE WHEN lives.rt IS NULL THEN 'no_rt'
                WHEN own.activated_at IS NOT NULL AND own.phone_id IS NOT NULL AND own.locked_at IS NULL THEN 'head'
                WHEN instead.activated_at IS NOT NULL AND instead.phone_id IS NOT NULL AND instead.locked_at IS NULL
                     AND {unheaded_sql("lives")} THEN 'rw_stands_in'
                WHEN own.id IS NULL THEN 'vacant'
                WHEN own.phone_id IS NULL THEN 'no_phone'
                WHEN own.locked_at IS NOT NULL THEN 'locked'
                ELSE 'not_activated' END AS class
    FROM lives
    LEFT JOIN rt_head own ON own.kelurahan_code = lives.kelurahan_code AND own.rw = lives.rw AND own.rt = lives.rt
         AND own.until IS NULL AND NOT own.announced
    LEFT JOIN rt_head instead ON instead.kelurahan_code = lives.kelurahan_code AND instead.rw = lives.rw
         AND instead.rt = '' AND instead.until IS NULL AND NOT instead.announced)
"""  # noqa: S608  # constants of our own
_COVERAGE = text(
    f"""{_POSTS}
SELECT post.kelurahan_code, area.kelurahan, class, count(*) AS posts, sum(workers) AS workers
FROM post JOIN area ON area.kelurahan_code = post.kelurahan_code
GROUP BY 1, 2, 3 ORDER BY 2, 1
"""  # noqa: S608  # constants of our own
)
_ONE_BY_ONE = text(f"{_POSTS} SELECT rw, rt, class, workers FROM post WHERE rt IS NOT NULL ORDER BY rw, rt")  # noqa: S608  # constants of our own


@dataclass(frozen=True)
class Coverage:
    """One kelurahan: RT with workers by class (each RT in one), and the workers who live in them.

    `without_rt`: workers whose RT the list does not say. A worker listed in two RT counts in both.
    """

    kelurahan_code: str
    kelurahan: str
    posts: dict[str, int]
    workers: dict[str, int]
    without_rt: int

    def to_json(self) -> dict[str, object]:
        return {
            "kelurahan_code": self.kelurahan_code,
            "kelurahan": self.kelurahan,
            "posts": sum(self.posts.values()),
            "workers": sum(self.workers.values()),
            **{name: {"posts": self.posts[name], "workers": self.workers[name]} for name in CLASSES},
            "without_rt": self.without_rt,
        }


def coverage(session: Session, *, kelurahan: str | None, now: dt.datetime) -> list[Coverage]:
    """The coverage of each kelurahan with workers, or of one (its code), by name."""
    today = now.astimezone(programme().zone).date()
    asked = {"kelurahan": kelurahan, "today": today, "inactive": inactive_before(now)}
    found: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for row in session.execute(_COVERAGE, asked):
        found.setdefault((row.kelurahan_code, row.kelurahan), {})[row[2]] = (row.posts, int(row.workers))
    return [
        Coverage(
            code,
            name,
            {each: classes.get(each, (0, 0))[0] for each in CLASSES},
            {each: classes.get(each, (0, 0))[1] for each in CLASSES},
            classes.get("no_rt", (0, 0))[1],
        )
        for (code, name), classes in found.items()
    ]


@dataclass(frozen=True)
class PostShown:
    """One RT with workers: in which of the classes it is, and how many live there."""

    rw: str
    rt: str
    standing: str
    workers: int


def posts_of(session: Session, kelurahan: str, *, now: dt.datetime) -> list[PostShown]:
    """Every RT with workers of one kelurahan (its code), by RW and RT."""
    today = now.astimezone(programme().zone).date()
    asked = {"kelurahan": kelurahan, "today": today, "inactive": inactive_before(now)}
    return [PostShown(row.rw, row.rt, row[2], int(row.workers)) for row in session.execute(_ONE_BY_ONE, asked)]


@dataclass(frozen=True)
class HeadShown:
    """One assignment, in office or announced; `head` is the number that `reset-pin` takes. No phone is shown."""

    head: int
    kelurahan: str
    rw: str
    rt: str
    name: str
    since: dt.date | None
    term_ends: dt.date | None
    announced: bool
    phone: int | None
    activated: bool
    locked: bool

    def to_json(self) -> dict[str, object]:
        """The JSON of `verify rt-heads show`; `phone` is a number of ours, the same for the same phone."""
        dates = {name: day.isoformat() if (day := getattr(self, name)) else None for name in ("since", "term_ends")}
        return {**vars(self), **dates}


def heads_shown(session: Session, *, kelurahan: str | None) -> Sequence[HeadShown]:
    """Who holds which post, or will, by kelurahan, RW and RT; heads of RW stand before their RT."""
    held = (
        select(RtHead, Area.kelurahan)
        .join(Area, Area.kelurahan_code == RtHead.kelurahan_code)
        .where(RtHead.until.is_(None))
        .order_by(Area.kelurahan, RtHead.rw, RtHead.rt, RtHead.announced, RtHead.id)
    )
    if kelurahan is not None:
        held = held.where(RtHead.kelurahan_code == kelurahan)
    return [
        HeadShown(
            head=head.id,
            kelurahan=name,
            rw=head.rw,
            rt=head.rt,
            name=head.name,
            since=head.since,
            term_ends=head.term_ends,
            announced=head.announced,
            phone=head.phone_id,
            activated=head.activated_at is not None,
            locked=head.locked_at is not None,
        )
        for head, name in session.execute(held)
    ]
