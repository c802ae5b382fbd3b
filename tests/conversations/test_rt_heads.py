"""What an RT head may and may not: his own RT only, never the workers' answers, and no secret that stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conversations.people import BY_NAME
from tests.handset import Handset
from tests.people import NOW, a_phone, a_worker, an_rt_head
from tests.serving import new_client
from verify_service.ground.crypto import letter_code, unseal
from verify_service.ground.database import transaction
from verify_service.registry.rt_access import reset_pin
from verify_service.verification.weighing import STATEMENTS

HEAD = "+6281300000001"
PIN = "385016"


@pytest.fixture
def client(db: Any) -> FlaskClient:
    return new_client()


def at_the_names(client: FlaskClient, number: str = HEAD) -> Handset:
    """An RT head's phone, showing the first resident."""
    phone = Handset(client, number)
    phone.dial()
    phone.press("11")
    phone.send(PIN)
    return phone


def three(db: Any) -> list[int]:
    return [
        a_worker(db, nik=f"327501150190000{n}", name=f"Warga Ke {n}", phone=f"+628121111111{n}", row=n).enrolment
        for n in (1, 2, 3)
    ]


@pytest.mark.parametrize("statement", STATEMENTS["worker"])
def test_whatever_the_worker_said_the_head_sees_the_same(db: Any, client: FlaskClient, statement: str) -> None:
    seen = []
    for spoke in (False, True):
        db.execute("TRUNCATE conversation, evidence, stale_enrolment, task, enrolment, worker, phone, rt_head CASCADE")
        first, *_ = three(db)
        an_rt_head(db, HEAD, pin=PIN)
        if spoke:
            db.execute(
                """INSERT INTO evidence (enrolment_id, source, statement, channel, inbound, received_at)
                   VALUES (%s, 'worker', %s, 'ussd', 'test', %s)""",
                [first, statement, NOW],
            )
        phone = at_the_names(client)
        phone.press("1111")
        phone.press("211")
        phone.send("0")
        seen.append(phone.seen)
    assert seen[0] == seen[1]


def test_the_head_of_another_rt_is_shown_nobody_of_this_one(db: Any, client: FlaskClient) -> None:
    three(db)
    an_rt_head(db, HEAD, rt="044", pin=PIN)
    phone = Handset(client, HEAD)
    phone.dial()
    phone.send("1")
    assert "(0 sisa)" in phone.screen
    phone.press("2")
    assert "PIN" in phone.screen
    phone.send(PIN)
    assert "Warga" not in "".join(phone.seen).replace("Konfirmasi warga", "").replace("Warga pindah", "")


def test_a_resident_who_left_the_list_of_the_rt_meanwhile_is_not_spoken_of(db: Any, client: FlaskClient) -> None:
    first, *_ = three(db)
    an_rt_head(db, HEAD, pin=PIN)
    phone = at_the_names(client)
    phone.press("4")
    db.execute("UPDATE enrolment SET rt = '077' WHERE id = %s", [first])
    phone.press("1")
    assert "Konfirmasi warga (2 sisa)" in phone.screen
    assert db.execute("SELECT count(*) FROM evidence").fetchone() == (0,)


def test_a_listing_in_another_rt_is_not_his_to_confirm(db: Any, client: FlaskClient) -> None:
    here = a_worker(db, row=2).enrolment
    a_worker(db, rt="088", phone=None, row=3)
    an_rt_head(db, HEAD, pin=PIN)
    at_the_names(client).press("111")
    assert db.execute("SELECT enrolment_id FROM evidence").fetchall() == [(here,)]


def test_no_secret_stays_anywhere(db: Any, client: FlaskClient) -> None:
    scene = BY_NAME["an RT head with his letter"](db, "id")
    phone = Handset(client, scene.number)
    phone.dial()
    phone.press("11")
    for secret in (scene.code, "770155", "770155"):
        phone.send(secret)
        kept = db.execute("SELECT talk, screen FROM conversation").fetchall()
        opened = [unseal(box, f"conversation.{name}") for row in kept for name, box in zip(("talk", "screen"), row, strict=True) if box]  # fmt: skip  # noqa: E501
        assert not any(scene.code in text or "770155" in text for text in opened)
    assert phone.over
    rows = db.execute("SELECT row_to_json(rt_head)::text FROM rt_head").fetchall()
    rows += db.execute("SELECT row_to_json(audit)::text FROM audit").fetchall()
    assert not any("770155" in row[0] or scene.code in row[0] for row in rows)


