"""What a short day of fresh eyes found: second thoughts behind an old report, and thanks that no officer need read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flows.second_thoughts import answer_left, is_sorry, thinks_again
from flows.speaker import speaker
from flows.wishes import only_wonders
from tests.conversations.test_another_day import CALLS, calls, stuck
from tests.conversations.test_day_after import ANONYMOUS, HOURS, asked, inbox
from tests.conversations.texting import Line
from tests.handset import Handset
from tests.people import a_worker

DEWI = "Sulistiawati Dewi"

# --- an old talk that waits for the words of a report ---


@pytest.mark.parametrize("unnamed", [False, True])
@pytest.mark.parametrize(
    ("first", "then", "said"),
    [("belum", "eh udah ternyata", "confirms"), ("udah", "salah pak harusnya belum", "denies"),
     ("belum", "udah ding kartunya ketemu", "confirms"), ("belum", "astaga udah ternyata", "confirms"),
     ("belum", "oh udah ternyata pak", "confirms"), ("belum", "eh atos geuning", "confirms"),
     ("belum", "jebule wis", "confirms"), ("belum", "keliru pak udah", "confirms"),
     ("udah", "aduh salah belum", "denies"), ("udah", "lepat pak teu acan", "denies"),
     ("belum", "aduh salah harusnya udah", "confirms"), ("belum", "oalah udah to", "confirms"),
     ("udah", "maksud saya belum terima kartu", "denies"), ("belum", "ya ampun udah", "confirms")],
)  # fmt: skip
@pytest.mark.parametrize("pause", [180, 360])
def test_a_second_thought_is_of_the_answer(
    db: Any, unnamed: bool, first: str, then: str, said: str, pause: int
) -> None:
    line = stuck(db, unnamed=unnamed)
    (worker,) = db.execute("SELECT id FROM worker").fetchone()
    line.asked(worker)
    line.writes(first)
    line.together(then, pause=pause)
    assert line.said()[1:] == [said]
    assert line.reports() == []


@pytest.mark.parametrize("unnamed", [False, True])
@pytest.mark.parametrize(
    "text", ["salah ketik pak", "salah pencet", "eh bukan itu maksudnya", "kartu ketemu di laci", "ternyata ga gitu"]
)
def test_one_that_cannot_be_read_is_asked_back(db: Any, unnamed: bool, text: str) -> None:
    line = stuck(db, unnamed=unnamed)
    (worker,) = db.execute("SELECT id FROM worker").fetchone()
    line.asked(worker)
    line.writes("udah")
    line.together(text, pause=240)
    assert line.said() == ["confirms"]
    assert line.sent()[-1] == "s9.unclear"
    line.together("2", pause=900)
    assert line.said() == ["confirms", "denies"]
    assert line.reports() == []


@pytest.mark.parametrize(
    "text",
    ["oke ditunggu", "ini dari mana ya", "emang gratis?", "dari kelurahan kemarin daftarnya"],
)
@pytest.mark.parametrize("first", [[], ["udah"]])
def test_talk_about_the_newer_question_is_no_report(db: Any, text: str, first: list[str]) -> None:
    line = stuck(db, unnamed=False)
    (worker,) = db.execute("SELECT id FROM worker").fetchone()
    line.asked(worker)
    line.writes(*first)
    line.together(text, pause=240)
    assert line.reports() == []
    assert len(line.said()) == len(first)


@pytest.mark.parametrize("text", ["kartu saya ga bisa dipake", "pak RT minta uang", "kartu belum nyampe juga"])
@pytest.mark.parametrize("unnamed", [False, True])
def test_a_problem_is_the_report_all_the_same(db: Any, text: str, unnamed: bool) -> None:
    line = stuck(db, unnamed=unnamed)
    (worker,) = db.execute("SELECT id FROM worker").fetchone()
    line.asked(worker)
    line.writes("udah")
    line.together(text, pause=240)
    ((identity, named, words),) = line.reports()
    assert (identity, named, words) == (("anonymous", False, text) if unnamed else ("normal", True, text))


def test_few_words_of_a_nameless_report_are_kept_from_the_phone(db: Any) -> None:
    line = stuck(db, unnamed=True)
    (worker,) = db.execute("SELECT id FROM worker").fetchone()
    line.asked(worker)
    line.writes("udah")
    line.together("namanya pak Udin", pause=240)
    assert line.reports() == [("anonymous", False, "namanya pak Udin")]
    assert inbox(line) == []


@pytest.mark.parametrize("unnamed", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "eh udah ternyata",
        "astaga udah ternyata",
        "salah pencet",
        "1",
        "2 pak",
        "eh bentar",
        "maaf lupa",
        "kok saya belum ya",
    ],
)
def test_where_nothing_else_is_asked_the_words_are_asked_again(db: Any, unnamed: bool, text: str) -> None:
    line = stuck(db, unnamed=unnamed)
    line.writes(text)
    assert line.reports() == []
    assert line.sent()[-1] in ("c7.text", "c44.words_wrong")


@pytest.mark.parametrize("kind", CALLS)
def test_so_it_is_behind_an_answer_by_call(db: Any, kind: type[Handset]) -> None:
    a_worker(db)
    line = Line(db)
    line.now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=20)
    line.writes("LAPOR", "3", "1", "1")
    line.now = dt.datetime.now(dt.UTC)
    calls(line, kind, "1", "1", "2")
    line.together("eh udah ternyata", pause=180)
    assert line.reports() == []


def test_a_second_thought_is_read_without_an_old_talk(db: Any) -> None:
    line = asked(db)
    line.writes("belum")
    line.together("udah ding kartunya ketemu", pause=180)
    line.together("salah pak harusnya belum", pause=180)
    assert line.said() == ["denies", "confirms", "denies"]


def test_what_is_no_second_thought() -> None:
    for text in ("oh ya udah", "ya udah deh", "eh udah ah", "harusnya udah", "ternyata udah bayar?", "eh kartu ilang"):
        assert answer_left(text, behind_another=True) == "", text
    for text in ("oh gitu ya pak", "eh makasih ya", "wah bagus", "eh kartu saya hilang", "salah nama saya di kartu"):
        assert not thinks_again(text), text


@pytest.mark.parametrize("text", ["batal", "eh ga jadi", "ga jadi pak"])
def test_who_calls_the_old_talk_off_has_ended_it(db: Any, text: str) -> None:
    line = stuck(db, unnamed=False)
    (worker,) = db.execute("SELECT id FROM worker").fetchone()
    line.asked(worker)
    line.writes("udah")
    line.together(text, pause=240)
    assert line.sent()[-1] == "a6.end"
    assert line.said() == ["confirms"]


# --- forgotten, and sorry ---


@pytest.mark.parametrize(
    "text",
    ["maaf lupa", "sori lupa", "maaf saya lupa", "hapunten hilap", "nyuwun ngapunten kesupen", "maaf baru bales"],
)
@pytest.mark.parametrize(
    ("first", "said"), [("udah", "confirms"), ("belum", "denies"), ("oh iya udah ada", "confirms")]
)
@pytest.mark.parametrize("pause", [3, 180])
def test_who_is_sorry_takes_nothing_back(db: Any, text: str, first: str, said: str, pause: int) -> None:
    line = asked(db)
    line.writes(first)
    line.together(text, pause=pause)
    assert line.said() == [said]
    assert inbox(line) == []
    assert line.sent()[-1] == "s3.answered"


@pytest.mark.parametrize("text", ["lupa", "saya lupa", "lupa pak"])
def test_who_says_no_more_than_forgotten_is_asked_back(db: Any, text: str) -> None:
    line = asked(db)
    line.writes("udah")
    line.together(text, pause=180)
    assert line.said() == ["confirms"]
    assert line.sent()[-1] == "s9.unclear"
    line.writes("3")
    assert line.said() == ["confirms", "does_not_know"]


@pytest.mark.parametrize("text", ["maaf lupa", "saya lupa", "ga tau pak"])
def test_without_an_answer_it_is_one(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == ["does_not_know"]


@pytest.mark.parametrize("text", ["maaf lupa, udah", "udah, maaf lupa bales", "sori tadi lupa. udah pak"])
def test_it_is_no_part_of_the_answer(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == ["confirms"]


def test_who_does_not_know_after_all_takes_his_answer_back(db: Any) -> None:
    line = asked(db)
    line.writes("udah")
    line.together("eh ga tau deng", pause=180)
    assert line.said() == ["confirms", "does_not_know"]


def test_who_is_sorry_for_more_says_more() -> None:
    for text in ("maaf lupa", "maaf baru bales pak"):
        assert is_sorry(text), text
    for text in ("lupa", "maaf saya lupa daftar", "maaf"):
        assert not is_sorry(text), text


# --- thanks, and who wonders ---


@pytest.mark.parametrize("text", ["makasih ya", "terima kasih", "ok pak", "nuhun bu", "matur nuwun", "oke makasih"])
@pytest.mark.parametrize("pause", [60, 240, HOURS])
def test_thanks_are_read_by_no_officer(db: Any, text: str, pause: int) -> None:
    a_worker(db)
    line = Line(db)
    line.writes(*ANONYMOUS)
    line.together(text, pause=pause)
    assert inbox(line) == []
    assert db.execute("SELECT count(*) FROM inbound_message WHERE body IS NOT NULL").fetchone() == (0,)
    assert len(line.reports()) == 1
    assert line.sent()[-1] == "a6.end"


def test_so_are_thanks_behind_a_call(db: Any) -> None:
    a_worker(db)
    line = Line(db)
    line.now = dt.datetime.now(dt.UTC)
    calls(line, Handset, "2", "3", "3", "1", "1", "3", "1", "pak RT minta uang seratus ribu")
    line.together("makasih ya", pause=240)
    assert inbox(line) == []
    assert len(line.reports()) == 1


def test_so_are_thanks_behind_an_answer(db: Any) -> None:
    line = asked(db)
    line.writes("udah", "makasih ya bu")
    assert inbox(line) == []
    assert line.said() == ["confirms"]


@pytest.mark.parametrize("text", ["makasih, tapi kartunya mana", "pak", "ok kapan dikirim"])
def test_what_is_more_than_thanks_is_an_officer_s(db: Any, text: str) -> None:
    a_worker(db)
    line = Line(db)
    line.writes(text)
    assert inbox(line) == ["triage"] or len(line.reports()) == 1


@pytest.mark.parametrize("text", ["kok saya belum ya", "knp saya belum", "ko saya blm", "naha abdi teu acan"])
@pytest.mark.parametrize("first", [[], ["belum"], ["belum", "adek gue udah"]])
@pytest.mark.parametrize("pause", [120, HOURS])
def test_who_only_wonders_reports_nothing(db: Any, text: str, first: list[str], pause: int) -> None:
    line = asked(db)
    line.writes(*first)
    line.together(text, pause=pause)
    assert line.reports() == []
    assert inbox(line)[-1:] == ["triage"]
    assert set(line.said()) <= {"denies"}


def test_who_wonders_about_something_reports_it() -> None:
    assert only_wonders("kok saya belum ya")
    assert only_wonders("kenapa aku belum juga")
    for text in ("kenapa saya belum terdaftar", "kok kartu saya belum", "kok saya", "saya belum"):
        assert not only_wonders(text), text


@pytest.mark.parametrize("first", [[], ["belum"]])
def test_who_says_what_he_meant_answers(db: Any, first: list[str]) -> None:
    line = asked(db)
    line.writes(*first, "maksud saya belum terima kartu")
    assert line.said() == ["denies"]
    assert line.reports() == []


def test_who_sees_now_who_asks_is_no_office(db: Any) -> None:
    line = asked(db)
    line.writes("oh dari kelurahan ya. saya belum")
    assert line.said() == ["denies"]
    assert speaker("ini dari kelurahan, sudah", DEWI) == "office"
