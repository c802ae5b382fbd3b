"""Taking a version back: the list or the month stands as if the file had never come, until something rests on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.database import take_turn
from verify_service.ground.tables import BEFORE, NEWEST_PERIOD, FileImport
from verify_service.registry.one_person import forget_pairs, share_phones
from verify_service.registry.problems import FileRefused, StillNeeded
from verify_service.registry.staging import changed, make
from verify_service.registry.versions import changing

_MODELS = {model.__tablename__: model for model in BEFORE}
# In the order in which rows may go.
_TABLES = {
    "roster": ("phone_link", "enrolment", "worker"),
    "payments": ("payment",),
    "insurer": ("insurer_record", "worker"),
}
# What a list never says of a person, and what no undoing turns back: a letter once voided stays void.
_NOT_FROM_LISTS = {"worker": {"letter_issue", "help_issue", "same_as", "erased_at"}}


@dataclass(frozen=True)
class Undone:
    """What became of a version: how many rows went, how many are as they were before, how many came back."""

    version: int
    removed: int = 0
    restored: int = 0
    returned: int = 0

    def to_json(self) -> dict[str, Any]:
        """The JSON of `verify roster undo`."""
        return {
            "version": self.version,
            "removed": self.removed,
            "restored": self.restored,
            "returned": self.returned,
        }


def undo_version(session: Session, version: int, *, now: dt.datetime, actor: str) -> Undone:
    """Take a roster, or the payments or insurer file of a month, back.

    Raises FileRefused, with nothing changed, when there is no such version, it was undone before, or something rests on
    it: a later version, an answer, a text, a decision. Never commits.
    """
    take_turn(session, text("SELECT pg_advisory_xact_lock(hashtext('verify import'))"))
    take_turn(session, text("SELECT pg_advisory_xact_lock(hashtext('reconcile'))"))
    held = session.get(FileImport, version, populate_existing=True)
    if held is None:
        raise FileRefused(f"There is no version {version}. `verify roster versions` lists them.")
    if held.undone_at is not None:
        raise FileRefused(f"Version {version} was undone on {held.undone_at:%Y-%m-%d} by {held.undone_by}.")
    if held.kind not in _TABLES:
        raise FileRefused("A list of RT heads is not undone: send the list that is right.")
    _gather(session, held)
    later = _later(session, held)
    rests = {} if later else _resting(session, held)
    if later or rests:
        again = [f"version {one} came after it and holds {rows:,} of the same (undo that first)" for one, rows in later]
        what = "; ".join([*again, *(f"{count:,} {name}" for name, count in rests.items())])
        raise StillNeeded(
            f"Version {version} ({held.filename}) can no longer be undone, since something rests on it: {what}."
            " Send a list that puts right what is wrong.",
            rests=rests,
            later=later,
        )
    changing(session, now=now)
    done = _take_back(session, held, now)
    share_phones(session, now=now)
    held.undone_at, held.undone_by = now, actor
    session.flush()
    _compute_again(session, held, now)
    audit.record(
        session, now=now, actor=actor, action=f"{held.kind} undone", on=f"file_import:{version}", **done.to_json()
    )
    return done


# Rows that stand as the version has them, and had no state before it: it brought them. A list brings workers with
# their lines, and their phones.
_BROUGHT = {
    "enrolment": """
        (import_id = :version OR EXISTS (
            SELECT 1 FROM enrolment_before before WHERE before.id = enrolment.id AND before.import_id = :version))""",
    "worker": """
        created_at = :at AND id IN (SELECT enrolment.worker_id FROM enrolment JOIN touched_enrolment USING (id))""",
    "phone_link": """
        linked_at = :at AND how = 'roster'
        AND worker_id IN (SELECT enrolment.worker_id FROM enrolment JOIN touched_enrolment USING (id))""",
    "payment": "import_id = :version",
    "insurer_record": "import_id = :version",
}


def _gather(session: Session, held: FileImport) -> None:
    """Which rows the version touched, table by table: `was` where there is a state from before it."""
    given: dict[str, Any] = {"version": held.id, "at": held.imported_at}
    for table in ("enrolment", "worker", "phone_link", "payment", "insurer_record"):
        statement = f"""
            CREATE TEMPORARY TABLE touched_{table} ON COMMIT DROP AS
            SELECT id, true AS was FROM {table}_before WHERE ended_by = :version"""  # noqa: S608  # our own tables
        if table in _TABLES[held.kind] and (table, held.kind) != ("worker", "insurer"):
            statement += f"""
            UNION ALL SELECT id, false FROM {table} WHERE {_BROUGHT[table]} AND NOT EXISTS (
                SELECT 1 FROM {table}_before before WHERE before.id = {table}.id AND before.ended_by = :version)
            """  # noqa: S608  # our own tables
        make(session, f"touched_{table}", statement, **given)
    session.execute(text("SET LOCAL enable_nestloop TO DEFAULT"))


# What counts of the people of a list: of those whom it brought, and of those whom it changed.
_LINES = "(SELECT id FROM touched_enrolment)"
_PEOPLE = "(SELECT worker_id FROM enrolment JOIN touched_enrolment USING (id))"
_NEW_PEOPLE = "(SELECT id FROM touched_worker WHERE NOT was)"
_RESTS = {
    "answers": f"FROM evidence WHERE received_at >= :at AND enrolment_id IN {_LINES}",
    "answers of owners": f"FROM discrepancy_answer WHERE answered_at >= :at AND enrolment_id IN {_LINES}",
    "texts": f"""FROM outbox WHERE created_at >= :at AND worker_id IN {_PEOPLE}
                 AND purpose NOT IN ('reply', 'case') AND (handed_at IS NOT NULL OR state = 'sending')""",
    "calls": f"FROM conversation WHERE started_at >= :at AND worker_id IN {_PEOPLE}",
    "grievances": f"FROM grievance WHERE opened_at >= :at AND worker_id IN {_PEOPLE}",
    "removals": f"FROM removal WHERE opened_at >= :at AND enrolment_id IN {_LINES}",
    "pairs decided": f"""FROM person_pair WHERE decision IS NOT NULL AND taken_back_at IS NULL AND decided_at >= :at
                         AND (low IN {_PEOPLE} OR high IN {_PEOPLE})""",
    "gaps told of": f"FROM cover_gap WHERE told_at >= :at AND worker_id IN {_PEOPLE}",
    "people drawn in a round": f"""FROM round JOIN round_person drawn ON drawn.round_id = round.id
        WHERE round.drawn_at >= :at AND round.state <> 'cancelled' AND drawn.enrolment_id IN {_LINES}""",
    "requests of people about their data": f"""FROM person_request
        WHERE worker_id IN {_NEW_PEOPLE} OR (asked_at >= :at AND worker_id IN {_PEOPLE})""",
    "numbers seen in clear": f"FROM person_look WHERE worker_id IN {_NEW_PEOPLE}",
    "people who may not be erased": f"FROM person_hold WHERE worker_id IN {_NEW_PEOPLE}",
    "people of a breach": f"FROM breach_person WHERE worker_id IN {_NEW_PEOPLE}",
    "tasks done": f"FROM task WHERE closed_at >= :at AND enrolment_id IN {_LINES}",
}
# A month that no other file reports: what people answered and were told of it rests on this one.
_RESTS_OF_A_MONTH = {
    "answers about this month": "FROM evidence WHERE received_at >= :at AND period = :period",
    "rounds of this month": "FROM round WHERE drawn_at >= :at AND state <> 'cancelled' AND period = :period",
    "removals that rest on this month": (
        "FROM removal WHERE opened_at >= :at AND evidence #>> '{verdict,period}' = :iso"
    ),
}


def _resting(session: Session, held: FileImport) -> dict[str, int]:
    """What rests on it, in words, with how many."""
    given: dict[str, Any] = {"at": held.imported_at}
    asked = _RESTS
    if held.period is not None:
        given |= {"period": held.period, "iso": held.period.isoformat()}
        asked = _RESTS_OF_A_MONTH if held.kind == "insurer" and not _reported_before(session, held) else {}
    counts = {
        name: int(session.execute(text(f"SELECT count(*) {rows}"), given).scalar_one())  # of this file
        for name, rows in asked.items()
    }
    return {name: count for name, count in counts.items() if count}


def _later(session: Session, held: FileImport) -> list[tuple[int, int]]:
    """Versions that changed again what this one had touched, and how many rows."""
    parts = [
        f"SELECT ended_by, id FROM {table}_before JOIN touched_{table} USING (id)"  # noqa: S608  # names of our own tables
        for table in _TABLES[held.kind]
    ]
    found = session.execute(
        text(
            f"SELECT ended_by, count(*) FROM ({' UNION ALL '.join(parts)}) again"  # noqa: S608  # names of our own tables
            " WHERE ended_by > :version GROUP BY ended_by ORDER BY ended_by DESC"
        ),
        {"version": held.id},
    )
    standing = text("SELECT undone_at IS NULL FROM file_import WHERE id = :version")
    return [(by, count) for by, count in found if session.execute(standing, {"version": by}).scalar_one()]


def _reported_before(session: Session, held: FileImport) -> bool:
    """Whether another file of this month still stands."""
    found = session.execute(
        text(
            "SELECT EXISTS (SELECT 1 FROM file_import WHERE kind = :kind AND period = :period AND id <> :version"
            " AND undone_at IS NULL)"
        ),
        {"kind": held.kind, "period": held.period, "version": held.id},
    )
    return bool(found.scalar_one())


def _take_back(session: Session, held: FileImport, now: dt.datetime) -> Undone:
    removed = restored = returned = 0
    for table in _TABLES[held.kind]:
        restored += _restore(session, table, held)
        returned += _return(session, table, held, now)
    if held.kind == "roster":
        _forget_computed(session, held)
    for table in _TABLES[held.kind]:
        removed += changed(
            session,
            f"DELETE FROM {table} USING touched_{table} touched WHERE touched.id = {table}.id AND NOT touched.was"  # noqa: S608
            + (" AND NOT EXISTS (SELECT 1 FROM enrolment WHERE worker_id = worker.id)" if table == "worker" else ""),
        )
    return Undone(held.id, removed, restored, returned)


def _restore(session: Session, table: str, held: FileImport) -> int:
    """Rows that are still there, as they stood before."""
    kept = {"id", *_NOT_FROM_LISTS.get(table, ())}
    columns = [column.name for column in _MODELS[table].__table__.columns if column.name not in kept]
    sets = ", ".join(f'"{name}" = before."{name}"' for name in columns)
    return changed(
        session,
        f"UPDATE {table} SET {sets} FROM {table}_before before"  # noqa: S608  # names of our own columns
        f" WHERE before.id = {table}.id AND before.ended_by = :version",
        version=held.id,
    )


def _return(session: Session, table: str, held: FileImport, now: dt.datetime) -> int:
    """Rows that the version took out, in again; from now on, for what was shown in between stays so."""
    columns = [column.name for column in _MODELS[table].__table__.columns]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(":now" if name in ("created_at", "linked_at") else f'before."{name}"' for name in columns)
    return changed(
        session,
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {table}_before before"  # noqa: S608
        f" WHERE ended_by = :version AND NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.id = before.id)",
        version=held.id,
        now=now,
    )


def _forget_computed(session: Session, held: FileImport) -> None:
    """What was computed of lines that go: nobody has acted on it, or the version would not be undone."""
    gone = "(SELECT id FROM touched_enrolment WHERE NOT was)"
    forget_pairs(session, held.id)
    changed(session, "DELETE FROM cover_gap WHERE worker_id IN (SELECT id FROM touched_worker WHERE NOT was)")
    for table in ("verdict", "discrepancy", "stale_enrolment", "task"):
        changed(session, f"DELETE FROM {table} WHERE enrolment_id IN {gone}")  # noqa: S608  # names of our own tables


_OUTSIDE = f"""
period > coalesce({NEWEST_PERIOD}, '-infinity')
OR period < coalesce((SELECT min(period) FROM file_import WHERE kind = 'insurer' AND undone_at IS NULL), 'infinity')
"""  # noqa: S608  # a constant of our own


def _compute_again(session: Session, held: FileImport, now: dt.datetime) -> None:
    """Everybody touched is stale; months that no file reports any more have no verdict."""
    if held.kind == "roster":
        changed(
            session,
            "INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, :now FROM touched_enrolment WHERE was",
            now=now,
        )
        return
    if held.kind == "insurer":
        changed(session, f"DELETE FROM verdict WHERE period = :period AND ({_OUTSIDE})", period=held.period)  # noqa: S608
        changed(
            session,
            f"UPDATE discrepancy SET closed_at = :now, updated_at = :now WHERE closed_at IS NULL AND ({_OUTSIDE})",  # noqa: S608
            now=now,
        )
    changed(session, "INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, :now FROM enrolment", now=now)
