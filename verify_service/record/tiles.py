"""The record as files for other hands (C2SP tlog-tiles): hashes and heads, and never an entry.

https://c2sp.org/tlog-tiles: `tile/LEVEL/NUMBER` has 256 hashes, the last one of a level fewer (`.p/WIDTH`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service.ground.tables import RecordHead
from verify_service.record.checkpoint import VerifierKey
from verify_service.record.merkle import Tree
from verify_service.record.places import kept_leaves
from verify_service.record.sealing import TILE

CHECKPOINT: Final = "checkpoint"
HEADS: Final = "heads"
KEY: Final = "key"


def tile_path(level: int, number: int, width: int = TILE) -> str:
    """Where a tile stands: 1,234,067 of level 0 is tile/0/x001/x234/067."""
    digits = f"{number % 1000:03}"
    while number := number // 1000:
        digits = f"x{number % 1000:03}/{digits}"
    return f"tile/{level}/{digits}" + ("" if width == TILE else f".p/{width}")


def leaf_tiles(folder: Path, size: int) -> Iterator[Path]:
    """The files that hold the leaves of a record of this size, in order."""
    for number in range(-(-size // TILE)):
        yield folder / tile_path(0, number, min(TILE, size - number * TILE))


def export(session: Session, folder: Path, key: VerifierKey) -> int:
    """Write tiles, every head and the newest as `checkpoint`; returns the size of that, 0 where nothing is sealed.

    An older export in the same folder is added to: whole tiles never change.
    """
    heads = session.scalars(select(RecordHead).order_by(RecordHead.size)).all()
    if not heads:
        return 0
    size = heads[-1].size
    for level, number, hashes in Tree(kept_leaves(session, size)).tiles(TILE):
        path = folder / tile_path(level, number, len(hashes))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(hashes))
    (folder / HEADS).write_text("".join(f"{head.note}\n" for head in heads), "utf-8")
    (folder / CHECKPOINT).write_text(heads[-1].note, "utf-8")
    (folder / KEY).write_text(f"{key}\n", "utf-8")
    return size
