"""The Merkle tree of RFC 6962: roots, inclusion and consistency proofs. Hashes are 32 bytes, leaves count from 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The leaf of an entry; its prefix keeps an entry from passing for a node."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The node above two others."""
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """A tree that only grows, kept as the roots of its whole subtrees, the largest first: at most one for each bit.

    Enough to add leaves and to tell the root, and far smaller than the leaves.
    """

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size, self.peaks = size, list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} whole subtrees, not {len(self.peaks)}")

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves behind those that are there."""
        peaks, size, hashed = self.peaks, self.size, sha256
        for leaf in leaves:
            carried = size  # each subtree of its low bits that is whole joins the new one
            while carried & 1:
                leaf = hashed(b"\1" + peaks.pop() + leaf).digest()
                carried >>= 1
            peaks.append(leaf)
            size += 1
        self.size = size

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        if not self.peaks:
            return EMPTY_ROOT
        *others, root = self.peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root

    def copy(self) -> Frontier:
        """The same tree, to be continued otherwise."""
        return Frontier(self.size, self.peaks)


class Tree:
    """A whole tree in memory, for proofs: 64 bytes of hashes for each leaf."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(below := self._levels[-1]) > 1:
            self._levels.append([node_hash(*below[i : i + 2]) for i in range(0, len(below) - 1, 2)])

    def __len__(self) -> int:
        return len(self._levels[0])

    def root(self, size: int | None = None) -> bytes:
        """The root as it was when the tree had so many leaves."""
        size = len(self) if size is None else self._checked(size)
        return self._span(0, size) if size else EMPTY_ROOT

    def leaf(self, index: int) -> bytes:
        """One leaf."""
        return self._levels[0][index]

    def tiles(self, width: int) -> Iterator[tuple[int, int, list[bytes]]]:
        """Level, number, hashes of each tile; whole subtrees of `width` leaves, a power of two, are the next level."""
        for level, hashes in enumerate(self._levels[:: width.bit_length() - 1]):
            for number, first in enumerate(range(0, len(hashes), width)):
                yield level, number, hashes[first : first + width]

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """PATH of RFC 6962, 2.1.1: what leads from a leaf to the root of so many leaves."""
        if not 0 <= index < self._checked(size):
            raise ValueError(f"leaf {index} is not in a tree of {size}")
        return self._path(index, 0, size)

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """PROOF of RFC 6962, 2.1.2: that the tree of `new` leaves begins with that of `old`, at least one."""
        if not 0 < old <= self._checked(new):
            raise ValueError(f"from {old} to {new} leaves nothing can be proved")
        return self._subproof(old, 0, new, True)

    def _checked(self, size: int) -> int:
        if not 0 <= size <= len(self):
            raise ValueError(f"the tree has {len(self)} leaves, not {size}")
        return size

    def _span(self, low: int, high: int) -> bytes:
        """The root of the leaves from `low` up to `high`; `low` is a multiple of the largest subtree in it."""
        count = high - low
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._levels[level][low >> level]
        middle = low + _left(count)
        return node_hash(self._span(low, middle), self._span(middle, high))

    def _path(self, index: int, low: int, high: int) -> list[bytes]:
        if high - low == 1:
            return []
        middle = low + _left(high - low)
        if index < middle:
            return [*self._path(index, low, middle), self._span(middle, high)]
        return [*self._path(index, middle, high), self._span(low, middle)]

    def _subproof(self, old: int, low: int, high: int, whole: bool) -> list[bytes]:
        if old == high:
            return [] if whole else [self._span(low, high)]
        middle = low + _left(high - low)
        if old <= middle:
            return [*self._subproof(old, low, middle, whole), self._span(middle, high)]
        return [*self._subproof(old, middle, high, False), self._span(low, middle)]


def _left(count: int) -> int:
    """Leaves of the left part: the largest power of two below the count."""
    return 1 << ((count - 1).bit_length() - 1)


def _walked(
    first: int, last: int, path: Sequence[bytes], old: bytes | None, new: bytes
) -> tuple[bytes | None, bytes] | None:
    """The two roots that a proof leads to (RFC 9162, 2.1.3.2 and 2.1.4.2); None where its length is wrong."""
    while first & 1 and old is not None:
        first, last = first >> 1, last >> 1
    for node in path:
        if last == 0:
            return None
        if first & 1 or first == last:
            old, new = (node_hash(node, old) if old is not None else None), node_hash(node, new)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, node)
        first, last = first >> 1, last >> 1
    return (old, new) if last == 0 else None


def is_included(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from this leaf to the root; the root has to be one that was signed."""
    return 0 <= index < size and _walked(index, size - 1, path, None, leaf) == (None, root)


def is_consistent(old_size: int, new_size: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the newer tree begins with the older; an older one without leaves proves nothing."""
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    whole = old_size & (old_size - 1) == 0
    begun = [old_root, *path] if whole else list(path)
    if not path:
        return False
    return _walked(old_size - 1, new_size - 1, begun[1:], begun[0], begun[0]) == (old_root, new_root)