def test_a_newer_letter_voids_the_code_and_the_pin_before_it(db: Any, client: FlaskClient) -> None:
    three(db)
    head = an_rt_head(db, HEAD, pin=PIN)
    db.execute("UPDATE rt_head SET letter_issue = 2, pin_hash = NULL, activated_at = NULL WHERE id = %s", [head])
    phone = Handset(client, HEAD)
    phone.dial()
    phone.send("1")
    assert "surat aktivasi" in phone.screen
    assert "tidak cocok" in phone.send(letter_code("activation", head, 1))
    assert "Buat PIN" in phone.send(letter_code("activation", head, 2))


def test_a_pin_is_asked_for_in_every_session(db: Any, client: FlaskClient) -> None:
    three(db)
    an_rt_head(db, HEAD, pin=PIN)
    at_the_names(client)
    again = Handset(client, HEAD)
    again.dial()
    again.press("11")
    assert "PIN" in again.screen or "Lanjut" in again.seen[0]
    assert "Warga Ke" not in "".join(again.seen)


def test_a_transcript_nobody_knows_opens_nothing(db: Any, client: FlaskClient) -> None:
    three(db)
    an_rt_head(db, HEAD, pin=PIN)
    phone = Handset(client, HEAD)
    shown = phone.dial(f"1*1*{PIN}*4*1")
    assert "PIN" in shown
    assert db.execute("SELECT count(*) FROM evidence").fetchone() == (0,)


def test_wrong_pins_from_another_phone_lock_nobody(db: Any, client: FlaskClient) -> None:
    three(db)
    an_rt_head(db, HEAD, pin=PIN)
    a_phone(db, "+6281300000002")
    stranger = Handset(client, "+6281300000002")
    stranger.dial()
    stranger.press("1")
    assert "Ketua RT" not in stranger.screen
    assert db.execute("SELECT pin_tries, locked_at FROM rt_head").fetchone() == (0, None)


def test_a_repeated_hop_with_a_wrong_pin_is_one_try(db: Any, client: FlaskClient) -> None:
    three(db)
    an_rt_head(db, HEAD, pin=PIN)
    phone = Handset(client, HEAD)
    phone.dial()
    phone.press("11")
    phone.send("909090")
    for _ in range(6):
        phone.repeat()
    assert db.execute("SELECT pin_tries, locked_at FROM rt_head").fetchone() == (1, None)


@pytest.mark.parametrize("pin", ["000000", "123456", "654321", "121212", "123123", "890123", HEAD[-6:]])
def test_a_pin_that_anybody_would_try_is_refused(db: Any, client: FlaskClient, pin: str) -> None:
    scene = BY_NAME["an RT head with his letter"](db, "id")
    phone = Handset(client, scene.number)
    phone.dial()
    phone.press("11")
    phone.send(scene.code)
    guess = scene.number[-6:] if pin == HEAD[-6:] else pin
    assert "mudah ditebak" in phone.send(guess)


def test_a_death_is_for_the_kelurahan_today_and_for_nobody_to_read_of(db: Any, client: FlaskClient) -> None:
    first, *_ = three(db)
    an_rt_head(db, HEAD, pin=PIN)
    phone = at_the_names(client)
    phone.press("301")
    task = db.execute(
        "SELECT kind, enrolment_id, due_on = (now() AT TIME ZONE 'Asia/Jakarta')::date FROM task"
    ).fetchall()
    assert task == [("death_reported", first, True)]
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


def test_what_the_talk_holds_of_residents_is_one_page(db: Any, client: FlaskClient) -> None:
    for n in range(1, 30):
        a_worker(db, nik=f"32750115019000{n:02}", name=f"Warga Ke {n}", phone=None, row=n)
    an_rt_head(db, HEAD, pin=PIN)
    phone = Handset(client, HEAD)
    phone.dial()
    phone.press("12")
    phone.send(PIN)
    talk = json.loads(unseal(db.execute("SELECT talk FROM conversation").fetchone()[0], "conversation.talk"))
    assert len(talk["caller"]["rt_head"]["listed"]) <= 7
    shown = {line for _ in range(12) for line in phone.send("9").splitlines() if "Warga Ke" in line}
    assert len({line.split(" ", 1)[1] for line in shown}) >= 20


