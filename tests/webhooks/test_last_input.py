"""USSD of carriers that bring the last input alone: begun, gone on with, repeated, damaged and hostile."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.handset import CarrierHandset, carrier_webhook
from tests.people import a_worker
from tests.serving import new_client
from verify_service.app import create_app
from verify_service.conversations.hear import Hop, hear
from verify_service.conversations.last_input import Last
from verify_service.ground.phones import Phone
from verify_service.ground.pipeline import hop_connection
from verify_service.ground.settings import settings

NUMBER = "+6281234567890"
MENU = "CON SIGAP Bekasi"
COVER = "CON Sulistiaw***"
CARD = "CON Apakah kartu"
NOT_ME = "END Terima kasih. Nomor HP ini"
BUSY = "END Maaf, layanan sedang sibuk"
PREFIX = {"continue": "CON ", "end": "END "}


def hop(client: FlaskClient, kind: str | None, typed: str | None = "", number: Any = None, **more: Any) -> str:
    """One call, the number of the hop with it if one is given; the screen as other gateways have it."""
    fields = {"session": "S1", "msisdn": "6281234567890", "type": kind, "input": typed, "sequence": number} | more
    answer = client.post(carrier_webhook(), data={name: value for name, value in fields.items() if value is not None})
    return shown(answer)


def shown(answer: Any) -> str:
    assert answer.status_code == 200
    if answer.content_type == "application/json":
        return PREFIX[answer.json["action"]] + str(answer.json["message"])
    assert answer.content_type == "text/plain; charset=utf-8"
    return PREFIX[answer.headers["X-USSD-Action"]] + str(answer.get_data(as_text=True))


def said(db: Any) -> list[str]:
    return [row[0] for row in db.execute("SELECT statement FROM evidence ORDER BY id").fetchall()]


def a_moment_later(db: Any, seconds: float = 2) -> None:
    db.execute("UPDATE conversation SET touched_at = touched_at - make_interval(secs => %s)", [seconds])


# A story is what is typed in one session, in the order in which it arrives: (type, input, number of the hop).
Typed = tuple[str | None, str | None, int | str | None]
BEGUN: list[Typed] = [("begin", "", 1), ("continue", "1", 2)]
SAID: list[Typed] = [*BEGUN, ("continue", "1", 3)]
STORIES: list[tuple[str, list[Typed], str, list[str]]] = [
    ("a first dial", [("begin", "", 1)], MENU, []),
    ("our code as it was dialled", [("begin", "*123*456#", 1)], MENU, []),
    ("our code without its signs", [("begin", "123*456", 1)], MENU, []),
    ("a shortcut", [("begin", "*123*456*1#", 1)], COVER, []),
    ("a shortcut without the code", [("begin", "1", 1)], COVER, []),
    ("a shortcut stops before an effect", [("begin", "*123*456*1*1*1#", 1)], COVER, []),
    ("a code that is not ours", [("begin", "*999*1#", 1)], MENU, []),
    ("two answers", SAID, CARD, ["confirms"]),
    ("a repeated hop", [*SAID, SAID[-1]], CARD, ["confirms"]),
    ("a hop repeated ten times", [*SAID, *[SAID[-1]] * 10], CARD, ["confirms"]),
    ("a stale hop arriving late", [*SAID, SAID[1]], CARD, ["confirms"]),
    ("the same number with another answer", [*SAID, ("continue", "3", 3)], CARD, ["confirms"]),
    ("begun again", [*SAID, SAID[0]], CARD, ["confirms"]),
    ("begun again under a new number", [*SAID, ("begin", "", 4)], CARD, ["confirms"]),
    ("on after a stale hop", [*SAID, SAID[1], ("continue", "1", 4)], "CON Apakah Anda masih", ["confirms", "card"]),
    ("a number left out", [*BEGUN, ("continue", "1", 9)], CARD, ["confirms"]),
    ("numbers from 0", [("begin", "", 0), ("continue", "1", 1), ("continue", "1", 2)], CARD, ["confirms"]),
    ("answers counted from 0", [("begin", "", None), ("continue", "1", 0), ("continue", "1", 1)], CARD, ["confirms"]),
    ("names for numbers tell nothing", [("begin", "", "a"), ("continue", "1", "c"), ("continue", "1", "b")], COVER, []),
    ("one name for all", [("begin", "", "-"), ("continue", "1", "-"), ("continue", "3", "-")], NOT_ME, ["not_me"]),
    ("less than nothing", [("begin", "", "-1"), ("continue", "1", "-1"), ("continue", "1", "-1")], COVER, []),
    ("a number with a point", [("begin", "", 1), ("continue", "1", "2.0"), ("continue", "1", "2.0")], COVER, []),
    ("zeros in front", [("begin", "", "007"), ("continue", "1", "008"), ("continue", "1", "09")], CARD, ["confirms"]),
    ("the same number with zeros", [*SAID, ("continue", "1", "0003")], CARD, ["confirms"]),
    *(
        (f"beyond {most}", [("begin", "", most), ("continue", "1", most + 1), ("continue", "1", most + 2),
                            ("continue", "1", most + 1), ("continue", "1", most + 2)], CARD, ["confirms"])
        for most in (2**31 - 3, 2**31 - 2, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 10**29, 10**30 - 3)
    ),
    ("beyond, begun again", [("begin", "", 10**20), ("continue", "1", 10**20 + 1), ("begin", "", 10**20)], COVER, []),
    ("a name repeated", [*SAID[:2], ("continue", "3", "x"), ("continue", "3", "x")], NOT_ME, ["not_me"]),
    ("numbers beyond any count", [*SAID[:2], *[("continue", "1", "9" * 30)] * 2], CARD, ["confirms"]),
    ("and longer ones tell nothing", [*SAID[:2], *[("continue", "3", "9" * 31)] * 2], NOT_ME, ["not_me"]),
    ("digits in another writing", [*SAID[:2], *[("continue", "3", "\u0663")] * 2], NOT_ME, ["not_me"]),
    ("after the end", [("begin", "", 1), ("continue", "0", 2), ("continue", "1", 3)], "END Terima kasih", []),
    ("an empty answer", [*BEGUN, ("continue", "", 3)], "CON Pilih angka", []),
    ("no answer at all", [*BEGUN, ("continue", None, 3)], "CON Pilih angka", []),
    ("an answer to a screen we never showed", [("continue", "1", 5)], MENU, []),
    ("going on from there", [("continue", "1", 5), ("continue", "1", 6)], COVER, []),
    ("no type: a code begins", [(None, "*123*456#", 1), (None, "1", 2)], COVER, []),
    ("no type: nothing begins", [(None, "", 1), (None, "1", 2), (None, "1", 3)], CARD, ["confirms"]),
    ("no type: begun again", [(None, "*123*456#", 1), (None, "1", 2), (None, "*123*456#", 1)], COVER, []),
    ("a type nobody knows", [("17", "*123*456#", 1), ("18", "1", 2)], COVER, []),
    ("no type and no dial", [(None, "1", 1)], MENU, []),
    ("a type in capitals", [("NEW", "", 1), ("Response", "1", 2)], COVER, []),
    ("blanks around an answer", [("begin", "", 1), ("continue", " 1 ", 2)], COVER, []),
    ("a star and a hash", [("begin", "", 1), ("continue", "*#", 2)], "CON Pilih angka", []),
    ("full-width digits", [("begin", "", 1), ("continue", "１", 2)], COVER, []),
    ("an emoji", [("begin", "", 1), ("continue", "👍", 2)], "CON Pilih angka", []),
    ("a very long answer", [("begin", "", 1), ("continue", "1" * 4000, 2)], "CON Pilih angka", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("hops", "last", "left"), [story[1:] for story in STORIES], ids=[story[0] for story in STORIES]
)
def test_a_story_of_hops(db: Any, client: FlaskClient, hops: list[Typed], last: str, left: list[str]) -> None:
    a_worker(db)
    screens = [hop(client, *one) for one in hops]
    assert screens[-1].startswith(last), screens
    assert said(db) == left


def test_without_numbers_the_same_answer_at_once_is_the_same_hop(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    hop(client, "begin")
    for _ in range(3):
        assert hop(client, "continue", "1").startswith(COVER)
    assert said(db) == []
    a_moment_later(db)
    for _ in range(3):
        assert hop(client, "continue", "1").startswith(CARD)
    assert said(db) == ["confirms"]


def test_a_repeat_that_waited_behind_a_slow_hop_answers_nothing(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    hop(client, "begin")
    answered = dt.datetime.now(dt.UTC)

    def heard(seconds_ago: float) -> str:
        one = Hop("ussd", "S1", Phone(NUMBER), "1", Last(first=False))
        with hop_connection(3) as open_line:
            return hear(open_line, one, now=answered - dt.timedelta(seconds=seconds_ago)).text

    a_moment_later(db, 20)
    assert heard(9).startswith(COVER)  # came nine seconds ago and is answered now
    assert heard(4).startswith(COVER)
    assert said(db) == []


def test_without_numbers_another_answer_at_once_is_another_hop(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    hop(client, "begin")
    hop(client, "continue", "1")
    assert hop(client, "continue", "9").startswith("CON Pilih angka")


@pytest.mark.parametrize("number", [3, None], ids=["numbered", "not numbered"])
def test_a_hop_repeated_at_the_same_time_has_one_effect(db: Any, client: FlaskClient, number: int | None) -> None:
    a_worker(db)
    hop(client, "begin", "", number and 1)
    hop(client, "continue", "1", number and 2)
    a_moment_later(db)
    (screen,) = set(at_once(lambda one: hop(one, "continue", "1", number)))
    assert screen.startswith(CARD)
    assert said(db) == ["confirms"]


@pytest.mark.parametrize("number", [1, None], ids=["numbered", "not numbered"])
def test_a_session_begun_eight_times_at_once_is_one(db: Any, client: FlaskClient, number: int | None) -> None:
    a_worker(db)
    (screen,) = set(at_once(lambda one: hop(one, "begin", "", number)))
    assert screen.startswith(MENU)
    assert db.execute("SELECT count(*) FROM conversation").fetchone() == (1,)


def at_once(what: Callable[[FlaskClient], str]) -> list[str]:
    """Eight of them, each with a client of its own, let go together."""
    app, gate, heard = create_app(), threading.Barrier(8), []

    def go() -> None:
        client = app.test_client()
        gate.wait()
        heard.append(what(client))

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return heard


def test_sessions_of_two_phones_do_not_meet(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    a_worker(db, nik="3275011501900002", name="Kairav Haryanto", phone="+6281299990002", row=3)
    siti, kairav = CarrierHandset(client, NUMBER), CarrierHandset(client, "+6281299990002")
    siti.dial()
    kairav.dial()
    assert "Sulistiaw" in siti.send("1")
    assert "Kairav" in kairav.send("1")
    siti.send("1")
    kairav.repeat()
    assert said(db) == ["confirms"]


@pytest.mark.parametrize("kind", ["begin", "continue"])
def test_two_phones_may_have_the_same_session_at_the_same_time(db: Any, client: FlaskClient, kind: str) -> None:
    """Some networks count the sessions of each phone from 1."""
    a_worker(db)
    a_worker(db, nik="3275011501900002", name="Kairav Haryanto", phone="+6281299990002", row=3)
    other = {"msisdn": "6281299990002"}
    hop(client, "begin", "", 1)
    assert hop(client, "continue", "1", 2).startswith(COVER)
    assert hop(client, kind, "", 1, **other).startswith(MENU)
    assert "Kairav" in hop(client, "continue", "1", 2, **other)
    assert hop(client, "continue", "1", 3).startswith(CARD)
    assert "Kairav" in hop(client, "continue", "1", 2, **other)
    assert said(db) == ["confirms"]


def test_two_phones_begin_the_same_session_at_once(db: Any, client: FlaskClient) -> None:
    numbers = iter([f"62812999900{number:02}" for number in range(8)])
    screens = at_once(lambda one: hop(one, "begin", "", 1, msisdn=next(numbers)))
    assert [screen[:16] for screen in screens] == ["CON Pilih bahasa"] * 8
    assert db.execute("SELECT count(*), count(DISTINCT phone_id) FROM conversation").fetchone() == (8, 8)


def test_an_id_used_again_after_the_end_begins_a_new_session_at_once(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    for _ in range(3):
        assert hop(client, "begin", "", 1).startswith(MENU)
        assert hop(client, "begin", "", 1).startswith(MENU)
        assert hop(client, "continue", "1", 2).startswith(COVER)
        assert hop(client, "continue", "0", 3).startswith(MENU)
        assert hop(client, "continue", "0", 4).startswith("END Terima kasih")
        assert hop(client, "continue", "0", 4).startswith("END Terima kasih")
    assert db.execute("SELECT count(*), count(ended_at) FROM conversation").fetchone() == (3, 3)


@pytest.mark.parametrize("number", [1, None], ids=["numbered", "not numbered"])
@pytest.mark.parametrize("seconds", [15, 60, 590])
def test_an_id_used_again_after_a_drop_goes_on_as_any_redial(
    db: Any, client: FlaskClient, number: int | None, seconds: int
) -> None:
    a_worker(db)
    hop(client, "begin", "", number)
    hop(client, "continue", "1", number and 2)
    a_moment_later(db)
    assert hop(client, "continue", "1", number and 3).startswith(CARD)
    a_moment_later(db, seconds)
    assert hop(client, "begin", "", number).startswith("CON Tadi terputus")
    assert hop(client, "begin", "", number).startswith("CON Tadi terputus")
    assert hop(client, "continue", "1", number and 2).startswith(CARD)
    a_moment_later(db)
    assert hop(client, "continue", "1", number and 3).startswith("CON Apakah Anda masih")
    assert said(db) == ["confirms", "card"]


def test_an_id_used_again_after_the_network_said_it_was_over_is_a_new_session(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    for _ in range(2):
        hop(client, "begin", "", 1)
        hop(client, "continue", "1", 2)
        assert hop(client, "continue", "1", 3).startswith("CON ")
        assert hop(client, "end", "", 4) == "END "
    assert hop(client, "begin", "", 1).startswith("CON Tadi terputus")
    assert db.execute("SELECT count(*) FROM conversation").fetchone() == (3,)


def test_a_dropped_session_is_taken_up_under_a_new_one(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    phone = CarrierHandset(client, NUMBER)
    phone.dial()
    phone.press("11")
    assert phone.dial().startswith("CON Tadi terputus")
    assert phone.send("1").startswith(CARD)


def test_an_id_that_the_network_uses_again_begins_a_new_session(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    for kind, typed, number in [*SAID, ("continue", "1", 4), ("continue", "0", 5)]:
        hop(client, kind, typed, number)
    assert not hop(client, "begin", "", 1).startswith(MENU)
    a_moment_later(db, 3 * 3600)
    assert hop(client, "begin", "", 1).startswith(MENU)
    assert hop(client, "continue", "1", 2).startswith("CON ")
    a_moment_later(db, 3 * 3600)
    assert hop(client, "begin", "1", 1).startswith("CON ")
    assert db.execute("SELECT count(*), count(DISTINCT session) FROM conversation").fetchone() == (3, 3)


def test_the_id_is_used_again_by_another_phone(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    hop(client, "begin", "", 1)
    hop(client, "continue", "1", 2)
    a_moment_later(db, 3600)
    assert hop(client, "begin", "", 1, msisdn="081299990002").startswith("CON Pilih bahasa")
    assert hop(client, "continue", "1", 2, msisdn="081299990002").startswith("CON ")


def test_two_carriers_may_count_alike(db: Any, client: FlaskClient) -> None:
    def at(carrier: str, number: str) -> str:
        form = {"session": "1", "msisdn": number, "type": "begin"}
        return shown(client.post(f"{carrier_webhook()}/{carrier}", data=form))

    assert at("telkomsel", "081299990001").startswith("CON Pilih bahasa")
    assert at("xl", "081799990001").startswith("CON Pilih bahasa")
    for odd in ("UPPER", "a" * 21, "a.b"):
        assert client.post(f"{carrier_webhook()}/{odd}").status_code == 404


@pytest.mark.parametrize("number", ["6281234567890", "+6281234567890", "081234567890", " 6281234567890", 6281234567890])
@pytest.mark.parametrize("as_json", [False, True], ids=["form", "JSON"])
def test_a_number_may_be_written_in_any_way(db: Any, client: FlaskClient, number: str | int, as_json: bool) -> None:
    a_worker(db)
    fields = {"session": "S1", "msisdn": number, "type": "begin"}
    answer = client.post(carrier_webhook(), json=fields) if as_json else client.post(carrier_webhook(), data=fields)
    assert shown(answer).startswith(MENU)


@pytest.mark.parametrize(
    ("content", "accept", "answered"),
    [
        ("form", "", "text/plain; charset=utf-8"),
        ("form", "*/*", "text/plain; charset=utf-8"),
        ("form", "application/json", "application/json"),
        ("json", "", "application/json"),
        ("json", "*/*", "application/json"),
        ("json", "text/plain", "text/plain; charset=utf-8"),
    ],
)
def test_the_answer_comes_as_it_is_asked_for(
    db: Any, client: FlaskClient, content: str, accept: str, answered: str
) -> None:
    fields = {"session": "S1", "msisdn": "081234567890", "type": "begin"}
    how: dict[str, Any] = {"json": fields} if content == "json" else {"data": fields}
    answer = client.post(carrier_webhook(), headers={"Accept": accept} if accept else {}, **how)
    assert answer.content_type == answered
    assert answer.headers["X-USSD-Action"] == "continue"
    assert shown(answer).startswith("CON Pilih bahasa")


JSON = "application/json"
HEARD: list[tuple[str, bytes, str]] = [
    ("a byte that is not UTF-8", b"session=S1&msisdn=081234567890&type=begin&network=\xff", ""),
    ("a plus that was not escaped", b"session=S1&msisdn=+6281234567890&type=begin", ""),
    ("a key twice", b"session=S1&session=S2&msisdn=081234567890&type=begin", ""),
    ("fields we do not know", b"session=S1&msisdn=081234567890&type=begin&imsi=510&x", ""),
    ("JSON under another name", b'{"session":"S1","msisdn":"081234567890","type":"begin"}', "text/xml"),
    (
        "JSON with a mark in front",
        b'\xef\xbb\xbf{"session":1,"msisdn":"081234567890","type":"begin"}',
        JSON,
    ),
    ("JSON with a bad byte", b'{"session":"S\xff","msisdn":"081234567890","type":"begin"}', JSON),
    (
        "JSON with lists in it",
        b'{"session":"1","msisdn":"081234567890","type":["begin"],"input":{}}',
        JSON,
    ),
    ("half a character", b'{"session":"\\ud800","msisdn":"081234567890","type":"begin"}', JSON),
    ("NUL", b'{"session":"S\\u0000","msisdn":"081234567890","type":"begin"}', JSON),
]
HOPELESS: list[tuple[str, bytes, str]] = [
    ("nothing at all", b"", ""),
    ("no session", b"msisdn=081234567890&type=begin", ""),
    ("no number", b"session=S1&type=begin", ""),
    ("a name for a number", b"session=S1&msisdn=TELKOMSEL&type=begin", ""),
    ("bytes", bytes(range(256)), ""),
    ("broken JSON", b'{"session":"S1"', JSON),
    ("a list", b'[{"session":"S1"}]', JSON),
    ("deep JSON", b"[" * 10_000, JSON),
    ("deep JSON within", b'{"session":' + b"[" * 10_000, JSON),
    ("a number without end", b'{"session":"S1","msisdn":' + b"9" * 9_000 + b"}", JSON),
    ("true", b'{"session":true,"msisdn":false}', JSON),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind"), [case[1:] for case in HEARD], ids=[case[0] for case in HEARD])
def test_an_odd_call_is_still_heard(db: Any, client: FlaskClient, body: bytes, kind: str) -> None:
    a_worker(db)
    kind = kind or "application/x-www-form-urlencoded"
    assert shown(client.post(carrier_webhook(), data=body, content_type=kind)).startswith(MENU)


@pytest.mark.parametrize(("body", "kind"), [case[1:] for case in HOPELESS], ids=[case[0] for case in HOPELESS])
def test_a_hopeless_call_ends_politely(db: Any, client: FlaskClient, body: bytes, kind: str) -> None:
    kind = kind or "application/x-www-form-urlencoded"
    assert shown(client.post(carrier_webhook(), data=body, content_type=kind)).startswith(BUSY)


@pytest.mark.parametrize("kind", ["end", "Timeout", "RELEASE"])
@pytest.mark.parametrize("when", ["early", "late", "twice", "before anything"])
def test_the_end_of_a_session_is_kept_and_changes_nothing(db: Any, client: FlaskClient, kind: str, when: str) -> None:
    a_worker(db)

    def end() -> None:
        assert hop(client, kind, "123456", 9) == "END "

    if when == "before anything":
        end()
    hop(client, "begin", "", 1)
    if when == "early":
        end()
    hop(client, "continue", "1", 2)
    assert hop(client, "continue", "1", 3).startswith(CARD)
    for _ in range({"late": 1, "twice": 2}.get(when, 0)):
        end()
    kept = db.execute("SELECT gateway, session, status, times FROM session_end").fetchall()
    assert kept == [("ussd", "S1", kind.casefold(), 2 if when == "twice" else 1)]
    assert said(db) == ["confirms"]


def test_a_secret_opens_and_nothing_else_does(db: Any, client: FlaskClient) -> None:
    for secret in ("wrong", "x" * 43, settings().webhook_secrets[0][:-1], "%00"):
        assert client.post(carrier_webhook(secret), data={"session": "1"}).status_code == 404
        assert client.post(carrier_webhook(secret), data=b"x" * 17_000).status_code == 404
    assert client.get(carrier_webhook()).status_code == 405
    assert client.post(carrier_webhook(), data=b"x" * 17_000).status_code == 413


@pytest.mark.parametrize(("size", "status"), [(100, 200), (41_000, 413)])
def test_a_body_without_a_length_is_measured_all_the_same(db: Any, client: FlaskClient, size: int, status: int) -> None:
    answer = client.post(
        carrier_webhook(),
        input_stream=BytesIO(b"session=S1&msisdn=081234567890&type=begin&pad=" + b"x" * size),
        content_type="application/x-www-form-urlencoded",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == status


def test_carriers_may_use_names_of_their_own(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFY_USSD_FIELDS", "session=SESSIONID, msisdn=MSISDN,type=MSGTYPE,input=UserInput")
    settings.cache_clear()
    a_worker(db)
    client = new_client()
    form = {"SESSIONID": "S1", "MSISDN": "6281234567890", "MSGTYPE": "begin", "UserInput": "*123*456#", "sequence": "1"}
    assert shown(client.post(carrier_webhook(), data=form)).startswith(MENU)
    form |= {"MSGTYPE": "continue", "UserInput": "1", "sequence": "2"}
    assert shown(client.post(carrier_webhook(), data=form)).startswith(COVER)
    monkeypatch.undo()
    settings.cache_clear()


def test_too_many_hops_in_a_minute_are_busy(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    screens = [hop(client, "begin", session=f"S{number}") for number in range(70)]
    assert screens[0].startswith(MENU)
    assert screens[-1].startswith(BUSY)


def test_nothing_typed_is_in_the_tables(db: Any, client: FlaskClient) -> None:
    someone = a_worker(db, phone=None)
    phone = CarrierHandset(client, "+6281299990001")
    phone.dial()
    for answer in ("1", "1", "1", someone.nik, someone.code):
        phone.send(answer)
    assert phone.screen.startswith(COVER), phone.seen
    tables = [row[0] for row in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()]
    for table in tables:
        for row in db.execute(f'SELECT t::text FROM "{table}" t').fetchall():
            assert someone.nik not in row[0]
            assert "81299990001" not in row[0]
            assert someone.code not in row[0] or table in ("worker", "outbox"), (table, row)


def test_the_same_secret_leaves_another_mark_in_every_session(db: Any, client: FlaskClient) -> None:
    for session in ("S1", "S2"):
        hop(client, "begin", session=session)
        hop(client, "continue", "1", session=session)
    marks = db.execute("SELECT count(DISTINCT heard_hash) FROM conversation").fetchone()
    assert marks == (2,)


def test_any_json_gets_a_screen(db: Any, client: FlaskClient) -> None:
    for value in (None, 1, 1.5, True, [], {}, "x", "\ud800", -1, 10**40):
        body = json.dumps({"session": "S1", "msisdn": "081234567890", "type": value, "input": value, "sequence": value})
        shown(client.post(carrier_webhook(), data=body, content_type="application/json"))
