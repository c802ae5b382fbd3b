"""Officers find every text of ours, read what became of it, and take back, revive or repeat it: never twice unasked."""

from __future__ import annotations

import datetime as dt
import re
from itertools import count
from typing import Any

import pytest

from tests.console.desk import Desk, a_case, at_the_desk
from tests.conversations.texting import Line
from tests.messaging.texts import queued, taken
from tests.officers import form_token
from tests.people import a_phone, a_worker
from verify_service.ground.database import transaction
from verify_service.ground.working_days import city_day
from verify_service.messaging import by_hand
from verify_service.messaging.by_hand import Deed, Picked, Refused, Said
from verify_service.messaging.consent import stop_phone
from verify_service.messaging.gateways.console import Console
from verify_service.messaging.message_list import Group, Sought, counts, list_page
from verify_service.messaging.outbox import Purpose

LIST = "/console/messages"
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(minutes=5)
_COLUMNS = ("reason", "delivery", "unknowns", "parts", "ask_id")
_words = count(1)
NUMBER, OTHER = "+6281234567890", "+6281234500001"


@pytest.fixture
def desk(db: Any) -> Desk:
    return at_the_desk("supervisor")


def a_text(db: Any, state: str = "accepted", *, number: str = NUMBER, at: dt.datetime = NOW, **more: Any) -> int:
    columns = {name: more.pop(name) for name in list(more) if name in _COLUMNS}
    told = {"purpose": Purpose.REMINDER, "body": f"Kabar {next(_words)}."} | more
    text = queued(a_phone(db, number), now=at, **told)
    assert text is not None
    db.execute("UPDATE outbox SET state = %s WHERE id = %s", [state, text])
    for name, value in columns.items():
        db.execute(f"UPDATE outbox SET {name} = %s WHERE id = %s", [value, text])
    return text


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<tr role="row" id="m-(\d+)"', page)]


def figure(page: str, name: str) -> str:
    found = re.search(rf'data-figure="{name}">([^<]*)<', page)
    assert found, name
    return found[1].strip()


def question(desk: Desk, do: str, **form: Any) -> str:
    """The page that asks back."""
    answer = desk.client.post(f"{LIST}/act", data={"csrf_token": form_token(desk.see(LIST)), "do": do, **form})
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def act(desk: Desk, do: str, *, page: str = "", **form: Any) -> Any:
    """Say yes to it as a page had it."""
    page = page or question(desk, do, **form)
    seen = re.search(r'name="seen" value="(\d+)"', page)
    sure = {"sure": "1", "seen": seen[1] if seen else "0", "why": "wrong_people"}
    data = {"csrf_token": form_token(page), "do": do, **sure, **form}
    return desk.client.post(f"{LIST}/act", data=data)


def state(db: Any, text: int) -> str:
    return str(db.execute("SELECT state FROM outbox WHERE id = %s", [text]).fetchone()[0])


def test_texts_are_found_by_state_purpose_and_day_and_counted(desk: Desk, db: Any) -> None:
    sent = a_text(db, delivery="delivered")
    undelivered = a_text(db, delivery="failed")
    refused = a_text(db, "refused", reason="InvalidPhoneNumber")
    waiting = a_text(db, "waiting", purpose=Purpose.WARNING)
    old = a_text(db, "cancelled", at=NOW - dt.timedelta(days=40), reason="stopped")
    page = desk.see(LIST)
    assert shown(page) == [waiting, refused, undelivered, sent, old]
    assert [figure(page, group) for group in ("waiting", "sent", "undelivered", "failed", "cancelled")] == [
        "1", "2", "1", "1", "1",
    ]  # fmt: skip
    assert "nomor tidak ada" in page
    assert "InvalidPhoneNumber" not in page
    assert NUMBER not in page
    assert "0812****890" in page
    for query, ids in (
        ("group=undelivered", [undelivered]),
        ("group=failed", [refused]),
        ("purpose=warning", [waiting]),
        (f"day={city_day(NOW - dt.timedelta(days=40))}", [old]),
        ("group=sent&purpose=warning", []),
        ("group=nonsense&day=2026-99-99&behind=x", [waiting, refused, undelivered, sent, old]),
    ):
        assert shown(desk.see(f"{LIST}?{query}")) == ids, query