def test_a_death_reported_is_taken_back_only_by_who_reported_it_and_at_once(db: Any, client: FlaskClient) -> None:
    three(db)
    head = an_rt_head(db, HEAD, pin=PIN)
    at_the_names(client).press("301")
    db.execute("UPDATE rt_head SET phone_id = %s WHERE id = %s", [a_phone(db, "+6281300000002"), head])
    other = Handset(client, "+6281300000002")
    other.dial()
    other.press("12")
    other.send(PIN)
    other.press("1111")
    assert db.execute("SELECT statement FROM evidence ORDER BY id").fetchall() == [("deceased",), ("resident",)]
    assert db.execute("SELECT closed_how FROM task").fetchall() == [(None,)]


def test_once_a_death_is_confirmed_it_is_no_longer_the_heads_to_speak_of(db: Any, client: FlaskClient) -> None:
    first, *_ = three(db)
    an_rt_head(db, HEAD, pin=PIN)
    at_the_names(client).press("3010")
    db.execute("UPDATE task SET closed_at = now(), closed_how = 'confirmed'")
    phone = Handset(client, HEAD)
    phone.dial()
    phone.press("12")
    phone.send(PIN)
    assert "Warga Ke 1" not in phone.screen
    assert "Warga Ke 2" in phone.screen
    assert first


def test_nobody_confirms_himself(db: Any, client: FlaskClient) -> None:
    a_worker(db, phone=HEAD)
    an_rt_head(db, HEAD, pin=PIN)
    at_the_names(client).press("111")
    assert db.execute("SELECT statement FROM evidence").fetchall() == [("own_family",)]
    assert db.execute("SELECT kind FROM task").fetchall() == [("own_family",)]


def test_the_head_of_two_rt_changes_between_them_and_gives_each_its_pin(db: Any, client: FlaskClient) -> None:
    three(db)
    an_rt_head(db, HEAD, pin=PIN)
    an_rt_head(db, HEAD, rt="009", pin="770155")
    a_worker(db, nik="3275011501900009", name="Orang Lain", phone=None, rt="009", row=9)
    phone = Handset(client, HEAD)
    phone.dial()
    phone.press("111")
    phone.send(PIN)
    assert "Warga Ke 1" in phone.screen
    phone.press("90")  # put off, then a digit that is not on the screen
    phone.dial()
    phone.press("21") if "Lanjut" in phone.screen else phone.press("1")
    assert "RT mana" in phone.screen
    phone.press("21")
    assert "009/011" in phone.screen
    phone.send(PIN)
    assert "PIN salah" in phone.screen
    phone.send("770155")
    assert "Orang Lain" in phone.screen


def test_what_the_kelurahan_says_in_his_place_changes_nothing_on_his_list(db: Any, client: FlaskClient) -> None:
    first, *_ = three(db)
    an_rt_head(db, HEAD, pin=PIN)
    db.execute(
        """INSERT INTO evidence (enrolment_id, source, statement, channel, inbound, received_at)
           VALUES (%s, 'rt_head', 'resident', 'console', 'task:1', now())""",
        [first],
    )
    phone = Handset(client, HEAD)
    phone.dial()
    assert "(3 sisa)" in phone.send("1")


def at_the_code(client: FlaskClient, resident: int) -> Handset:
    """An RT head's phone, asking for the code of the resident at this place of the list."""
    phone = Handset(client, HEAD)
    if "Tadi terputus" in phone.dial():
        phone.send("2")
    phone.press("141")
    phone.send(PIN)
    phone.send(str(resident))
    return phone


def test_an_rt_head_helps_as_many_in_a_day_as_come_with_their_codes(db: Any, client: FlaskClient) -> None:
    a_worker(db, nik="3275011501900009", name="Warga Ke 9", phone="+6281211111119", row=9)
    three(db)
    an_rt_head(db, HEAD, pin=PIN)
    for place in (1, 2, 3, 4):
        phone = at_the_code(client, place)
        name = phone.screen.removeprefix("CON ").partition(":")[0]
        (worker,) = db.execute("SELECT id FROM worker WHERE name = %s", [name]).fetchone()
        phone.send(letter_code("help", worker, 1))
        phone.press("111")
    assert db.execute("SELECT count(DISTINCT enrolment_id) FROM evidence WHERE assisted").fetchone() == (4,)


