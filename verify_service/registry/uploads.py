"""A file brought in the browser: kept sealed until somebody who saw its report accepts or refuses it.

What reads it, and what makes an import of it, is `upload_work.py`; a worker does that.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, Any, Final

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from flows.conversation import printable
from verify_service import audit
from verify_service.ground.crypto import seal, seal_bytes, unseal_bytes, unseal_or_blank
from verify_service.ground.tables import Upload, UploadPart
from verify_service.registry.grids import refuse_larger
from verify_service.registry.headings import NOTHING
from verify_service.registry.loading import LAYOUTS
from verify_service.registry.problems import FileRefused
from verify_service.registry.wrong_file import limits_of

KINDS: Final = ("roster", "payments", "insurer", "rt_heads")
OF_A_MONTH: Final = frozenset({"payments", "insurer"})
LARGEST: Final = max(max(limits_of(kind).file_bytes, limits_of(kind).text_bytes) for kind in KINDS)
KEPT: Final = dt.timedelta(days=14)  # a file that nobody decides on; and the report of one that was decided
_PART: Final = 4_000_000  # bytes sealed at once: no process holds a whole list twice
_LONGEST_NAME: Final = 120  # letters
_REPORT = "upload.report"
_CLOCK = "clock"


class UploadState(StrEnum):
    """Where a file stands. Of the last three nothing comes any more."""

    WAITING = "waiting"  # to be read
    ASKS = "asks"  # which column is which
    CHECKED = "checked"  # its report waits for a decision
    TAKEN = "taken"  # accepted: to be imported
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def moves(self) -> bool:
        """Whether a worker has it, and the page changes by itself."""
        return self in (UploadState.WAITING, UploadState.TAKEN)

    @property
    def over(self) -> bool:
        return self in (UploadState.ACCEPTED, UploadState.REFUSED, UploadState.FAILED)


class Refusal(StrEnum):
    """Why a decision was not taken."""

    MOVED = "moved"  # somebody else decided, or it was read anew: the page was an older one
    REJECTED_ROWS = "rejected rows"  # all of a file of which some cannot be taken
    NOTHING_NEW = "nothing new"  # the same file is what counts already
    COLUMN = "column"  # no such column, or two headings for one


@dataclass(frozen=True)
class Sent:
    """What somebody says of the file that he sends. Months are their first days; `terms` are those of a roster."""

    kind: str
    filename: str
    period: dt.date | None = None
    paid_from: dt.date | None = None
    months: int | None = None
    decree: str = ""
    whole: bool = False

    @property
    def terms(self) -> dict[str, Any]:
        if self.kind != "roster" or self.paid_from is None:
            return {}
        return {
            "paid_from": self.paid_from.isoformat(),
            "months": self.months,
            "decree": self.decree or None,
            "whole": self.whole,
        }


@dataclass(frozen=True)
class UploadTold:
    """One file as its page shows it. `told` is the report as JSON, masked; people are named as officers are."""

    id: int
    kind: str
    filename: str
    size: int
    period: dt.date | None
    terms: dict[str, Any]
    headings: dict[str, str]
    state: UploadState
    step: int
    valid_only: bool
    rows_read: int
    rows_all: int
    uploaded_at: dt.datetime
    uploaded_by: str
    decided_at: dt.datetime | None
    decided_by: str
    import_id: int | None
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def asked(self) -> list[str]:
        """Headings of the file that we do not know, and nobody has told of."""
        return [heading for heading in self.told.get("unknown", ()) if heading not in self.headings]

    @property
    def lacking(self) -> list[str]:
        """Columns without which no row can be used."""
        return list(self.told.get("lacking", ()))

    @property
    def columns(self) -> list[str]:
        """What a heading can be told to be."""
        return [column.title for column in LAYOUTS[self.kind.replace("_", "-")].columns]


def keep(session: Session, sent: Sent, file: IO[bytes], *, now: dt.datetime, by: str) -> int:
    """Keep a file that was sent, sealed, for a worker to read; its number.

    Raises FileRefused for one that is empty or larger than its kind may be. Never commits.
    """
    size = file.seek(0, 2)
    file.seek(0)
    begin = file.read(4)
    file.seek(0)
    named = _named(sent.filename)
    if not size:
        raise FileRefused(f"{named} is empty.")
    refuse_larger(named, begin, size, limits_of(sent.kind))
    row = insert(Upload).values(
        kind=sent.kind,
        filename=named,
        size=size,
        period=sent.period if sent.kind in OF_A_MONTH else None,
        terms=sent.terms,
        headings={},
        state=UploadState.WAITING.value,
        uploaded_at=now,
        uploaded_by=by,
    )
    made = int(session.execute(row.returning(Upload.id)).scalar_one())
    for place, content in enumerate(iter(lambda: file.read(_PART), b"")):
        sealed = seal_bytes(content, _purpose(made, place))
        session.execute(insert(UploadPart).values(upload_id=made, place=place, content=sealed))
    audit.record(session, now=now, actor=by, action="file uploaded", on=f"upload:{made}", kind=sent.kind, bytes=size)
    return made


def _named(filename: str) -> str:
    """What the sender calls the file, without the folders of his machine."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    return " ".join(printable(last).split())[:_LONGEST_NAME] or "-"


def _purpose(upload: int, place: int) -> str:
    return f"upload_part.content:{upload}:{place}"


def content_of(session: Session, upload: int) -> Iterator[bytes]:
    """The file as it was sent, part by part."""
    places = session.scalars(select(UploadPart.place).where(UploadPart.upload_id == upload).order_by(UploadPart.place))
    for place in list(places):
        sealed = session.scalar(
            select(UploadPart.content).where(UploadPart.upload_id == upload, UploadPart.place == place)
        )
        yield unseal_bytes(sealed or b"", _purpose(upload, place))


