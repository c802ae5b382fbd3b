"""Signed heads, held to the vector of C2SP's forms and to the key of RFC 8032's first test."""

from __future__ import annotations

import base64
from hashlib import sha256

import pytest

from tests.record.test_merkle import ROOTS
from verify_service.record.checkpoint import Checkpoint, NoteRefused, Signer, VerifierKey, notes_in, opened

SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
ROOT = bytes.fromhex(ROOTS[8])
NOTE = """verifikasi.example/audit
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— verifikasi.example/audit pZmmX1joa7kNoi3WU9LmCPc4ZtDRRYQ9tw48N5d9rjnShr+RNL796J2hhsggCSzsJEgqRdV5VpfO7/InHb+RLYPbOwE=
"""
VKEY = "verifikasi.example/audit+a599a65f+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"


def test_a_head_is_signed_as_the_vector_has_it() -> None:
    signer = Signer("verifikasi.example/audit", SECRET)
    assert signer.sign(8, ROOT) == NOTE
    assert sha256(NOTE.encode()).hexdigest().startswith("1f9e4db818a3936a")
    assert str(signer.verifier) == VKEY
    assert VerifierKey.parse(VKEY) == signer.verifier
    assert opened(NOTE, [signer.verifier]) == Checkpoint("verifikasi.example/audit", 8, ROOT)


def test_whatever_differs_is_refused() -> None:
    keys = [VerifierKey.parse(VKEY)]
    for changed in (
        NOTE.replace("—", "-"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("\n8\n", "\n9\n"),
        NOTE.replace("\n8\n", "\n08\n"),
        NOTE.replace("\n8\n", "\n8\nmore\n"),
        NOTE.replace("verifikasi.example/audit\n", "another.example/audit\n"),
        NOTE.replace("— verifikasi", "— another"),
        NOTE.replace("pZmm", "qZmm"),
        NOTE.replace("XcnaeacG", "XcnaeacH"),
        NOTE.rpartition("\n— ")[0],
        "",
    ):
        with pytest.raises(NoteRefused):
            opened(changed, keys)
    with pytest.raises(NoteRefused, match="not signed by a key that is known here"):
        opened(NOTE, [Signer("verifikasi.example/audit", bytes(32)).verifier])


def test_a_key_that_was_copied_wrongly_is_refused() -> None:
    for wrong in (VKEY[:-1], VKEY.replace("a599", "b599"), VKEY.replace("AddamA", "BddamA"), "a+b", ""):
        with pytest.raises(ValueError):  # noqa: PT011  # several, each of its own words
            VerifierKey.parse(wrong)


def test_heads_are_found_in_a_file_and_in_a_mail() -> None:
    later = Signer("verifikasi.example/audit", SECRET).sign(9, ROOT)
    assert list(notes_in(f"{NOTE}\n{later}")) == [NOTE, later]
    assert list(notes_in(f"Dear Ombudsman,\n\ntoday's head:\n\n{NOTE}\nYours\n")) == [NOTE]
    assert list(notes_in("nothing\n\n— here\n")) == []
    assert base64.b64encode(ROOT).decode() in NOTE
