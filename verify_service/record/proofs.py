"""Proofs for others: that an entry is in the record, and that the record only grew since an older head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service.ground.tables import RecordHead
from verify_service.record.canonical import BY_VERSION
from verify_service.record.checkpoint import NoteRefused, VerifierKey, opened
from verify_service.record.merkle import Tree, is_consistent, is_included, leaf_hash
from verify_service.record.places import kept_leaves, place_of
from verify_service.record.sealing import copied


class ProofRefused(Exception):
    """There is nothing to prove, or what is there does not agree; the message says which."""


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry as it was hashed, the hashes from it to the newest head, and from an older head to that one."""

    name: str
    entry: str
    place: int
    inclusion: tuple[bytes, ...]
    checkpoint: str
    consistency: tuple[bytes, ...]
    older_checkpoint: str
    key: VerifierKey

    def as_json(self) -> dict[str, Any]:
        """One document, hashes as hex: what the independent verifier of docs/record.md reads."""
        return {
            "name": self.name,
            "entry": self.entry,
            "leaf_index": self.place,
            "inclusion_proof": [node.hex() for node in self.inclusion],
            "checkpoint": self.checkpoint,
            "consistency_proof": [node.hex() for node in self.consistency],
            "older_checkpoint": self.older_checkpoint,
            "verifier_key": str(self.key),
        }


def prove(session: Session, name: str, keys: Sequence[VerifierKey], older: str | None = None) -> Proof:
    """Prove TABLE:ID to be in the newest head, and that head to continue `older`, without one the record's first.

    Raises ProofRefused.
    """
    table, _, digits = name.partition(":")
    if not digits.isdecimal() or table not in {known for known, _ in BY_VERSION}:
        tables = ", ".join(sorted({known for known, _ in BY_VERSION}))
        raise ProofRefused(f"{name}: name an entry as TABLE:ID, for example audit:1; the tables are {tables}")
    found = place_of(session, table, int(digits))
    heads = session.scalars(select(RecordHead.note).order_by(RecordHead.size)).all()
    if found is None or not heads:
        raise ProofRefused(f"{name} has no leaf: there is no such entry, or it waits for verify audit seal")
    place, version = found
    try:
        newest, begun = opened(heads[-1], keys), opened(older or heads[0], keys)
    except NoteRefused as error:
        raise ProofRefused(str(error)) from None
    tree = Tree(kept_leaves(session, newest.size))
    source = BY_VERSION[table, version]
    question = f'SELECT {source.sql("held")} FROM "{source.table}" held WHERE id = {int(digits)}'  # noqa: S608  # a known table
    (entry,) = [entry for (entry,) in copied(session, question)] or [None]
    if len(tree) != newest.size or tree.root() != newest.root or entry is None or not 0 < begun.size <= newest.size:
        raise ProofRefused(f"{name} cannot be proved: rows, leaves and heads do not agree; run verify audit verify")
    if place >= newest.size or tree.leaf(place) != leaf_hash(entry.encode()) or tree.root(begun.size) != begun.root:
        raise ProofRefused(f"{name} is not what was sealed, or the record not what was signed; run verify audit verify")
    inclusion, consistency = tree.inclusion_proof(place, newest.size), tree.consistency_proof(begun.size, newest.size)
    holds = is_included(place, newest.size, tree.leaf(place), inclusion, newest.root)
    if not holds or not is_consistent(begun.size, newest.size, begun.root, newest.root, consistency):
        raise ProofRefused(f"{name}: the proof that was made does not hold, which is a fault of ours; report it")
    return Proof(
        name=name,
        entry=entry,
        place=place,
        inclusion=tuple(inclusion),
        checkpoint=heads[-1],
        consistency=tuple(consistency),
        older_checkpoint=older or heads[0],
        key=keys[0],
    )
