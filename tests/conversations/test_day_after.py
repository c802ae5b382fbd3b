"""What a day of fresh eyes found: reports told twice, answers that were somebody else's, and words that nobody read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import text as sql

from tests.conversations.test_second_thoughts import a_solved_question, told
from tests.conversations.texting import NUMBER, Line
from tests.handset import Handset
from tests.people import a_worker, link
from tests.serving import new_client
from verify_service.grievances.notify import tell
from verify_service.ground.crypto import seal
from verify_service.ground.database import transaction
from verify_service.ground.tables import Grievance

HOURS = 3600
NAMED = ("LAPOR", "3", "1", "1", "kartu saya belum datang tiga bulan", "2")
ANONYMOUS = ("LAPOR", "3", "3", "1", "1", "3", "1", "pak RT minta uang seratus ribu")


@pytest.fixture
def line(db: Any) -> Line:
    """The phone of a worker who was asked nothing yet."""
    a_worker(db)
    return Line(db)


def asked(db: Any) -> Line:
    """The phone of Sulistiawati Dewi, who was asked whether she is registered."""
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    return line


def inbox(line: Line) -> list[str]:
    """What officers find in the inbox, by how it was handled: "triage" waits for them."""
    return [how or "" for how in line.handled() if how == "triage"]


def answered(line: Line, words: str) -> None:
    """An officer answers the one report of this phone, and the text is handed over."""
    line.now += dt.timedelta(hours=20)
    with transaction() as session:
        report = session.query(Grievance).one()
        report.state, report.answer = "answered", seal(words, "grievance.answer")
        tell(session, report, "g7.case_done", {}, cause="x", now=line.now, answer=words)
    line.handed_over()
    line.now += dt.timedelta(hours=1)


# --- a complaint of a word or two ---


@pytest.mark.parametrize("text", ["kartu ilang", "mana kartunya", "kartu belum", "kartunya mana?", "kartu rusak pak"])
@pytest.mark.parametrize("open_question", [False, True])
def test_a_short_complaint_goes_to_the_one_open_report(db: Any, text: str, open_question: bool) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes(*NAMED)
    line.now += dt.timedelta(hours=5)
    if open_question:
        line.asked(worker.worker)
    line.writes(text)
    ((_, _, words),) = line.reports()
    assert text in words


def test_it_is_one_report_however_often_it_is_told(line: Line) -> None:
    line.writes("LAPOR kartu saya belum ada sampai sekarang")
    for text in ("kartu belum", "kartu belum ada", "kartu saya belum ada juga", "mana kartunya"):
        line.together(text, pause=24 * HOURS)
    assert len(line.reports()) == 1


def test_a_complaint_beside_an_answer_goes_to_the_one_open_report(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes(*NAMED)
    line.now += dt.timedelta(hours=5)
    line.asked(worker.worker)
    line.writes("belum, kartu saya tidak pernah datang")
    assert line.said() == ["denies"]
    ((_, _, words),) = line.reports()
    assert "tidak pernah datang" in words


def test_of_two_open_reports_it_is_the_one_that_complains_of_the_same(line: Line) -> None:
    line.writes(*NAMED)
    line.together("pak RT minta uang 50rb ke saya", pause=HOURS)
    line.together("kartu saya belum ada juga pak", pause=24 * HOURS)
    line.together("mana kartunya", pause=HOURS)
    named, secret = line.reports()
    assert named[2].endswith("kartu saya belum ada juga pak / mana kartunya")
    assert "kartu" not in secret[2]


@pytest.mark.parametrize("text", ["kartu ilang", "mana kartunya"])
def test_without_an_open_report_it_is_one(line: Line, text: str) -> None:
    line.writes(text)
    assert [words for _, _, words in line.reports()] == [text]


def test_money_and_an_accident_in_two_words_are_reports_of_their_own(line: Line) -> None:
    line.writes(*NAMED)
    line.now += dt.timedelta(hours=5)
    line.writes("diminta uang", "saya kecelakaan")
    assert len(line.reports()) == 3


# --- who asks after a report ---

ASKING = [
    "ada kabar belum laporannya", "gimana laporan saya", "laporan saya gimana pak?", "laporannya ada kabar belum pak",
    "laporan saya kok belum dijawab", "kapan laporan saya diproses", "sudah sampai mana laporan saya",
    "belum ada jawaban laporan saya", "LAPOR gimana laporan saya kemarin", "aduan saya kemarin gimana ya pak",
    "kumaha laporan abdi pak",
]  # fmt: skip


@pytest.mark.parametrize("text", ASKING)
@pytest.mark.parametrize("open_question", [False, True])
@pytest.mark.parametrize("anonymous", [False, True])
def test_who_asks_after_a_report_makes_none(db: Any, text: str, open_question: bool, anonymous: bool) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes(*(ANONYMOUS if anonymous else ()))
    line.now += dt.timedelta(hours=2)
    db.execute("UPDATE conversation SET touched_at = touched_at - interval '2 hours'")
    if open_question:
        line.asked(worker.worker)
    line.writes(text)
    assert len(line.reports()) == anonymous
    assert line.said() == []
    assert line.sent()[-1] == "c10.ask_case"
    assert db.execute("SELECT count(*) FROM inbound_message WHERE body IS NOT NULL AND handled_as <> 'answer'"
                      ).fetchone() == (0,)  # fmt: skip


@pytest.mark.parametrize("text", [text for text in ASKING if "LAPOR" not in text])
def test_beside_an_open_report_it_is_added_to_it(line: Line, text: str) -> None:
    line.writes(*NAMED)
    line.together(text, pause=5 * HOURS)
    ((_, _, words),) = line.reports()
    assert text in words


@pytest.mark.parametrize(
    "text",
    ["gimana laporan saya kemarin soal pak RT minta uang", "ada kabar belum pak", "kok belum ada kabar ya pak",
     "lapor gimana kabarnya pak"],
)  # fmt: skip
def test_what_a_report_was_about_is_an_officers_to_read(line: Line, text: str) -> None:
    line.writes(*ANONYMOUS)
    line.db.execute("UPDATE conversation SET touched_at = touched_at - interval '2 hours'")
    line.together(text, pause=2 * HOURS)
    assert len(line.reports()) == 1
    assert inbox(line) == ["triage"]


@pytest.mark.parametrize(
    "text",
    [
        "ini laporan saya: pak RT minta uang 50rb, gimana ini",
        "mau bikin laporan gimana caranya, pak RT minta uang 50rb",
    ],
)
def test_who_reports_in_these_words_has_reported(line: Line, text: str) -> None:
    line.writes(text)
    assert [words for _, _, words in line.reports()] == [text]


# --- told again after a call that broke off ---


def by_call(db: Any, *keys: str) -> Handset:
    phone = Handset(new_client(), NUMBER)
    phone.dial()
    for key in keys:
        phone.send(key)
    return phone


AGAIN = "kartu bpjs saya hilang di pasar"


def test_the_same_matter_in_other_words_after_a_drop_is_the_same_report(db: Any) -> None:
    a_worker(db)
    by_call(db, "2", "3", "1", "1", "kartu saya ilang")
    (number,) = db.execute("SELECT number FROM grievance").fetchone()
    phone = by_call(db, "2")
    for key in ("2", "3", "1", "1", AGAIN):
        phone.send(key)
    assert number in phone.send("2")
    assert [words for _, _, words in Line(db).reports()] == [f"kartu saya ilang / {AGAIN}"]
    assert db.execute("SELECT contact FROM grievance").fetchone() == ("sms",)


def test_so_it_is_by_text(line: Line) -> None:
    line.writes("LAPOR", "3", "1", "1", "kartu saya ilang")
    line.together("LAPOR", pause=720)
    line.writes("3", "1", "1", AGAIN, "2")
    assert [words for _, _, words in line.reports()] == [f"kartu saya ilang / {AGAIN}"]


@pytest.mark.parametrize(
    ("keys", "why"), [(("2", "3", "1", "2"), "in confidence"), (("2", "3", "2", "1"), "of another matter")]
)
def test_told_otherwise_it_is_another(db: Any, keys: tuple[str, ...], why: str) -> None:
    a_worker(db)
    by_call(db, "2", "3", "1", "1", "kartu saya ilang")
    by_call(db, "2", *keys, AGAIN, "2")
    assert len(Line(db).reports()) == 2, why


def test_a_second_matter_behind_a_whole_report_is_another(db: Any) -> None:
    a_worker(db)
    by_call(db, "2", "3", "1", "1", "kartu saya ilang", "2")
    by_call(db, "2", "3", "1", "1", "kartu istri saya belum datang", "2")
    assert len(Line(db).reports()) == 2


# --- whose "saya" it is ---


@pytest.mark.parametrize("first", ["suami saya udah", "ini istrinya pak", "saya istrinya", "ini anaknya"])
@pytest.mark.parametrize(
    "then", ["kalo saya belum", "saya belum punya", "kalo saya sih belum", "saya udah", "kalo saya sendiri belum"]
)
@pytest.mark.parametrize("pause", [30, HOURS])
def test_an_i_behind_another_s_word_is_not_the_asked_one_s(db: Any, first: str, then: str, pause: int) -> None:
    line = asked(db)
    line.together(first, pause=60)
    line.together(then, pause=pause)
    assert line.said() == []
    assert inbox(line) == ["triage", "triage"]
    line.together("YA", pause=HOURS)
    assert line.said() == ["confirms"]


def test_nor_does_it_correct_the_answer_that_stands(db: Any) -> None:
    line = asked(db)
    line.writes("YA", "ini istrinya pak", "kalo saya belum")
    assert line.said() == ["confirms"]


@pytest.mark.parametrize("then", ["sudah", "YA", "saya sendiri sudah", "sudah pak, saya Dewi"])
def test_the_asked_one_answers_behind_it(db: Any, then: str) -> None:
    line = asked(db)
    line.writes("ini istrinya pak")
    line.together(then, pause=300)
    assert line.said() == ["confirms"]


def test_who_has_answered_since_may_say_i(db: Any) -> None:
    line = asked(db)
    line.writes("ini anaknya pak", "sudah", "eh saya belum ding")
    assert line.said() == ["confirms", "denies"]


def test_a_complaint_of_hers_is_a_report_and_no_answer(db: Any) -> None:
    line = asked(db)
    line.writes("ini istrinya pak", "saya belum, kartu saya hilang pak")
    assert line.said() == []
    assert len(line.reports()) == 1


# --- two questions are open ---


@pytest.mark.parametrize("pause", [20, 180, 720])
@pytest.mark.parametrize(("text", "state"), [("belum", "reopened"), ("sudah", "closed_confirmed")])
def test_the_same_word_again_is_to_the_older_question(db: Any, text: str, state: str, pause: int) -> None:
    worker, line = a_worker(db), Line(db)
    a_solved_question(line)
    line.now += dt.timedelta(hours=2)
    line.asked(worker.worker)
    line.writes(text)
    assert db.execute("SELECT state FROM grievance").fetchone() == ("answered",)
    line.together(text, pause=pause)
    assert len(told(line)) == 1
    assert db.execute("SELECT state FROM grievance").fetchone() == (state,)


def test_the_same_word_within_seconds_is_a_copy(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    a_solved_question(line)
    line.asked(worker.worker)
    line.together("belum", "belum", apart=3)
    assert told(line) == ["denies"]
    assert db.execute("SELECT state FROM grievance").fetchone() == ("answered",)


def test_who_says_it_again_of_the_list_means_the_list(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    a_solved_question(line)
    line.asked(worker.worker)
    line.writes("belum", "belum terdaftar pak")
    assert told(line) == ["denies"]
    assert db.execute("SELECT state FROM grievance").fetchone() == ("answered",)


CHECKED = ("CEK", "1", "1", "1", "1")
TOLD = ("LAPOR", "3", "2", "1", "alamat saya salah", "2")


@pytest.mark.parametrize("talk", [CHECKED, TOLD])
@pytest.mark.parametrize(
    ("text", "state"), [("belum", "reopened"), ("belum pak", "reopened"), ("sudah", "closed_confirmed")]
)
def test_is_it_solved_is_open_again_behind_another_talk(db: Any, talk: tuple[str, ...], text: str, state: str) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes(*talk)
    line.together(text, pause=180)
    assert db.execute("SELECT state FROM grievance ORDER BY id").fetchall()[0] == (state,)


def test_so_it_is_behind_a_talk_that_was_left(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes("CEK", "1")
    line.together("belum", pause=25 * HOURS)
    assert db.execute("SELECT state FROM grievance").fetchone() == ("reopened",)


def test_a_digit_behind_another_talk_closes_nothing(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes(*CHECKED)
    line.together("1", pause=180)
    assert db.execute("SELECT state FROM grievance").fetchone() == ("answered",)


def test_a_sentence_behind_a_new_report_is_of_that_one(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes(*TOLD)
    line.together("belum sesuai alamat saya di ktp", pause=60)
    assert "ktp" in line.reports()[1][2]


def test_a_stop_ends_the_older_question_too(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes(*CHECKED, "STOP", "belum")
    assert db.execute("SELECT state FROM grievance").fetchone() == ("answered",)


# --- who wants his data erased ---


@pytest.mark.parametrize(
    "text",
    ["hapus data saya", "tolong hapus data saya pak", "hapus saya dari daftar", "STOP, hapus data saya",
     "hapus semua data saya pak saya tidak mau ikut", "jangan sms lagi, hapus data saya", "delete my data please"],
)  # fmt: skip
@pytest.mark.parametrize("open_question", [False, True])
def test_who_wants_his_data_erased_is_read_by_an_officer(db: Any, text: str, open_question: bool) -> None:
    line = asked(db) if open_question else (a_worker(db), Line(db))[1]
    line.writes(text)
    assert inbox(line) == ["triage"]
    assert line.said() == []


@pytest.mark.parametrize("text", ["hapus data saya", "tolong hapus data saya pak", "hapus saya dari daftar"])
def test_it_stops_our_texts_as_well(line: Line, text: str) -> None:
    line.writes(text)
    assert line.stopped()
    kept = line.db.execute("SELECT body IS NOT NULL FROM inbound_message").fetchall()
    assert kept == [(True,)]


@pytest.mark.parametrize("text", ["STOP", "hapus nomor saya", "jangan sms lagi ya", "keluarkan saya dari daftar sms"])
def test_a_plain_stop_needs_no_officer(line: Line, text: str) -> None:
    line.writes(text)
    assert line.stopped()
    assert inbox(line) == []


# --- "iya belum" ---


@pytest.mark.parametrize(
    "text", ["iya belum", "ya blm", "iya blm nih", "ya belum pak", "iya belum pak", "eh iya belum deng", "iya bu belum"]
)
@pytest.mark.parametrize("first", ["", "YA"])
def test_a_yes_before_a_not_yet_is_a_no(db: Any, text: str, first: str) -> None:
    line = asked(db)
    line.writes(*([first] if first else []))
    line.together(text, pause=60)
    assert line.said()[-1] == "denies"


@pytest.mark.parametrize("text", ["ya tidak", "ya atau belum ya"])
def test_who_says_both_is_no_no(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert "denies" not in line.said()


# --- the card, said otherwise later ---


def the_card_said(line: Line, answer: str) -> None:
    line.now = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    with transaction() as session:
        session.execute(sql("UPDATE outbox SET handed_at = :now, sent_at = :now"), {"now": line.now})
    phone = by_call(line.db, "1", "1", answer, "1", "1")
    assert "tersimpan" in phone.screen
    line.now = dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    "text",
    ["eh pak kartunya udah ada ding ketemu di laci", "kartunya udah ada ding", "kartunya sudah dapat pak",
     "eh kartunya ada ternyata"],
)  # fmt: skip
def test_the_card_that_was_found_is_no_answer_about_the_cover(db: Any, text: str) -> None:
    line = asked(db)
    the_card_said(line, "2")
    before = told(line)
    line.together(text, pause=600)
    assert told(line) == before
    cards = db.execute("SELECT detail FROM evidence WHERE statement = 'card' ORDER BY id").fetchall()
    assert cards == [("no",), ("yes",)] or line.handled()[-1] in ("triage", "unclear")
    line.together("sudah terdaftar pak", pause=600)
    assert told(line) == [*before, "confirms"]


def test_it_corrects_the_card(db: Any) -> None:
    line = asked(db)
    the_card_said(line, "2")
    line.together("eh pak kartunya udah ada ding ketemu di laci", pause=600)
    cards = db.execute("SELECT detail FROM evidence WHERE statement = 'card' ORDER BY id").fetchall()
    assert cards == [("no",), ("yes",)]
    assert line.sent()[-1] == "s3.answered"


@pytest.mark.parametrize("text", ["eh kartunya belum ada ding pak", "eh kartu belum dapet ding"])
def test_the_card_that_never_came_is_no_no(db: Any, text: str) -> None:
    line = asked(db)
    the_card_said(line, "1")
    line.together(text, pause=600)
    assert "denies" not in line.said()


def test_without_a_talk_about_it_the_card_is_the_cover(db: Any) -> None:
    line = asked(db)
    line.writes("kartunya sudah ada pak")
    assert line.said() == ["confirms"]


def test_another_worker_s_card_is_an_officers_to_read(db: Any) -> None:
    line = asked(db)
    other = a_worker(db, nik="3275011501900002", name="Tono Umar", phone=None, row=3)
    link(db, NUMBER, other.worker)
    line.writes("CEK", "2", "1", "2", "1", "1")
    before = line.said()
    line.together("kartunya udah ada ding", pause=600)
    assert line.said() == before
    assert inbox(line) == ["triage"]


# --- a bare word to an officer who asked nothing ---


@pytest.mark.parametrize("text", ["sudah", "iya", "sudah pak makasih", "iya pak", "udah"])
@pytest.mark.parametrize("open_question", [False, True])
def test_a_bare_word_to_an_answer_closes_nothing(db: Any, text: str, open_question: bool) -> None:
    worker, line = a_worker(db), Line(db)
    if open_question:
        line.asked(worker.worker)
    line.writes(*NAMED)
    answered(line, "Silakan ke kelurahan")
    line.writes(text)
    assert db.execute("SELECT state FROM grievance").fetchone() == ("answered",)
    assert text in line.reports()[0][2]
    assert line.said() == []


@pytest.mark.parametrize(
    ("answer", "text", "state"),
    [("Silakan ke kelurahan", "belum", "reopened"), ("Silakan ke kelurahan", "sudah beres pak", "closed_confirmed"),
     ("Silakan ke kelurahan", "sudah dapat kartunya pak", "closed_confirmed"),
     ("Kartu dikirim. Apakah sudah diterima?", "sudah", "closed_confirmed")],
)  # fmt: skip
def test_what_says_so_closes_or_opens_it(line: Line, answer: str, text: str, state: str) -> None:
    line.writes(*NAMED)
    answered(line, answer)
    line.writes(text)
    assert line.db.execute("SELECT state FROM grievance").fetchone() == (state,)


@pytest.mark.parametrize("text", ["terima kasih pak", "ok pak"])
def test_thanks_are_no_reply(line: Line, text: str) -> None:
    line.writes(*NAMED)
    answered(line, "Silakan ke kelurahan")
    line.writes(text)
    assert "terima" not in line.reports()[0][2].replace("diterima", "")


def test_a_word_behind_another_talk_closes_no_report_that_is_open_again(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    db.execute("UPDATE grievance SET state = 'reopened'")
    line.writes(*CHECKED, "sudah")
    assert db.execute("SELECT state FROM grievance").fetchone() == ("reopened",)
