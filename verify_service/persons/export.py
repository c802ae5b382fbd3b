"""Everything that is kept of a person, with where each part came from: for the person, who has asked for it.

What others told is theirs as well and stays out (art. 33): the words of a report by somebody else, and whatever was
told in confidence or without a name, which would betray who told it.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import text

from flows.references import worker_code
from verify_service.accounts.officers import Role
from verify_service.grievances.acting import Acting
from verify_service.ground.crypto import unseal_of, unseal_or_blank
from verify_service.ground.programme import programme
from verify_service.persons.group import Group, objects_of
from verify_service.persons.rights import RightRefused
from verify_service.registry.kept_lines import LABEL

EXPORTS: Final = frozenset({Role.ADMIN})


@dataclass(frozen=True)
class Section:
    """One part: its name, where it came from, its columns by code, its rows."""

    name: str
    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...] = field(repr=False)


@dataclass(frozen=True)
class Everything:
    """All parts that hold anything, as of a moment."""

    made_at: dt.datetime
    code: str
    sections: tuple[Section, ...]

    def to_json(self) -> str:
        """The same for machines: field names stay, so that another controller can read it."""
        document = {
            "programme": programme().name,
            "controller": programme().city,
            "made_at": self.made_at.isoformat(),
            "code": self.code,
            "sections": [
                {
                    "name": section.name,
                    "source": section.source,
                    "rows": [dict(zip(section.columns, map(_plain, row), strict=True)) for row in section.rows],
                }
                for section in self.sections
            ],
        }
        return json.dumps(document, ensure_ascii=False, indent=1)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def everything(acting: Acting, group: Group, request: int | None = None) -> Everything | RightRefused:
    """All that is kept of the person; that it was written out, and by whom, is kept and stands in the next one."""
    if acting.viewer.role not in EXPORTS:
        return RightRefused.ROLE
    if group.erased:
        return RightRefused.ERASED
    sections = tuple(section for section in _sections(acting, group) if section.rows)
    made = Everything(acting.now, worker_code(group.chief.id), sections)
    acting.record("person exported", f"worker:{group.chief.id}", request=request, sections=len(sections))
    return made


def as_file(made: Everything, page: str) -> bytes:
    """One file: the page to be read, and beside it the same for machines."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("data.html", page), ("data.json", made.to_json())):
            archive.writestr(name, content.encode())
    return packed.getvalue()


def _sections(acting: Acting, group: Group) -> Iterator[Section]:
    yield _identity(group)
    yield from (_asked(acting, group, *one) for one in _TABLES)
    yield _file_rows(acting, group)
    yield from (_opened(acting, group, *one) for one in _WITH_WORDS)
    yield _trail(acting, group)


_IDENTITY: Final = (
    "code",
    "nik",
    "name",
    "birth_date",
    "birth_year",
    "sex",
    "kk",
    "kpj",
    "address",
    "listed_since",
)


def _identity(group: Group) -> Section:
    rows = []
    for one in group.workers:
        key = group.keys.get(one.id)
        sealed = {
            name: unseal_of(key, getattr(one, name), f"worker.{name}")
            for name in ("nik", "birth_date", "kk", "kpj", "address")
        }
        plain = {"code": worker_code(one.id), "name": one.name, "birth_year": one.birth_year, "sex": one.sex}
        held = {**sealed, **plain, "listed_since": one.created_at}
        rows.append(tuple(held[name] for name in _IDENTITY))
    return Section("identity", "list", _IDENTITY, tuple(rows))


