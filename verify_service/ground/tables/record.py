"""The tamper-evident record: the leaves of what was written, and the signed heads over them."""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from verify_service.ground.tables.base import Base, Moment


class RecordLeaves(Base):
    """Up to 256 leaves of one table, in their places. Append-only: the application's role cannot change a row.

    A row for each leaf would take three times the room, and twice the time to read.
    """

    __tablename__ = "record_leaves"
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="place of its first leaf, from 0")
    source: Mapped[str] = mapped_column(comment="the table whose rows these are")
    version: Mapped[int] = mapped_column(SmallInteger, comment="of the list of fields that entered")
    ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), comment="the rows, in the order of their leaves")
    leaves: Mapped[bytes] = mapped_column(comment="32 bytes each")
    highest: Mapped[int] = mapped_column(comment="of the ids")
    __table_args__ = (Index(None, "source", "highest"),)


class RecordHead(Base):
    """The record as it was signed at one moment. Append-only: the application's role cannot change a row."""

    __tablename__ = "record_head"
    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="leaves")
    root: Mapped[bytes]
    peaks: Mapped[bytes] = mapped_column(comment="roots of the whole subtrees, 32 bytes each: the next seal goes on")
    at: Mapped[Moment]
    note: Mapped[str] = mapped_column(comment="the C2SP checkpoint, signed")


class RecordCommitment(Base):
    """What stands in a leaf for words that are emptied: the SHA-256 of their ciphertext. Itself in no leaf."""

    __tablename__ = "record_commitment"
    source: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes]
