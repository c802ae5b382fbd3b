"""The tree, held to RFC 6962's own vectors and to an oracle that is the definition, written down."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import examples
from verify_service.record.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    is_consistent,
    is_included,
    leaf_hash,
)

ENTRIES = [
    b"",
    *map(
        bytes.fromhex, ("00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
    ),
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a98",
    2: "fac54203e7cc696c",
    3: "aeb6bcfe274b70a1",
    4: "d37ee418976dd957",
    5: "4e3bbb1f7b478dcf",
    6: "76e67dadbcdf1e10",
    7: "ddb89be403809e32",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = left(len(leaves))
    return sha256(b"\1" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def left(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = left(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_proof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = left(len(leaves))
    if m <= k:
        return [*naive_proof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def starts(proof: list[bytes]) -> str:
    return " ".join(node.hex()[:8] for node in proof)


def test_the_roots_are_those_of_the_vectors() -> None:
    tree = Tree(LEAVES)
    for size, root in ROOTS.items():
        assert tree.root(size).hex().startswith(root)
        grown = Frontier()
        grown.extend(LEAVES[:size])
        assert grown.root().hex().startswith(root)
    assert EMPTY_ROOT.hex() == ROOTS[0]


def test_the_proofs_are_those_of_the_vectors() -> None:
    tree = Tree(LEAVES)
    assert starts(tree.inclusion_proof(0, 8)) == "96a296d2 5f083f0a 6b47aaf2"
    assert starts(tree.inclusion_proof(5, 8)) == "bc1a0643 ca854ea1 d37ee418"
    assert starts(tree.inclusion_proof(2, 3)) == "fac54203"
    assert starts(tree.consistency_proof(1, 8)) == "96a296d2 5f083f0a 6b47aaf2"
    assert starts(tree.consistency_proof(6, 8)) == "0ebc5d34 ca854ea1 d37ee418"
    assert starts(tree.consistency_proof(3, 7)) == "0298d122 07506a85 fac54203 837dbb15"
    assert tree.consistency_proof(8, 8) == []


@settings(max_examples=examples(60))
@given(st.integers(1, 70), st.data())
def test_every_proof_is_the_definitions_and_no_other_is_taken(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    tree = Tree(leaves)
    new = data.draw(st.integers(1, size))
    old, index = data.draw(st.integers(1, new)), data.draw(st.integers(0, new - 1))
    root, old_root = naive_root(leaves[:new]), naive_root(leaves[:old])
    assert (tree.root(new), tree.root(old)) == (root, old_root)
    path, proof = tree.inclusion_proof(index, new), tree.consistency_proof(old, new)
    assert path == naive_path(index, leaves[:new])
    assert proof == naive_proof(old, leaves[:new])
    assert is_included(index, new, leaves[index], path, root)
    assert is_consistent(old, new, old_root, root, proof)

    other = sha256(b"another").digest()
    for wrong in (index - 1, index + 1, new + index):
        assert not is_included(wrong, new, leaves[index], path, root)
    assert not is_included(index, new, other, path, root)
    assert not is_included(index, new, leaves[index], path, other)
    for forged in forgeries(path, other):
        assert not is_included(index, new, leaves[index], forged, root)
    for forged in forgeries(proof, other):
        assert not is_consistent(old, new, old_root, root, forged)
    assert not is_consistent(0, new, EMPTY_ROOT, root, proof), "no leaves prove nothing"
    assert not is_consistent(new + 1, new, old_root, root, proof)
    if old < new:
        assert not is_consistent(old, new, other, root, proof)
        assert not is_consistent(old, new, old_root, other, proof)


def forgeries(proof: list[bytes], other: bytes) -> list[list[bytes]]:
    """The proof with a hash flipped, dropped and added, at each place."""
    flipped = [[*proof[:n], bytes([proof[n][0] ^ 1]) + proof[n][1:], *proof[n + 1 :]] for n in range(len(proof))]
    dropped = [[*proof[:n], *proof[n + 1 :]] for n in range(len(proof))]
    added = [[*proof[:n], other, *proof[n:]] for n in range(len(proof) + 1)]
    return flipped + dropped + added


def test_a_frontier_goes_on_where_another_stopped() -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(200)]
    for cut in range(201):
        begun = Frontier()
        begun.extend(leaves[:cut])
        gone_on = Frontier(begun.size, begun.peaks)
        gone_on.extend(leaves[cut:])
        assert gone_on.root() == naive_root(leaves)
    with pytest.raises(ValueError, match="whole subtrees"):
        Frontier(3, [b"one"])


def test_what_is_not_there_cannot_be_proved() -> None:
    tree = Tree(LEAVES)
    for index, size in ((8, 8), (-1, 8), (0, 9), (0, 0)):
        with pytest.raises(ValueError, match=r"leaves|leaf"):
            tree.inclusion_proof(index, size)
    for old, new in ((0, 8), (8, 7), (1, 9)):
        with pytest.raises(ValueError, match="leaves"):
            tree.consistency_proof(old, new)