def test_pages_go_on_behind_the_last_text_shown_whatever_is_written_meanwhile(desk: Desk, db: Any) -> None:
    texts = [a_text(db, "accepted", at=NOW - dt.timedelta(minutes=place)) for place in range(70)]
    page = desk.see(LIST)
    assert shown(page) == texts[:50]
    a_text(db)
    (older,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert shown(desk.see(older.replace("&amp;", "&"))) == texts[50:]


def test_a_person_is_found_by_phone_nik_or_enrolment_and_stands_in_no_address(desk: Desk, db: Any) -> None:
    someone = a_worker(db, phone=NUMBER)
    own, _ = a_text(db), a_text(db, number=OTHER)
    for wanted in ("0812-3456-7890", someone.nik, str(someone.enrolment)):
        answer = desk.post(f"{LIST}/find", {"wanted": wanted})
        address = answer.headers["Location"]
        assert (answer.status_code, wanted in address, "7890" in address) == (303, len(wanted) < 5, False)
        assert shown(desk.see(address)) == [own]
    page = desk.client.post(
        f"{LIST}/find", data={"csrf_token": form_token(desk.see(LIST)), "wanted": "Budi"}, follow_redirects=True
    ).get_data(as_text=True)
    assert "Tidak ada nomor telepon orang ini" in page
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'messages looked for'").fetchone() == (4,)


def test_a_text_tells_its_whole_fate_in_words(desk: Desk, db: Any) -> None:
    text = a_text(db, "accepted", delivery="delivered", parts=1, body="Iuran Anda sudah dibayar.")
    db.execute(
        "UPDATE outbox SET gateway = 'kannel', provider_id = 'k:1', handed_at = %s, sent_at = %s WHERE id = %s",
        [NOW, NOW, text],
    )
    for status, failure, seconds in (("absent", None, 30), ("failed", "UserNotFound", 40), ("delivered", None, 60)):
        db.execute(
            """INSERT INTO delivery_notice (gateway, provider_id, status, raw_status, failure_reason, received_at)
               VALUES ('kannel', 'k:1', %s, %s, %s, %s)""",
            [status, status, failure, NOW + dt.timedelta(seconds=seconds)],
        )
    page = desk.see(f"{LIST}/{text}")
    told = re.sub(r"<[^>]+>", " ", page.split('id="fate"')[1])
    order = ("Ditulis dan masuk", "Diserahkan ke gateway", "Diterima jaringan", "mati", "nomor tidak ada", "sampai")
    places = [told.rindex(words) for words in order]
    assert places == sorted(places)
    assert "Iuran Anda sudah dibayar." in page
    assert "Rp\N{NO-BREAK SPACE}400" in page
    assert db.execute("SELECT object FROM audit WHERE action = 'message read'").fetchone() == (f"outbox:{text}",)
    assert desk.status(f"{LIST}/999999") == 404


def test_a_question_shows_what_was_answered_and_the_reply_what_it_answers(desk: Desk, db: Any) -> None:
    someone, line = a_worker(db, phone=NUMBER), Line(db)
    line.asked(someone.worker)
    line.writes("YA")
    asked, reply = (row[0] for row in db.execute("SELECT id FROM outbox ORDER BY id").fetchall())
    page = desk.see(f"{LIST}/{asked}")
    fate = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split('id="fate"')[1]))
    assert "Dijawab : membenarkan" in fate
    assert "apakah Anda sudah terdaftar" in page
    assert "SMS masuk 23 Nov 2026 12.0" in desk.see(f"{LIST}/{reply}")


def test_a_text_that_waits_says_why_and_until_when(desk: Desk, db: Any) -> None:
    text = a_text(db, "waiting")
    page = desk.see(f"{LIST}/{text}")
    assert figure(page, "waits") == "Segera berangkat."
    db.execute("UPDATE outbox SET due_at = %s", [NOW + dt.timedelta(days=1)])
    assert "Menunggu jam kirim" in desk.see(f"{LIST}/{text}")
    db.execute("UPDATE outbox SET reason = 'in a talk'")
    assert "sedang dalam percakapan SMS" in desk.see(f"{LIST}/{text}")
    db.execute("UPDATE outbox SET errors = 1, reason = 'DoNotDisturbRejection'")
    assert "Gateway meminta dicoba nanti" in desk.see(f"{LIST}/{text}")


