"""Signed heads of the record: a C2SP checkpoint (origin, size, root) in a signed note, by Ed25519.

C2SP: https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note. Whoever checks a head pins the verifier key
(`NAME+KEYID+BASE64`) and never takes it from whom they check.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NewType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from verify_service.record.merkle import HASH_BYTES

Note = NewType("Note", str)  # text, a blank line, lines of signatures

_ED25519: Final = b"\x01"
_KEY_ID_BYTES: Final = 4
_NOTE = re.compile(r"(?:[^\n]+\n){3,}\n(?:— [^ \n]+ [A-Za-z0-9+/=]+\n)+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteRefused(Exception):
    """A note that is no checkpoint, or that none of the pinned keys has signed; the message says which."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The record at one moment: how many leaves it had, and their root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a signing key, under the name by which its signatures are found."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, written: str) -> VerifierKey:
        """From `NAME+KEYID+BASE64`; ValueError where it is something else."""
        name, key_id, encoded = written.strip().split("+", 2)
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise ValueError("a verifier key ends in base64") from None
        if raw[:1] != _ED25519 or len(raw) != HASH_BYTES + 1:
            raise ValueError("a verifier key is Ed25519: 33 bytes, the first of them 1")
        key = cls(name, raw[1:])
        if key.key_id.hex() != key_id:
            raise ValueError("the number in the middle of a verifier key is not that of its name and key")
        return key

    @property
    def key_id(self) -> bytes:
        """What its signatures begin with."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Whether this key made the signature, key id and all."""
        if signature[:_KEY_ID_BYTES] != self.key_id:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature[_KEY_ID_BYTES:], text.encode())
        except InvalidSignature:
            return False
        return True


class Signer:
    """Signs heads under a name, which is also their origin."""

    def __init__(self, name: str, private: bytes) -> None:
        """`private`: the 32 bytes of an Ed25519 key."""
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.verifier = VerifierKey(name, self._key.public_key().public_bytes_raw())

    def sign(self, size: int, root: bytes) -> Note:
        """The signed note of a head."""
        text = Checkpoint(self.verifier.name, size, root).text()
        signature = base64.b64encode(self.verifier.key_id + self._key.sign(text.encode())).decode()
        return Note(f"{text}\n— {self.verifier.name} {signature}\n")


def opened(note: str, keys: Iterable[VerifierKey]) -> Checkpoint:
    """The checkpoint of a note that one of these keys has signed, under its own name as origin; or NoteRefused."""
    text, blank, signatures = note.rpartition("\n\n")
    lines = text.split("\n")
    if not blank or len(lines) != 3 or not _SIZE.fullmatch(lines[1]):
        raise NoteRefused("this is no checkpoint: three lines, a blank one, and a signature are expected")
    try:
        checkpoint = Checkpoint(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
    except ValueError:
        raise NoteRefused("the root of this checkpoint is not base64") from None
    if len(checkpoint.root) != HASH_BYTES or checkpoint.text() != text + "\n":
        raise NoteRefused("the root of this checkpoint is not 32 bytes in base64")
    for line in signatures.removesuffix("\n").split("\n"):
        dash, _, named = line.partition(" ")
        name, _, encoded = named.partition(" ")
        for key in keys:
            if dash == "—" and name == key.name == checkpoint.origin:
                try:
                    signature = base64.b64decode(encoded, validate=True)
                except ValueError:
                    continue
                if key.has_signed(checkpoint.text(), signature):
                    return checkpoint
    raise NoteRefused(f"the head of {checkpoint.size:,} leaves is not signed by a key that is known here")


def notes_in(text: str) -> Iterator[Note]:
    """Every signed note in a file of heads, or in the mail that one came with."""
    for found in _NOTE.finditer(text):
        head, _, signatures = found.group().rpartition("\n\n")
        yield Note("\n".join(head.split("\n")[-3:]) + "\n\n" + signatures)
