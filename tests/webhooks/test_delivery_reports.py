"""Delivery reports and opt-outs over the real webhooks: in any order, as often as the provider likes."""

from __future__ import annotations

import datetime as dt
from itertools import permutations
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.handset import webhook
from tests.messaging.texts import queued, taken
from tests.people import NOW, a_phone, a_worker
from verify_service.ground.database import transaction
from verify_service.messaging.consent import welcome_back
from verify_service.messaging.gateways.africastalking import AfricasTalking
from verify_service.messaging.gateways.contract import SendOutcome, Sent
from verify_service.messaging.outbox import Purpose
from verify_service.messaging.sending import Claimed, record

NUMBER = "+6281234567890"
GATEWAY = AfricasTalking("sandbox", "the-key", "http://127.0.0.1:1")


def report(client: FlaskClient, status: str, provider_id: str = "ATXid_1", **more: str) -> None:
    fields = {"id": provider_id, "status": status, "phoneNumber": NUMBER} | more
    assert client.post(webhook("delivery-reports"), data=fields).status_code == 200


def handed_over(db: Any, purpose: Purpose = Purpose.REPLY) -> tuple[Claimed, ...]:
    queued(a_phone(db, NUMBER), purpose=purpose)
    return taken(GATEWAY)


def answered(
    claimed: tuple[Claimed, ...], provider_id: str | None = "ATXid_1", outcome: SendOutcome = SendOutcome.ACCEPTED
) -> None:
    with transaction() as session:
        results = [Sent(one.text.our_id, outcome, provider_id=provider_id) for one in claimed]
        record(session, "africastalking", claimed, results, now=NOW)


def became(db: Any) -> Any:
    return db.execute("SELECT state, delivery FROM outbox").fetchone()


@pytest.mark.parametrize("order", list(permutations(["Sent", "AbsentSubscriber", "Success"])), ids="-".join)
@pytest.mark.parametrize("early", [0, 1, 2, 3])
def test_reports_in_any_order_before_or_after_our_own_answer_end_alike(
    db: Any, client: FlaskClient, order: tuple[str, ...], early: int
) -> None:
    claimed = handed_over(db)
    for status in order[:early]:
        report(client, status)
    answered(claimed)
    for status in order[early:]:
        report(client, status)
    assert became(db) == ("accepted", "delivered")


RANKED = ["Sent", "Buffered", "AbsentSubscriber", "Expired", "Failed", "Rejected", "Success"]


@pytest.mark.parametrize("place", range(len(RANKED)))
def test_delivery_only_moves_forward(db: Any, client: FlaskClient, place: int) -> None:
    answered(handed_over(db))
    report(client, RANKED[place])
    (_, reached) = became(db)
    for status in RANKED[: place + 1]:
        report(client, status)
    assert became(db) == ("accepted", reached)


def test_a_word_we_have_not_seen_changes_nothing(db: Any, client: FlaskClient) -> None:
    answered(handed_over(db))
    report(client, "Submitted")
    report(client, "Teleported")
    assert became(db) == ("accepted", "sent")
    assert db.execute("SELECT count(*) FROM delivery_notice WHERE status = 'unknown'").fetchone() == (1,)


def test_a_report_on_anothers_text_is_parked(db: Any, client: FlaskClient) -> None:
    answered(handed_over(db))
    report(client, "Success", "ATXid_2")
    assert became(db) == ("accepted", None)


@pytest.mark.parametrize(
    ("status", "state"), [("Sent", "accepted"), ("Success", "accepted"), ("Rejected", "unknown"), ("New!", "unknown")]
)
def test_a_report_clears_up_an_unknown_fate(db: Any, client: FlaskClient, status: str, state: str) -> None:
    answered(handed_over(db, Purpose.CODE), outcome=SendOutcome.UNKNOWN)
    assert became(db) == ("unknown", None)
    report(client, status)
    assert became(db)[0] == state


def test_a_text_that_a_report_has_seen_is_not_repeated(db: Any, client: FlaskClient) -> None:
    answered(handed_over(db), outcome=SendOutcome.UNKNOWN)
    assert became(db) == ("waiting", None)
    report(client, "Buffered")
    assert became(db) == ("accepted", "buffered")


def test_a_report_does_not_bring_back_what_was_cancelled(db: Any, client: FlaskClient) -> None:
    answered(handed_over(db), outcome=SendOutcome.UNKNOWN)
    opt_out(client)
    report(client, "Success")
    assert became(db) == ("cancelled", "delivered")


@pytest.mark.parametrize("reason", ["UserInBlackList", "UserInBlacklist"])
@pytest.mark.parametrize("early", [True, False])
def test_a_report_that_names_the_no_texts_list_ends_all_texts(
    db: Any, client: FlaskClient, reason: str, early: bool
) -> None:
    a_worker(db)
    claimed = handed_over(db)
    queued(a_phone(db, NUMBER), purpose=Purpose.WARNING)
    if early:
        report(client, "Rejected", failureReason=reason, phoneNumber="")
    answered(claimed)
    if not early:
        report(client, "Rejected", failureReason=reason, phoneNumber="")
    assert db.execute("SELECT state, delivery, reason FROM outbox ORDER BY id").fetchall() == [
        ("accepted", "rejected", None),
        ("cancelled", None, "refused"),
    ]
    assert db.execute("SELECT count(*) FROM task").fetchone() == (1,)


def test_a_repeated_report_does_not_undo_mulai(db: Any, client: FlaskClient) -> None:
    answered(handed_over(db))
    report(client, "Rejected", failureReason="UserInBlackList")
    with transaction() as session:
        assert welcome_back(session, 1, dt.datetime.now(dt.UTC))
    report(client, "Rejected", failureReason="UserInBlackList")
    assert db.execute("SELECT refused_at FROM phone").fetchone() == (None,)


def opt_out(client: FlaskClient, number: str = NUMBER) -> None:
    assert client.post(webhook("opt-outs"), data={"senderId": "BEKASI", "phoneNumber": number}).status_code == 200


def test_an_opt_out_ends_all_texts_to_that_number(db: Any, client: FlaskClient) -> None:
    someone = a_worker(db)
    phone = a_phone(db, NUMBER)
    queued(phone, purpose=Purpose.CASE)
    for _ in range(3):
        opt_out(client)
    assert became(db) == ("cancelled", None)
    assert queued(phone, purpose=Purpose.DECISION) is None
    assert db.execute("SELECT subject, closed_at FROM task").fetchall() == [(f"worker:{someone.worker}", None)]
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'phone refused'").fetchone() == (1,)


def test_an_opt_out_of_a_number_we_never_heard_of_is_remembered(db: Any, client: FlaskClient) -> None:
    opt_out(client)
    assert queued(a_phone(db, NUMBER), purpose=Purpose.INVITATION) is None


def test_an_opt_out_without_a_number_is_only_kept(db: Any, client: FlaskClient) -> None:
    opt_out(client, "TELKOMSEL")
    assert db.execute("SELECT count(*) FROM opt_out_notice").fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM phone").fetchone() == (0,)
