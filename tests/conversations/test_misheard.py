"""Situations in which texts were lost, doubled, borrowed or misread: each played as it happened, and its neighbours."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flows.speaker import speaker
from jobs import send
from jobs.messages import one_batch
from tests.conversations.texting import NUMBER, Line
from tests.people import a_worker, an_rt_head, link
from verify_service.conversations.asking import ask
from verify_service.conversations.asking_many import ToAsk, ask_many
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone as Number
from verify_service.ground.tables import Phone, Worker
from verify_service.messaging.gateways.contract import InboundSms
from verify_service.messaging.health import if_amiss, standing
from verify_service.messaging.inbox import store_message

LONG = "kemarin petugas datang minta uang lima puluh ribu untuk kartu"


@pytest.fixture
def line(db: Any) -> Line:
    a_worker(db)
    return Line(db)


BETWEEN = pytest.mark.parametrize("between", [False, True], ids=["handled together", "handled one by one"])


# --- 1: nothing is emptied unread ---


@BETWEEN
@pytest.mark.parametrize("order", [(LONG, "STOP"), ("STOP", LONG)], ids=["STOP last", "STOP first"])
def test_a_stop_beside_the_words_of_a_report_is_heard_and_the_report_kept(
    line: Line, order: tuple[str, str], between: bool
) -> None:
    line.writes("LAPOR", "3", "7", "3", "1")
    line.together(*order, handled_between=between)
    assert line.stopped()
    words = [words for _, _, words in line.reports()]
    assert words == ([LONG] if order[0] == LONG or not between else words)
    assert line.quarantined() == 0


@BETWEEN
def test_a_stop_beside_the_answer_to_how_one_is_reached_is_heard(line: Line, between: bool) -> None:
    line.writes("LAPOR", "3", "7", "3", "1", LONG)
    line.together("1", "STOP", handled_between=between)
    assert line.stopped()
    assert [words for _, _, words in line.reports()] == [LONG]


@BETWEEN
def test_the_second_part_of_a_long_report_belongs_to_it(line: Line, between: bool) -> None:
    line.writes("LAPOR", "3", "7", "3", "1")
    line.together(LONG, "dan dia bilang akan datang lagi besok pagi", handled_between=between)
    ((_, _, words),) = line.reports()
    assert words.replace(" / ", " ") == f"{LONG} dan dia bilang akan datang lagi besok pagi"


def test_what_waits_behind_a_report_is_not_emptied(line: Line) -> None:
    line.writes("LAPOR", "3", "7", "3", "1")
    line.together(LONG, "STATUS", "CEK", "terima kasih banyak ya pak")
    left = line.db.execute("SELECT count(*) FROM inbound_message WHERE handled_at IS NULL").fetchone()
    assert left == (0,)
    assert line.handled()[-3:] == ["keyword", "keyword", "early"] or "lost" not in line.handled()
    assert line.quarantined() == 0


def test_the_database_refuses_to_empty_what_was_not_handled(line: Line) -> None:
    line.comes("tolong", at=line.now)
    with pytest.raises(Exception, match="emptied_once_handled"), line.db.transaction():
        line.db.execute("UPDATE inbound_message SET body = NULL")


# --- 2: a digit counts only where it was offered ---


def test_a_digit_answers_the_talk_and_not_the_question_that_offered_none(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes("LAPOR")
    line.asked(worker.worker)
    line.writes("1")
    assert line.said() == []
    assert line.sent()[-1] == "c3.accident_advice"


def test_an_answered_question_does_not_outrank_an_open_talk(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes("LAPOR", "3", "7")
    line.asked(worker.worker)
    line.writes("TIDAK", "1")
    assert line.said() == ["denies"]
    assert line.sent()[-1] == "c6.about_rt", "1 is the answer to whom it is about"


def test_a_digit_to_the_question_is_asked_back_with_digits_and_then_counts(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("1")
    assert line.said() == []
    assert line.sent()[-1] == "s9.unclear"
    line.writes("1")
    assert line.said() == ["confirms"]


def test_a_reminder_of_a_question_takes_none_of_its_digits_away(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("hmm")
    assert line.sent()[-1] == "s9.unclear"
    phone, conversation = db.execute("SELECT phone_id, id FROM conversation WHERE channel = 'sms'").fetchone()
    reminder = ToAsk(phone, worker.worker, "Sulistiawati Dewi", "id", "reminder", conversation)
    with transaction() as session:
        assert ask_many(session, [reminder], round_id=1, now=line.now) == {worker.worker}
    line.handed_over()
    line.writes("1")
    assert line.said() == ["confirms"]


@pytest.mark.parametrize(
    ("text", "statement"),
    [("1 pak", "confirms"), ("satu", "confirms"), ("nomor 1", "confirms"), ("1 (satu)", "confirms"),
     ("No 1", "confirms"), ("no. 2", "denies"), ("dua aja", "denies"), ("3", "does_not_know"), ("4", "not_me"),
     ("01", "confirms"), ("1.", "confirms"), ("1#", "confirms")],
)  # fmt: skip
def test_digits_are_read_as_people_write_them(db: Any, text: str, statement: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("hmm", text)
    assert line.said() == [statement]


# --- 3: an answer to what had not left yet ---


@BETWEEN
def test_a_copy_does_not_answer_the_next_screen(line: Line, between: bool) -> None:
    line.writes("CEK")
    line.together("1", "1", handled_between=between)
    assert line.said() == ["confirms"]
    assert line.handled()[-1] == "copy"
    assert line.sent()[-1] == "b9.card"


@BETWEEN
def test_another_digit_in_the_same_breath_answers_nothing(line: Line, between: bool) -> None:
    line.writes("CEK")
    line.together("1", "2", handled_between=between)
    assert line.said() == ["confirms"]
    assert line.handled()[-1] == "early"
    line.writes("1")
    assert line.said() == ["confirms", "card"]


def test_nine_copies_of_an_rt_head_speak_of_one_resident(db: Any) -> None:
    for place in range(3):
        a_worker(db, nik=f"327501150190000{place}", phone=None, row=place + 2)
    an_rt_head(db, NUMBER, pin="385016")
    line = Line(db)
    line.writes("RT", "1", "385016")
    before = len(line.sent())
    line.together(*["1"] * 9)
    line.together("1")
    assert len(line.said()) <= 1
    assert line.handled()[-10:-1] == ["answer", *["copy"] * 8]
    assert len(line.sent()) == before + 2


def test_a_keyword_brought_twice_is_answered_once(line: Line) -> None:
    line.together("CEK", "CEK")
    assert line.sent() == ["b5.status_active"]


def test_words_behind_a_keyword_that_was_not_answered_yet_are_not_lost(line: Line) -> None:
    line.together("CEK", "kartu saya hilang di pasar pak")
    assert [words for _, _, words in line.reports()] == ["kartu saya hilang di pasar pak"]


def test_a_copy_an_hour_late_is_known_by_the_gateways_time(line: Line) -> None:
    line.writes("CEK")
    line.together("1")
    late = line.now + dt.timedelta(minutes=20)
    written = line.db.execute("SELECT max(sent_at) FROM inbound_message").fetchone()[0]
    line.lag = late - written
    line.comes("1", at=late)
    one_batch()
    assert line.said() == ["confirms"]
    assert line.handled()[-1] == "copy"


# --- 4: an anonymous report stays anonymous ---


@pytest.mark.parametrize("seconds", [0.5, 15, 90, 500])
def test_the_words_of_an_anonymous_report_sent_again_file_nothing(line: Line, seconds: float) -> None:
    line.writes("LAPOR", "3", "6", "3", "3", "1", LONG)
    line.together(LONG, pause=seconds)
    assert line.reports() == [("anonymous", False, LONG)]
    assert line.db.execute("SELECT body FROM inbound_message ORDER BY id DESC LIMIT 1").fetchone() == (None,)


@pytest.mark.parametrize("seconds", [0.5, 15, 90, 500])
def test_an_anonymous_report_that_is_continued_stays_one_and_anonymous(line: Line, seconds: float) -> None:
    line.writes("LAPOR", "3", "6", "3", "3", "1", LONG)
    line.together("orangnya pakai jaket merah dan sering ke pasar", pause=seconds)
    assert line.reports() == [("anonymous", False, f"{LONG} / orangnya pakai jaket merah dan sering ke pasar")]
    assert line.db.execute("SELECT body FROM inbound_message ORDER BY id DESC LIMIT 1").fetchone() == (None,)


@BETWEEN
def test_both_parts_of_an_anonymous_report_stand_in_it(line: Line, between: bool) -> None:
    line.writes("LAPOR", "3", "6", "3", "3", "1")
    line.together(LONG, "orangnya pakai jaket merah", handled_between=between)
    ((identity, named, words),) = line.reports()
    assert (identity, named) == ("anonymous", False)
    assert words.replace(" / ", " ") == f"{LONG} orangnya pakai jaket merah"


# --- 5: a sentence cut in two is one text ---


@BETWEEN
@pytest.mark.parametrize(
    ("parts", "last"),
    [
        (("Saya tidak", "terdaftar"), "denies"),
        (("Saya", "sudah terdaftar"), "confirms"),
        (("tidak", "terdaftar pak"), "denies"),
        (("saya belum", "pernah terdaftar sama sekali pak"), "denies"),
    ],
)
def test_a_sentence_cut_in_two_is_read_as_one(db: Any, parts: tuple[str, str], last: str, between: bool) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.together(*parts, handled_between=between)
    assert line.said()[-1:] == [last]
    assert len(set(line.said())) == 1


def test_a_correction_in_the_same_breath_is_one(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("YA")
    line.together("eh TIDAK", pause=30)
    assert line.said() == ["confirms", "denies"]


# --- 6: whose word it is ---


def test_another_worker_of_the_phone_does_not_answer_for_the_asked_one(db: Any) -> None:
    asked = a_worker(db, name="Budi Santoso")
    other = a_worker(db, nik="3275011501900002", name="Siti Aminah", phone=None, row=3)
    link(db, NUMBER, other.worker)
    line = Line(db)
    line.asked(asked.worker)
    line.writes("Siti sudah terdaftar pak")
    assert line.said() == []
    assert line.sent()[-1] == "s12.own_word"
    line.writes("saya Budi, sudah terdaftar")
    assert line.said() == ["confirms"]


@pytest.mark.parametrize(
    "text",
    ["Ini Pak RT, warga saya sudah terdaftar semua", "saya istrinya pak, suami sudah terdaftar",
     "anaknya ini pak, bapak sudah terdaftar", "Saya ketua RT 03, yang bersangkutan sudah terdaftar",
     "ini adiknya, sudah punya kartu"],
)  # fmt: skip
def test_nobody_elses_word_is_the_workers_own(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes(text)
    assert line.said() == []
    assert line.handled() == ["triage"]
    assert line.sent()[-1] == "s12.own_word"
    line.writes("YA")
    assert line.said() == ["confirms"]


@pytest.mark.parametrize("text", ["saya RT 03 RW 11, sudah terdaftar", "warga rt 5 sudah terdaftar pak"])
def test_who_says_where_he_lives_speaks_for_himself(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes(text)
    assert line.sent()[-1] != "s12.own_word"


# --- 7: STOP and MULAI as people write them ---


@pytest.mark.parametrize(
    "text",
    ["STOP (Pak Budi)", "STOP\n--\nPak Budi, ojek Bekasi", "FWD: STOP", "Fwd: stop", "cancel", "quit", "end", "OFF",
     "STOP.", "Re: STOP", "\"STOP\"", "stop - Budi", "STOP 28282"],
)  # fmt: skip
def test_a_stop_is_heard_however_it_is_dressed(line: Line, text: str) -> None:
    line.writes(text)
    assert line.stopped()
    assert line.sent() == ["g18.stopped"]


@pytest.mark.parametrize("text", ["Sudah1", "sudah 1", "stop kontak rusak", "saya berhenti kerja", "off dulu narik"])
def test_what_is_no_stop_stops_nothing(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes(text)
    assert not line.stopped()


@pytest.mark.parametrize(
    "text", ["MULAI", "Mulai lagi ya", "start ya", "UNSTOP", "mulai pak", "tolong mulai lagi sms nya"]
)
def test_after_a_stop_a_start_is_heard_however_it_is_dressed(line: Line, text: str) -> None:
    line.writes("STOP", text)
    assert not line.stopped()
    assert line.sent()[-1] == "s7.welcome_back"


# --- 8: the number is somebody else's now ---


@pytest.mark.parametrize(
    "text", ["nomer ini sudah ganti orang", "Maaf salah sambung pak", "bukan saya", "saya bukan Sulistiawati"]
)
def test_a_stranger_lets_go_of_the_worker_and_denies_nothing(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes(text, "2")
    assert line.said() == ["not_me"]
    assert db.execute("SELECT count(*) FROM phone_link WHERE unlinked_at IS NULL").fetchone() == (0,)


def test_a_notice_that_a_number_is_dead_denies_nothing(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("Nomor ini sudah tidak aktif, hubungi 0812 3456 7891")
    assert line.said() == []


# --- 9: a gateway whose clock is wrong ---

LAGS = {
    "1970": dt.timedelta(days=20_000), "three minutes": dt.timedelta(minutes=3), "an hour": dt.timedelta(hours=1),
    "ahead": -dt.timedelta(hours=7), "none": None,
}  # fmt: skip


@pytest.mark.parametrize("lag", LAGS.values(), ids=LAGS.keys())
def test_answers_count_whatever_the_gateways_clock_says(db: Any, lag: dt.timedelta | None) -> None:
    worker = a_worker(db)
    line = Line(db, lag=lag)
    line.asked(worker.worker)
    line.writes("YA")
    assert line.said() == ["confirms"]
    line.writes("CEK", "1", "1", "ya")
    assert line.said()[1:] == ["confirms", "card", "still_working"]
    line.writes("STOP")
    assert line.stopped()
    line.writes("MULAI")
    assert not line.stopped()


# --- 10, 12: words that are no answer, long reports, secrets ---


@pytest.mark.parametrize("text", ["tidak dapat bansos", "belum punya KTP"])
def test_other_peoples_goods_deny_nothing(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes(text)
    assert line.said() == []


def test_a_long_report_is_kept_whole(line: Line) -> None:
    words = " ".join(f"kata{number}" for number in range(130))
    assert len(words) > 902
    line.writes("LAPOR", "3", "7", "3", "1", words)
    assert [said for _, _, said in line.reports()] == [words]


@pytest.mark.parametrize("text", ["PIN 385016", "pin saya 385016", "kode saya: 385-016", "PIN:385016 pak"])
def test_a_pin_outside_its_question_is_shown_to_nobody(line: Line, text: str) -> None:
    line.writes(text)
    (body,) = line.db.execute("SELECT body FROM inbound_message").fetchone()
    assert body is None or "385016" not in unseal(bytes(body), "inbound_message.body").replace("-", "")


# --- 16: a text that always fails ---


def test_a_text_that_breaks_a_constraint_is_set_aside_and_holds_up_no_stop(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    db.execute("ALTER TABLE evidence ADD CONSTRAINT poison CHECK (statement <> 'denies') NOT VALID")
    try:
        line.comes("TIDAK", at=line.now + dt.timedelta(seconds=60))
        one_batch()
        line.writes("STOP")
        assert line.stopped()
        for _ in range(4):
            db.execute("UPDATE inbound_message SET due_at = now() WHERE handled_at IS NULL")
            one_batch()
        aside = db.execute("SELECT quarantined FROM inbound_message WHERE handled_at IS NULL").fetchall()
        assert aside == [("could not be handled (IntegrityError)",)]
    finally:
        db.execute("ALTER TABLE evidence DROP CONSTRAINT poison")


# --- both an answer and a problem ---


def test_a_problem_beside_an_answer_is_both(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("Blm pak, katanya mau didaftarkan tapi ga ada kabar")
    assert line.said() == ["denies"]
    assert len(line.reports()) == 1


# --- our own question waits ---


def test_our_question_waits_while_somebody_is_in_a_talk_and_says_so(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2)
    line.writes("LAPOR")
    with transaction() as session:
        phone = session.query(Phone).one()
        assert ask(session, phone, session.get_one(Worker, worker.worker), now=dt.datetime.now(dt.UTC)) is None
    send.one_batch()
    question = "SELECT state, reason FROM outbox WHERE screen = 's1.registered'"
    assert db.execute(question).fetchone() == ("waiting", "in a talk")
    with transaction() as session:
        assert standing(session, "console", now=dt.datetime.now(dt.UTC)).paused == 1
    db.execute("UPDATE conversation SET touched_at = touched_at - interval '11 minutes'")
    db.execute("UPDATE outbox SET due_at = now() WHERE state = 'waiting'")
    send.one_batch()
    assert db.execute(question).fetchone() == ("accepted", None)


def test_an_operator_is_told_of_a_gateway_whose_clock_is_wrong(db: Any) -> None:
    a_worker(db)
    line = Line(db, lag=dt.timedelta(minutes=3))
    line.writes("halo", "pak", "CEK")
    with transaction() as session:
        stands = if_amiss(session, "console", now=dt.datetime.now(dt.UTC))
    assert stands is not None
    assert [(clock.gateway, clock.seconds) for clock in stands.clocks] == [("africastalking", 180)]


# --- found by fresh eyes ---

ANONYMOUS = ("LAPOR", "3", "6", "3", "3", "1", LONG)  # a wrong person on the list, nobody's conduct, anonymously


def named(line: Line) -> list[str]:
    """The words of reports beside which a phone stands."""
    return [words for _, phone, words in line.reports() if phone]


@pytest.mark.parametrize("steps", [(), ("3", "6", "3"), ("3", "6", "3", "3")], ids=["at first", "who knows", "agree"])
def test_words_before_it_is_said_who_may_know_are_asked_for_again_and_filed_under_nobody(
    line: Line, steps: tuple[str, ...]
) -> None:
    line.writes("LAPOR", *steps, "petugas kelurahan minta uang lima puluh ribu ke saya")
    assert line.reports() == []


def test_an_accident_is_heard_at_any_step_of_a_report(line: Line) -> None:
    line.writes("LAPOR", "3", "saya kecelakaan tadi pagi ketabrak truk tolong")
    assert line.db.execute("SELECT urgency FROM grievance").fetchone() == ("accident",)


@pytest.mark.parametrize(
    "text",
    ["LAPOR ANONIM petugas kelurahan minta uang ke saya", "LAPOR petugas minta uang, tolong jangan sebut nama saya"],
)
def test_who_asks_not_to_be_named_is_not(line: Line, text: str) -> None:
    line.writes(text)
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]


@pytest.mark.parametrize("text", ["LAPOR dia minta uang lagi tadi pagi", f"LAPOR {LONG}"])
def test_lapor_within_minutes_of_an_anonymous_report_names_nobody(line: Line, text: str) -> None:
    line.writes(*ANONYMOUS, text)
    assert named(line) == []
    assert len(line.reports()) == 1


def test_the_words_of_an_anonymous_report_name_nobody_an_hour_later(line: Line) -> None:
    line.writes(*ANONYMOUS)
    line.together(LONG, pause=3600)
    assert len(line.reports()) == 1
    assert named(line) == []


def test_another_talk_does_not_hide_an_anonymous_report(line: Line) -> None:
    line.writes(*ANONYMOUS, "CEK", "dia minta lagi lima puluh ribu tadi siang")
    assert line.reports() == [("anonymous", False, f"{LONG} / dia minta lagi lima puluh ribu tadi siang")]


def test_an_open_question_does_not_keep_words_from_an_anonymous_report(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes(*ANONYMOUS)
    line.asked(worker.worker)
    line.writes("dia juga minta fotokopi ktp warga pasar")
    assert line.reports() == [("anonymous", False, f"{LONG} / dia juga minta fotokopi ktp warga pasar")]


def test_the_texts_of_a_phone_do_not_tell_that_it_reported_anonymously(line: Line) -> None:
    line.writes(*ANONYMOUS)
    line.writes("orangnya pakai jaket merah dan sering datang")
    told = line.db.execute("SELECT count(body), count(*) FILTER (WHERE handled_as IN ('thread', 'report'))"
                           " FROM inbound_message").fetchone()  # fmt: skip
    assert told == (0, 0)
    assert line.db.execute("SELECT count(*) FROM conversation WHERE session LIKE '%report'").fetchone() == (0,)
    line.writes("CEK", "1", "1", "ya", "tidak")  # any talk that is over leaves as little
    assert line.db.execute("SELECT count(body) FROM inbound_message").fetchone() == (0,)


@pytest.mark.parametrize(
    ("text", "said"),
    [("STOP. Sudah terdaftar.", "confirms"), ("TIDAK, STOP", "denies"), ("belum, jangan sms lagi", "denies"),
     ("sudah terdaftar, jangan kirim sms lagi", "confirms")],
)  # fmt: skip
def test_a_stop_beside_an_answer_is_heard_and_the_answer_counts(db: Any, text: str, said: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes(text)
    assert line.stopped()
    assert line.said() == [said]
    assert "g18.stopped" in line.sent()


@pytest.mark.parametrize(
    "text", ["STOP LAPOR", "CEK STOP", "LAPOR STOP", "MENU STOP", "stop dulu ya pak nanti saya hubungi"]
)
def test_a_stop_beside_a_keyword_or_chatter_is_heard(line: Line, text: str) -> None:
    line.writes(text)
    assert line.stopped()


@pytest.mark.parametrize("text", ["sms nya belum masuk, kirim lagi", "tolong kirim lagi smsnya", "saya mau sms lagi"])
def test_who_wants_our_texts_again_is_not_stopped(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes(text)
    assert not line.stopped()


@pytest.mark.parametrize("lag", [dt.timedelta(days=20_000), dt.timedelta(minutes=65), -dt.timedelta(hours=5)])
def test_one_operator_with_a_wrong_date_behind_a_right_gateway_loses_nothing(db: Any, lag: dt.timedelta) -> None:
    worker, line = a_worker(db), Line(db)
    other = Line(db, number="+6281200000009")
    line.asked(worker.worker)
    other.now = line.now
    other.writes("halo pak")
    line.lag = lag
    line.writes("YA", "CEK", "1", "1", "ya")
    assert line.said() == ["confirms", "confirms", "card", "still_working"]
    line.writes("MULAI", "STOP")
    assert line.stopped()


@pytest.mark.parametrize("date", ["9999-12-31 23:59:59", "0001-01-01 00:00:00"])
def test_a_date_at_the_ends_of_the_calendar_is_no_date(line: Line, date: str) -> None:
    sms = InboundSms("end", Number(NUMBER), NUMBER, "28282", "CEK", dt.datetime.fromisoformat(f"{date}+00:00"), "")
    with transaction() as session:
        assert store_message(session, "africastalking", sms, b"", now=line.now)
    one_batch()
    assert line.handled() == ["keyword"]


def test_whole_minutes_make_no_copies_of_answers(line: Line) -> None:
    line.writes("CEK")
    line.db.execute("UPDATE inbound_message SET sent_at = date_trunc('minute', received_at)")
    for text in ("1", "1"):
        line.now += dt.timedelta(seconds=12)
        line.comes(text, at=line.now)
        line.db.execute("UPDATE inbound_message SET sent_at = date_trunc('minute', received_at)")
        one_batch()
        line.handed_over()
    assert line.said() == ["confirms", "card"]


def test_a_yes_that_takes_back_a_no_is_no_copy_of_an_earlier_yes(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("YA")
    line.together("TIDAK", pause=3)
    line.together("YA", pause=3)
    assert line.said()[-1] == "confirms"


@pytest.mark.parametrize("parts", [("sudah terdaftar", "saya istrinya"), ("saya istrinya", "sudah terdaftar")])
@BETWEEN
def test_a_relation_who_says_so_in_a_second_part_is_asked_for_the_own_word(
    db: Any, parts: tuple[str, str], between: bool
) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.together(*parts, handled_between=between)
    assert "s12.own_word" in line.sent()
    assert line.said() == [] or (between and parts[0] == "sudah terdaftar")


@pytest.mark.parametrize(
    "text", ["maaf ini nomor baru saya beli kemarin, saya tidak kenal orang itu", "nomor ini bukan punya Sulistiawati"]
)
def test_a_new_owner_lets_go_of_the_worker(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes(text)
    assert line.said() == ["not_me"]


def test_number_words_answer_a_menu_as_well(line: Line) -> None:
    line.writes("CEK", "satu", "nomor 1")
    assert line.said() == ["confirms", "card"]


# --- found on the second day ---


@pytest.mark.parametrize(
    "text",
    ["saya kecelakaan tadi pagi, stop sms dulu", "stop sms. bapak saya meninggal kemarin",
     "petugas kelurahan minta uang lima puluh ribu. STOP", "LAPOR petugas minta uang lima puluh ribu. STOP"],
)  # fmt: skip
def test_a_problem_beside_a_stop_is_a_report_and_the_stop_is_heard(line: Line, text: str) -> None:
    line.writes(text)
    assert line.stopped()
    assert len(line.reports()) == 1


def test_what_tells_of_a_problem_beside_a_stop_is_read_by_somebody(line: Line) -> None:
    line.writes("petugas minta uang 50 ribu, STOP SMS")
    assert line.stopped()
    assert line.reports() or line.handled() == ["triage"]


@pytest.mark.parametrize("keyword", ["LAPOR", "STATUS", "MENU"])
@pytest.mark.parametrize(("text", "said"), [("sudah terdaftar pak", "confirms"), ("BUKAN SAYA", "not_me")])
def test_an_open_question_is_answered_though_a_talk_asks_something_else(
    db: Any, keyword: str, text: str, said: str
) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes(keyword, text)
    assert line.said() == [said]


def test_an_answer_is_corrected_though_a_talk_goes_on(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("YA")
    line.writes("CEK", "maaf saya belum terdaftar")
    assert line.said() == ["confirms", "denies"]


def test_an_answer_written_before_a_stop_that_overtook_it_counts(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("STOP")
    line.lag = dt.timedelta(seconds=70)
    line.together("YA", pause=5)
    assert line.said() == ["confirms"]
    assert line.stopped()


@pytest.mark.parametrize(
    "steps",
    [
        ("LAPOR ANONIM petugas minta uang ke keluarga pak Dul yang meninggal kemarin",),
        ("LAPOR", "3", "6", "3", "3", "petugas minta uang ke keluarga yang meninggal dunia"),
    ],
)
def test_a_word_about_a_death_names_nobody_who_asked_not_to_be(line: Line, steps: tuple[str, ...]) -> None:
    line.writes(*steps)
    assert named(line) == []


@pytest.mark.parametrize("between", ["STOP", "CEK"])
def test_who_agreed_to_be_anonymous_is_not_named_when_the_talk_broke_off(line: Line, between: str) -> None:
    line.writes("LAPOR", "3", "6", "3", "3", "1", between, "petugas kelurahan minta uang lima puluh ribu ke saya")
    assert named(line) == []
    assert [identity for identity, _, _ in line.reports()] == ["anonymous"]


def test_words_at_a_wrong_step_stay_on_no_row_of_the_phone(line: Line) -> None:
    line.writes("LAPOR", LONG, *ANONYMOUS)
    assert line.reports() == [("anonymous", False, LONG)]
    assert line.db.execute("SELECT count(body) FROM inbound_message").fetchone() == (0,)


def test_an_accident_behind_a_report_in_confidence_is_a_report_of_its_own(line: Line) -> None:
    line.writes("LAPOR kartu saya belum datang juga", "saya kecelakaan tadi ditabrak motor tolong")
    urgent = line.db.execute("SELECT count(*) FROM grievance WHERE urgency = 'accident'").fetchone()
    assert urgent == (1,)


def test_the_same_answer_again_is_thanked_and_is_no_second_statement(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("YA", "YA", "sudah terdaftar pak")
    assert line.said() == ["confirms"]
    assert line.sent().count("s3.answered") == 3


# --- found on the third day ---


def test_who_gives_another_name_does_not_speak_for_the_asked_one(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("nama saya Eva Haryanti, saya sudah terdaftar")
    assert line.said() == []
    assert line.sent()[-1] == "s12.own_word"
    for text in ("nama saya Sulis, sudah terdaftar", "nama saya sudah terdaftar"):
        assert speaker(text, "Sulistiawati Dewi") == "self"


def test_an_answer_behind_a_stop_in_the_same_text_counts(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("STOP saya tidak terdaftar")
    assert line.stopped()
    assert line.said() == ["denies"]