_LISTED = text(
    """
SELECT upload.id, kind, filename, size, period, terms, headings, state, step, valid_only, rows_read, rows_all,
       uploaded_at, coalesce(sender.name, uploaded_by) AS uploaded_by, decided_at,
       coalesce(decider.name, decided_by, '') AS decided_by, import_id,
       CASE WHEN CAST(:upload AS bigint) IS NOT NULL THEN report END AS report
FROM upload
LEFT JOIN officer sender ON uploaded_by = 'officer:' || sender.id
LEFT JOIN officer decider ON decided_by = 'officer:' || decider.id
WHERE CAST(:upload AS bigint) IS NULL OR upload.id = :upload
ORDER BY upload.id DESC LIMIT :most
"""
)


def uploads(session: Session, most: int = 20) -> list[UploadTold]:
    """The newest files that were brought, without their reports."""
    return [_told(row) for row in session.execute(_LISTED, {"upload": None, "most": most})]


def find_upload(session: Session, upload: int) -> UploadTold | None:
    """One file with its report."""
    row = session.execute(_LISTED, {"upload": upload, "most": 1}).first()
    return _told(row) if row is not None else None


def _told(row: Any) -> UploadTold:
    held = dict(row._mapping)
    told = document_of(held.pop("report"))
    return UploadTold(**{**held, "state": UploadState(held["state"])}, told=told)


def document_of(sealed: bytes | None) -> dict[str, Any]:
    """What is kept of the report; nothing where it is gone."""
    said = unseal_or_blank(sealed, _REPORT)
    held: dict[str, Any] = json.loads(said) if said else {}
    return held


def sealed_document(told: Mapping[str, Any]) -> bytes:
    """See document_of."""
    return seal(json.dumps(dict(told), ensure_ascii=False), _REPORT)


def locked(session: Session, upload: int, seen: int, *expected: UploadState) -> Upload | None:
    """The row, held, where it still stands as somebody saw it."""
    held = session.get(Upload, upload, populate_existing=True, with_for_update=True)
    return held if held is not None and held.step == seen and held.state in expected else None


def tell_columns(
    session: Session, upload: int, seen: int, meant: Mapping[str, str], *, now: dt.datetime, by: str
) -> Refusal | None:
    """Say which column each heading is (its title, "-" for one of no use), and have the file read again."""
    held = locked(session, upload, seen, UploadState.ASKS, UploadState.CHECKED)
    if held is None:
        return Refusal.MOVED
    layout = LAYOUTS[held.kind.replace("_", "-")]
    wanted = [name for name in meant.values() if name != NOTHING]
    if len(set(wanted)) < len(wanted) or any(layout.field_meant(name) is None for name in wanted):
        return Refusal.COLUMN
    held.headings = held.headings | dict(meant)
    _move(held, UploadState.WAITING)
    _record(session, held, "columns told", now, by, headings=len(meant))
    return None


def accept(session: Session, upload: int, seen: int, *, valid_only: bool, now: dt.datetime, by: str) -> Refusal | None:
    """Have it imported: all of it, or with `valid_only` the rows that can be used, the others kept as a work list."""
    held = locked(session, upload, seen, UploadState.CHECKED)
    if held is None:
        return Refusal.MOVED
    report = document_of(held.report).get("report", {})
    if report.get("unchanged"):
        return Refusal.NOTHING_NEW
    if report.get("rejected") and not valid_only:
        return Refusal.REJECTED_ROWS
    held.valid_only = valid_only
    held.decided_at, held.decided_by = now, by
    _move(held, UploadState.TAKEN)
    _record(session, held, "file accepted", now, by, valid_only=valid_only)
    return None


def refuse(session: Session, upload: int, seen: int, *, now: dt.datetime, by: str) -> Refusal | None:
    """Nothing becomes of it; the file is deleted."""
    held = locked(session, upload, seen, UploadState.WAITING, UploadState.ASKS, UploadState.CHECKED)
    if held is None:
        return Refusal.MOVED
    held.decided_at, held.decided_by = now, by
    _move(held, UploadState.REFUSED)
    forget_content(session, upload)
    _record(session, held, "file refused", now, by)
    return None


def _move(held: Upload, state: UploadState) -> None:
    held.state, held.step, held.tries, held.leased_until = state.value, held.step + 1, 0, None
    held.rows_read = held.rows_all = 0


def _record(session: Session, held: Upload, action: str, now: dt.datetime, by: str, **detail: int | bool) -> None:
    session.flush()
    audit.record(session, now=now, actor=by, action=action, on=f"upload:{held.id}", kind=held.kind, **detail)


def forget_content(session: Session, upload: int) -> None:
    """The file itself goes; that it was there, and what became of it, stays."""
    session.execute(delete(UploadPart).where(UploadPart.upload_id == upload))


def forget_uploads(session: Session, *, now: dt.datetime) -> int:
    """Delete files that nobody decided on, and the reports of those that were, after some days; how many files."""
    past = now - KEPT
    undecided = (UploadState.ASKS.value, UploadState.CHECKED.value)
    old = list(
        session.scalars(
            select(Upload)
            .where(Upload.state.in_(undecided), Upload.uploaded_at < past)
            .with_for_update(skip_locked=True)
        )
    )
    for held in old:
        held.decided_at, held.decided_by = now, _CLOCK
        _move(held, UploadState.REFUSED)
        forget_content(session, held.id)
        _record(session, held, "file refused", now, _CLOCK)
    over = [state.value for state in UploadState if state.over]
    session.execute(
        update(Upload)
        .where(Upload.state.in_(over), Upload.uploaded_at < past, Upload.report.is_not(None))
        .values(report=None)
    )
    return len(old)
