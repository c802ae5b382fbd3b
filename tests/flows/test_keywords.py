"""Which word a text begins with, and what belongs to it."""

from itertools import product

import pytest

from flows.keywords import Keyword, Name, keyword
from flows.reading import command
from flows.references import check_letter

NUMBER = "7K2M9" + check_letter("7K2M9")
WORDS = {
    "check": "CEK | cek. | Tolong cek pak | cek bpjs | PARIKSA | check | Cek data saya ya | cek status bpjs",
    "report": "LAPOR | lapor pak | Mau lapor | REPORT | lapor masalah | Halo, lapor",
    "status": "STATUS | cek laporan saya | laporan saya | status pak",
    "benefits": "MANFAAT | mangpaat | Benefits | manfaat program",
    "rules": "SYARAT | aturan | rules | syaratnya pak",
    "menu": "MENU | menu!",
    "help": "BANTUAN | help | bantosan | info",
    "propose": "USUL | usulkan | daftar pak | propose",
    "settings": "DATA | data saya | bahasa",
    "rt_head": "RT | Ketua RT | pak rt | RW | Pak RW",
    "answer": "YA | tidak | ya pak | belum | no",
}
NONE = """
ya tapi kartu belum | saya mau lapor soal kartu saya belum datang | tolong | selamat pagi | manfaatnya apa saja ya pak
data saya salah semua | cek kesehatan di mana | status saya janda | rt saya minta uang | SELESAI | TERIMA | 1 | 385016
menu makan siang apa | laporan keuangan desa kami belum ada
"""


def cells(table: str) -> list[str]:
    return [cell.strip() for row in table.strip().split("\n") for cell in row.split(" | ")]


@pytest.mark.parametrize("name", WORDS)
def test_a_keyword_is_known_in_any_writing(name: Name) -> None:
    for text in cells(WORDS[name]):
        assert (text, keyword(text)) == (text, Keyword(name))
        assert command(text) in (None, "check")


def test_what_only_begins_like_one_is_none() -> None:
    assert [text for text in cells(NONE) if keyword(text) is not None] == []


@pytest.mark.parametrize(
    "text", ["{n}", "BKS-{n}", "bks {n}", "status {n}", "STATUS: BKS-{n}", "cek bks-{n}", "usulan BKS-{n}", "{n} pak"]
)
def test_a_number_asks_what_became_of_it(text: str) -> None:
    for written in (NUMBER, NUMBER.lower()):
        assert keyword(text.format(n=written)) == Keyword("status", NUMBER)


def test_six_letters_that_may_be_a_word_are_a_number_only_behind_a_prefix_or_a_keyword() -> None:
    body = next(b for b in map("".join, product("JKMTE", repeat=5)) if "E" in b and check_letter(b).isalpha())
    number = body + check_letter(body)
    assert keyword(number) is None
    for text in (f"BKS-{number}", f"status {number}"):
        assert keyword(text) == Keyword("status", number)
    consonants = next(b for b in map("".join, product("JKMTR", repeat=5)) if check_letter(b) in "BCDFGH")
    number = consonants + check_letter(consonants)
    assert keyword(number.lower()) == Keyword("status", number)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("LAPOR kartu saya belum datang", "kartu saya belum datang"),
        ("lapor: Diminta uang 50rb oleh RT!", "Diminta uang 50rb oleh RT!"),
        ("Tolong lapor pak, kartu hilang", "pak, kartu hilang"),
        ("REPORT my card never came", "my card never came"),
    ],
)
def test_what_is_reported_stands_behind_the_word(text: str, words: str) -> None:
    assert keyword(text) == Keyword("report", words)


def test_one_word_behind_it_is_no_report_yet() -> None:
    assert keyword("LAPOR kartu") == Keyword("report")