# name, source, statement: nothing of these is sealed.
_TABLES: Final = (
    (
        "lines",
        "list",
        """SELECT file.filename, file.imported_at, file.decree, enrolment.row, area.kelurahan, rw, rt, occupation,
                  decile, source, paid_from, months, removed_from
           FROM enrolment JOIN file_import file ON file.id = enrolment.import_id LEFT JOIN area USING (kelurahan_code)
           WHERE enrolment.id = ANY(CAST(:lines AS bigint[])) ORDER BY enrolment.id""",
    ),
    (
        "payments",
        "treasury",
        """SELECT period, amount, paid_on, reference FROM payment
           WHERE period IN (SELECT DISTINCT period FROM file_import WHERE kind = 'payments')
             AND nik_index = ANY(CAST(:indexes AS bytea[])) ORDER BY period""",
    ),
    (
        "insured",
        "insurer",
        """SELECT period, status AS insurer, member_since, paid_on, payment_code FROM insurer_record
           WHERE period IN (SELECT DISTINCT period FROM file_import WHERE kind = 'insurer')
             AND nik_index = ANY(CAST(:indexes AS bytea[])) ORDER BY period""",
    ),
    (
        "verdicts",
        "computed",
        """SELECT period, list, insurer, worker, rt_head, duplicate, verdict, rupiah, computed_at FROM verdict
           WHERE enrolment_id = ANY(CAST(:lines AS bigint[])) ORDER BY period, enrolment_id""",
    ),
    (
        "statements",
        "said",
        """SELECT received_at AS at, source AS by_source, statement, detail, channel, assisted FROM evidence
           WHERE enrolment_id = ANY(CAST(:lines AS bigint[])) ORDER BY received_at, id""",
    ),
    (
        "rounds",
        "computed",
        """SELECT round.name AS round, person.sampled, person.asked_at, person.disposition, person.answered_at
           FROM round JOIN round_person person ON person.round_id = round.id
             AND person.enrolment_id = ANY(CAST(:lines AS bigint[])) ORDER BY round.id""",
    ),
    (
        "tasks",
        "office",
        """SELECT kind AS task, opened_at, due_on, closed_at, closed_how FROM task
           WHERE enrolment_id = ANY(CAST(:lines AS bigint[])) ORDER BY id""",
    ),
    (
        "gaps",
        "computed",
        """SELECT unpaid_from, unpaid_to, lapses_on, lapsed, told_at, ended_at FROM cover_gap
           WHERE worker_id = ANY(CAST(:workers AS bigint[])) ORDER BY id""",
    ),
    (
        "comparisons",
        "computed",
        """SELECT found_at, why AS alike_in, decision AS compared, decided_at FROM person_pair
           WHERE low = ANY(CAST(:workers AS bigint[])) OR high = ANY(CAST(:workers AS bigint[])) ORDER BY id""",
    ),
    (
        "known_names",
        "office",
        """SELECT name_key AS name, decided_at FROM known_name
           WHERE nik_index = ANY(CAST(:indexes AS bytea[])) ORDER BY 1""",
    ),
    (
        "holds",
        "office",
        """SELECT reason AS hold, set_at, ended_at FROM person_hold
           WHERE worker_id = ANY(CAST(:workers AS bigint[])) ORDER BY id""",
    ),
)


def _values(group: Group) -> dict[str, object]:
    return {
        "workers": group.ids,
        "lines": list(group.enrolments),
        "indexes": group.indexes,
        "phones": sorted({*group.phones, *group.own_phones}),
        "own": list(group.own_phones),
    }


def _asked(acting: Acting, group: Group, name: str, source: str, statement: str) -> Section:
    found = acting.session.execute(text(statement), _values(group))
    return Section(name, source, tuple(found.keys()), tuple(map(tuple, found)))


# Beside the statement: which of its columns are sealed, with whose key, under which label.
_SERVICE, _PERSON = "service", "person"
_WITH_WORDS: Final = (
    (
        "phones",
        "list",
        """SELECT phone.number AS "number", link.how AS linked_how, link.linked_at, link.unlinked_at, phone.stopped_at
           FROM phone_link link JOIN phone ON phone.id = link.phone_id
           WHERE link.worker_id = ANY(CAST(:workers AS bigint[])) ORDER BY link.id""",
        {"number": (_SERVICE, "phone.number")},
    ),
    (
        "texts_out",
        "office",
        """SELECT created_at AS at, purpose, state AS outbox, delivery, body AS words FROM outbox
           WHERE phone_id = ANY(CAST(:phones AS bigint[])) AND (worker_id = ANY(CAST(:workers AS bigint[]))
                 OR (worker_id IS NULL AND phone_id = ANY(CAST(:own AS bigint[])) AND purpose <> 'case'))
           ORDER BY created_at, id""",
        {"words": (_SERVICE, "outbox.body")},
    ),
    (
        "texts_in",
        "said",
        """SELECT received_at AS at, body AS words FROM inbound_message
           JOIN phone ON phone.number_index = inbound_message.sender_index
           WHERE phone.id = ANY(CAST(:own AS bigint[])) AND coalesce(handled_as, '') NOT IN ('report', 'thread')
           ORDER BY received_at, inbound_message.id""",
        {"words": (_SERVICE, "inbound_message.body")},
    ),
    (
        "reports",
        "said",
        """SELECT number AS report, category, state AS report_state, opened_at, closed_at,
                  CASE WHEN phone_id = ANY(CAST(:own AS bigint[])) THEN words END AS words, answer
           FROM grievance WHERE worker_id = ANY(CAST(:workers AS bigint[])) AND identity = 'normal'
             AND about IS NULL AND NOT restricted ORDER BY opened_at, id""",
        {"words": (_SERVICE, "grievance.words"), "answer": (_SERVICE, "grievance.answer")},
    ),
    (
        "proposals",
        "said",
        """SELECT number AS report, proposer, name, job, member, state AS proposal_state, reason AS decided_for,
                  opened_at, decided_at, help_needed
           FROM proposal WHERE nik_index = ANY(CAST(:indexes AS bytea[])) ORDER BY id""",
        {"help_needed": (_SERVICE, "proposal.help_needed")},
    ),
    (
        "removals",
        "office",
        """SELECT number AS report, reason AS decided_for, state AS removal_state, from_month, opened_at, noticed_at,
                  closed_at, note FROM removal WHERE enrolment_id = ANY(CAST(:lines AS bigint[])) ORDER BY id""",
        {"note": (_SERVICE, "removal.note")},
    ),
    (
        "decisions",
        "office",
        """SELECT said.at, said.step, said.says, said.reason AS decided_for, said.note FROM decision said
           LEFT JOIN proposal ON proposal.id = said.proposal_id LEFT JOIN removal ON removal.id = said.removal_id
           WHERE proposal.nik_index = ANY(CAST(:indexes AS bytea[]))
              OR removal.enrolment_id = ANY(CAST(:lines AS bigint[])) ORDER BY said.id""",
        {"note": (_SERVICE, "decision.note")},
    ),
    (
        "owner_answers",
        "office",
        """SELECT answered_at AS at, period, verdict, owner, answer AS owner_answer, note FROM discrepancy_answer
           WHERE enrolment_id = ANY(CAST(:lines AS bigint[])) ORDER BY id""",
        {"note": (_PERSON, "discrepancy_answer.note")},
    ),
    (
        "problems",
        "files",
        """SELECT file.filename, file.imported_at, problem.row, problem."column" AS heading, problem.code AS problem,
                  problem.found
           FROM import_line line JOIN file_import file ON file.id = line.import_id
           JOIN import_problem problem ON problem.import_id = line.import_id AND problem.row = line.row
           WHERE line.nik_index = ANY(CAST(:indexes AS bytea[])) ORDER BY problem.id""",
        {"found": (_SERVICE, "import_problem.found")},
    ),
    (
        "corrections",
        "office",
        """SELECT corrected_at AS at, field, was, value, reason AS basis, note, ended_at FROM person_correction
           WHERE worker_id = :worker ORDER BY id""",
        {
            "was": (_PERSON, "person_correction.was"),
            "value": (_PERSON, "person_correction.value"),
            "note": (_PERSON, "person_correction.note"),
        },
    ),
    (
        "requests",
        "office",
        """SELECT asked_at AS requested_at, kind, asker, identity, due_at, state AS request_state, decided_at,
                  reason AS request_reason, words, note
           FROM person_request WHERE worker_id = ANY(CAST(:workers AS bigint[])) ORDER BY id""",
        {"words": (_PERSON, "person_request.words"), "note": (_PERSON, "person_request.note")},
    ),
    (
        "looks",
        "office",
        """SELECT at, what, reason AS look_reason, note FROM person_look
           WHERE worker_id = ANY(CAST(:workers AS bigint[])) ORDER BY id""",
        {"note": (_PERSON, "person_look.note")},
    ),
)


