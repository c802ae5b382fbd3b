"""How a tree answers to signed heads, while its leaves are gone through once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from verify_service.record.checkpoint import Checkpoint
from verify_service.record.merkle import Frontier


@dataclass(frozen=True, slots=True)
class Outside:
    """What other hands have kept of the record: heads, and the leaves below the newest of them where they are there."""

    heads: tuple[Checkpoint, ...] = ()
    leaves: tuple[bytes, ...] = ()


@dataclass(slots=True)
class HeldHead:
    """A signed head, and whether the leaves that are kept, and those that the rows would have now, lead to its root."""

    checkpoint: Checkpoint
    outside: bool
    kept: bool | None = None
    anew: bool | None = None

    @property
    def stands(self) -> bool:
        return bool(self.kept or self.anew)


@dataclass(slots=True)
class Standing:
    """Two trees: of the leaves as they are kept, and from the first difference on, of the rows as they stand."""

    heads: list[HeldHead]  # in the order of their sizes
    tree: Frontier = field(default_factory=Frontier)
    broken: bool = False  # leaves are missing, so nothing behind them leads to a root
    _anew: Frontier | None = None
    _next: int = 0

    def take(self, kept: Sequence[bytes], anew: Sequence[bytes] | None = None) -> None:
        """The next leaves as they are kept, and as the rows say where that differs."""
        if self.broken:
            return
        if anew is not None and self._anew is None:
            self._anew = self.tree.copy()
        done = 0
        self._look()
        while done < len(kept):
            upto = len(kept)
            if self._next < len(self.heads):
                upto = min(upto, done + self.heads[self._next].checkpoint.size - self.tree.size)
            self.tree.extend(kept[done:upto])
            if self._anew is not None:
                self._anew.extend((anew or kept)[done:upto])
            done = upto
            self._look()

    def _look(self) -> None:
        while self._next < len(self.heads) and self.heads[self._next].checkpoint.size <= self.tree.size:
            head = self.heads[self._next]
            head.kept = self.tree.root() == head.checkpoint.root
            head.anew = head.kept if self._anew is None else self._anew.root() == head.checkpoint.root
            self._next += 1

    def head_over(self, place: int) -> HeldHead | None:
        """The first head that a place counts in."""
        return next((head for head in self.heads if head.checkpoint.size > place and head.kept is not None), None)
