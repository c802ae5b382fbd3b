"""Texts, delivery reports and opt-outs: stored once, never refused for what is in them."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.handset import webhook
from verify_service.ground.crypto import unseal

SMS = {
    "id": "2f1b-1",
    "from": "+6281234567890",
    "to": "28282",
    "text": "YA, sudah terima",
    "date": "2026-11-23 03:00:00",
    "linkId": "L1",
    "networkCode": "1",
    "cost": "KES 1.00",
}


def post(client: FlaskClient, kind: str, **fields: Any) -> int:
    return client.post(webhook(kind), data={k: v for k, v in fields.items() if v is not None}).status_code


TEXTS: list[tuple[str, dict[str, Any], bool]] = [
    ("an ordinary text", {}, True),
    ("an ISO date", {"date": "2026-11-23T03:00:00Z"}, True),
    ("an ISO date with milliseconds", {"date": "2026-11-23T03:00:00.445Z"}, True),
    ("a number without its plus", {"from": "6281234567890"}, True),
    ("an emoji", {"text": "👍👍"}, True),
    ("a NUL in the text", {"text": "YA\0"}, True),
    ("an alphanumeric sender", {"from": "TELKOMSEL"}, False),
    ("no sender", {"from": None}, False),
    ("no id", {"id": None}, True),
    ("no date", {"date": None}, True),
    ("neither id nor date", {"id": None, "date": None}, True),
    ("a date nobody knows", {"date": "yesterday"}, None),  # type: ignore[list-item]
    ("an empty text", {"text": ""}, None),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("changed", "usable"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_a_text_is_stored_once_and_never_refused(
    db: Any, client: FlaskClient, changed: dict[str, Any], usable: bool | None
) -> None:
    for _ in range(3):
        assert post(client, "sms", **SMS | changed) == 200
    rows = db.execute("SELECT quarantined, body FROM inbound_message").fetchall()
    assert len(rows) == 1
    if usable is not None:
        assert (rows[0][0] is None) is usable
    if usable and "text" not in changed:
        assert unseal(rows[0][1], "inbound_message.body") == SMS["text"]


def test_two_texts_without_an_id_are_two(db: Any, client: FlaskClient) -> None:
    post(client, "sms", **SMS | {"id": None, "text": "YA"})
    post(client, "sms", **SMS | {"id": None, "text": "TIDAK"})
    assert db.execute("SELECT count(*) FROM inbound_message").fetchone() == (2,)


@pytest.mark.parametrize("date", [None, "kemarin"])
def test_the_same_words_without_id_and_time_are_another_text_after_some_minutes(
    db: Any, client: FlaskClient, date: str | None
) -> None:
    for texts in (1, 1, 2, 2):
        if texts == 2:
            db.execute("UPDATE inbound_message SET received_at = received_at - interval '20 minutes' WHERE id = 1")
        post(client, "sms", **SMS | {"id": None, "date": date, "text": "STOP"})
        assert db.execute("SELECT count(*) FROM inbound_message").fetchone() == (texts,)


def test_an_id_given_before_loses_nobodys_words(db: Any, client: FlaskClient) -> None:
    texts = [("+6281234567890", "YA"), ("+6281234567890", "STOP"), ("+6281234567891", "STOP"), ("TELKOMSEL", "Promo")]
    for sender, text in [*texts, *texts]:
        assert post(client, "sms", **SMS | {"from": sender, "text": text}) == 200
    rows = db.execute("SELECT sender, body, provider_id, quarantined FROM inbound_message ORDER BY id").fetchall()
    kept = [
        (unseal(sender, "inbound_message.sender"), unseal(body, "inbound_message.body")) for sender, body, *_ in rows
    ]
    assert kept == texts
    assert len({provider_id for _, _, provider_id, _ in rows}) == len(texts)
    assert [reason for *_, reason in rows] == [None, None, None, "the sender is not a phone"]


REPORTS = [
    "Sent",
    "Submitted",
    "Buffered",
    "Rejected",
    "Success",
    "Failed",
    "AbsentSubscriber",
    "Expired",
    "success ",
    "New!",
]


@pytest.mark.parametrize("status", REPORTS)
def test_every_delivery_status_is_taken(db: Any, client: FlaskClient, status: str) -> None:
    for _ in range(2):
        assert post(client, "delivery-reports", id="ATXid_1", status=status, phoneNumber="+6281234567890") == 200
    rows = db.execute("SELECT status, raw_status, times FROM delivery_notice").fetchall()
    assert len(rows) == 1
    assert rows[0][2] == 2
    assert (rows[0][0] == "unknown") is (status == "New!")


@pytest.mark.parametrize(
    "fields", [{}, {"id": "ATXid_9"}, {"status": "Sent"}, {"id": "", "status": ""}, {"id": "None", "status": "Failed"}]
)
def test_a_report_we_cannot_place_is_parked(db: Any, client: FlaskClient, fields: dict[str, str]) -> None:
    assert post(client, "delivery-reports", **fields) == 200


def test_an_opt_out_is_kept_once(db: Any, client: FlaskClient) -> None:
    for _ in range(2):
        assert post(client, "opt-outs", senderId="SIGAPBEKASI", phoneNumber="+6281234567890") == 200
    assert db.execute("SELECT count(*) FROM opt_out_notice").fetchone() == (1,)


@pytest.mark.parametrize("kind", ["ussd-events", "sms", "delivery-reports", "opt-outs"])
def test_bytes_that_mean_nothing_are_answered_200(db: Any, client: FlaskClient, kind: str) -> None:
    for body in (b"", bytes(range(256)), b"=&=&=", b"\xff" * 1000, b"text=%00%00"):
        answer = client.post(webhook(kind), data=body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200