def test_words_of_a_report_are_for_whoever_may_see_it(db: Any) -> None:
    case = a_case(db, category="asked_money", phone=NUMBER)
    text = a_text(db, purpose=Purpose.CASE, cause=f"report:{case}:news", body="Kabar tentang laporan Anda.")
    code = a_text(db, purpose=Purpose.CODE, body="Kode 123456", number=OTHER)
    cleared, plain = at_the_desk("supervisor", cleared=True), at_the_desk("supervisor")
    auditor = at_the_desk("auditor")
    assert "Kabar tentang laporan Anda." in cleared.see(f"{LIST}/{text}")
    page = plain.see(f"{LIST}/{text}")
    told = ("tentang laporan Anda" in page, "0812****890" in page, f"/console/cases/{case}" in page)
    assert told == (False, False, False)
    assert "0812****890" not in plain.see(LIST)
    assert "0812****890" in cleared.see(LIST)
    page = auditor.see(f"{LIST}/{text}")
    assert ("tentang laporan Anda" in page, "0812****890" in page) == (False, False)
    for each in (cleared, plain, auditor):
        assert "123456" not in each.see(f"{LIST}/{code}")


def test_no_list_leads_from_a_report_in_confidence_or_a_talk_to_a_phone(db: Any) -> None:
    a_worker(db, phone=NUMBER)
    case = a_case(db, phone=NUMBER, identity="secret")
    about = a_text(db, purpose=Purpose.CASE, cause=f"report:{case}:news")
    talk = a_text(db, purpose=Purpose.REPLY)
    db.execute("UPDATE outbox SET screen = 'c7.text' WHERE id = %s", [talk])
    desk = at_the_desk("supervisor", cleared=True)
    assert "0812****890" not in desk.see(LIST)
    assert "0812****890" not in desk.client.get(f"{LIST}.csv").get_data(as_text=True)
    for text in (about, talk):
        assert "0812****890" not in desk.see(f"{LIST}/{text}")
    page = desk.see(desk.post(f"{LIST}/find", {"wanted": NUMBER}).headers["Location"])
    assert (shown(page), figure(page, "sent")) == ([], "0")


def test_whoever_finds_a_person_learns_of_no_report_that_he_may_not_see(db: Any) -> None:
    a_worker(db, phone=NUMBER)
    case = a_case(db, category="asked_money", phone=NUMBER)
    about, own = a_text(db, purpose=Purpose.CASE, cause=f"report:{case}:news"), a_text(db)
    for cleared, ids, number in ((True, [own, about], "2"), (False, [own], "1")):
        desk = at_the_desk("supervisor", cleared=cleared)
        page = desk.see(desk.post(f"{LIST}/find", {"wanted": NUMBER}).headers["Location"])
        assert (shown(page), figure(page, "sent")) == (ids, number)


def test_what_waits_is_taken_back_with_a_reason_and_can_wait_again(desk: Desk, db: Any) -> None:
    text = a_text(db, "waiting")
    assert "Tarik kembali 1 SMS" in question(desk, "cancel", message=str(text))
    assert act(desk, "cancel", message=str(text)).status_code == 303
    page = desk.see(f"{LIST}/{text}")
    assert f"Dibatalkan oleh {desk.name}" in page
    assert "penerimanya keliru" in page
    assert state(db, text) == "cancelled"
    assert db.execute("SELECT actor, object, detail FROM audit WHERE action = 'texts cancelled'").fetchall() == [
        (f"officer:{desk.id}", f"outbox:{text}", {"texts": 1, "why": "wrong_people"}),
    ]  # fmt: skip
    assert act(desk, "revive", message=str(text)).status_code == 303
    assert state(db, text) == "waiting"


def test_nothing_is_done_without_a_reason(desk: Desk, db: Any) -> None:
    text = a_text(db, "waiting")
    answer = act(desk, "cancel", message=str(text), why="")
    assert (answer.status_code, "pilih alasan" in answer.get_data(as_text=True)) == (409, True)
    assert state(db, text) == "waiting"