def test_a_code_given_in_two_sessions_counts_in_one(db: Any, client: FlaskClient) -> None:
    someone = a_worker(db)
    an_rt_head(db, HEAD, pin=PIN)
    first, second = at_the_code(client, 1), at_the_code(client, 1)
    for phone in (first, second):
        phone.send(letter_code("help", someone.worker, 1))
    assert "Tersimpan" in first.press("11")
    assert "tidak cocok" in second.press("41")
    assert db.execute("SELECT statement FROM evidence WHERE assisted").fetchall() == [("confirms",)]


# --- the head of an RW, where an RT has none ---

RW_HEAD = "+6281300000099"


def of_the_rw(client: FlaskClient) -> str:
    """What the head of the RW is shown after the PIN: the list of whom he may speak of."""
    phone = Handset(client, RW_HEAD)
    if "Tadi terputus" in phone.dial():
        phone.send("2")
    phone.press("12")
    return phone.send(PIN)


def test_the_head_of_the_rw_speaks_where_nobody_heads_the_rt_and_only_there(db: Any, client: FlaskClient) -> None:
    for n, (rt, rw) in enumerate((("001", "011"), ("002", "011"), ("003", "011"), ("001", "012")), start=1):
        a_worker(db, nik=f"327501150190000{n}", name=f"Warga {rt}-{rw}", phone=None, rt=rt, rw=rw, row=n)
    an_rt_head(db, HEAD, rt="002", pin=PIN)
    fresh = an_rt_head(db, "+6281300000003", rt="003")
    an_rt_head(db, RW_HEAD, rt="", pin=PIN)
    shown = of_the_rw(client)
    assert "Warga 001-011" in shown
    assert not any(name in shown for name in ("Warga 002", "Warga 003", "012"))
    db.execute("UPDATE rt_head SET created_at = now() - interval '31 days' WHERE id = %s", [fresh])
    assert "Warga 003-011" in of_the_rw(client)  # a month, and no PIN
    db.execute("UPDATE rt_head SET activated_at = now() WHERE id = %s", [fresh])
    assert "Warga 003-011" not in of_the_rw(client)
    db.execute("UPDATE rt_head SET locked_at = now() WHERE rt = '002'")
    assert "Warga 002-011" in of_the_rw(client)


def test_a_head_who_is_let_in_meanwhile_speaks_himself(db: Any, client: FlaskClient) -> None:
    a_worker(db, name="Warga Satu", phone=None)
    an_rt_head(db, RW_HEAD, rt="", pin=PIN)
    phone = Handset(client, RW_HEAD)
    phone.dial()
    phone.press("11")
    assert "Warga Satu" in phone.send(PIN)
    an_rt_head(db, HEAD, pin=PIN)
    phone.press("111")
    assert db.execute("SELECT count(*) FROM evidence").fetchone() == (0,)


def test_what_he_says_closes_the_task_of_the_kelurahan_and_tells_who_spoke(db: Any, client: FlaskClient) -> None:
    here = a_worker(db, phone=None).enrolment
    db.execute(
        """INSERT INTO task (kind, subject, kelurahan_code, rw, rt, enrolment_id, due_on, opened_at)
           VALUES ('rt_vacant', %s, '32.75.01.1001', '011', '003', %s, '2026-12-01', now())""",
        [f"enrolment:{here}", here],
    )
    an_rt_head(db, RW_HEAD, rt="", pin=PIN)
    phone = Handset(client, RW_HEAD)
    phone.dial()
    phone.press("11")
    phone.send(PIN)
    phone.press("111")
    assert db.execute("SELECT source, statement, detail FROM evidence").fetchall() == [
        ("rt_head", "resident", "RW head")
    ]
    assert db.execute("SELECT closed_how FROM task").fetchall() == [("done",)]


def test_a_reset_pin_ends_what_a_lost_phone_had_open(db: Any, client: FlaskClient) -> None:
    three(db)
    head = an_rt_head(db, HEAD, pin=PIN)
    phone = at_the_names(client)
    with transaction() as session:
        assert reset_pin(session, head, now=NOW, by="officer:1")
    phone.press("111")
    assert "surat aktivasi" in phone.screen
    assert "Warga" not in phone.screen
    assert db.execute("SELECT count(*) FROM evidence").fetchone() == (0,)
