"""What was read as something else: who never came, strangers, halves, and stops that are none."""

from __future__ import annotations

from typing import Any

import pytest

from flows.reading import command
from flows.speaker import speaker
from tests.conversations.test_day_after import HOURS, asked, inbox
from tests.conversations.texting import Line
from tests.people import a_worker

DEWI = "Sulistiawati Dewi"

# --- who never came takes no yes back ---


@pytest.mark.parametrize(
    "text",
    ["ga pernah ada petugas dateng", "kader nya ga pernah dateng", "ga pernah ada yg dateng pak",
     "petugas belum pernah datang"],
)  # fmt: skip
@pytest.mark.parametrize(("first", "said"), [("udah", "confirms"), ("belum", "denies")])
def test_who_never_came_is_an_officer_s_to_read(db: Any, first: str, said: str, text: str) -> None:
    line = asked(db)
    line.writes(first, text)
    assert line.said() == [said]
    assert inbox(line) == ["triage"] or text in " ".join(words for _, _, words in line.reports())


@pytest.mark.parametrize("text", ["belum pak, kader nya ga pernah dateng", "blm bu, petugas ga pernah dateng ke sini"])
def test_beside_a_no_it_is_one(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == ["denies"]


# --- "pernah", and what the asked one is said to say ---


@pytest.mark.parametrize(
    "text", ["pernah", "pernah pak", "dewi bilang udah", "Dewi bilang belum pak", "kata dewi udah"]
)
def test_what_says_neither_is_asked_back(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == []
    assert line.sent()[-1] in ("s9.unclear", "s12.own_word")


@pytest.mark.parametrize("apart", [0.5, 2.5])
@pytest.mark.parametrize("between", [False, True])
def test_a_sentence_cut_at_or_is_one(db: Any, between: bool, apart: float) -> None:
    line = asked(db)
    line.together("saya tidak tahu sudah atau", "belum", apart=apart, handled_between=between)
    assert "denies" not in line.said()


# --- a stranger ---

STRANGERS = [
    "bukan, ini Andi", "bukan pak, saya Rudi", "maaf bukan, ini dengan Joko", "dewi udah ganti nomor pak",
    "Dewi ganti nomer", "sy nemu kartu sim ini", "saya nemu simcard di jalan", "yg dulu pake nomor ini siapa ya",
    "sulis udah ganti hp", "dewi udah ga pake nomor ini",
]  # fmt: skip


@pytest.mark.parametrize("text", STRANGERS)
def test_a_stranger_lets_the_phone_go(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == ["not_me"]
    line.together("2", pause=100)
    line.together("saya belum punya bpjs pak, mau daftar", pause=400)
    assert line.said() == ["not_me"]


@pytest.mark.parametrize(
    "text",
    ["bukan, ini belum", "bukan, ini kartu lama", "saya dewi udah ganti nomor", "kartu saya ganti nomor",
     "bukan ini dewi", "nomor saya ganti pak", "iya, ini Dewi", "bukan pak, saya ojek", "bukan, saya belum"],
)  # fmt: skip
def test_who_is_no_stranger(text: str) -> None:
    assert speaker(text, DEWI) != "stranger", text


# --- stops that are some, and that are none ---


@pytest.mark.parametrize(
    "text",
    ["jangan diingetin lagi", "ga usah diingetin lagi pak", "jgn ingetin saya lagi",
     "tolong jangan diingatkan terus ya", "saya ga mau terima sms ini lagi", "ga mau dapet sms lagi",
     "cukup jangan sms lagi", "sy tidak mau nerima sms lagi pak"],
)  # fmt: skip
@pytest.mark.parametrize("steps", [(), ("LAPOR", "3", "7", "3", "1"), ("CEK",)])
def test_these_are(db: Any, steps: tuple[str, ...], text: str) -> None:
    line = asked(db)
    line.writes(*steps, text)
    assert line.stopped()
    assert line.said() == []
    assert line.reports() == []


@pytest.mark.parametrize(
    "text",
    ["ga mau diberhentikan", "saya ga mau dihentikan iurannya", "nomer sy dihapus dari daftar ya?",
     "nama saya dicoret ya pak?", "jangan lupa ingetin lagi ya", "ingetin lagi besok", "belum mau berhenti"],
)  # fmt: skip
@pytest.mark.parametrize("question", [False, True])
def test_these_are_none(db: Any, question: bool, text: str) -> None:
    worker, line = a_worker(db), Line(db)
    if question:
        line.asked(worker.worker)
    line.writes(text)
    assert not line.stopped()


@pytest.mark.parametrize("text", ["mau terima sms lagi", "lanjut sms lagi ya", "boleh sms lagi pak", "aktifkan lagi"])
def test_who_wants_them_again_gets_them(db: Any, text: str) -> None:
    line = asked(db)
    line.writes("STOP")
    line.together(text, pause=3 * HOURS)
    assert not line.stopped()
    assert line.sent()[-1] == "s7.welcome_back"


def test_what_asks_for_something_else_starts_nothing() -> None:
    for text in ("jangan sms lagi", "ga mau terima sms lagi", "kapan sms lagi", "belum terima sms lagi"):
        assert command(text) != "start", text


# --- words behind a report, where the question was answered before ---


@pytest.mark.parametrize(
    "text", ["ternyata udah ada kartunya di RT", "udah beres pak kartunya udah ada", "kartunya udah saya terima pak"]
)
@pytest.mark.parametrize("first", ["udah", "ya"])
def test_what_says_the_same_again_goes_to_the_report(db: Any, first: str, text: str) -> None:
    line = asked(db)
    line.writes(first, "kartu saya belum dateng dari januari pak")
    before = line.said()
    line.together(text, pause=90)
    assert [said for said in line.said() if said in ("confirms", "denies")] == before[:1]
    assert text in " ".join(words for _, _, words in line.reports())


def test_what_corrects_the_answer_is_one_all_the_same(db: Any) -> None:
    line = asked(db)
    line.writes("udah", "kartu saya belum dateng dari januari pak")
    line.together("eh saya belum terdaftar ternyata", pause=90)
    assert line.said()[-1] == "denies"
