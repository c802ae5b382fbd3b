"""What Kannel posts and asks for: texts with their facts in headers, delivery reports by our own id."""

from __future__ import annotations

import datetime as dt
import time
from itertools import permutations
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.messaging.texts import queued, taken
from tests.people import NOW, a_phone
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.settings import settings
from verify_service.messaging.gateways.console import Console
from verify_service.messaging.gateways.contract import RawRequest, SendOutcome, Sent
from verify_service.messaging.gateways.kannel import NAME, parse, provider_id_of, signed_id
from verify_service.messaging.gateways.kannel import kept as as_it_came
from verify_service.messaging.sending import Claimed, record

NUMBER = "+6281234567890"
FACTS = {
    "Content-Type": 'text/plain; charset="UTF-8"',
    "X-Kannel-From": "6281234567890",
    "X-Kannel-To": "28282",
    "X-Kannel-Time": "2026-11-23 03:00:00",
    "X-Kannel-SMSC": "OPERATOR",
    "X-Kannel-Coding": "0",
}
ID = "fabb3c90-dc1d-4749-829a-736f437e671a"


def path(kind: str, secret: str | None = None, query: str = "") -> str:
    return f"/webhooks/kannel/{secret or settings().webhook_secrets[0]}/{kind}{query}"


def text(client: FlaskClient, body: bytes, query: str = f"?id={ID}", **changed: str | None) -> Any:
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    headers = {name: value for name, value in (FACTS | named).items() if value is not None}
    answer = client.post(path("sms", query=query), data=body, headers=headers)
    assert answer.get_data() == b""
    return answer


def kept(db: Any) -> list[Any]:
    return list(db.execute("SELECT body, quarantined, recipient, sent_at FROM inbound_message ORDER BY id").fetchall())


def called(charset: str) -> dict[str, str]:
    return {"Content_Type": f'text/plain; charset="{charset}"'}


# Python reads and writes these, and no operator does.
CODECS = ["idna", "punycode", "undefined", "rot13", "hex", "base64", "zlib", "bz2", "quopri", "uu", "unicode_escape",
          "raw_unicode_escape", "mbcs", "oem", "utf-7", "utf_8_sig", "charmap", "x" * 300, "ut\u00e9"]  # fmt: skip
STRANGE = "not in a charset that we know"
UCS2 = {"X_Kannel_Coding": "2", "Content_Type": 'text/plain; charset="UTF-16BE"'}
TEXTS: list[tuple[str, bytes, dict[str, Any], str, str | None]] = [
    ("an ordinary text", b"YA, sudah", {}, "YA, sudah", None),
    ("another alphabet", "ꦱꦸ 👍".encode("utf-16be"), UCS2, "ꦱꦸ 👍", None),
    ("the same without its charset", "YA é".encode("utf-16be"), {**UCS2, "Content_Type": "text/plain"}, "YA é", None),
    ("half a character too much", "YA".encode("utf-16be") + b"\xd8", UCS2, "YA\ufffd", None),
    ("Latin 1", b"YA \xe9", {"Content_Type": "text/plain; charset=ISO-8859-1"}, "YA é", None),
    ("no charset", "YA é".encode(), {"Content_Type": "text/plain"}, "YA é", None),
    ("a charset nobody knows", b"YA", {"Content_Type": "text/plain; charset=klingon"}, "YA", None),
    ("a charset that is none", b"YA", {"Content_Type": "text/plain; charset=rot13"}, "YA", None),
    ("its own name for another alphabet", "YA é".encode("utf-16be"), called("UCS-2"), "YA é", None),
    ("an alphabet with its mark", "\ufeffYA é".encode("utf-16le"), called("utf-16"), "YA é", None),
    ("the alphabet of phones", b"YA \x05 \x00 \x1b\x65", called("GSM"), "YA é @ €", None),
    ("Windows", b"YA \x93ya\x94", called("windows-1252"), "YA \u201cya\u201d", None),
    ("ASCII that is none", "YA é".encode(), called("us-ascii"), "YA é", None),
    ("quotes and blanks", b"YA \xe9", {"Content_Type": "text/plain ; charset = 'latin1' ; x=y"}, "YA é", None),
    *((f"a codec: {name[:20]}", b"YA", called(name), "YA", None) for name in CODECS),
    *((f"a codec, unreadable: {name[:20]}", b"YA \xff", called(name), "YA \ufffd", STRANGE) for name in CODECS),
    ("NULs in no alphabet we know", "YA".encode("utf-32be"), called("utf-32be"), "YA", STRANGE),
    ("a charset by another way", b"YA", {"Content_Type": "text/plain; charset*=idna''utf-8"}, "YA", None),
    ("a bad byte", b"STOP \xff", {}, "STOP \ufffd", None),
    ("a NUL", b"YA\0", {}, "YA", None),
    ("what looks like a form", b"a=1&b=2+3%20", {}, "a=1&b=2+3%20", None),
    ("nothing at all", b"", {}, "", None),
    ("a number with its plus", b"YA", {"X_Kannel_From": NUMBER}, "YA", None),
    ("a national number", b"YA", {"X_Kannel_From": "081234567890"}, "YA", None),
    ("no id", b"YA", {"query": ""}, "YA", None),
    ("an id that was not filled in", b"YA", {"query": "?id=%25I"}, "YA", None),
    ("no time", b"YA", {"X_Kannel_Time": None}, "YA", None),
    ("a time nobody knows", b"YA", {"X_Kannel_Time": "kemarin"}, "YA", None),
    ("a name for a sender", b"YA", {"X_Kannel_From": "TELKOMSEL"}, "YA", "the sender is not a phone"),
    ("no sender", b"YA", {"X_Kannel_From": None}, "YA", "missing: from"),
    ("bytes", b"\x01\x02", {"X_Kannel_Coding": "1"}, "\x01\x02", "bytes and not a text"),
]


