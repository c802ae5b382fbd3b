"""Keeping people's data unreadable at rest: field encryption with key ids, blind indexes, derived codes.

AES-256-GCM per field, the table and column bound in as associated data so that a ciphertext cannot be moved to another
column. Look-ups go through an HMAC blind index whose key is not in the database: a NIK has little entropy, and a plain
hash of it protects nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers import modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from flows.references import ALPHABET, BODY, check_letter
from verify_service.ground.settings import settings

_NONCE = 12
_HALF = 8  # of a block of AES
INDEX_BYTES = 16


class Unreadable(Exception):
    """A stored field cannot be decrypted: its key is missing from VERIFY_DATA_KEYS, or the value was altered."""


class Cipher:
    """Encrypts with the first key and reads with any, so that keys can be rotated while the service runs."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._readers = {name.encode(): AESGCM(key) for name, key in keys.items()}
        self._writer = next(iter(self._readers))

    def seal(self, text: str, purpose: str) -> bytes:
        """`purpose` names table and column ("worker.nik"); the same is needed to open it again."""
        return self.seal_bytes(text.encode(), purpose)

    def seal_bytes(self, content: bytes, purpose: str) -> bytes:
        """The same of what is no text: a part of a file."""
        nonce = secrets.token_bytes(_NONCE)
        box = self._readers[self._writer].encrypt(nonce, content, purpose.encode())
        return self._writer + b":" + nonce + box

    def seal_each(self, texts: Sequence[str | None], purpose: str) -> list[bytes | None]:
        """Many texts of one purpose; None where there is nothing to seal."""
        encrypt, prefix, bound = self._readers[self._writer].encrypt, self._writer + b":", purpose.encode()
        noise = secrets.token_bytes(_NONCE * len(texts))
        nonces = (noise[place : place + _NONCE] for place in range(0, len(noise), _NONCE))
        return [
            prefix + nonce + encrypt(nonce, text.encode(), bound) if text else None
            for text, nonce in zip(texts, nonces, strict=True)
        ]

    def open(self, sealed: bytes, purpose: str) -> str:
        """What was sealed, or Unreadable."""
        return self.open_bytes(sealed, purpose).decode()

    def open_bytes(self, sealed: bytes, purpose: str) -> bytes:
        """See seal_bytes."""
        key_id, separator, rest = bytes(sealed).partition(b":")
        reader = self._readers.get(key_id) if separator else None
        if reader is None:
            raise Unreadable(f"no key {key_id[:8]!r} for {purpose}; add it to VERIFY_DATA_KEYS")
        try:
            return reader.decrypt(rest[:_NONCE], rest[_NONCE:], purpose.encode())
        except InvalidTag:
            raise Unreadable(f"a stored {purpose} was altered or belongs elsewhere") from None


class PersonCipher:
    """Encrypts what is kept of one person with a key of their own: destroying that key erases them everywhere.

    The key is kept sealed (`wrapped`), and nothing that it seals names it.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key  # as bytes: a million people are worked on at once, and the engine's own state is a kilobyte

    def seal(self, text: str, purpose: str) -> bytes:
        """See Cipher.seal."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._key).encrypt(nonce, text.encode(), purpose.encode())

    def seal_all(self, said: Iterable[str | None], purposes: Sequence[bytes]) -> list[bytes | None]:
        """Several fields, each under its purpose; None where there is nothing to seal."""
        encrypt, noise = AESGCM(self._key).encrypt, secrets.token_bytes(_NONCE * len(purposes))
        nonces = (noise[place : place + _NONCE] for place in range(0, len(noise), _NONCE))
        return [
            nonce + encrypt(nonce, text.encode(), purpose) if text else None
            for text, nonce, purpose in zip(said, nonces, purposes, strict=True)
        ]

    def open(self, sealed: bytes, purpose: str) -> str:
        """See Cipher.open."""
        try:
            return AESGCM(self._key).decrypt(bytes(sealed[:_NONCE]), bytes(sealed[_NONCE:]), purpose.encode()).decode()
        except InvalidTag:
            raise Unreadable(f"a stored {purpose} was altered or belongs to somebody else") from None


_PERSON_KEY, _KEY = "person_key.wrapped", 32


def new_person() -> tuple[bytes, PersonCipher]:
    """A key for somebody whom no file has named before: as it is kept, and to work with."""
    (wrapped,), (cipher,) = new_people(1)
    assert wrapped is not None
    return wrapped, cipher


def new_people(count: int) -> tuple[list[bytes | None], list[PersonCipher]]:
    """Keys for so many whom no file has named before: as they are kept, and to work with."""
    noise = secrets.token_bytes(_KEY * count)
    keys = [noise[place : place + _KEY] for place in range(0, len(noise), _KEY)]
    return seal_each([key.hex() for key in keys], _PERSON_KEY), [PersonCipher(key) for key in keys]


def person(wrapped: bytes) -> PersonCipher:
    """The cipher of a person, from the key as it is kept; or Unreadable."""
    return PersonCipher(bytes.fromhex(unseal(wrapped, _PERSON_KEY)))


def unseal_of(wrapped: bytes | None, sealed: bytes | None, purpose: str) -> str:
    """One field of a person decrypted; "" where there is none, or the person's key was destroyed. Or Unreadable."""
    return person(wrapped).open(sealed, purpose) if wrapped and sealed else ""


def nik_end(wrapped: bytes | None, nik: bytes | None) -> str:
    """The last four digits of a worker's NIK, by which people tell each other apart."""
    return unseal_of(wrapped, nik, "worker.nik")[-4:]


