"""What an erasure destroys, table by table. Ids, places, strata, statements and verdicts stay: figures rest on them.

Sealed with the person's key goes with the key, in every copy of the row and in the record, which holds hashes alone.
What stands in clear or under the service's own key is emptied here. What is only ever added keeps its leaf: of words
that are emptied the record holds the hash (`record_commitment`).
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from verify_service.ground.crypto import INDEX_BYTES, seal
from verify_service.persons.group import Group

# Else the state of before would be kept beside as it stood.
FORGETTING: Final = text("SELECT set_config('verify.forgetting', :now, true)")

_PERSONAL = """nik = '', kpj = NULL, kpj_index = NULL, kk = NULL, name = '-', name_key = '', birth_date = NULL,
               address = NULL, said = NULL"""
_TALKS = """SELECT id FROM conversation WHERE phone_id = ANY(CAST(:phones AS bigint[]))
              AND (worker_id = ANY(CAST(:workers AS bigint[])) OR phone_id = ANY(CAST(:own AS bigint[])))"""
_REPORTS = """SELECT id FROM grievance WHERE worker_id = ANY(CAST(:workers AS bigint[]))
                 OR phone_id = ANY(CAST(:own AS bigint[]))"""
_NOTES = """SELECT decision.id FROM decision JOIN proposal ON proposal.id = decision.proposal_id
            WHERE proposal.nik_index = ANY(CAST(:indexes AS bytea[]))
            UNION ALL
            SELECT decision.id FROM decision JOIN removal ON removal.id = decision.removal_id
            WHERE removal.enrolment_id = ANY(CAST(:lines AS bigint[]))"""

# In this order: what is looked up by a number goes before the number.
_GOES: Final[Mapping[str, str]] = {
    "person_key": "UPDATE person_key SET wrapped = NULL WHERE nik_index = ANY(CAST(:indexes AS bytea[]))",
    "worker": f"""UPDATE worker SET {_PERSONAL}, letter_issue = letter_issue + 1, help_issue = help_issue + 1,
                      erased_at = :now WHERE id = ANY(CAST(:workers AS bigint[]))""",  # noqa: S608  # ours
    "worker_before": f"UPDATE worker_before SET {_PERSONAL} WHERE id = ANY(CAST(:workers AS bigint[]))",  # noqa: S608
    "traits": "DELETE FROM person_traits WHERE worker_id = ANY(CAST(:workers AS bigint[]))",
    "known_name": "DELETE FROM known_name WHERE nik_index = ANY(CAST(:indexes AS bytea[]))",
    "open_pairs": """DELETE FROM person_pair WHERE decision IS NULL
                       AND (low = ANY(CAST(:workers AS bigint[])) OR high = ANY(CAST(:workers AS bigint[])))""",
    "pairs": """UPDATE person_pair SET note = NULL WHERE note IS NOT NULL
                  AND (low = ANY(CAST(:workers AS bigint[])) OR high = ANY(CAST(:workers AS bigint[])))""",
    "problems": """UPDATE import_problem SET found = NULL FROM import_line line
                   WHERE line.nik_index = ANY(CAST(:indexes AS bytea[])) AND import_problem.found IS NOT NULL
                     AND import_problem.import_id = line.import_id AND import_problem.row = line.row""",
    "file_rows": """UPDATE import_line SET line = NULL
                    WHERE nik_index = ANY(CAST(:indexes AS bytea[])) AND line IS NOT NULL""",
    "texts_in": f"""UPDATE inbound_message SET body = NULL, raw = NULL, body_hash = NULL,
                      sender = CASE WHEN of_own THEN NULL ELSE sender END,
                      sender_index = CASE WHEN of_own THEN NULL ELSE sender_index END,
                      handled_at = coalesce(handled_at, :now), handled_as = coalesce(handled_as, 'lost'),
                      settled_at = coalesce(settled_at, :now), settled_by = coalesce(settled_by, :by)
                  FROM (SELECT id, true AS of_own FROM inbound_message
                        WHERE sender_index = ANY(CAST(:numbers AS bytea[]))
                        UNION
                        SELECT id, false FROM inbound_message WHERE conversation_id IN ({_TALKS})
                          AND (sender_index IS NULL OR sender_index <> ALL(CAST(:numbers AS bytea[])))) AS theirs
                  WHERE theirs.id = inbound_message.id""",  # noqa: S608  # constants of our own
    "opt_outs": "UPDATE opt_out_notice SET phone = NULL WHERE phone_index = ANY(CAST(:numbers AS bytea[]))",
    "talks": f"""UPDATE conversation SET talk = NULL, screen = NULL, heard_hash = NULL,
                   ended_at = coalesce(ended_at, :now), ended_how = coalesce(ended_how, 'let go')
               WHERE id IN ({_TALKS})""",  # noqa: S608  # ours
    "texts_out": f"""UPDATE outbox SET body = NULL,
                       reason = CASE state WHEN 'waiting' THEN 'erased' ELSE reason END,
                       state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE state END
                   WHERE phone_id = ANY(CAST(:phones AS bigint[]))
                     AND (worker_id = ANY(CAST(:workers AS bigint[])) OR phone_id = ANY(CAST(:own AS bigint[]))
                          OR split_part(cause, ':', 1) = 'report'
                             AND split_part(cause, ':', 2) IN (SELECT CAST(id AS text) FROM ({_REPORTS}) AS report))""",  # noqa: S608
    "report_words": f"""UPDATE grievance_event SET words = NULL
                      WHERE words IS NOT NULL AND grievance_id IN ({_REPORTS})""",  # noqa: S608  # ours
    "reports": f"""UPDATE grievance SET words = NULL, answer = NULL, reporter = NULL, once = NULL
                 WHERE id IN ({_REPORTS})""",  # noqa: S608  # ours
    "committed": f"""INSERT INTO record_commitment (source, id, hash)
                   SELECT 'decision', decision.id, sha256(decision.note) FROM decision
                   WHERE decision.id IN ({_NOTES}) AND decision.note IS NOT NULL
                     AND EXISTS (SELECT 1 FROM record_leaves WHERE source = 'decision' AND highest >= decision.id
                                   AND decision.id = ANY(ids))
                   ON CONFLICT DO NOTHING""",  # noqa: S608  # ours
    "notes": f"UPDATE decision SET note = NULL WHERE note IS NOT NULL AND id IN ({_NOTES})",  # noqa: S608  # ours
    "removals": """UPDATE removal SET note = NULL
                   WHERE enrolment_id = ANY(CAST(:lines AS bigint[])) AND note IS NOT NULL""",
    "proposals": """UPDATE proposal SET name = '-', name_key = '', nik = '',
                      help_needed = CASE WHEN help_needed IS NOT NULL THEN CAST(:nothing AS bytea) END
                    WHERE nik_index = ANY(CAST(:indexes AS bytea[]))""",
    "corrections": """UPDATE person_correction SET was = NULL, value = '', note = NULL,
                        ended_at = coalesce(ended_at, :now), ended_how = coalesce(ended_how, 'erased')
                      WHERE worker_id = ANY(CAST(:workers AS bigint[]))""",
    "looks": "UPDATE person_look SET note = NULL WHERE worker_id = ANY(CAST(:workers AS bigint[]))",
    "requests": """UPDATE person_request SET words = NULL, note = NULL
                   WHERE worker_id = ANY(CAST(:workers AS bigint[]))""",
    "other_requests": """UPDATE person_request SET state = 'refused', reason = 'erased', version = version + 1,
                           decided_at = :now, decided_by = :by
                         WHERE worker_id = ANY(CAST(:workers AS bigint[])) AND state IN ('open', 'to_confirm')
                           AND id <> :request""",
}


def destroy(session: Session, group: Group, *, request: int, by: str, now: dt.datetime) -> dict[str, int]:
    """Destroy the key, empty what is in clear; how many rows of each. The caller holds the person and the imports."""
    phones = [
        *session.scalars(_EVER_LINKED, {"workers": group.ids}),
    ]
    shared = [phone for phone in phones if phone not in group.own_phones]
    values: dict[str, Any] = {
        "workers": group.ids,
        "indexes": group.indexes,
        "lines": list(group.enrolments),
        "phones": phones,
        "own": list(group.own_phones),
        "numbers": session.scalars(_NUMBERS, {"phones": list(group.own_phones)}).all(),
        "now": now,
        "by": by,
        "request": request,
        "nothing": seal("", "proposal.help_needed"),  # that help is needed is a stratum; which, is told to nobody
    }
    session.execute(FORGETTING, {"now": "yes"})
    done = {name: _rows(session, statement, values) for name, statement in _GOES.items()}
    done["phones"] = _empty_phones(session, group, shared)
    session.execute(FORGETTING, {"now": "no"})
    session.expire_all()
    return {name: count for name, count in done.items() if count}


def _rows(session: Session, statement: str, values: dict[str, Any]) -> int:
    done = session.execute(text(statement), values)
    return done.rowcount if isinstance(done, CursorResult) else 0


_EVER_LINKED: Final = text(
    "SELECT DISTINCT phone_id FROM phone_link WHERE worker_id = ANY(CAST(:workers AS bigint[])) ORDER BY 1"
)
_NUMBERS: Final = text("SELECT number_index FROM phone WHERE id = ANY(CAST(:phones AS bigint[]))")
_EMPTIED: Final = text("UPDATE phone SET number = :number, number_index = :index WHERE id = :phone")
# Whether somebody has a phone, and whether they said STOP, are strata; whose else it is are the others' data.
_STAND_IN: Final = text(
    """INSERT INTO phone (number, number_index, language, noticed_at, stopped_at, refused_at, created_at)
       SELECT :number, :index, language, noticed_at, stopped_at, refused_at, created_at FROM phone WHERE id = :phone
       RETURNING id"""
)
_REPOINTED: Final = tuple(
    text(statement)
    for statement in (
        """UPDATE phone_link SET phone_id = :stand_in
           WHERE phone_id = :phone AND worker_id = ANY(CAST(:workers AS bigint[]))""",
        """UPDATE phone_link_before SET phone_id = :stand_in
           WHERE phone_id = :phone AND worker_id = ANY(CAST(:workers AS bigint[]))""",
        """UPDATE grievance SET phone_id = :stand_in
           WHERE phone_id = :phone AND worker_id = ANY(CAST(:workers AS bigint[]))""",
        """UPDATE proposal SET phone_id = :stand_in
           WHERE phone_id = :phone AND proposer = 'self' AND nik_index = ANY(CAST(:indexes AS bytea[]))""",
    )
)


def _empty_phones(session: Session, group: Group, shared: list[int]) -> int:
    """A phone that is the person's alone loses its number; a shared one stays the others', and a nameless one stands in
    for it here."""
    for phone in group.own_phones:
        session.execute(_EMPTIED, {"phone": phone, **_no_number()})
    for phone in shared:
        made = session.scalar(_STAND_IN, {"phone": phone, **_no_number()})
        for statement in _REPOINTED:
            session.execute(
                statement,
                {"phone": phone, "stand_in": made, "workers": group.ids, "indexes": group.indexes},
            )
    return len(group.own_phones) + len(shared)


def _no_number() -> dict[str, bytes]:
    return {"number": seal("", "phone.number"), "index": secrets.token_bytes(INDEX_BYTES)}
