"""One person as the tables have them: every listing that was decided to be the same, with their lines and phones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import in_place
from verify_service.ground.crypto import PersonCipher, person
from verify_service.ground.tables import Enrolment, PersonKey, Worker, all_of


@dataclass(frozen=True)
class Group:
    """The listings of one person, the one that counts first; their lines, and the phones that were linked to them.

    `own_phones` answer, or answered, for nobody else and are no head's of an RT; the others are shared.
    """

    workers: tuple[Worker, ...]
    enrolments: tuple[int, ...]
    phones: tuple[int, ...]
    own_phones: tuple[int, ...]
    keys: dict[int, bytes] = field(repr=False)

    @property
    def chief(self) -> Worker:
        return self.workers[0]

    @property
    def ids(self) -> list[int]:
        return [worker.id for worker in self.workers]

    @property
    def indexes(self) -> list[bytes]:
        return [worker.nik_index for worker in self.workers]

    @property
    def erased(self) -> bool:
        return self.chief.erased_at is not None

    @cached_property
    def cipher(self) -> PersonCipher | None:
        """What is written of the person from now on is sealed with it; None once they were erased."""
        wrapped = self.keys.get(self.chief.id)
        return person(wrapped) if wrapped else None

    def sealed(self, said: str, purpose: str) -> bytes | None:
        """A note on the person, sealed with their key; a blank stays one."""
        return self.cipher.seal(said.strip(), purpose) if self.cipher and said.strip() else None

    def opened(self, box: bytes | None, purpose: str) -> str:
        """See sealed; "" for what went with the key."""
        return self.cipher.open(box, purpose) if self.cipher and box else ""


_PHONES = text(
    """
SELECT mine.phone_id, bool_or(mine.unlinked_at IS NULL) AS stands,
       NOT EXISTS (SELECT 1 FROM phone_link other WHERE other.phone_id = mine.phone_id AND other.unlinked_at IS NULL
                     AND other.worker_id <> ALL(CAST(:workers AS bigint[])))
       AND NOT EXISTS (SELECT 1 FROM rt_head WHERE rt_head.phone_id = mine.phone_id)
       AND NOT EXISTS (SELECT 1 FROM proposal WHERE proposal.phone_id = mine.phone_id
                         AND proposal.nik_index <> ALL(CAST(:indexes AS bytea[]))) AS own
FROM phone_link mine
WHERE mine.worker_id = ANY(CAST(:workers AS bigint[])) AND mine.unlinked_why IS DISTINCT FROM 'not me'
GROUP BY mine.phone_id ORDER BY mine.phone_id
"""
)


def seen_person(acting: Acting, worker_id: int, *, lock: bool = False) -> Group | None:
    """Somebody of the list, where a line of theirs lies in the account's place; None otherwise."""
    line = select(Enrolment.id).join(Worker).where(Worker.id == worker_id)
    if acting.session.scalar(line.where(in_place(acting.viewer, Enrolment.kelurahan_code)).limit(1)) is None:
        return None
    return group_of(acting.session, worker_id, lock=lock)


def group_of(session: Session, worker_id: int, *, lock: bool = False) -> Group:
    """All of one person. With `lock` nobody else changes them until the transaction ends."""
    wanted = select(Worker).where(text(f"worker.id IN {all_of(':one')}")).params(one=worker_id)  # ours
    wanted = wanted.order_by(Worker.same_as.is_not(None), Worker.id)
    if lock:  # by their numbers: two who lock the same people do not wait for each other
        session.scalars(wanted.order_by(None).order_by(Worker.id).with_for_update(of=Worker)).all()
        wanted = wanted.execution_options(populate_existing=True)
    workers = tuple(session.scalars(wanted))
    ids, indexes = [worker.id for worker in workers], [worker.nik_index for worker in workers]
    lines = select(Enrolment.id).where(Enrolment.worker_id.in_(ids)).order_by(Enrolment.id)
    phones = session.execute(_PHONES, {"workers": ids, "indexes": indexes}).all()
    held = select(PersonKey.nik_index, PersonKey.wrapped).where(PersonKey.nik_index.in_(indexes))
    wrapped = {bytes(row.nik_index): row.wrapped for row in session.execute(held)}
    return Group(
        workers=workers,
        enrolments=tuple(session.scalars(lines)),
        phones=tuple(row.phone_id for row in phones if row.stands),
        own_phones=tuple(row.phone_id for row in phones if row.own),
        keys={worker.id: key for worker in workers if (key := wrapped.get(bytes(worker.nik_index)))},
    )


def objects_of(group: Group, more: Sequence[str] = ()) -> list[str]:
    """How the trail names what is about this person."""
    return [
        *(f"worker:{worker}" for worker in group.ids),
        *(f"enrolment:{line}" for line in group.enrolments),
        *more,
    ]
