"""Answers taken back, put off, told by somebody else, or cut in two: each counts for whom and for what it was meant."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import text as sql

from tests.conversations.texting import NUMBER, Line
from tests.handset import Handset
from tests.people import a_worker, link
from tests.serving import new_client
from verify_service.conversations.following_up import ask_whether_solved
from verify_service.grievances.notify import tell
from verify_service.ground.database import transaction
from verify_service.ground.tables import Grievance

HOURS = 3600
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def line(db: Any) -> Line:
    """A phone that was asked about its worker, Sulistiawati Dewi."""
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    return line


def told(line: Line) -> list[str]:
    """What is known of the list: the answers to our question, without those about the card and the work."""
    return [said for said in line.said() if said in ("confirms", "denies", "does_not_know")]


def a_solved_question(line: Line) -> None:
    """A report of this phone was answered, and it was asked whether the problem is solved."""
    line.writes("LAPOR kartu saya belum datang tiga bulan")
    line.db.execute("UPDATE grievance SET state = 'answered'")
    line.now = line.now.replace(hour=5)
    with transaction() as session:
        assert ask_whether_solved(session, session.query(Grievance).one(), line.now)
    line.handed_over()


# --- taken back ---


@pytest.mark.parametrize(("first", "then"), [("YA", "belum"), ("sudah", "eh belum"), ("belum", "ya"), ("tidak", "ya")])
@pytest.mark.parametrize("pause", [15, 120])
def test_an_answer_is_taken_back_whatever_was_asked_before_it(db: Any, first: str, then: str, pause: int) -> None:
    worker, line = a_worker(db), Line(db)
    a_solved_question(line)
    line.asked(worker.worker)
    line.writes(first)
    line.together(then, pause=pause)
    assert told(line) == (["denies", "confirms"] if then == "ya" else ["confirms", "denies"])
    assert line.db.execute("SELECT state FROM grievance").fetchall() == [("answered",)]


@pytest.mark.parametrize("steps", [("CEK", "1"), ("LAPOR",), ("LAPOR", "3", "7", "3", "1"), ("STATUS",)])
@pytest.mark.parametrize(
    ("first", "then"), [("sudah bu", "eh salah, belum"), ("udah kok", "eh belum pak"), ("YA", "tidak")]
)
def test_a_talk_left_hours_ago_takes_no_correction(db: Any, steps: tuple[str, ...], first: str, then: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes(*steps)
    line.now = line.now.replace(hour=8)
    line.asked(worker.worker)
    before = len(line.said())
    line.together(first, pause=60)
    line.together(then, pause=20)
    assert line.said()[before:] == ["confirms", "denies"]
    assert line.reports() == []


def test_what_is_asked_after_the_answer_is_answered_by_what_follows(line: Line) -> None:
    line.writes("sudah", "CEK", "1", "1", "belum")
    assert "denies" not in line.said()


@pytest.mark.parametrize("text", ["eh belum", "eh salah, belum", "belum", "tidak ada"])
def test_behind_another_talk_nobody_can_tell_what_is_taken_back(line: Line, text: str) -> None:
    line.writes("sudah", "CEK", "1", "1", "1", "1", "1")
    line.together(text, pause=20)
    assert "denies" not in line.said()
    assert line.sent()[-1] in ("s5.received", "s6.check")


def test_what_names_the_list_is_taken_back_behind_another_talk_too(line: Line) -> None:
    line.writes("sudah", "CEK", "1", "1", "1", "1", "1")
    line.together("eh ternyata saya belum terdaftar", pause=20)
    assert told(line)[-1] == "denies"


@pytest.mark.parametrize("text", ["eh 1", "eh salah pencet, 1", "maaf 1 pak", "1 maksudnya"])
def test_a_digit_is_taken_back_in_a_few_words(line: Line, text: str) -> None:
    line.writes("pak gimana ya maksudnya sms ini", "2")
    assert line.said() == ["denies"]
    line.together(text, pause=20)
    assert line.said() == ["denies", "confirms"]


# --- put off, or refused ---


@pytest.mark.parametrize(
    "text",
    ["belum bisa jawab pak lagi kerja", "belum bisa jawab sekarang pak", "belum bisa jawab, lagi nyetir",
     "belum sempat balas pak", "belum sempat jawab bu, lagi jualan", "ga bisa bales dulu lg dijalan",
     "dereng saged wangsul pak, nembe nyambut damel", "can bisa ngajawab ayeuna", "enggak tertarik", "ga tertarik pak",
     "gak mau jawab", "tidak bersedia menjawab", "belum sempat baca smsnya"],
)  # fmt: skip
def test_whoever_does_not_answer_now_has_not_answered(line: Line, text: str) -> None:
    line.writes(text)
    assert line.said() == []
    assert not line.stopped()
    line.together("YA", pause=3 * HOURS)
    assert line.said() == ["confirms"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("maaf baru sempat jawab, sudah terdaftar", "confirms"), ("belum sempat daftar pak", "denies"),
     ("maaf baru bisa balas. belum terdaftar saya", "denies")],
)  # fmt: skip
def test_who_answers_late_answers(line: Line, text: str, said: str) -> None:
    line.writes(text)
    assert line.said() == [said]


# --- somebody else's word ---

HEARSAY = [
    "pak, kata mamah udah", "eh kata mamah udah", "maaf kata ibu saya belum", "oh kata suami udah pak",
    "assalamualaikum, kata ibu sudah", "kalo kata mamah mah udah", "mas jare ibu wis", "mamah bilang udah",
    "pak RT bilang sudah", "saur mamah atos kang", "ceuk mamah atos", "ceuk mamah teh atos", "tapi kata ibu belum",
    "eh kata bapak belum", "bu kader ngomong udah terdaftar", "selamat siang pak kata anak saya sudah",
    "sanjange ibu sampun pak",
]  # fmt: skip


@pytest.mark.parametrize("text", HEARSAY)
@pytest.mark.parametrize("own", [False, True])
def test_hearsay_is_no_own_word_whatever_stands_before_it(line: Line, text: str, own: bool) -> None:
    if own:
        line.writes("iya sudah bu")
    line.together(text, pause=20)
    assert line.said() == (["confirms"] if own else [])
    if not own:
        line.together("YA", pause=HOURS)
        assert line.said() == ["confirms"]


@pytest.mark.parametrize(
    "text",
    ["niki putune pak, mbah mboten saged ngetik", "niki putune pak, mbah dereng nate daftar",
     "punika putranipun pak, bapak sampun", "ieu incuna, nini teu tiasa ngetik", "kulo putune, mbah sampun"],
)  # fmt: skip
def test_a_grandchild_does_not_answer_for_the_worker(line: Line, text: str) -> None:
    line.writes(text)
    assert line.said() == []
    line.together("YA", pause=2 * HOURS)
    assert line.said() == ["confirms"]


@pytest.mark.parametrize("text", ["istri saya yg terdaftar, saya belum", "suami udah, saya belum pak"])
def test_ones_own_clause_is_what_counts(line: Line, text: str) -> None:
    line.writes(text)
    assert line.said() == ["denies"]


# --- cut in two ---

HALVES = [
    ("ini buat ibu saya", "sudah pak"), ("buat suami saya pak", "sudah"), ("ini buat suami saya pak", "belum pak"),
    ("kalo mamah saya", "udah bu"), ("kalo anak saya", "belum terdaftar"), ("tetangga saya pak", "belum terdaftar"),
    ("maaf bu bapak", "udah ga ada"), ("yang ibu saya", "sudah"), ("ini anaknya pak", "sudah katanya"),
]  # fmt: skip


@pytest.mark.parametrize("texts", HALVES)
@pytest.mark.parametrize("apart", [0.2, 2.5, 4.5])
@pytest.mark.parametrize("between", [False, True])
def test_the_second_half_is_read_with_the_first(
    line: Line, texts: tuple[str, str], apart: float, between: bool
) -> None:
    halves(line, texts, apart, between)
    assert line.said() == []


@pytest.mark.parametrize("apart", [0.2, 2.5, 4.5])
@pytest.mark.parametrize("between", [False, True])
def test_a_but_takes_nothing_back(line: Line, apart: float, between: bool) -> None:
    halves(line, ("sudah terdaftar bu tapi", "belum nerima apa2"), apart, between)
    assert "denies" not in line.said()


@pytest.mark.parametrize("texts", [("makasih pak", "sudah"), ("halo", "ya"), ("assalamualaikum", "sudah pak")])
@pytest.mark.parametrize("between", [False, True])
def test_a_greeting_before_an_answer_takes_nothing_from_it(line: Line, texts: tuple[str, str], between: bool) -> None:
    halves(line, texts, 2.5, between)
    assert line.said() == ["confirms"]


@pytest.mark.parametrize("apart", [0.2, 2.5])
@pytest.mark.parametrize("between", [False, True])
def test_who_says_who_he_is_goes_on_with_nothing(db: Any, apart: float, between: bool) -> None:
    asked = a_worker(db, name="Wati Rahayu")
    other = a_worker(db, nik="3275011501900002", name="Joko Umar", phone=None, row=3)
    link(db, NUMBER, other.worker)
    line = Line(db)
    line.asked(asked.worker)
    halves(line, ("ini Joko, saya sudah terdaftar dari tahun lalu", "ini Wati, saya belum terdaftar"), apart, between)
    assert line.said() == ["denies"]


def halves(line: Line, texts: tuple[str, str], apart: float, between: bool) -> None:
    """Two texts, the first of them handled and answered before the second comes, or not."""
    line.now = line.now.replace(microsecond=0)
    if not between:
        line.together(*texts, apart=apart)
        return
    line.together(texts[0], apart=0.1)
    line.now = line.now.replace(microsecond=0)
    with transaction() as session:  # what is asked back is out at once
        session.execute(sql("UPDATE outbox SET handed_at = :now WHERE handed_at > :now"), {"now": line.now})
    line.together(texts[1], pause=apart)


# --- what is urgent, and what stands beside a STOP ---


@pytest.mark.parametrize(
    "text",
    ["saya kena minyak panas di warung, tangan melepuh parah", "saya kesiram minyak panas di warung",
     "saya kesetrum pas benerin lampu pelanggan", "jatuh di dapur tangan patah", "saya ragrag tina motor kang",
     "kula dhawah saking motor pak", "tangan saya kejepit mesin giling", "suami ketimpa besi di proyek"],
)  # fmt: skip
def test_an_accident_in_ones_own_words_is_urgent_and_a_report_of_its_own(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("LAPOR pak RW minta uang kas lima puluh ribu tiap bulan")
    line.together(text, pause=11)
    assert db.execute("SELECT urgency FROM grievance ORDER BY id").fetchall()[-1] == ("accident",)


@pytest.mark.parametrize(
    "text",
    ["kalau kecelakaan pas narik ditanggung tidak ya", "kalo saya jatuh dari motor ditanggung ga pak",
     "jatuh tempo iuran tanggal berapa pak", "hp saya jatuh jadi baru balas", "patah hati saya pak sama program ini",
     "kepala RT potong uang bantuan", "kartu saya jatuh ke tangan orang lain"],
)  # fmt: skip
def test_what_only_sounds_like_one_is_not(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes(f"LAPOR {text}")
    assert [urgent for (urgent,) in db.execute("SELECT urgency FROM grievance").fetchall()] in ([], [None])


@pytest.mark.parametrize(
    "text",
    ["nenek sudah tidak ada pak, jangan disms lagi", "mbahe sampun mboten wonten pak, ampun disms malih",
     "kakek saya sudah gak ada, tolong stop sms nya", "emak udah ga ada pak jgn sms lagi"],
)  # fmt: skip
def test_a_death_beside_a_stop_is_an_officers_to_read(line: Line, text: str) -> None:
    line.writes(text)
    assert line.stopped()
    assert line.handled()[-1] in ("triage", "report")


def test_a_bare_yes_where_words_are_asked_for_tells_nothing(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("LAPOR", "3", "7", "3", "1", "YA")
    assert line.reports() == []
    line.writes("kartu saya hilang di pasar")
    assert [words for _, _, words in line.reports()] == ["kartu saya hilang di pasar"]


# --- a STOP with a stress on it ---


STRESSED = [
    "jangan sms lagi ya", "jangan sms saya lagi ya", "tolong jangan kirim sms lagi ya", "ga usah sms lagi ya",
    "jangan sms terus ya", "stop sms ya", "stop smsnya ya", "berhenti sms ya", "ojo sms maneh yo",
    "udah, jangan sms lagi", "jangan sms lagi, udah", "udah jangan sms lagi ya", "stop sms yah", "jangan sms lagi dong",
]  # fmt: skip


@pytest.mark.parametrize("text", STRESSED)
@pytest.mark.parametrize("steps", [(), ("CEK", "1"), ("CEK", "1", "1")])
def test_a_stressed_stop_is_a_stop_and_no_yes(line: Line, text: str, steps: tuple[str, ...]) -> None:
    line.writes(*steps)
    before = line.said()
    line.writes(text)
    assert line.stopped()
    assert line.said() == before


@pytest.mark.parametrize("text", STRESSED)
def test_a_stressed_stop_closes_no_report(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes(text)
    assert line.stopped()
    assert db.execute("SELECT state FROM grievance").fetchall() == [("answered",)]


@pytest.mark.parametrize("text", ["YA, jangan sms lagi", "sudah terdaftar, jangan sms lagi ya"])
def test_a_yes_before_a_stop_is_a_yes(line: Line, text: str) -> None:
    line.writes(text)
    assert line.stopped()
    assert line.said() == ["confirms"]


# --- is the problem solved, and did the card come ---


@pytest.mark.parametrize(
    ("text", "state"),
    [("sudah, makasih pak", "closed_confirmed"), ("sudah beres pak terima kasih", "closed_confirmed"),
     ("alhamdulillah sudah beres pak, terima kasih banyak", "closed_confirmed"), ("sudah beres", "closed_confirmed"),
     ("udah dapet kartunya pak makasih", "closed_confirmed"), ("beres pak", "closed_confirmed"),
     ("sudah pak", "closed_confirmed"), ("belum pak, kartunya belum datang", "reopened"),
     ("belum beres pak", "reopened"), ("masih belum ya pak tolong dibantu", "reopened"), ("belum", "reopened")],
)  # fmt: skip
def test_a_sentence_says_whether_the_problem_is_solved(db: Any, text: str, state: str) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes(text)
    assert db.execute("SELECT state FROM grievance").fetchall() == [(state,)]
    if len(text.split()) > 3 and state == "reopened":
        assert text in line.reports()[0][2]


@pytest.mark.parametrize("text", ["sudah tapi kartunya rusak pak", "sudah belum ya pak"])
def test_a_sentence_that_says_more_closes_nothing(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes(text)
    assert db.execute("SELECT state FROM grievance").fetchall() != [("closed_confirmed",)]


@pytest.mark.parametrize(
    ("text", "card"),
    [("belum dapat kartu", "no"), ("belum nerima kartu", "no"), ("kartunya belum ada pak", "no"),
     ("sudah dapat kartunya", "yes"), ("alhamdulillah sudah terima bu", "yes")],
)  # fmt: skip
def test_a_sentence_answers_about_the_card(db: Any, text: str, card: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("CEK", "1", text)
    assert db.execute("SELECT detail FROM evidence WHERE statement = 'card'").fetchall() == [(card,)]
    assert line.reports() == []


# --- further words of one death, and digits for a newer screen ---


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("pause", [300, HOURS, 24 * HOURS])
def test_further_words_of_a_death_belong_to_its_report(db: Any, asked: bool, pause: int) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("suami saya meninggal kemarin pak, mohon bantuannya")
    if asked:
        db.execute("UPDATE grievance SET state = 'waiting_citizen'")
    for more in ("almarhum namanya Sarif Ardianto pak", "meninggalnya di RS Ananda pak", "almarhum umurnya 52 pak"):
        line.together(more, pause=pause)
    assert len(line.reports()) == 1
    assert "Sarif" in line.reports()[0][2]
    assert "Ananda" in line.reports()[0][2]
    assert db.execute("SELECT state FROM grievance").fetchone() != ("waiting_citizen",)


def test_an_accident_weeks_after_another_is_its_own(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("suami saya ketabrak motor tadi pagi pak")
    line.together("tolong pak suami ketabrak motor gimana klaimnya", pause=HOURS)
    assert len(line.reports()) == 1
    line.together("anak saya jatuh dari motor pak", pause=9 * 24 * HOURS)
    assert len(line.reports()) == 2


@pytest.mark.parametrize("steps", [("CEK", "1", "1", "1", "1"), ("CEK", "1"), ("LAPOR", "3", "7", "3", "1")])
@pytest.mark.parametrize("later", [60, 25 * HOURS])
def test_a_digit_behind_newer_screens_is_no_answer_to_an_old_question(
    line: Line, steps: tuple[str, ...], later: int
) -> None:
    line.writes("siapa ini ya")
    assert "s9.unclear" in line.sent()
    line.now = line.now.replace(hour=7)
    line.writes(*steps)
    before = line.said()
    line.together("2" if later > HOURS else "1", pause=later)
    assert [said for said in line.said()[len(before) :] if said in ("confirms", "denies")] == []


# --- an officer wrote, and the question is still open ---


def an_officer(line: Line, *, asks: bool) -> None:
    """An officer answers the one report of this phone, or asks something, and the text is handed over."""
    line.now += HOUR
    with transaction() as session:
        report = session.query(Grievance).order_by(Grievance.id.desc()).first()
        assert report is not None
        report.state = "waiting_citizen" if asks else "answered"
        words = "Apakah kartunya sudah diterima?" if asks else "Kartu sudah kami kirim ke kelurahan."
        screen = "g6.case_need_info" if asks else "g7.case_done"
        tell(session, report, screen, {"date": "30/11/26"} if asks else {}, cause="x", now=line.now, answer=words)
    line.handed_over()
    line.now += HOUR


def with_a_report(line: Line) -> None:
    line.writes("LAPOR", "3", "7", "3", "1", "kartu saya belum datang tiga bulan", "2")
    line.now += 20 * HOUR


@pytest.mark.parametrize("open_question", [False, True])
@pytest.mark.parametrize(
    ("asks", "text", "state"),
    [(False, "belum", "reopened"), (False, "belum pak", "reopened"), (False, "belum beres pak", "reopened"),
     (False, "sudah pak makasih", "answered"), (False, "kok belum ada di kelurahan ya pak", "answered"),
     (True, "sudah", None), (True, "belum pak", None), (True, "belum pernah pak", None),
     (True, "sudah pak bulan lalu diantar RT", None)],
)  # fmt: skip
def test_a_reply_to_an_officer_is_of_his_report(
    db: Any, open_question: bool, asks: bool, text: str, state: str | None
) -> None:
    worker, line = a_worker(db), Line(db)
    if open_question:
        line.asked(worker.worker)
    with_a_report(line)
    an_officer(line, asks=asks)
    line.writes(text)
    assert line.said() == []
    assert text in line.reports()[0][2]
    (kept,) = db.execute("SELECT state FROM grievance").fetchone()
    assert kept == state if state else kept != "waiting_citizen"


def test_a_stop_to_an_officer_is_one_and_the_list_is_the_questions(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    with_a_report(line)
    an_officer(line, asks=False)
    line.writes("oh ya pak saya sudah terdaftar bpjs", "terima kasih pak")
    assert line.said() == ["confirms"]
    line.writes("stop sms ya")
    assert line.stopped()


def test_a_new_question_after_the_officer_takes_the_answer(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    with_a_report(line)
    an_officer(line, asks=True)
    line.asked(worker.worker)
    line.writes("sudah pak")
    assert line.said() == ["confirms"]


@pytest.mark.parametrize(
    "text",
    ["sudah pak kartunya sudah diantar pak RT kemarin", "belum pak, kata kelurahan masih diproses",
     "belum pak, kartu belum ada kabar sama sekali"],
)  # fmt: skip
def test_a_sentence_to_is_it_solved_is_of_the_report_though_a_question_waits(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    a_solved_question(line)
    line.writes(text)
    assert line.said() == []
    assert text in line.reports()[0][2]


@pytest.mark.parametrize(
    "text",
    ["belum ada yang telepon pak", "belum ada petugas yang datang pak", "pak tolong, belum ada yang telepon saya"],
)
def test_nobody_came_is_of_the_accident_and_no_no(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    line.writes("suami saya kecelakaan waktu kerja sekarang di RSUD")
    line.together(text, pause=6 * HOURS)
    assert line.said() == []
    assert text in line.reports()[0][2]


def test_money_told_at_its_screen_is_kept_secret(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    with_a_report(line)
    line.writes("CEK", "1", "1", "1", "ada pak, kader posyandu minta 20rb")
    assert ("asked_money", "yes") in db.execute("SELECT statement, detail FROM evidence").fetchall()
    named, secret = line.reports()
    assert "kader" not in named[2]
    assert secret[0] == "secret"
    assert "kader" in secret[2]


@pytest.mark.parametrize("text", ["tidak ada pak", "ga ada yang minta uang pak", "belum pernah ada yang minta"])
def test_no_money_is_no_money(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("CEK", "1", "1", "1", text)
    assert ("asked_money", "no") in db.execute("SELECT statement, detail FROM evidence").fetchall()


def test_money_is_no_line_of_a_report_that_was_told_by_name(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    with_a_report(line)
    line.writes("pak RT minta uang 50rb ke saya")
    assert [identity for identity, _, _ in line.reports()] == ["normal", "secret"]


@pytest.mark.parametrize("text", ["iya stop smsnya", "iya tolong stop smsnya pak", "ok stop sms", "ya jangan sms lagi"])
def test_an_agreeing_stop_is_a_stop_alone(line: Line, text: str) -> None:
    line.writes(text)
    assert line.stopped()
    assert line.said() == []


# --- the same sentence once more, hours later ---


def test_a_stock_sentence_counts_each_time_something_new_was_asked(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    a_solved_question(line)
    line.writes("belum datang juga pak")
    assert db.execute("SELECT state FROM grievance").fetchall() == [("reopened",)]
    an_officer(line, asks=False)
    line.now += 10 * HOUR
    line.writes("belum datang juga pak")
    assert line.handled()[-1] == "thread"


@pytest.mark.parametrize("again", ["cek data saya pak", "tolong cek data saya"])
def test_a_polite_keyword_is_heard_each_time(db: Any, again: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes(again, "1", "1", "1", "1")
    sent = len(line.sent())
    line.together(again, pause=300)
    assert len(line.sent()) > sent


def test_the_words_of_a_report_are_no_new_report_though_they_come_hours_later(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("LAPOR kartu saya belum datang tiga bulan")
    line.together("LAPOR kartu saya belum datang tiga bulan", pause=3 * HOURS)
    assert len(line.reports()) == 1


# --- a bare yes or no at a newer screen, and words that a call and a text both brought ---


@pytest.mark.parametrize("text", ["tidak", "enggak", "iya", "iya pak", "YA", "belum"])
@pytest.mark.parametrize(
    "steps",
    [("CEK",), ("CEK", "1"), ("CEK", "1", "1", "1"), ("LAPOR", "3", "7", "3", "1", "kartu saya hilang kemarin")],
)
def test_a_bare_word_is_of_the_newest_screen(line: Line, steps: tuple[str, ...], text: str) -> None:
    line.now += HOUR
    line.writes(*steps)
    before = told(line)
    line.writes(text)
    after = told(line)[len(before) :]
    # "1 Benar, ini saya" is a yes as well: to the screen.
    assert after == (["confirms"] if steps == ("CEK",) and text in ("iya", "iya pak", "YA") else [])


def test_another_worker_s_no_at_his_screen_is_not_the_asked_one_s(db: Any) -> None:
    asked = a_worker(db, name="Ade Rahayu")
    other = a_worker(db, nik="3275011501900002", name="Tono Umar", phone=None, row=3)
    link(db, NUMBER, other.worker)
    line = Line(db)
    line.asked(asked.worker)
    line.now += HOUR
    line.writes("CEK", "2", "tidak")
    assert line.said() == []


def test_iya_is_a_yes_at_the_screen_of_work(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("CEK", "1", "1", "iya pak")
    assert line.said()[-1] == "still_working"


@pytest.mark.parametrize("unnamed", [False, True])
def test_words_that_come_by_text_after_a_dropped_call_are_told_once(db: Any, unnamed: bool) -> None:
    a_worker(db)
    phone, words = Handset(new_client(), NUMBER), "kartu saya belum datang tiga bulan"
    keys = ("2", "3", "1", "3", "1") if unnamed else ("2", "3", "1", "1")
    phone.dial()
    for key in keys:
        phone.send(key)
    line = Line(db)
    line.now = dt.datetime.now(dt.UTC)
    line.together(words, pause=0)
    assert len(line.reports()) == 1
    if "Lanjut" in phone.dial():
        phone.send("1")
    for key in keys if "Menu" in phone.screen else ():
        phone.send(key)
    phone.send(words)
    assert len(line.reports()) == 1
    assert line.reports()[0][:2] == (("anonymous", False) if unnamed else ("secret", True))


def test_who_tells_it_twice_at_the_menu_of_reports_is_heard(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    line.writes("LAPOR", "3", "kartu belum datang", "kartu saya belum datang tiga bulan pak")
    assert [words for _, _, words in line.reports()] == ["kartu saya belum datang tiga bulan pak"]


@pytest.mark.parametrize(
    "text",
    ["belum, kartu saya tidak pernah datang pak tolong", "belum, kartu tidak pernah datang",
     "tidak, kartu saya tidak pernah datang tolong dibantu", "belum. suami saya jatuh kemarin"],
)  # fmt: skip
def test_a_complaint_behind_a_bare_no_is_heard_as_well(line: Line, text: str) -> None:
    line.writes(text)
    assert line.said() == ["denies"]
    assert [words for _, _, words in line.reports()] == [text]


@pytest.mark.parametrize(
    "text", ["belum, saya belum terdaftar bpjs", "belum punya kartu pak", "tidak, belum pernah pak"]
)
def test_a_no_that_says_it_twice_is_no_report(line: Line, text: str) -> None:
    line.writes(text)
    assert line.said() == ["denies"]
    assert line.reports() == []


def test_a_reply_to_an_officer_is_kept_in_its_report_alone(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    with_a_report(line)
    an_officer(line, asks=False)
    line.writes("belum beres pak tolong")
    assert db.execute("SELECT body FROM inbound_message ORDER BY id DESC LIMIT 1").fetchone() == (None,)
    assert "belum beres pak tolong" in line.reports()[0][2]