def test_of_two_at_once_one_wins_and_the_other_is_told(desk: Desk, db: Any) -> None:
    text = a_text(db, "refused", reason="RiskHold")
    other = at_the_desk("supervisor")
    pages = [question(each, "revive", message=str(text)) for each in (desk, other)]
    assert act(desk, "revive", page=pages[0], message=str(text)).status_code == 303
    answer = act(other, "revive", page=pages[1], message=str(text))
    assert answer.status_code == 409
    assert "Petugas lain lebih dulu" in answer.get_data(as_text=True)
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'texts revived'").fetchone() == (1,)


def test_what_may_have_arrived_goes_once_more_only_when_that_is_said_and_only_once(desk: Desk, db: Any) -> None:
    text = a_text(db, "unknown", reason="no answer", body="Sama persis.")
    page = question(desk, "resend", message=str(text))
    assert "Tidak pasti bahwa SMS ini tidak sampai" in page
    assert act(desk, "resend", page=page, message=str(text)).status_code == 409
    answer = act(desk, "resend", page=page, message=str(text), perhaps="1")
    again = int(answer.headers["Location"].rpartition("/")[2])
    assert "Sama persis." in desk.see(f"{LIST}/{again}")
    assert (state(db, text), state(db, again)) == ("unknown", "waiting")
    assert act(desk, "resend", page=page, message=str(text), perhaps="1").status_code == 409
    assert "sudah dikirim sekali lagi sebelumnya" in desk.see(f"{LIST}/{text}")
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (2,)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE outbox SET state = 'stale'", "terlalu lama"),
        ("UPDATE outbox SET stale_at = now() - interval '1 day'", "terlalu lama"),
        ("UPDATE outbox SET body = NULL", "sudah tidak disimpan"),
        ("UPDATE outbox SET purpose = 'code'", "tidak pernah dikirim ulang"),
        ("UPDATE phone SET refused_at = now()", "daftar operator"),
        ("UPDATE phone SET stopped_at = now()", "mengirim STOP"),
        ("UPDATE phone_link SET unlinked_at = now()", "bukan lagi telepon pekerja"),
    ],
)
def test_what_must_not_go_is_left_alone_and_says_why(desk: Desk, db: Any, change: str, said: str) -> None:
    someone = a_worker(db, phone=NUMBER)
    text = a_text(db, "refused", worker_id=someone.worker)
    db.execute(change)
    assert said in desk.see(f"{LIST}/{text}")
    assert act(desk, "revive", message=str(text)).status_code == 409
    assert db.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone() == (0,)


@pytest.mark.parametrize("state_", ["waiting", "sending", "accepted", "unknown", "cancelled", "stale"])
def test_only_what_never_left_is_put_back_in_the_queue(desk: Desk, db: Any, state_: str) -> None:
    text = a_text(db, state_, reason="so")
    assert act(desk, "revive", message=str(text)).status_code == 409
    assert state(db, text) == state_


def test_all_that_match_are_taken_back_and_none_that_came_in_since(desk: Desk, db: Any) -> None:
    texts = [a_text(db, "waiting", purpose=Purpose.QUESTION) for _ in range(60)]
    other = a_text(db, "waiting", purpose=Purpose.WARNING)
    page = desk.see(f"{LIST}?group=waiting&purpose=question")
    (upto,) = re.findall(r'name="upto" value="(\d+)"', page)
    form = {"all": "1", "upto": upto, "group": "waiting", "purpose": "question"}
    late = a_text(db, "waiting", purpose=Purpose.QUESTION)
    assert "Tarik kembali 60 SMS" in question(desk, "cancel", **form)
    assert act(desk, "cancel", **form).status_code == 303
    assert {state(db, text) for text in texts} == {"cancelled"}
    assert (state(db, other), state(db, late)) == ("waiting", "waiting")
    assert db.execute("SELECT object, detail->>'texts' FROM audit WHERE action = 'texts cancelled'").fetchall() == [
        ("outbox", "60"),
    ]  # fmt: skip


def test_more_than_were_seen_are_asked_back_once_more(desk: Desk, db: Any) -> None:
    first, second = a_text(db, "waiting"), a_text(db, "accepted")
    form = {"all": "1", "upto": str(second), "group": "waiting"}
    page = question(desk, "cancel", **form)
    db.execute("UPDATE outbox SET state = 'waiting' WHERE id = %s", [second])  # the gateway gave it back
    answer = act(desk, "cancel", page=page, **form)
    assert answer.status_code == 409
    assert "lebih banyak daripada yang Anda lihat" in answer.get_data(as_text=True)
    assert (state(db, first), state(db, second)) == ("waiting", "waiting")