def _opened(
    acting: Acting, group: Group, name: str, source: str, statement: str, sealed: dict[str, tuple[str, str]]
) -> Section:
    found = acting.session.execute(text(statement), _values(group) | {"worker": group.chief.id})
    columns = tuple(found.keys())
    rows = tuple(
        tuple(
            _open(group, value, *sealed[column]) if column in sealed else value
            for column, value in zip(columns, row, strict=True)
        )
        for row in found
    )
    return Section(name, source, columns, rows)


def _open(group: Group, box: bytes | None, by: str, purpose: str) -> str:
    return group.opened(box, purpose) if by == _PERSON else unseal_or_blank(box, purpose)


_FILE_ROWS: Final = text(
    """SELECT file.kind, file.filename, file.imported_at, line.row, line.line, person_key.wrapped
       FROM import_line line JOIN file_import file ON file.id = line.import_id
       LEFT JOIN person_key ON person_key.nik_index = line.nik_index
       WHERE line.nik_index = ANY(CAST(:indexes AS bytea[])) ORDER BY line.import_id, line.row"""
)


def _file_rows(acting: Acting, group: Group) -> Section:
    """Every row of every file that names the person, as the office wrote it."""
    rows = []
    for row in acting.session.execute(_FILE_ROWS, {"indexes": group.indexes}):
        kept = unseal_of(row.wrapped, row.line, LABEL)
        cells = json.loads(kept).get("cells", {}) if kept else {}
        said = "; ".join(f"{heading}: {value}" for heading, value in cells.items() if value)
        rows.append((row.kind, row.filename, row.imported_at, row.row, said))
    return Section("file_rows", "files", ("file_kind", "filename", "imported_at", "row", "cells"), tuple(rows))


_TRAIL: Final = text(
    """SELECT audit.at, audit.action, coalesce(officer.role, split_part(audit.actor, ':', 1)) AS by_role FROM audit
       LEFT JOIN officer ON audit.actor = 'officer:' || officer.id
       WHERE audit.object = ANY(CAST(:objects AS text[])) ORDER BY audit.at, audit.id"""
)


def _trail(acting: Acting, group: Group) -> Section:
    """What was done with the data, and by whom, by what they are: the law has the person told of the processing."""
    return Section("trail", "office", ("at", "action", "by_role"), _rows(acting, objects_of(group)))


def _rows(acting: Acting, objects: Sequence[str]) -> tuple[tuple[Any, ...], ...]:
    return tuple(map(tuple, acting.session.execute(_TRAIL, {"objects": list(objects)})))
