"""Whoever reports anonymously stays unnamed, whatever the phone texts in the minutes around it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jobs.messages import one_batch
from tests.conversations.texting import NUMBER, Line
from tests.handset import Handset, handset
from tests.people import a_worker
from tests.serving import new_client
from verify_service.ground.crypto import unseal

WORDS = "pak lurah minta uang lima puluh ribu ke pedagang pasar"
AGREED = ("LAPOR", "3", "6", "3", "3", "1")
ANONYMOUS = (*AGREED, WORDS)


@pytest.fixture
def line(db: Any) -> Line:
    a_worker(db)
    return Line(db)


def told_of_the_phone(line: Line) -> list[str]:
    """What officers could read under the phone: reports beside which it stands, and texts that were not emptied."""
    named = [words for _, phone, words in line.reports() if phone]
    kept = line.db.execute("SELECT handled_as FROM inbound_message WHERE body IS NOT NULL").fetchall()
    return [*named, *(how for (how,) in kept if how in ("triage", "early", "copy", "unclear", "thread", "report"))]


@pytest.mark.parametrize("texts", [(*AGREED,), ()], ids=["in a talk", "by keyword"])
@pytest.mark.parametrize("copies", [2, 3])
def test_copies_of_the_words_are_emptied_with_them_even_before_they_were_read(
    line: Line, texts: tuple[str, ...], copies: int
) -> None:
    words = WORDS if texts else f"LAPOR anonim {WORDS}"
    line.writes(*texts)
    line.together(*[words] * copies)
    assert [identity for identity, _, _ in line.reports()] == ["anonymous"]
    assert told_of_the_phone(line) == []
    assert line.db.execute("SELECT count(body) FROM inbound_message WHERE handled_as = 'copy'").fetchone() == (0,)


def test_copies_of_a_confidential_report_are_emptied_too(line: Line) -> None:
    line.writes("LAPOR", "3", "6", "3", "2")
    line.together(WORDS, WORDS)
    line.writes("3")
    assert line.db.execute("SELECT count(body) FROM inbound_message").fetchone() == (0,)


@pytest.mark.parametrize("more", [WORDS, f"LAPOR {WORDS}"])
def test_three_unreadable_answers_do_not_make_the_agreement_forgotten(line: Line, more: str) -> None:
    line.writes(*AGREED, "1", "1", "2", more)
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]


def test_an_answer_with_a_grievance_counts_and_its_words_go_to_the_anonymous_report(db: Any) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes(*ANONYMOUS)
    line.asked(worker.worker)
    line.writes("belum, pak lurah minta uang ke pedagang")
    assert line.said() == ["denies"]
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]
    assert told_of_the_phone(line) == []


@pytest.mark.parametrize("text", ["stop dong pak lurah minta uang lagi", "pak lurah itu suruh stop jualan lagi"])
def test_words_around_stop_stay_nobodys_too(line: Line, text: str) -> None:
    line.writes(*ANONYMOUS)
    line.together(text, pause=6)
    assert told_of_the_phone(line) == []
    assert len(line.reports()) == 1


@pytest.mark.parametrize(
    "text",
    ["saya istrinya, pak lurah minta uang lagi kemarin", "ini bu RT, pak lurah minta uang lagi kemarin",
     "bukan saya, pak lurah minta uang lagi ke pedagang"],
)  # fmt: skip
def test_whoever_goes_on_with_an_open_question_is_not_named(db: Any, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes(*ANONYMOUS)
    line.asked(worker.worker)
    line.writes(text)
    assert told_of_the_phone(line) == []
    assert all(not phone for _, phone, _ in line.reports())


@pytest.mark.parametrize("between", [("STOP",), ("CEK",), ("1", "1", "2")], ids=["STOP", "CEK", "unreadable"])
@pytest.mark.parametrize(
    "text",
    ["mandor itu kasar sama kuli di gudang", "mandor itu kasar, suruh stop terus", "saya istrinya, mandor itu kasar"],
)
def test_words_that_nobody_can_class_are_nobodys_after_it_was_agreed(
    line: Line, between: tuple[str, ...], text: str
) -> None:
    line.writes(*AGREED, *between, text)
    assert told_of_the_phone(line) == []
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]


def test_the_choice_alone_is_enough_where_the_note_was_not_answered_yet(line: Line) -> None:
    line.writes("LAPOR", "3", "6", "3", "3", "STOP", WORDS)
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]


def test_lapor_that_ends_with_stop_is_an_anonymous_report(line: Line) -> None:
    line.writes("LAPOR anonim mandor potong upah tiap hari, tolong stop")
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]
    assert not line.stopped()
    assert told_of_the_phone(line) == []


def test_how_it_was_handled_does_not_tell(line: Line) -> None:
    line.writes("tolong jangan sebut nama saya, pak lurah minta uang ke pedagang")
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]
    assert "report" not in line.handled()


def test_a_copy_that_comes_a_day_later_tells_nothing(line: Line) -> None:
    line.writes(*ANONYMOUS)
    line.comes(WORDS, at=line.now + dt.timedelta(hours=23))
    one_batch()
    assert told_of_the_phone(line) == []
    assert len(line.reports()) == 1


# --- asked for in any words, and told of in any ---


@pytest.mark.parametrize(
    "text",
    ["LAPOR pak RT minta uang, jgn sebut nama sy", "LAPOR pak RT minta uang, mohon nama saya di rahasiakan",
     "LAPOR pak RT minta uang, namaku jangan disebut", "LAPOR pak RT minta uang, saya ga mau disebut namanya",
     "LAPOR pak RT minta uang, jgn bilang saya yg lapor", "LAPOR pak RT menta duit, tong nyebut ngaran abdi",
     "REPORT the head asks for money, please do not mention my name", "anonim: mandor kasar sama kuli di gudang",
     "tolong rahasiakan nama saya, mandor kasar sama kuli di gudang",
     "jangan bilang siapa siapa ya, pak rt galak ke janda",
     "jangan sebut nama saya pak RT minta uang terus stop"],
)  # fmt: skip
@pytest.mark.parametrize("open_report", [False, True], ids=["alone", "beside an open report"])
def test_who_asks_in_any_words_not_to_be_named_is_not(line: Line, text: str, open_report: bool) -> None:
    if open_report:
        line.writes("LAPOR", "3", "7", "3", "1", "kartu belum datang tiga bulan", "2")
    line.together(text, pause=1200)
    assert sorted(identity for identity, _, _ in line.reports()) == ["anonymous"] + ["normal"] * open_report
    assert told_of_the_phone(line) == ["kartu belum datang tiga bulan"] * open_report


@pytest.mark.parametrize("text", ["LAPOR kartu saya datang tanpa nama", "LAPOR kartu saya jangan salah nama lagi"])
def test_a_name_that_is_wrong_is_no_wish_to_be_unnamed(line: Line, text: str) -> None:
    line.writes(text)
    assert [identity for identity, _, _ in line.reports()] == ["secret"]


def test_lapor_anonim_is_remembered(line: Line) -> None:
    line.writes("LAPOR ANONIM", WORDS)
    assert line.reports() == [("anonymous", False, WORDS)]
    assert told_of_the_phone(line) == []


def test_who_says_so_at_the_menu_of_who_may_know_has_chosen(line: Line) -> None:
    line.writes("LAPOR", "3", "6", "3", "jangan sebut nama saya", "1", WORDS)
    assert line.reports() == [("anonymous", False, WORDS)]


def test_a_talk_that_was_left_keeps_no_words(line: Line) -> None:
    line.writes("LAPOR", WORDS)
    line.together("halo pak", pause=25 * 3600)
    assert line.db.execute("SELECT count(body) FROM inbound_message WHERE handled_as = 'answer'").fetchone() == (0,)


@pytest.mark.parametrize("text", ["namanya Burhan", "Pak Burhan", "RT 05", "kel. Jaka"])
@pytest.mark.parametrize("asked", [False, True])
def test_a_few_words_behind_an_anonymous_report_are_in_it(db: Any, text: str, asked: bool) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes(*ANONYMOUS)
    if asked:
        line.asked(worker.worker)
    line.together(text, pause=8)
    assert line.reports() == [("anonymous", False, f"{WORDS} / {text}")]
    assert told_of_the_phone(line) == []


@pytest.mark.parametrize("text", ["terima kasih pak", "ok pak", "siap"])
def test_thanks_are_not(line: Line, text: str) -> None:
    line.writes(*ANONYMOUS)
    line.together(text, pause=8)
    assert line.reports() == [("anonymous", False, WORDS)]


@pytest.mark.parametrize(
    "text",
    ["cek laporan {n}", "status laporan {n}", "laporan saya {n} bagaimana pak?", "{n} pak tolong ditindak",
     "LAPOR {n} kok belum ada kabar", "nomor laporan saya {n}", "cek status {n}"],
)  # fmt: skip
@pytest.mark.parametrize("asked", [False, True])
def test_the_number_of_a_report_in_a_sentence_leads_to_no_phone(db: Any, text: str, asked: bool) -> None:
    worker, line = a_worker(db), Line(db)
    line.writes(*ANONYMOUS)
    (number,) = db.execute("SELECT number FROM grievance").fetchone()
    db.execute("UPDATE conversation SET touched_at = touched_at - interval '12 minutes'")
    if asked:
        line.asked(worker.worker)
    line.together(text.format(n=number), pause=900)
    assert len(line.reports()) == 1
    bodies = [unseal(bytes(body), "inbound_message.body") for (body,) in db.execute(
        "SELECT body FROM inbound_message WHERE body IS NOT NULL").fetchall()]  # fmt: skip
    assert [body for body in bodies if number[-6:] in body] == []
    assert line.sent()[-1].startswith("c")  # what became of it


def test_what_is_told_beside_a_number_is_added_to_its_report(line: Line) -> None:
    line.writes(*ANONYMOUS)
    (number,) = line.db.execute("SELECT number FROM grievance").fetchone()
    line.together(f"{number} orangnya datang lagi minta uang seratus ribu ke pedagang sayur", pause=900)
    ((_, _, words),) = line.reports()
    assert "orangnya datang lagi" in words


@pytest.mark.parametrize("network", ["africastalking", "ussd"])
@pytest.mark.parametrize(
    "about",
    ["1 3", "2 3", "3 1 1 3", "3 2 3", "3 3 3", "4 3", "6 1 1 3", "6 2 3", "6 3 3", "7 1 1 3", "7 2 3", "7 3 3"],
)  # the category, whom it is about, and that it is told by nobody
def test_the_same_words_by_call_after_a_lost_last_screen_are_one_report(db: Any, about: str, network: str) -> None:
    a_worker(db)
    phone, seen = handset(network, new_client(), NUMBER, db), []
    for _ in range(2):
        phone.dial()
        seen.append([phone.send(key) for key in ("2", "3", *about.split(), "1", WORDS)][-1])
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (1,)
    assert seen[0] == seen[1]


def test_the_same_words_about_somebody_else_are_another_report(db: Any) -> None:
    a_worker(db)
    phone = Handset(new_client(), NUMBER)
    for about in ("3 1 1", "3 2", "6 1 1", "6 3", "6 3"):
        phone.dial()
        for key in ("2", "3", *about.split(), "3", "1", WORDS):
            phone.send(key)
    kept = db.execute("SELECT category, coalesce(about, '') FROM grievance ORDER BY 1").fetchall()
    assert kept == [("conduct", "officer"), ("rt_conduct", "rt_rw"), ("wrong_person", "")]


def test_the_newest_report_is_the_one_told_last(db: Any) -> None:
    a_worker(db)
    line, phone = Line(db), Handset(new_client(), NUMBER)
    phone.dial()
    for key in ("2", "3"):
        phone.send(key)
    line.now = dt.datetime.now(dt.UTC)
    line.together("LAPOR kartu belum datang tiga bulan", pause=0)
    for key in ("6", "3", "3", "1", WORDS):
        phone.send(key)
    line.now = dt.datetime.now(dt.UTC)
    line.together("dia pak lurah minta lagi kemarin sore", pause=70)
    assert [words for identity, _, words in line.reports() if identity == "anonymous"] == [
        f"{WORDS} / dia pak lurah minta lagi kemarin sore"
    ]


@pytest.mark.parametrize(
    "text",
    ["LAPOR tanpa nama: pak RT minta uang 50rb", "LAPOR pak RT minta uang, jangan bilang2 ya saya yg lapor",
     "LAPOR pak RT minta uang jgn bilang2 dari saya ya",
     "LAPOR pak RT minta uang, jangan sampai ketauan saya yang lapor",
     "LAPOR pak RT minta uang, nama saya jangan dikasih tau",
     "saya minta identitas saya jangan dibocorkan, pak RT galak",
     "LAPOR pak RT minta uang, jangan kasih tau pak RT kalo saya yang lapor"],
)  # fmt: skip
def test_the_ways_in_which_people_ask_for_it(line: Line, text: str) -> None:
    line.writes(text)
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]


@pytest.mark.parametrize("text", ["pak lurah datang lagi ke lapak saya kemarin", "LAPOR pak lurah masih minta uang"])
@pytest.mark.parametrize("by_call", [False, True])
def test_what_is_told_after_its_number_was_looked_up_is_nobodys(db: Any, text: str, by_call: bool) -> None:
    a_worker(db)
    line = Line(db)
    line.now = dt.datetime.now(dt.UTC)
    line.together(*ANONYMOUS[:1], pause=0)
    line.writes(*ANONYMOUS[1:])
    (number,) = db.execute("SELECT number FROM grievance").fetchone()
    db.execute("UPDATE conversation SET touched_at = touched_at - interval '30 minutes'")
    if by_call:
        phone = Handset(new_client(), NUMBER)
        phone.dial()
        for key in ("3", number, "1"):
            phone.send(key)
    else:
        line.writes(f"STATUS {number}", "1")
    line.now = max(line.now, dt.datetime.now(dt.UTC))
    line.together(text, pause=20)
    assert [phone for _, phone, _ in line.reports()] == [False]
    assert told_of_the_phone(line) == []


# --- who asks not to be named before telling anything ---

WISHES = [
    "LAPOR anonim pak", "lapor tanpa nama", "lapor tanpa nama bisa ga pak?", "lapor anonim",
    "mau lapor tapi nama saya jangan disebut ya pak", "bisa lapor tanpa nama ga bu",
    "pak saya mau lapor tapi jangan bilang2 saya yang lapor ya", "assalamualaikum pak boleh lapor secara anonim?",
]  # fmt: skip


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("pause", [30, 15 * 60, 3 * 3600])
@pytest.mark.parametrize("named", [False, True])
def test_a_wish_is_no_report_and_the_words_after_it_are_nobodys(line: Line, wish: str, pause: int, named: bool) -> None:
    if named:
        line.writes("LAPOR kartu saya belum datang tiga bulan")
        line.db.execute("UPDATE conversation SET touched_at = touched_at - interval '2 days'")
    before = len(line.reports())
    line.writes(wish)
    assert len(line.reports()) == before
    assert line.sent()[-1] == "c2.urgent"
    line.together("ketua RW kami minta uang kas lima puluh ribu tiap bulan", pause=pause)
    identity, phone, words = (
        line.reports()[-1] if not named else next(one for one in line.reports() if "kartu" not in one[2])
    )
    assert (identity, phone, words) == ("anonymous", False, "ketua RW kami minta uang kas lima puluh ribu tiap bulan")


def test_a_wish_at_the_menu_of_a_report_is_kept(line: Line) -> None:
    line.writes("LAPOR", "3", "tapi tanpa nama ya pak")
    assert line.reports() == []
    line.together("ketua RW kami minta uang kas lima puluh ribu tiap bulan", pause=1200)
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]


def test_who_chooses_to_be_named_after_the_wish_is(line: Line) -> None:
    line.writes("LAPOR anonim pak", "3", "7", "3", "1", "kartu saya hilang di pasar")
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("normal", True)]


@pytest.mark.parametrize(
    "text",
    ["kader posyandu nyuhunkeun duit 30 rebu kang, tong disebat nami abdi nya",
     "LAPOR pa RT nyuhunkeun duit 50 rebu, ulah disebat nami abdi",
     "LAPOR pak RT njaluk duit 50 ewu, ojo nyebut jenengku pak",
     "bu kader minta duit 30rb pak, jangan bawa2 nama saya ya", "bu kader minta duit 30rb, jangan bawa-bawa nama saya",
     "bu kader njaluk duit 30 ewu pak, ojo sebut jenengku yo", "LAPOR pak RW minta duit, jangan bawa2 nama aye ye"],
)  # fmt: skip
def test_the_ways_in_which_people_of_all_tongues_ask_for_it(line: Line, text: str) -> None:
    line.writes(text)
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]


def test_a_wish_in_sundanese_and_then_the_words(line: Line) -> None:
    line.writes("punten kang, tong disebat nami abdi nya")
    line.together("kader posyandu nyuhunkeun duit 30 rebu unggal bulan", pause=600)
    assert [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]
