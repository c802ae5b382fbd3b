"""A record to try things on: rows as the service writes them, sealed part by part, and what a superuser does to it."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from verify_service.ground.database import standing_still, transaction
from verify_service.record.findings import Verification
from verify_service.record.keys import signer, verifier_keys
from verify_service.record.sealing import Head, seal
from verify_service.record.standing import Outside
from verify_service.record.verifying import verify

BEGUN = dt.datetime(2026, 11, 1, 2, 0, tzinfo=dt.UTC)

_AUDIT = """
INSERT INTO audit (at, actor, action, object, detail)
SELECT %(at)s + n * interval '1 second', 'officer:' || 1 + n %% 7,
       (ARRAY['identity shown', 'grievance step', 'cases exported', 'roster imported'])[1 + n %% 4],
       'grievance:' || n, jsonb_build_object('step', 'verify', 'nth', n)
FROM generate_series(1, %(rows)s) AS n
"""
_EVIDENCE = """
INSERT INTO evidence (enrolment_id, source, statement, detail, channel, inbound, received_at)
SELECT 1 + n %% 90, 'worker', (ARRAY['confirms', 'denies', 'unsure'])[1 + n %% 3], '', 'ussd',
       'conversation:' || extract(epoch FROM %(at)s)::bigint || ':' || n, %(at)s + n * interval '1 second'
FROM generate_series(1, %(rows)s) AS n
"""


def write(db: Any, rows: int, at: dt.datetime = BEGUN) -> None:
    """So many rows, two thirds of them in the trail, one a second from this moment on."""
    db.execute("SET session_replication_role = replica")
    db.execute(_AUDIT, {"rows": rows - rows // 3, "at": at})
    db.execute(_EVIDENCE, {"rows": rows // 3, "at": at})
    db.execute("RESET session_replication_role")


def sealed(now: dt.datetime, *, most: int | None = None) -> Head | None:
    """Seal as the clock does; `most` leaves in a turn."""
    with transaction() as session:
        return seal(session, now=now, signer=signer(), keys=verifier_keys(), most=most)


def verified(outside: Outside | None = None) -> Verification:
    """Verify as the command does."""
    with standing_still() as session:
        return verify(session, verifier_keys(), outside)


def grow(db: Any, entries: int, heads: int) -> dt.datetime:
    """A record of so many entries under so many heads; returns when the newest was signed."""
    at = BEGUN
    for nth in range(heads):
        write(db, entries // heads + (nth < entries % heads), at)
        at += dt.timedelta(hours=1)
        sealed(at)
    return at


class Superuser:
    """Alters one thing of a record that is wholly sealed, by lot; tells which entries that concerns."""

    def __init__(self, db: Any, lot: random.Random) -> None:
        self._db, self._lot = db, lot
        self._ways = (self._edit, self._delete, self._insert, self._swap, self._truncate)
        for table in _COLUMNS:
            db.execute(f"DROP TABLE IF EXISTS sound_{table}; CREATE TEMP TABLE sound_{table} AS TABLE {table}")

    def alters(self) -> tuple[str, set[str]]:
        """What was done, and the names of the entries that a verification has to tell."""
        self._db.execute("SET session_replication_role = replica")
        way = self._lot.choice(self._ways)
        concerned = way(self._lot.choice(tuple(_COLUMNS)))
        self._db.execute("RESET session_replication_role")
        return way.__name__.strip("_"), concerned

    def undoes(self, concerned: set[str]) -> None:
        """All as it was."""
        self._db.execute("SET session_replication_role = replica")
        for table in _COLUMNS:
            numbers = [int(name.partition(":")[2]) for name in concerned if name.startswith(table)]
            self._db.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [numbers])
            self._db.execute(
                f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM sound_{table} WHERE id = ANY(%s)", [numbers]
            )
        self._db.execute("RESET session_replication_role")

    def _ids(self, table: str) -> list[int]:
        return [number for (number,) in self._db.execute(f"SELECT id FROM sound_{table} ORDER BY id").fetchall()]

    def _edit(self, table: str) -> set[str]:
        number = self._lot.choice(self._ids(table))
        changed = self._lot.choice(_EDITS[table])
        assert self._db.execute(f"UPDATE {table} SET {changed} WHERE id = %s", [number]).rowcount == 1
        return {f"{table}:{number}"}

    def _delete(self, table: str) -> set[str]:
        number = self._lot.choice(self._ids(table))
        self._db.execute(f"DELETE FROM {table} WHERE id = %s", [number])
        return {f"{table}:{number}"}

    def _insert(self, table: str) -> set[str]:
        like = self._lot.choice(self._ids(table))
        columns = _COLUMNS[table]
        copied = columns.replace("inbound", "inbound || 'x'")
        number = self._lot.choice(("DEFAULT", "-5", "0"))
        if number == "DEFAULT":
            made = f"INSERT INTO {table} ({columns}) SELECT {copied} FROM {table} WHERE id = %s RETURNING id"
        else:
            made = f"""INSERT INTO {table} (id, {columns}) OVERRIDING SYSTEM VALUE
                SELECT {number}, {copied} FROM {table} WHERE id = %s RETURNING id"""
        return {f"{table}:{self._db.execute(made, [like]).fetchone()[0]}"}

    def _swap(self, table: str) -> set[str]:
        one, other = self._lot.sample(self._ids(table), 2)
        self._db.execute(f"DELETE FROM {table} WHERE id IN (%s, %s)", [one, other])
        self._db.execute(
            f"""INSERT INTO {table} (id, {_COLUMNS[table]}) OVERRIDING SYSTEM VALUE
            SELECT %s - id, {_COLUMNS[table]} FROM sound_{table} WHERE id IN (%s, %s)""",
            [one + other, one, other],
        )
        return {f"{table}:{one}", f"{table}:{other}"}

    def _truncate(self, table: str) -> set[str]:
        cut = self._ids(table)[-self._lot.randint(1, 20) :]
        self._db.execute(f"DELETE FROM {table} WHERE id >= %s", [cut[0]])
        return {f"{table}:{number}" for number in cut}


_COLUMNS = {
    "audit": "at, actor, action, object, detail",
    "evidence": "enrolment_id, source, statement, detail, assisted, channel, phone_id, period, round_id, inbound,"
    " screen, received_at",
}
_EDITS = {
    "audit": (
        "at = at + interval '1 microsecond'",
        "actor = actor || ' '",
        "actor = 'officer:99'",
        "action = upper(action)",
        "object = 'grievance:0'",
        "detail = '{}'",
        """detail = detail || '{"nth": 0.0}'""",
    ),
    "evidence": (
        "statement = CASE statement WHEN 'confirms' THEN 'denies' ELSE 'confirms' END",
        "enrolment_id = enrolment_id + 1",
        "assisted = NOT assisted",
        "period = '2026-10-01'",
        "received_at = received_at - interval '1 day'",
        "screen = ''",
        "round_id = 0",
    ),
}
