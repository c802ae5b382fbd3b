"""Talks by text: one at a time, kept in order, over by themselves, and no secret stays in a text."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from flows.keywords import Keyword, keyword
from flows.references import ALPHABET, check_letter
from jobs.messages import one_batch
from tests.conversations.test_texts import NUMBER, after, asks, handled, said, writes
from tests.people import a_phone, a_worker, an_rt_head
from verify_service.conversations import by_message
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.retention import forget_old


def sent(db: Any) -> list[str]:
    """Which screens went out, in order."""
    return [screen for (screen,) in db.execute("SELECT screen FROM outbox ORDER BY id").fetchall()]


def last_text(db: Any) -> str:
    (body,) = db.execute("SELECT body FROM outbox WHERE state <> 'cancelled' ORDER BY id DESC LIMIT 1").fetchone()
    return unseal(bytes(body), "outbox.body")


def talks(db: Any) -> list[str | None]:
    """How each talk by text ended."""
    rows = db.execute("SELECT ended_how, talk FROM conversation WHERE channel = 'talk' ORDER BY id").fetchall()
    for how, talk in rows:  # of one that is over nothing is left but which report its last words belong to
        left = None if talk is None else json.loads(unseal(bytes(talk), "conversation.talk")).keys()
        assert left in (None, {"filed"}) if how is not None else left is not None
    return [how for how, _ in rows]


def writes_all(*texts: str, start: int = 0) -> None:
    for minute, text in enumerate(texts, start=start):
        writes(text, after(minutes=minute))


# --- where keywords lead ---


@pytest.mark.parametrize(
    ("text", "screen"),
    [
        ("CEK", "b5.status_active"),
        ("pariksa", "b5.status_active"),
        ("MENU", "a3.main"),
        ("LAPOR", "c2.urgent"),
        ("USUL", "e1.who"),
        ("DATA", "a4.settings"),
        ("RT", "f12.not_registered"),
        ("MANFAAT", "d0.menu"),
        ("STATUS", "c10.ask_case"),
        ("BANTUAN", "s10.help"),
        ("SYARAT", "s11.rules"),
        ("YA", "s6.check"),
    ],
)
def test_a_keyword_leads_to_its_flow(db: Any, text: str, screen: str) -> None:
    a_worker(db)
    writes(text, after(minutes=1))
    assert sent(db) == [screen]
    assert handled(db) == ["keyword"]
    assert said(db) == []


def test_the_trail_keeps_which_rules_were_sent(db: Any) -> None:
    a_worker(db)
    writes("SYARAT", after(minutes=1))
    (detail,) = db.execute("SELECT detail FROM audit WHERE action = 'rules sent'").fetchone()
    assert detail["decree"] == programme().decrees[0].number
    assert programme().decrees[0].number in last_text(db)


def test_a_new_phone_reads_the_data_notice_first_and_then_gets_what_it_asked_for(db: Any) -> None:
    a_worker(db, language=None, noticed=False)
    writes_all("cek", "lanjut", "ya")
    assert sent(db) == ["a2.data_notice", "b5.status_active", "b9.card"]
    assert said(db) == [("confirms", "")]
    assert db.execute("SELECT language, noticed_at IS NOT NULL FROM phone").fetchone() == (None, True)


def test_a_new_phone_may_go_back_to_the_menu_without_choosing_a_language(db: Any) -> None:
    a_worker(db, language=None)
    writes_all("cek", "0")
    assert sent(db)[-1] == "a3.main"


# --- one talk, in order, and its end ---


def test_words_and_digits_of_an_option_are_both_an_answer(db: Any) -> None:
    a_worker(db)
    writes_all("CEK", "Benar, ini saya", "1.", "ya pak", "Tidak")
    assert said(db) == [("confirms", ""), ("card", "yes"), ("still_working", ""), ("asked_money", "no")]
    assert talks(db) == ["said goodbye"]
    assert handled(db) == ["keyword", *["answer"] * 4]


def test_an_options_own_words_are_no_keyword(db: Any) -> None:
    a_worker(db, insurer="unpaid")
    writes_all("CEK", "ya", "Lapor ke petugas")
    assert sent(db)[-1] == "c22.noted"
    assert said(db) == [("confirms", ""), ("asks_officer", "")]


def test_another_keyword_begins_anew_and_stop_ends_it(db: Any) -> None:
    a_worker(db)
    writes_all("CEK", "MENU", "STOP", "1")
    assert talks(db) == ["started again", "stopped"]
    assert sent(db) == ["b5.status_active", "a3.main", "g18.stopped", "s5.received"]
    assert said(db) == []


def test_three_answers_that_cannot_be_read_end_it(db: Any) -> None:
    a_worker(db)
    writes_all("CEK", "apa", "7", "??")
    assert sent(db) == ["b5.status_active", "b5.status_active", "b5.status_active", "a10.help_end"]
    assert talks(db) == ["said goodbye"]


def test_a_day_of_silence_ends_it(db: Any) -> None:
    a_worker(db)
    writes("CEK", after(minutes=1))
    writes("1", after(hours=24))
    assert said(db) == [("confirms", "")]
    writes("1", after(hours=49))
    assert said(db) == [("confirms", "")]
    assert talks(db) == ["let go"]


def test_a_text_written_before_the_last_answer_is_not_the_next_one(db: Any) -> None:
    a_worker(db)
    writes("CEK", after(minutes=5), written=after(minutes=5))
    writes("1", after(minutes=7), written=after(minutes=7))
    writes("3", after(minutes=8), written=after(minutes=4))
    assert said(db) == [("confirms", "")]
    assert handled(db)[-1] == "early"


def test_what_was_asked_last_is_answered(db: Any) -> None:
    a_worker(db)
    writes("CEK", after(minutes=-30))
    asks()
    writes("TIDAK", after(minutes=1))
    assert said(db) == [("denies", "")]
    writes("CEK", after(minutes=2))
    writes("1", after(minutes=3))
    assert said(db) == [("denies", ""), ("confirms", "")]
    assert sent(db)[-1] == "b9.card"


def test_a_phone_let_go_of_its_worker_meanwhile_shows_and_says_nothing_of_them(db: Any) -> None:
    a_worker(db)
    writes("CEK", after(minutes=1))
    db.execute("UPDATE phone_link SET unlinked_at = now(), unlinked_why = 'officer'")
    writes("1", after(minutes=2))
    assert said(db) == []
    assert sent(db)[-1] == "a3.main", "what it asked is not there any more; nobody has answered the menu"


# --- secrets ---


def kept_words(db: Any) -> list[bool]:
    """Of each text, whether its words are still there."""
    rows = db.execute("SELECT body IS NOT NULL OR raw IS NOT NULL FROM inbound_message ORDER BY id").fetchall()
    return [held for (held,) in rows]


def test_what_was_typed_is_emptied_from_the_text(db: Any) -> None:
    someone = a_worker(db, phone=None)
    a_phone(db, NUMBER)
    writes_all("CEK", someone.nik, "12345", someone.code)
    assert sent(db)[-1] == "b5.status_active"
    assert kept_words(db) == [True, False, False, False], "a mistyped code is a code too"


def test_a_code_that_looks_like_the_number_of_a_report_is_a_code(db: Any) -> None:
    body = next(f"{n}" for n in range(22222, 99999) if set(f"{n}") <= set(ALPHABET) and check_letter(f"{n}").isdigit())
    code = body + check_letter(body)
    assert keyword(code) == Keyword("status", code)
    a_phone(db, NUMBER)
    writes_all("CEK", "3275011501900001", code)
    assert sent(db)[-1] == "b4.not_found"


def test_a_pin_stays_nowhere_and_is_asked_for_again_after_an_hour(db: Any) -> None:
    a_worker(db, phone=None, occupation="01")
    an_rt_head(db, NUMBER, pin="385016")
    writes_all("RT", "1", "385016")
    assert sent(db) == ["f3.menu", "f1.pin", "f4.confirm"]
    assert kept_words(db) == [True, True, False]
    writes("1", after(minutes=70))
    writes("1", after(minutes=71))
    writes("1", after(minutes=72))
    assert sent(db)[-1] == "f1.pin"
    assert said(db) == []
    writes("385016", after(minutes=73))
    assert sent(db)[-1] == "f4.confirm"


# --- unclear answers to the question ---


def test_an_unclear_answer_is_asked_back_once_and_then_for_an_officer(db: Any) -> None:
    a_worker(db)
    asks()
    writes_all("ya tapi?", "hmm", "1", start=1)
    assert sent(db)[1:] == ["s9.unclear", "s5.received", "s3.answered"]
    assert handled(db) == ["unclear", "triage", "answer"]
    assert said(db) == [("confirms", "")]


def test_a_longer_unclear_answer_is_read_by_an_officer_at_once(db: Any) -> None:
    a_worker(db)
    asks()
    writes("nanti saya kabari lagi kalau sudah di rumah", after(minutes=1))
    assert sent(db)[1:] == ["s9.unclear"]
    assert handled(db) == ["triage"]


# --- reports ---


def reports(db: Any) -> list[tuple[str, str, str]]:
    """Of each report: category, who may know, and its words."""
    rows = db.execute("SELECT category, identity, words FROM grievance ORDER BY id").fetchall()
    return [(category, identity, unseal(bytes(words), "grievance.words")) for category, identity, words in rows]


def test_what_stands_behind_lapor_is_filed_at_once_and_kept_there_alone(db: Any) -> None:
    a_worker(db)
    writes("LAPOR kartu saya belum datang juga", after(minutes=1))
    assert reports(db) == [("other", "secret", "kartu saya belum datang juga")]
    assert db.execute("SELECT contact FROM grievance").fetchone() == ("sms",)
    assert db.execute("SELECT purpose FROM outbox WHERE state = 'waiting'").fetchall() == [("reply",)]
    assert sent(db)[-1] == "g23.number"
    (number,) = db.execute("SELECT number FROM grievance").fetchone()
    assert number in last_text(db)
    assert kept_words(db) == [False]
    assert talks(db) == ["said goodbye"]


def test_a_number_alone_tells_how_the_report_stands(db: Any) -> None:
    a_worker(db)
    writes("lapor kartu saya belum datang", after(minutes=1))
    (number,) = db.execute("SELECT number FROM grievance").fetchone()
    writes(number.lower(), after(minutes=2))
    writes(f"STATUS {number[4:]}", after(minutes=3))
    assert sent(db)[-2:] == ["c11.status", "c11.status"]
    assert number in last_text(db)


def test_a_report_asked_for_step_by_step_has_its_receipt_even_if_the_last_question_is_left(db: Any) -> None:
    a_worker(db)
    writes_all("LAPOR", "3", "7", "3", "1", "Kartu hilang di jalan")
    assert sent(db)[-2:] == ["g5.case_ack", "c8.contact"]
    assert kept_words(db)[-1] is False
    writes("SMS saja", after(minutes=7))
    assert sent(db)[-1] == "c9.receipt"
    waiting = db.execute("SELECT screen FROM outbox WHERE state = 'waiting' ORDER BY id").fetchall()
    assert ("g5.case_ack",) not in waiting, "the answer has it"


def test_words_of_a_report_are_no_keyword(db: Any) -> None:
    a_worker(db)
    writes_all("LAPOR", "3", "7", "3", "1", "lapor pak kartu saya hilang")
    assert [words for _, _, words in reports(db)] == ["lapor pak kartu saya hilang"]


def test_further_words_are_added_to_the_one_open_report(db: Any) -> None:
    a_worker(db)
    writes_all("LAPOR", "3", "7", "3", "1", "Kartu hilang di jalan", "1")
    writes("Kartunya hilang di pasar baru", after(minutes=9))
    assert handled(db)[-1] == "thread"
    assert sent(db)[-1] == "c28.added"
    (words,) = db.execute("SELECT words FROM grievance_event WHERE kind = 'added'").fetchone()
    assert unseal(bytes(words), "grievance_event.words") == "Kartunya hilang di pasar baru"
    writes("terima kasih", after(minutes=10))
    assert handled(db)[-1] == "unclear"


def test_the_number_of_a_confidential_report_is_not_sent_again(db: Any) -> None:
    a_worker(db)
    writes("LAPOR diminta uang oleh orang", after(minutes=1))
    writes("orangnya datang lagi tadi pagi", after(minutes=2))
    assert handled(db)[-1] == "thread"
    assert sent(db)[-1] == "s5.received"


def test_an_accident_is_urgent_and_answered_with_the_number_to_call(db: Any) -> None:
    a_worker(db)
    writes("Saya kecelakaan kemarin di jalan pak, tolong", after(minutes=1))
    assert handled(db) == ["report"]
    assert db.execute("SELECT urgency, identity FROM grievance").fetchone() == ("accident", "normal")
    assert sent(db)[-1] == "c25.urgent_receipt"
    assert programme().hotline in last_text(db)


def test_the_same_words_twice_are_one_report(db: Any) -> None:
    a_worker(db)
    writes_all(*["LAPOR kartu saya belum datang"] * 3, *["kartu saya hilang di jalan"] * 3)
    assert [words for _, _, words in reports(db)] == ["kartu saya belum datang"]


def test_a_grievance_beside_an_answer_is_a_report_and_the_answer_counts(db: Any) -> None:
    a_worker(db)
    asks()
    writes("sudah tapi saya dimintai uang 50 ribu sama orang", after(minutes=1))
    assert handled(db) == ["report"]
    assert said(db) == [("confirms", "")]
    assert len(reports(db)) == 1


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("sudah terdaftar pak dari tahun lalu", "confirms"),
        ("saya belum pernah didaftarkan bu", "denies"),
        ("waduh saya tidak tahu itu pak", "does_not_know"),
    ],
)
def test_an_answer_in_ones_own_words_counts_where_it_is_sure(db: Any, text: str, statement: str) -> None:
    a_worker(db)
    asks()
    writes(text, after(minutes=1))
    assert said(db) == [(statement, "")]


def test_stop_in_ones_own_words_is_heard_in_the_place_of_an_answer(db: Any) -> None:
    a_worker(db)
    asks()
    writes("saya ga mau dikirimin sms lagi dari kalian", after(minutes=1))
    assert handled(db) == ["stop"]


def test_stop_in_ones_own_words_is_heard_in_a_talk_too(db: Any) -> None:
    a_worker(db)
    writes_all("CEK", "saya ga mau dikirimin sms lagi dari kalian")
    assert handled(db) == ["keyword", "stop"]
    assert talks(db) == ["stopped"]


def test_what_tells_of_a_report_is_forgotten_after_a_day(db: Any) -> None:
    a_worker(db)
    writes_all("LAPOR", "3", "7", "3", "3", "1", "Kartu hilang di jalan")
    assert sent(db)[-1] == "c30.anonymous_receipt"
    with transaction() as session:
        forget_old(session, now=after(hours=30))
    assert db.execute("SELECT body FROM outbox WHERE screen = 'c30.anonymous_receipt'").fetchone() != (None,)
    db.execute("UPDATE outbox SET state = 'accepted'")
    with transaction() as session:
        forget_old(session, now=after(hours=30))
    assert db.execute("SELECT count(body) FROM outbox WHERE screen LIKE 'c%'").fetchone() == (0,)


def test_with_two_open_reports_words_are_for_an_officer(db: Any) -> None:
    a_worker(db)
    writes_all("LAPOR kartu saya hilang", "LAPOR nama saya salah tulis")
    writes("besok pagi saya ke kelurahan ya", after(minutes=12))
    assert handled(db)[-1] == "triage"


# --- exactly once ---


def test_a_text_whose_reply_could_not_be_written_changes_nothing_and_is_taken_again(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_worker(db)
    writes("CEK", after(minutes=1))
    with monkeypatch.context() as broken:
        broken.setattr(by_message, "say", None)
        writes("1", after(minutes=2))
    assert said(db) == []
    assert handled(db) == ["keyword", None]
    db.execute("UPDATE inbound_message SET due_at = now()")
    one_batch()
    assert said(db) == [("confirms", "")]
    assert sent(db) == ["b5.status_active", "b9.card"]


def test_the_silence_is_no_longer_than_what_a_talk_holds_is_kept(db: Any) -> None:
    assert dt.timedelta(hours=programme().texting.talk_hours) <= dt.timedelta(hours=24)


@pytest.mark.parametrize("secret", ["385016", "385 016", "3275011501900001"])
def test_a_secret_that_comes_late_or_twice_is_kept_nowhere(db: Any, secret: str) -> None:
    a_worker(db, phone=None)
    an_rt_head(db, NUMBER, pin="385016")
    writes_all("RT", "1", "385016", secret)  # once more, at the first resident
    writes(secret, after(hours=40))  # when the talk is over
    bodies = db.execute("SELECT body FROM inbound_message ORDER BY id OFFSET 2").fetchall()
    assert bodies == [(None,)] * 3
    assert handled(db)[-1] == "unclear"


def test_what_is_left_of_a_talk_does_not_tell_that_its_report_was_anonymous(db: Any) -> None:
    left = []
    for who in ("1", "2"):  # openly, and after another day anonymously
        a_worker(db)
        writes_all("LAPOR", "3", "4", *(("2",) if who == "1" else ("3", "1")), "Kartu hilang di jalan")
        db.execute("UPDATE outbox SET state = 'accepted'")
        with transaction() as session:
            forget_old(session, now=after(hours=30))
        screens = db.execute("SELECT DISTINCT screen FROM outbox WHERE purpose = 'reply'").fetchall()
        kept = db.execute("SELECT count(body) FROM inbound_message").fetchone()
        left.append((screens, kept))
        db.execute("TRUNCATE outbox, inbound_message, conversation, grievance, worker, enrolment CASCADE")
    assert left == [([("c",)], (0,))] * 2


@pytest.mark.parametrize("before", range(5))  # the cut is in a word, or at a blank
def test_of_a_long_report_the_end_is_kept_too(db: Any, before: int) -> None:
    a_worker(db)
    told = "x" * before + "kartu belum " * 90 + "Tolong telepon anak saya"
    writes_all(f"LAPOR {told}")
    (words,) = db.execute("SELECT words FROM grievance").fetchone()
    assert unseal(words, "grievance.words").split() == told.split()