@pytest.mark.parametrize(
    ("body", "how", "words", "problem"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS]
)
def test_a_text_is_stored_once_and_never_refused(
    db: Any, client: FlaskClient, body: bytes, how: dict[str, Any], words: str, problem: str | None
) -> None:
    for _ in range(3):
        assert text(client, body, **how).status_code == 200
    ((sealed, quarantined, recipient, _),) = kept(db)
    assert unseal(sealed, "inbound_message.body") == words
    assert (quarantined, recipient) == (problem, "28282")


def test_two_texts_with_ids_of_their_own_are_two(db: Any, client: FlaskClient) -> None:
    text(client, b"YA", "?id=1a")
    text(client, b"YA", "?id=1b")
    assert len(kept(db)) == 2


def test_without_ids_the_second_tells_two_texts_apart(db: Any, client: FlaskClient) -> None:
    text(client, b"YA", "")
    text(client, b"YA", "", X_Kannel_Time="2026-11-23 03:00:07")
    text(client, b"YA", "")
    assert [row[3] for row in kept(db)] == [
        dt.datetime(2026, 11, 23, 3, 0, 0, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 23, 3, 0, 7, tzinfo=dt.UTC),
    ]


def test_what_cannot_be_used_is_kept_as_it_came(db: Any, client: FlaskClient) -> None:
    text(client, b"Promo \xff", X_Kannel_From="TELKOMSEL")
    (raw,) = db.execute("SELECT raw FROM inbound_message").fetchone()
    assert unseal(raw, "inbound_message.raw").encode("latin-1") == (
        b"TELKOMSEL\n28282\n2026-11-23 03:00:00\n0\n\nPromo \xff"
    )


def handed_over(db: Any) -> tuple[Claimed, ...]:
    queued(a_phone(db, NUMBER))
    return taken(Console())


def answered(claimed: tuple[Claimed, ...], outcome: SendOutcome = SendOutcome.ACCEPTED) -> None:
    with transaction() as session:
        results = [Sent(one.text.our_id, outcome, provider_id_of(one.text.our_id)) for one in claimed]
        record(session, NAME, claimed, results, now=NOW)


def report(client: FlaskClient, our_id: object, status: object) -> None:
    answer = client.get(path("delivery-reports", query=f"?id={our_id}.{signed_id(str(our_id))}&status={status}"))
    assert (answer.status_code, answer.get_data()) == (200, b"")


def became(db: Any) -> Any:
    return db.execute("SELECT state, delivery FROM outbox").fetchone()


