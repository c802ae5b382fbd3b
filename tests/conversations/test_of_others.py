"""What a day of fresh eyes found of other people's state, of a phone that two share, and of words behind an answer."""

from __future__ import annotations

from typing import Any

import pytest

from flows.speaker import speaker
from tests.conversations.test_day_after import HOURS, asked, inbox

DEWI = "Sulistiawati Dewi"

# --- of companions, of kin in every clause, of kin who do something ---

OF_OTHERS = [
    "temen2 ojol ane udah pada punya", "temen2 kerja ane blm pada punya", "tetangga gang ane udah",
    "rekan kerja saya belum", "konco ngojek kulo sampun", "batur dagang abdi teu acan", "bos proyek ane udah",
    "mandor pabrik ane blm", "anak cowok gue blm", "adek perempuan saya udah", "anak laki-laki saya sudah",
    "bini udah, anak blm", "istri udah, anak belum", "suami udah, anak juga udah", "emak udah babe blm",
    "bapake udah, ibune belum", "istri blm, mertua jg blm", "suami belum tapi anak udah", "bojo sampun, anak dereng",
    "pamajikan atos, budak teu acan", "istri sudah punya kartu, anak belum punya", "halo pak, istri udah, anak belum",
    "mertua udah, sodara udah, ipar blm", "temen udah, tetangga udah",
    "adek ane yg jualan cilok blm pny juga", "adek ane yg ngojek udah", "kakak saya yang ngojek belum dapet",
    "ibu saya yang jualan nasi uduk belum punya", "lanceuk abdi nu icalan cilok teu acan",
    "adik kulo sing dodol bakso dereng", "temen ane yg narik ojol udah",
    "bos ane mah blm bayar iuran", "juragan gue blm bayar iuran", "istri belum ngurus",
]  # fmt: skip
HIS_OWN = [
    "saya udah, istri belum", "udah, istri juga", "saya sama istri belum", "udah pak, anak belum", "bos, ane udah",
    "udah, istri juga udah", "belum, istri udah", "suami udah, saya blm", "bini udah, anak blm, ane jg blm",
    "istri udah, anak belum, saya belum", "saya yang jualan cilok belum punya", "bos, ane blm bayar iuran",
    "pak saya yang jualan cilok belum", "saya blm bayar iuran", "karyawan toko, saya belum terdaftar",
    "istri udah, anak udah, tinggal saya", "bos belum daftarin saya", "anak dua, belum punya", "laki laki belum",
    "aku udah kak, tapi adik aku yg di salon sebelah belum tuh",
    "Pelanggan yth nomor yg anda hubungi sedang tidak aktif",
]  # fmt: skip


def test_whom_a_sentence_is_about() -> None:
    for text in OF_OTHERS:
        assert speaker(text, DEWI) == "relation", text
    for text in HIS_OWN:
        assert speaker(text, DEWI) == "self", text


@pytest.mark.parametrize(
    "text",
    ["temen2 ojol ane udah pada punya", "bini udah, anak blm", "istri udah, anak belum", "suami udah, anak juga udah",
     "adek ane yg jualan cilok blm pny juga", "bos ane mah blm bayar iuran"],
)  # fmt: skip
@pytest.mark.parametrize("first", [[], ["udah"], ["belum"]])
def test_what_is_said_of_others_is_asked_back_by_name(db: Any, text: str, first: list[str]) -> None:
    line = asked(db)
    line.writes(*first)
    line.together(text, pause=240)
    assert len(line.said()) == len(first)
    assert line.sent()[-1] == "s12.own_word"
    assert inbox(line) == ["triage"]
    line.together("TIDAK" if first == ["udah"] else "YA", pause=2 * HOURS)
    assert line.said()[-1] == ("denies" if first == ["udah"] else "confirms")


@pytest.mark.parametrize(
    ("text", "said"),
    [("saya udah, istri belum", "confirms"), ("udah, istri juga", "confirms"), ("ane ama bini udah pny", "confirms"),
     ("bos, ane udah", "confirms"), ("suami udah, saya blm", "denies"), ("bini udah, anak blm, ane jg blm", "denies")],
)  # fmt: skip
def test_his_own_word_beside_others_counts(db: Any, text: str, said: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == [said]


@pytest.mark.parametrize("text", ["udah pak, anak belum", "saya sama istri belum"])
def test_what_is_his_own_and_not_sure_is_asked_back_in_digits(db: Any, text: str) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == []
    assert line.sent()[-1] == "s9.unclear"
