"""Bringing a database to what this code expects: schema, the application's rights, and the tables kept in files."""

from __future__ import annotations

import csv
from pathlib import Path

from sqlalchemy import create_engine, delete, insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from verify_service.ground import schema
from verify_service.ground.database import sqlalchemy_url
from verify_service.ground.programme import programme
from verify_service.ground.settings import SettingsRefused, settings
from verify_service.ground.tables import Area, DecisionRow
from verify_service.verification.decision import decision_table

DATA = Path(__file__).parent / "data"


def migrate(say: schema.Say = schema.aside) -> str:
    """Newest schema, roles, areas and decision table; returns the revision. Twice changes nothing.

    `say` hears what it waits for. Raises what `schema.upgrade` raises.
    """
    owner = settings().owner_database_url
    if not owner:
        raise SettingsRefused("VERIFY_OWNER_DATABASE_URL is not set: migrations run as the owner of the tables")
    revision = schema.upgrade(owner, schema.role_of(settings().database_url), say)
    made = create_engine(sqlalchemy_url(owner))
    try:
        with Session(made) as session, session.begin():
            _load_areas(session)
            publish_decision_table(session)
    finally:
        made.dispose()
    return revision


def _load_areas(session: Session) -> None:
    bps = {row["kelurahan_code"]: row["bps_kelurahan_code"] or None for row in _rows(programme().bps_codes)}
    rows = [{**row, "bps_code": bps.get(row["kelurahan_code"])} for row in _rows(programme().area_table)]
    statement = upsert(Area)
    changed = {column: statement.excluded[column] for column in rows[0] if column != "kelurahan_code"}
    session.execute(statement.on_conflict_do_update(index_elements=[Area.kelurahan_code], set_=changed), rows)


def _rows(path: Path | None) -> list[dict[str, str]]:
    if path is None:
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def publish_decision_table(session: Session) -> None:
    """Write the pure function's table where the set-based job joins it."""
    session.execute(delete(DecisionRow))
    session.execute(
        insert(DecisionRow),
        [
            {
                "list": case.list.value,
                "insurer": case.insurer.value,
                "worker": case.worker.value,
                "rt_head": case.rt_head.value,
                "duplicate": case.duplicate.value,
                "verdict": decision.verdict,
                "owner": decision.owner.value,
                "at_risk": decision.at_risk,
            }
            for case, decision in decision_table()
        ],
    )