@pytest.mark.parametrize(
    ("statuses", "delivery"),
    [
        ((8,), "sent"),
        ((8, 4), "buffered"),
        ((8, 1), "delivered"),
        ((1, 8), "delivered"),
        ((8, 2), "failed"),
        ((16,), "rejected"),
        ((2, 1), "delivered"),
        ((8, 8, 8), "sent"),
        (("64",), None),
        (("",), None),
        (("-1",), None),
        (("%25d",), None),
        (("1" * 400,), None),
    ],
)
def test_a_report_moves_our_text(db: Any, client: FlaskClient, statuses: tuple[Any, ...], delivery: str | None) -> None:
    claimed = handed_over(db)
    answered(claimed)
    for status in statuses:
        report(client, claimed[0].text.our_id, status)
    assert became(db) == ("accepted", delivery)


@pytest.mark.parametrize("order", list(permutations([8, 4, 1])), ids=str)
@pytest.mark.parametrize("early", [0, 1, 2, 3])
def test_reports_in_any_order_before_or_after_our_own_answer_end_alike(
    db: Any, client: FlaskClient, order: tuple[int, ...], early: int
) -> None:
    claimed = handed_over(db)
    for status in order[:early]:
        report(client, claimed[0].text.our_id, status)
    answered(claimed)
    for status in order[early:]:
        report(client, claimed[0].text.our_id, status)
    assert became(db) == ("accepted", "delivered")


def test_a_text_of_unknown_fate_turns_out_to_have_gone(db: Any, client: FlaskClient) -> None:
    claimed = handed_over(db)
    answered(claimed, SendOutcome.UNKNOWN)
    report(client, claimed[0].text.our_id, 8)
    assert became(db) == ("accepted", "sent")


@pytest.mark.parametrize("our_id", ["", "999999", "0", "-1", "x", "1%00", "9" * 19, "9" * 40, "1'--", "kannel:1"])
def test_a_report_on_nothing_of_ours_changes_nothing(db: Any, client: FlaskClient, our_id: str) -> None:
    report(client, our_id, 1)
    assert client.post(path("delivery-reports"), data={"id": our_id, "status": "1"}).status_code == 200


@pytest.mark.parametrize("kind", ["sms", "delivery-reports"])
def test_a_secret_opens_and_nothing_else_does(db: Any, client: FlaskClient, kind: str) -> None:
    for secret in ("wrong", "x" * 43, settings().webhook_secrets[0][:-1], "%00"):
        assert client.post(path(kind, secret), data=b"x" * 17_000).status_code == 404
        if kind == "delivery-reports":
            assert client.get(path(kind, secret)).status_code == 404
    assert client.post(path(kind), data=b"x" * 17_000).status_code == 413
    assert client.get(path("sms")).status_code == 405
    assert client.put(path(kind)).status_code == 405
    assert kept(db) == []


def test_a_long_text_in_a_slow_codec_holds_nobody_up(db: Any, client: FlaskClient) -> None:
    began = time.monotonic()
    assert text(client, b"a" * 16_000, **called("idna")).status_code == 200
    assert text(client, b"\xc3\xa9-" * 5_000, "?id=2", **called("punycode")).status_code == 200
    assert time.monotonic() - began < 2


@given(
    st.sampled_from(["sms", "delivery-reports"]),
    st.dictionaries(st.sampled_from(sorted({*FACTS, "Date"})), st.text(max_size=40)),
    st.binary(max_size=60),
    st.binary(max_size=60),
)
def test_anything_gives_events_that_a_row_can_hold(
    kind: str, headers: dict[str, str], body: bytes, query: bytes
) -> None:
    raw = RawRequest(kind, headers, body, query=query)
    for event in parse(raw):
        assert "\x00" not in repr(event)
        assert not (event.text if kind == "sms" else "").count("\x00")  # type: ignore[union-attr]
    as_it_came(raw)


def test_a_report_with_a_guessed_id_changes_nothing(db: Any, client: FlaskClient) -> None:
    """The finding: ids count from 1, and whoever had the secret said of any text that it had not arrived."""
    claimed = handed_over(db)
    answered(claimed)
    our_id = claimed[0].text.our_id
    for guess in (f"{our_id}", f"{our_id}.", f"{our_id}.{signed_id(str(our_id + 1))}", f"{our_id}.{'0' * 20}"):
        assert client.get(path("delivery-reports", query=f"?id={guess}&status=2")).status_code == 200
    assert became(db) == ("accepted", None)
    assert db.execute("SELECT count(*) FROM delivery_notice").fetchone() == (0,)