@lru_cache(maxsize=1)
def _cipher() -> Cipher:
    return Cipher(settings().data_keys)


def seal(text: str, purpose: str) -> bytes:
    """Encrypt one field; see Cipher.seal."""
    return _cipher().seal(text, purpose)


def seal_bytes(content: bytes, purpose: str) -> bytes:
    """Encrypt a part of a file; see Cipher.seal_bytes."""
    return _cipher().seal_bytes(content, purpose)


def unseal_bytes(sealed: bytes, purpose: str) -> bytes:
    """Decrypt a part of a file, or raise Unreadable."""
    return _cipher().open_bytes(sealed, purpose)


def seal_each(texts: Sequence[str | None], purpose: str) -> list[bytes | None]:
    """Encrypt one field of many rows; None where there is nothing to seal."""
    return _cipher().seal_each(texts, purpose)


def unseal(sealed: bytes, purpose: str) -> str:
    """Decrypt one field, or raise Unreadable."""
    return _cipher().open(sealed, purpose)


def unseal_or_blank(sealed: bytes | None, purpose: str) -> str:
    """One field decrypted; "" where nothing is sealed, or a key is missing."""
    try:
        return unseal(sealed, purpose) if sealed else ""
    except Unreadable:
        return ""


def blind_index(value: str, purpose: str) -> bytes:
    """16 bytes to find a sealed value by; `purpose` is "nik", "kpj" or "phone", so that columns cannot be joined."""
    return hmac.digest(settings().index_key, f"{purpose}\0{value}".encode(), hashlib.sha256)[:INDEX_BYTES]


def blind_indexes(values: Iterable[str | None], purpose: str) -> list[Any]:
    """The blind index of each; None where there is no value."""
    key, prefix = settings().index_key, f"{purpose}\0".encode()
    return [
        hmac.digest(key, prefix + value.encode(), hashlib.sha256)[:INDEX_BYTES] if value else None for value in values
    ]


def blind_value(value: str) -> bytes:
    """Eight bytes that stand for a value in a pair."""
    return hashlib.blake2b(value.encode(), key=_number_key(), digest_size=_HALF).digest()


def blind_pairs(pairs: Sequence[bytes]) -> tuple[int, ...]:
    """A whole number of 64 bits, of either sign, for each pair of blinded values; two rows that share both share it.

    Block by block, since each is a question of its own: equal pairs are to be equal, and nothing else is to be told.
    """
    hidden = _pair_cipher().encryptor().update(b"".join(pairs))
    return struct.unpack(f">{2 * len(pairs)}q", hidden)[::2]


@lru_cache(maxsize=1)
def _pair_cipher() -> BlockCipher[modes.ECB]:
    return BlockCipher(AES(hmac.digest(settings().index_key, b"pairs", hashlib.sha256)), modes.ECB())  # noqa: S305


@lru_cache(maxsize=1)
def _number_key() -> bytes:
    return hmac.digest(settings().index_key, b"numbers", hashlib.sha256)


_OPAQUE = 16  # bytes: the purpose's mark and the number, as one block


def opaque(number: int, purpose: str) -> str:
    """A row's number as an address may show it: it tells neither how many there are nor which comes next."""
    block = _mark(purpose) + number.to_bytes(_HALF)
    return _address_cipher().encryptor().update(block).hex()


def from_opaque(shown: str, purpose: str) -> int | None:
    """The number that an address stands for; None for what we never made."""
    if len(shown) != 2 * _OPAQUE or not set(shown) <= set("0123456789abcdef"):
        return None
    block = _address_cipher().decryptor().update(bytes.fromhex(shown))
    return int.from_bytes(block[_HALF:]) if hmac.compare_digest(block[:_HALF], _mark(purpose)) else None


def _mark(purpose: str) -> bytes:
    return hashlib.blake2b(purpose.encode(), digest_size=_HALF).digest()


@lru_cache(maxsize=1)
def _address_cipher() -> BlockCipher[modes.ECB]:
    # One block, whose half is fixed: of equal numbers equal addresses are to come, as a bookmark needs it.
    return BlockCipher(AES(hmac.digest(settings().index_key, b"addresses", hashlib.sha256)), modes.ECB())  # noqa: S305


def keyed_hash(value: str, purpose: str) -> bytes:
    """16 bytes that recognise a value again without keeping it (the transcript of a USSD session)."""
    key = settings().secret_key.get_secret_value().encode()
    return hmac.digest(key, f"{purpose}\0{value}".encode(), hashlib.sha256)[:INDEX_BYTES]


def letter_code(purpose: str, person: int, issue: int, digits: int = 6) -> str:
    """The code printed on a letter: derived, never stored, and void once a newer letter is issued."""
    digest = hmac.digest(settings().pin_pepper, f"letter\0{purpose}\0{person}\0{issue}".encode(), hashlib.sha256)
    return str(int.from_bytes(digest[:8]) % 10**digits).zfill(digits)


def reference_number(prefix: str, number: int, salt: int = 0) -> str:
    """A number people can copy: PREFIX-XXXXXC, unguessable, the last character a check on the others."""
    digest = hmac.digest(settings().seal_key, f"{prefix}\0{number}\0{salt}".encode(), hashlib.sha256)
    value = int.from_bytes(digest[:8])
    body = "".join(ALPHABET[(value // 29**place) % 29] for place in range(BODY))
    return f"{prefix}-{body}{check_letter(body)}"


def forget_keys() -> None:
    """Read the keys again (tests and key rotation)."""
    _cipher.cache_clear()
    _number_key.cache_clear()
    _pair_cipher.cache_clear()
    _address_cipher.cache_clear()
