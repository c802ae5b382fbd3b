"""The auditor's answers of the sample city, as its files have it, against plain loops over whole tables.

    python -m tests.soak.answers [--replies 1500] [--seed 1]

One line. Exit 0 when every row of every answer is the one that the loops come to, today and on an earlier day.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from verify_service.demo import embedded, keys


def main() -> int:
    """Load, reply, reconcile, compare."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.answers", description=__doc__)
    parser.add_argument("--replies", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="verify-answers-") as folder:
        servers = embedded.start(Path(folder), durable=False)
        try:
            os.environ.update(keys.environment_for(Path(folder)))
            os.environ["VERIFY_DATABASE_URL"] = servers.application_url
            os.environ["VERIFY_OWNER_DATABASE_URL"] = servers.owner_url
            os.environ["VERIFY_REDIS_URL"] = servers.redis_url
            rows, differ = compared(servers.owner_url, Path(folder), asked.replies, random.Random(asked.seed))
        finally:
            servers.stop()
    print(
        f"seed {asked.seed}: the sample city with {asked.replies:,} replies, {rows:,} rows of answers, today and a week"
        f" ago: {len(differ)} differ from plain loops, {time.monotonic() - began:.0f} s"
    )
    for told in differ[:20]:
        print(f"DIFFERS: {told}")
    return 1 if differ else 0


def compared(owner_url: str, folder: Path, replies: int, lot: random.Random) -> tuple[int, list[str]]:
    """How many rows there are, and those that differ."""
    from tests.reports import test_recomputed
    from tests.verification.test_reconciliation import reconcile
    from verify_service.demo import city
    from verify_service.ground.as_of import as_of
    from verify_service.ground.database import transaction
    from verify_service.installation import migrate
    from verify_service.reports.answers import REPORTS, lines_of
    from verify_service.reports.definition import Asked
    from verify_service.verification.reconciliation import compute_again

    migrate()
    now = dt.datetime.now(dt.UTC)
    before = now - dt.timedelta(days=7)
    with transaction() as session:
        city.load(session, folder / "files", roster=None, now=now - dt.timedelta(days=20), say=lambda _: None)
    with psycopg.connect(owner_url, autocommit=True) as db:
        _reply(db, replies, now, lot)
        reconcile()
        with transaction() as session:
            differ = test_recomputed.compared(db, session, now, "today")
            rows = sum(len(lines_of(report, session, Asked(now))) for report in REPORTS.values())
        with as_of(before) as session:
            compute_again(session, now=now)
            differ += test_recomputed.compared(db, session, before, "a week ago")
    return rows, differ


_SAYS = {
    "worker": (("confirms", "denies", "wrong_data", "moved", "not_working", "asked_money"), (20, 3, 2, 1, 1, 2)),
    "rt_head": (("resident", "moved", "deceased", "unknown"), (20, 2, 1, 1)),
}


def _reply(db: Any, replies: int, now: dt.datetime, lot: random.Random) -> None:
    """Workers and heads of RT answer in the last two weeks, most of them yes; some are asked what they know."""
    lines = db.execute("SELECT id FROM enrolment ORDER BY id").fetchall()
    for number in range(replies):
        line = lot.choice(lines)[0]
        at = now - dt.timedelta(minutes=lot.randrange(1, 14 * 1440))
        source = lot.choices(("worker", "rt_head"), (4, 1))[0]
        said = lot.choices(*_SAYS[source])[0]
        detail = lot.choice(("yes", "no", "declined")) if said == "asked_money" else ""
        db.execute(
            """INSERT INTO evidence (enrolment_id, source, statement, detail, channel, inbound, received_at)
               VALUES (%s, %s, %s, %s, 'ussd', %s, %s)""",
            [line, source, said, detail, f"lot:{number}", at],
        )
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")


if __name__ == "__main__":
    sys.exit(main())
