"""Who asks in other words not to be named is not, and an anonymous thread keeps no name and number of its maker."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.conversations.test_day_after import ANONYMOUS
from tests.conversations.texting import NUMBER, Line
from tests.handset import Handset
from tests.people import a_worker
from tests.serving import new_client

MONEY = "RT minta 50rb buat kartu"


@pytest.fixture
def line(db: Any) -> Line:
    a_worker(db, name="Sulistiawati Dewi")
    return Line(db)


def unnamed(line: Line) -> bool:
    return [(identity, phone) for identity, phone, _ in line.reports()] == [("anonymous", False)]


WISHES = [
    "tanpa nama", "nama disamarkan", "pake nama samaran aja", "saya ga mau disebut", "jangan sebut nama saya ya",
    "identitas saya tolong dilindungi", "ane kaga mau ketauan",
]  # fmt: skip


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("form", ["{money}, {wish}", "LAPOR {money}, {wish}", "{wish}, {money}"])
def test_a_wish_not_to_be_named_in_any_words_is_kept(line: Line, form: str, wish: str) -> None:
    line.writes(form.format(money=MONEY, wish=wish))
    assert unnamed(line)


@pytest.mark.parametrize("wish", WISHES)
def test_a_wish_in_the_next_text_is_kept_where_both_wait(line: Line, wish: str) -> None:
    line.together("RT minta 50rb ke warga", wish, apart=1.2)
    assert unnamed(line)


@pytest.mark.parametrize(
    "text", ["kartu saya tanpa nama", "nama di kartu ketutup stiker pak", "jangan salah nama lagi ya pak"]
)
def test_what_is_said_of_a_card_is_no_such_wish(line: Line, text: str) -> None:
    line.writes(f"LAPOR {text}")
    assert [identity for identity, _, _ in line.reports()] == ["secret"]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [("hubungi saya di 0812.3456.7890", "7890"), ("call me +62 812 3456 7890", "7890"),
     ("+62-812-3456-7890 ini wa saya", "7890"),
     ("nama saya Neneng pak", "Neneng"), ("ini mang Asep tukang ojek yg lapor tadi", "Asep"),
     ("sy ujang tukang bakso, RTnya minta lagi", "ujang"), ("saya Martank, RTnya minta lagi", "Martank")],
)  # fmt: skip
def test_what_somebody_tells_of_himself_is_in_no_anonymous_thread(line: Line, text: str, hidden: str) -> None:
    line.writes(*ANONYMOUS)
    line.together(text, pause=120)
    ((identity, _, words),) = line.reports()
    assert identity == "anonymous"
    assert hidden not in words
    assert "***" in words or text not in words


@pytest.mark.parametrize("text", ["yang minta pak Udin tukang kredit", "disuruh transfer ke 0857 1111 2222"])
def test_what_is_told_of_somebody_else_stays(line: Line, text: str) -> None:
    line.writes(*ANONYMOUS)
    line.together(text, pause=120)
    assert text in line.reports()[0][2]


@pytest.mark.parametrize("minutes", [6, 24, 60, 180])
def test_who_agreed_by_a_call_that_dropped_is_unnamed_hours_later(db: Any, minutes: int) -> None:
    a_worker(db)
    phone = Handset(new_client(), NUMBER)
    phone.dial()
    for key in ("2", "3", "1", "3", "1"):
        phone.send(key)
    line = Line(db)
    line.now = dt.datetime.now(dt.UTC)
    line.together("LAPOR pak RT minta lima puluh ribu", pause=minutes * 60)
    assert unnamed(line)
    line.together("LAPOR kartu saya rusak kena air banjir", pause=3600)
    assert [identity for identity, _, _ in line.reports()].count("anonymous") == 1


def test_an_accident_hours_behind_that_agreement_is_told_by_name(db: Any) -> None:
    a_worker(db)
    phone = Handset(new_client(), NUMBER)
    phone.dial()
    for key in ("2", "3", "1", "3", "1"):
        phone.send(key)
    line = Line(db)
    line.now = dt.datetime.now(dt.UTC)
    line.together("suami saya kecelakaan motor tadi pagi", pause=7200)
    assert [(identity, named) for identity, named, _ in line.reports()] == [("normal", True)]
