"""Heads outside the database: the file that each seal adds to, and copies of the record in other hands.

Against a superuser only an older head in other hands helps: the newest is mailed away daily (`mailing.py`).
"""

from __future__ import annotations

import base64
import datetime as dt
import fcntl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service.ground.settings import settings
from verify_service.ground.tables import RecordHead
from verify_service.record.checkpoint import Checkpoint, NoteRefused, VerifierKey, notes_in, opened
from verify_service.record.merkle import Frontier
from verify_service.record.sealing import hashes
from verify_service.record.standing import Outside
from verify_service.record.tiles import CHECKPOINT, HEADS, leaf_tiles

HEADS_FILE: Final = "record.heads"


class OutsideRefused(Exception):
    """A file or folder that holds no head of this record; the message says why."""


def keep_heads(session: Session) -> Path | None:
    """Add to the file of heads what was signed since, also where a seal died before it could; None without a folder."""
    folder = settings().data_dir
    if folder is None:
        return None
    path = Path(folder) / HEADS_FILE
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two processes that have sealed write one after the other
        file.seek(0)
        kept = set(notes_in(file.read()))
        newer = select(RecordHead.note).order_by(RecordHead.size)
        file.writelines(f"{note}\n" for note in session.scalars(newer) if note not in kept)
    return path


@dataclass(frozen=True, slots=True)
class ShownHead:
    """The newest head, as people read and copy it."""

    size: int
    root: str  # base64, as it stands in the note
    at: dt.datetime
    note: str


def newest_head(session: Session, before: dt.datetime | None = None) -> ShownHead | None:
    """The head that was signed last, or last before a moment; None where nothing was sealed by then."""
    wanted = select(RecordHead).order_by(RecordHead.size.desc()).limit(1)
    head = session.scalars(wanted if before is None else wanted.where(RecordHead.at < before)).first()
    return ShownHead(head.size, base64.b64encode(head.root).decode(), head.at, head.note) if head else None


def read_outside(path: Path, keys: Sequence[VerifierKey]) -> Outside:
    """What a file of heads holds, or an exported folder: heads, and there the leaves. Or OutsideRefused."""
    folder = path.is_dir()
    files = [path / HEADS, path / CHECKPOINT] if folder else [path]
    try:
        notes = dict.fromkeys(note for file in files if file.exists() for note in notes_in(file.read_text("utf-8")))
        heads = tuple(sorted({opened(note, keys) for note in notes}, key=lambda head: head.size))
    except NoteRefused as error:
        raise OutsideRefused(
            f"{path}: {error}; give the key that signed it with --key, or in VERIFY_RECORD_OLD_KEYS"
        ) from None
    except UnicodeDecodeError:
        raise OutsideRefused(f"{path} is not a file of heads") from None
    if not heads:
        raise OutsideRefused(f"{path} holds no head; a head is a text of three lines with a signature below")
    return Outside(heads, _leaves(path, heads[-1]) if folder else ())


def _leaves(folder: Path, head: Checkpoint) -> tuple[bytes, ...]:
    """The exported leaves, once they are those of the newest exported head."""
    try:
        leaves = hashes(b"".join(file.read_bytes() for file in leaf_tiles(folder, head.size)))
    except FileNotFoundError as error:
        raise OutsideRefused(f"{folder}: a tile is missing, {error.filename}") from None
    tree = Frontier()
    tree.extend(leaves)
    if (tree.size, tree.root()) != (head.size, head.root):
        raise OutsideRefused(
            f"{folder}: the tiles are not those of its head of {head.size:,} leaves; take another copy"
        )
    return tuple(leaves)
