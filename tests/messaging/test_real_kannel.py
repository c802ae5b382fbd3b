"""Texts through a real Kannel and its fake operator, both ways, and what comes of them when something is down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs import send
from jobs.messages import one_batch
from tests import kannel as real
from tests.messaging.texts import queued, sent
from tests.people import a_phone, a_worker
from tests.serving import serving
from tests.standins import smpp
from verify_service.ground.crypto import unseal
from verify_service.ground.settings import settings
from verify_service.messaging.gateways import forget_gateway
from verify_service.messaging.gateways.contract import SendOutcome
from verify_service.messaging.gateways.kannel import NAME, Kannel

pytestmark = pytest.mark.skipif(bool(real.missing()), reason=real.missing())
NUMBER = "+6281234567890"
JAVANESE = "Sugeng rawuh ꦱꦸꦒꦼꦁ 👍"


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory, _own_database: None) -> Iterator[real.Kannel]:
    with real.kannel(tmp_path_factory.mktemp("kannel"), settings().webhook_secrets[0]) as running:
        yield running


@pytest.fixture
def kannel(db: Any, boxes: real.Kannel) -> real.Kannel:
    """A whole one, with an operator who has seen nothing yet."""
    boxes.disconnect()
    (boxes.folder / "operator.log").unlink(missing_ok=True)
    boxes.connect()
    return boxes


@pytest.fixture
def service(kannel: real.Kannel) -> Iterator[str]:
    with serving(kannel.ours) as address:
        yield address


def gateway(kannel: real.Kannel, password: str = real.PASSWORD) -> Kannel:
    return Kannel(
        kannel.url,
        "verify",
        password,
        sender="BEKASI",
        public_url=f"http://127.0.0.1:{kannel.ours}",
        secret=settings().webhook_secrets[0],
        timeout=(3, 5),
    )


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def write(db: Any, *bodies: str) -> None:
    phone = a_phone(db, NUMBER)
    for body in bodies:
        queued(phone, body=body, now=now())


def delivered(db: Any, texts: int) -> None:
    """Every report on so many texts has come: handed on (8) and delivered (1)."""
    reported = "SELECT count(*) FROM delivery_notice WHERE gateway = 'kannel' AND raw_status IN ('1', '8')"
    real.wait_for(lambda: db.execute(reported).fetchone() == (2 * texts,), "reports")
    arrived = "SELECT count(*) FROM outbox WHERE delivery = 'delivered'"
    real.wait_for(lambda: db.execute(arrived).fetchone() == (texts,), "delivery")


def stored(db: Any) -> list[str]:
    rows = db.execute("SELECT body FROM inbound_message ORDER BY id").fetchall()
    return [unseal(body, "inbound_message.body") for (body,) in rows]


def test_texts_arrive_with_their_words_and_are_reported_on(db: Any, kannel: real.Kannel, service: str) -> None:
    plain = "Kode Anda [1] é {2} €: 50% & + #?"
    long = "Iuran Anda bulan ini sudah dibayar. " * 8
    write(db, plain, JAVANESE, long)
    assert [one.outcome for one in sent(gateway(kannel), now=now())] == [SendOutcome.ACCEPTED] * 3
    real.wait_for(lambda: len(kannel.arrived()) >= 4, "texts at the operator")
    senders, numbers, words = zip(*kannel.arrived(), strict=True)
    assert set(senders) == {"BEKASI"}
    assert set(numbers) == {NUMBER}
    assert words[:2] == (plain, JAVANESE)
    assert "".join(words[2:]) == long
    delivered(db, 3)
    rows = db.execute("SELECT provider_id, state, parts FROM outbox ORDER BY id").fetchall()
    assert rows == [("kannel:1", "accepted", 1), ("kannel:2", "accepted", 1), ("kannel:3", "accepted", 2)]


def test_a_text_from_a_phone_is_stored_once_and_answered(db: Any, kannel: real.Kannel, service: str) -> None:
    a_worker(db)
    kannel.connect(NUMBER, "BANTUAN")
    real.wait_for(lambda: len(stored(db)) == 1, "the first text")
    kannel.connect(NUMBER, JAVANESE)
    real.wait_for(lambda: len(stored(db)) == 2, "the second text")
    assert sorted(stored(db)) == ["BANTUAN", JAVANESE]
    assert db.execute("SELECT DISTINCT recipient, quarantined FROM inbound_message").fetchall() == [("28282", None)]
    one_batch()
    (answer,) = db.execute("SELECT body FROM outbox WHERE screen <> 's8' ORDER BY id LIMIT 1").fetchone()
    sent(gateway(kannel), now=now())
    real.wait_for(lambda: kannel.arrived(), "the answer")
    assert unseal(answer, "outbox.body") in [words for _, _, words in kannel.arrived()]
    assert all(unseal(answer, "outbox.body").startswith("SIGAP") for (answer,) in db.execute("SELECT body FROM outbox"))
    delivered(db, db.execute("SELECT count(*) FROM outbox").fetchone()[0])


def test_a_text_that_comes_while_we_are_down_comes_again(db: Any, kannel: real.Kannel) -> None:
    a_worker(db)
    kannel.connect(NUMBER, "CEK")
    real.wait_for(lambda: b"sent message 1" in (kannel.folder / "operator.log").read_bytes(), "the text to leave")
    with serving(kannel.ours):
        real.wait_for(lambda: stored(db), "the text")
    assert stored(db) == ["CEK"]
    (provider_id,) = db.execute("SELECT provider_id FROM inbound_message").fetchone()
    assert len(provider_id) == 36


def test_while_the_operator_is_away_kannel_keeps_our_texts(db: Any, kannel: real.Kannel, service: str) -> None:
    kannel.disconnect()
    write(db, "Iuran Anda sudah dibayar.")
    assert [one.outcome for one in sent(gateway(kannel), now=now())] == [SendOutcome.ACCEPTED]
    assert kannel.arrived() == []
    kannel.connect()
    real.wait_for(kannel.arrived, "the text at the operator")
    delivered(db, 1)


def test_while_kannel_is_down_our_texts_wait_and_go_later(db: Any, kannel: real.Kannel, service: str) -> None:
    write(db, "Iuran Anda sudah dibayar.", "Iuran Anda belum dibayar.")
    kannel.stop()
    results = sent(gateway(kannel), now=now())
    assert [(one.outcome, one.reason) for one in results] == [
        (SendOutcome.NOT_HANDED_OVER, "no connection"),
        (SendOutcome.NOT_HANDED_OVER, "not tried"),
    ]
    kannel.start()
    later = now() + dt.timedelta(minutes=6)
    assert [one.outcome for one in sent(gateway(kannel), now=later)] == [SendOutcome.ACCEPTED] * 2
    delivered(db, 2)


def test_the_worker_sends_through_kannel_as_the_settings_say(
    db: Any, kannel: real.Kannel, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"GATEWAY": NAME, "PUBLIC_URL": service, "KANNEL_URL": kannel.url, "KANNEL_SENDER": "BEKASI"}
    given |= {"KANNEL_USERNAME": "verify", "KANNEL_PASSWORD": real.PASSWORD}
    for name, value in given.items():
        monkeypatch.setenv(f"VERIFY_{name}", value)
    settings.cache_clear()
    forget_gateway()
    write(db, "Iuran Anda sudah dibayar.")
    send.send()
    delivered(db, 1)
    assert kannel.arrived() == [("BEKASI", NUMBER, "Iuran Anda sudah dibayar.")]
    monkeypatch.undo()
    settings.cache_clear()
    forget_gateway()


def test_a_real_kannel_answers_a_knock_and_sends_nothing_for_it(db: Any, kannel: real.Kannel) -> None:
    assert gateway(kannel).knock(1)
    kannel.kill("smsbox")
    assert not gateway(kannel).knock(1)
    kannel.stop()
    kannel.start()
    assert gateway(kannel).knock(1)
    assert kannel.arrived() == []


@pytest.mark.parametrize("box", ["smsbox", "bearerbox"])
def test_when_one_box_dies_our_text_waits_or_has_perhaps_gone(
    db: Any, kannel: real.Kannel, service: str, box: str
) -> None:
    write(db, "Iuran Anda sudah dibayar.")
    kannel.kill(box)
    (result,) = sent(gateway(kannel), now=now())
    assert (result.outcome, result.whole_call) in [(SendOutcome.NOT_HANDED_OVER, True), (SendOutcome.UNKNOWN, True)]
    assert kannel.arrived() == []
    kannel.stop()
    kannel.start()
    (result,) = sent(gateway(kannel), now=now() + dt.timedelta(minutes=11))
    assert result.outcome is SendOutcome.ACCEPTED
    delivered(db, 1)
    assert len(kannel.arrived()) == 1


@pytest.mark.parametrize(("verdict", "delivery"), [("DELIVRD", "delivered"), ("UNDELIV", "failed"), ("", "rejected")])
def test_over_smpp_texts_go_both_ways_and_are_reported_on(db: Any, tmp_path: Path, verdict: str, delivery: str) -> None:
    with smpp.operator() as operator, real.kannel(tmp_path, settings().webhook_secrets[0], operator.port) as kannel:
        operator.verdict = verdict
        assert operator.bound.wait(15)
        with serving(kannel.ours):
            write(db, "Kode Anda [1] é", JAVANESE)
            assert [one.outcome for one in sent(gateway(kannel), now=now())] == [SendOutcome.ACCEPTED] * 2
            became = "SELECT count(*) FROM outbox WHERE delivery = %s"
            real.wait_for(lambda: db.execute(became, [delivery]).fetchone() == (2,), "reports", 30)
            operator.bring(NUMBER, "STOP")
            operator.bring(NUMBER, JAVANESE)
            real.wait_for(lambda: len(stored(db)) == 2, "texts from a phone")
    plain, javanese = sorted(operator.taken, key=lambda text: text.coding)  # Kannel hands them over in any order
    assert (plain.sender, plain.number, plain.number_type) == ("BEKASI", "6281234567890", smpp.INTERNATIONAL)
    assert (plain.coding, plain.message) == (0, b"Kode Anda \x1b<1\x1b> \x05")  # GSM 03.38
    assert (javanese.coding, javanese.message.decode("utf-16be")) == (smpp.UCS2, JAVANESE)
    assert sorted(stored(db)) == ["STOP", JAVANESE]


def test_a_wrong_password_is_an_account_to_set_right(db: Any, kannel: real.Kannel) -> None:
    write(db, "Iuran Anda sudah dibayar.")
    (result,) = sent(gateway(kannel, "wrong"), now=now())
    assert (result.outcome, result.reason, result.whole_call) == (
        SendOutcome.NOT_HANDED_OVER,
        "authorization failed",
        True,
    )
    assert kannel.arrived() == []