def test_a_text_that_a_sender_has_in_hand_is_not_taken_back(db: Any) -> None:
    text = a_text(db, "waiting", at=dt.datetime.now(dt.UTC))
    assert [one.text.our_id for one in taken(Console(), now=dt.datetime.now(dt.UTC))] == [text]
    with transaction() as session:
        done = by_hand.do(
            session, Deed.CANCEL, Picked(ids=(text,)), Said("other"), now=dt.datetime.now(dt.UTC), by="officer:1"
        )
    assert done is Refused.NOBODY


def test_who_said_stop_since_gets_nothing_though_it_was_revived_before(desk: Desk, db: Any) -> None:
    text = a_text(db, "refused")
    assert act(desk, "revive", message=str(text)).status_code == 303
    with transaction() as session:
        stop_phone(session, a_phone(db, NUMBER), dt.datetime.now(dt.UTC))
    assert taken(Console(), now=dt.datetime.now(dt.UTC)) == ()
    assert state(db, text) == "cancelled"


def test_the_file_has_what_the_list_shows_masked_and_the_trail_knows(desk: Desk, db: Any) -> None:
    a_text(db, "refused", reason="InvalidPhoneNumber", parts=1)
    a_text(db)
    answer = desk.client.get(f"{LIST}.csv?group=failed")
    lines = answer.get_data(as_text=True).strip().splitlines()
    assert (answer.status_code, len(lines)) == (200, 2)
    assert ("0812****890" in lines[1], NUMBER[1:] in lines[1], "nomor tidak ada" in lines[1]) == (True, False, True)
    (detail,) = db.execute("SELECT detail FROM audit WHERE action = 'messages exported'").fetchone()
    assert (detail["rows"], detail["group"], detail["of_a_person"]) == (1, "failed", False)


ROLES = [("officer", False), ("auditor", False), ("supervisor", True), ("admin", True)]


@pytest.mark.parametrize(("role", "acts"), ROLES)
def test_only_who_may_act_is_shown_the_buttons(db: Any, role: str, acts: bool) -> None:
    text = a_text(db, "waiting")
    desk = at_the_desk(role)
    assert ('name="message"' in desk.see(LIST)) is acts
    assert ('value="cancel"' in desk.see(f"{LIST}/{text}")) is acts
    assert (desk.post(f"{LIST}/act", {"do": "cancel", "message": str(text)}).status_code == 403) is not acts


def test_an_account_of_a_kelurahan_sees_no_messages(db: Any) -> None:
    desk = at_the_desk("kelurahan", unit="kelurahan", area="32.75.01.1001")
    assert (desk.status(LIST), desk.status("/console/ask")) == (403, 403)


def test_no_code_stands_on_the_pages(desk: Desk, db: Any) -> None:
    for state_ in ("waiting", "sending", "accepted", "refused", "failed", "unknown", "cancelled", "stale"):
        for purpose in Purpose:
            a_text(db, state_, purpose=purpose)
    page = re.sub(r"<[^>]*>", " ", desk.see(LIST))
    for code in ("accepted", "refused", "stale", "unknown", "question", "reminder"):
        assert code not in page


def test_a_page_and_its_counts_are_quick_among_very_many(db: Any) -> None:
    phone = a_phone(db, NUMBER)
    db.execute(
        """INSERT INTO outbox (phone_id, screen, purpose, body_hash, cause, state, due_at, stale_at, created_at)
           SELECT %s, 's1', (ARRAY['question', 'reply', 'case', 'warning'])[1 + n %% 4], '\\x00', 'many:' || n,
                  CASE WHEN n %% 100 = 0 THEN 'refused' ELSE 'accepted' END, now(), now(),
                  now() - n * interval '1 second' FROM generate_series(1, 30000) AS n""",
        [phone],
    )
    db.execute("ANALYZE outbox")
    with transaction() as session:
        assert len(list_page(session, Sought(group=Group.FAILED), most=50)) == 50
        numbers = counts(session, Sought())
        assert (numbers[Group.FAILED], numbers[Group.SENT]) == (300, 10_001)
