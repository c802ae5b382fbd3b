"""Whose state a sentence tells: the worker's, or that of kin, of companions, of whoever else, as people say it."""

from __future__ import annotations

from typing import Any

import pytest

from flows.kinship import asks_of_kin
from flows.speaker import own_clause, speaker
from tests.conversations.test_day_after import HOURS, asked, inbox

DEWI = "Sulistiawati Dewi"

OF_ANOTHER = [
    "laki ane blm pny", "istri ane blm pny", "anak ane blm pny", "bini ane blm", "bini ane udah pny", "paksu blm dpt",
    "paksu udah", "bos ane udah", "juragan ane udah", "temen2 ane udah pny semua", "tetangga ane udah pny",
    "istri gua blm pny", "suami gw blm pny", "bini gue belon punye", "laki nya blm", "suamiku blm pny", "anakku blm",
    "mertua ane blm pny", "encing ane udah pny", "bojoku durung duwe", "salaki kuring teu acan gaduh",
    "pamajikan kuring geus boga", "barudak can", "batur kuring geus", "rencang kulo sampun", "pak su blm dpt",
    "bu bos udah", "pak bos ane blm", "majikan ane blm pny", "mandor ane udah", "nyonya saya belum", "bos udah",
    "temen sepangkalan udah", "anak2 grup udah pny", "orang2 udah pada dapet", "yg lain dah dapet", "mereka belum pny",
    "dia blm pny", "orangnya belum", "yg punya hp belum", "langganan saya jg udah", "kenek ane blm", "emak babe udah",
    "bapak ibu saya belum", "anak bini belum", "istri saya punya", "istri ane dapet", "suami saya terdaftar",
    "makasih pak, istri saya belum", "cuma istri ane yg blm", "istri blm pny pak gimana", "belum istri ane",
    "udah temen2 ane", "belum pny bini ane", "udah bu, istri ane blm", "paklek kula sampun", "si mbok belum",
    "si udin belum", "kalo pak darto udah", "orang rumah belum", "mantan istri udah", "temen ojol udah pada pny",
    "warga blm pd dpt", "ibu2 pkk udah", "yg laen udeh pade punya", "rayat kulo dereng", "baru nyokap yg udah",
    "tetangga kiri kanan udah", "driver gw blm", "baby sitter ane blm", "pak rt ane udah",
    "konco2 wis podo oleh", "sesama ojol udah", "istri muda belum", "kk ane blm", "adi abdi teu acan",
    "eh maksudnya istri saya", "itu mah bini ane", "yang udah bini ane", "itu istri saya yg belum", "istri maksudnya",
    "yg terdaftar laki ane", "bukan ane, bini ane", "eta mah salaki abdi", "ternyata istri saya udah",
    "ini hp suami, saya belum", "dengar2 tetangga udah", "pake hp bini, bini belum",
    "pak Dewi belum dapet", "bang Dewi belum", "Dewi nya lagi kerja, belum dapet katanya",
    "saya pinjem hp Dewi, saya udah dapet", "saya cuma pinjem hp, saya belum dapet",
    "laki ane tukang parkir bang, belom punya", "bapa abdi ge ngojeg, teu acan gaduh",
    "bapak kulo nggih tani, dereng angsal", "ada tetangga saya janda, belum dapet",
    "temen2 ojol ane udah pada punya", "bini udah, anak blm", "istri udah, anak belum", "suami udah, anak juga udah",
    "adek ane yg jualan cilok blm pny juga", "bos ane mah blm bayar iuran", "anak udah. istri belum pak",
    "tetangga udah, temen juga udah", "istri ane yg di kampung sana blm pny", "met pagi pak, istri ane blm pny",
    "assalamualaikum. suami saya blm pny", "ini Dewi, suami ane blm pny",
]  # fmt: skip
HIS_OWN = [
    "ane blm pny", "ane udah", "ane mah blm pny", "bos, ane udah", "bos, saya belum", "udah bos", "belum juragan",
    "udah bosku", "pak saya belum", "bang ane udah", "kak aku belum pny", "gan ane udah", "mas saya belum",
    "saya sama istri udah", "saya sama istri saya belum", "ane ama bini udah pny", "bini ane sama ane juga belon",
    "kami sekeluarga belum", "istri udah, saya belum", "bini ane udah, ane belum", "temen2 ane udah, ane doang belum",
    "yang lain udah saya doang yang belum", "dia udah, saya belum", "saya udah, istri belum", "wong durung kok",
    "orang gue belum dapet", "sopir angkot belum dapet", "udah didaftarin bos", "udah didaftarin majikan saya",
    "sudah daftar sama suami", "udah dari kantor suami", "kartunya ada di istri", "Durung, sing wis mung tonggoku",
    "belum, temen2 juga pada belum", "saya kenek belum terdaftar", "janda anak dua belum terdaftar", "laki-laki, sudah",
    "bu sejujurnya belum", "he eh udah", "tinggal ane yg blm", "ane doang nih yg blm", "gue pribadi belum",
    "ya itu dia", "maksud bapak apa", "itu pak", "pake hp anak saya, saya udah", "hp ane udah", "kartu ane belum ada",
    "bos belum daftarin saya", "kok temen2 udah ane belom", "suami, anak, saya belum",
    "warga rt 5 sudah terdaftar pak", "gua belom, bokap udah", "abdi jeung budak can",
    "bapak, belum dapet", "laki ane tukang parkir, saya belum", "suami saya kerja, saya udah",
    "udah, anak belum", "udah pak, istri belum", "belum, suami udah, anak udah", "saya udah, istri belum, anak belum",
    "istri udah, anak udah, saya belum", "saya belum bayar iuran", "bos blm daftarin",
    "saya pembantu, majikan ga daftarin", "udah bu, istri juga", "belum, laki ane jg belom",
]  # fmt: skip


def test_what_is_said_of_another_is_not_the_worker_s() -> None:
    for text in OF_ANOTHER:
        assert speaker(text, DEWI) == "relation", text


def test_what_the_worker_says_of_himself_is() -> None:
    for text in HIS_OWN:
        assert speaker(text, DEWI) == "self", text


def test_who_has_the_number_now_is_a_stranger() -> None:
    for text in (
        "nomor Dewi udah ganti, saya belum punya kartu", "hp ini udah saya beli dari Dewi, saya belum terdaftar",
        "dulu nomor Dewi, skrg punya saya", "yg punya nama udah pindah, saya belum daftar",
        "sy pemakai baru no ini, blm punya bpjs", "saya nemu hp ini, saya belum daftar",
    ):  # fmt: skip
        assert speaker(text, DEWI) == "stranger", text


def test_a_name_that_is_a_word_for_somebody_is_the_worker() -> None:
    assert speaker("Juragan udah", "Juragan Wijaya") == "self"
    assert speaker("Kawan belum", "Kawan Sitompul") == "self"


def test_beside_another_the_own_clause_is_what_is_answered() -> None:
    assert own_clause("istri udah, kalo saya belum") == "saya belum"
    assert own_clause("saya udah, istri belum").strip(" ,") == "saya udah"
    assert own_clause("bini udah tapi ane belum") == "ane belum"
    assert own_clause("saya belum, kartunya ilang") == ""


@pytest.mark.parametrize(
    "text",
    ["laki ane blm pny", "bini ane udah pny", "paksu blm dpt", "bos ane udah", "temen2 ane udah pny semua", "dia belum",
     "eh itu mah bini ane", "salaki kuring can boga", "bapak ibu saya belum", "mereka udah"],
)  # fmt: skip
@pytest.mark.parametrize("first", ["", "YA", "TIDAK"])
def test_it_is_asked_for_by_name(db: Any, text: str, first: str) -> None:
    line = asked(db)
    line.writes(*([first] if first else []), text)
    assert len(line.said()) == bool(first)
    assert line.sent()[-1] == "s12.own_word"
    assert inbox(line) == ["triage"]
    line.together("TIDAK" if first == "YA" else "YA", pause=2 * HOURS)  # asked again, it may be answered for a day
    assert line.said()[-1] == ("denies" if first == "YA" else "confirms")


@pytest.mark.parametrize(
    ("text", "said"),
    [("bos, ane udah", ["confirms"]), ("saya udah, istri belum", ["confirms"]), ("udah bos", ["confirms"]),
     ("bini ane udah, ane belum", ["denies"]), ("saya sama istri saya belum", ["denies"]), ("ane blm pny", ["denies"])],
)  # fmt: skip
def test_his_own_word_is_heard(db: Any, text: str, said: list[str]) -> None:
    line = asked(db)
    line.writes(text)
    assert line.said() == said


@pytest.mark.parametrize("companions", ["temen2 ane udah pny semua", "bos ane udah", "tetangga2 udah pada dapet"])
def test_who_speaks_of_friends_speaks_of_himself_next(db: Any, companions: str) -> None:
    line = asked(db)
    line.writes(companions, "kalo saya belum")
    assert line.said() == ["denies"]


@pytest.mark.parametrize(
    "text",
    ["kalo istri ane gmn", "istri saya bisa daftar ga", "kalo bini ane bisa sekalian ga", "anak saya boleh ikut ga pak",
     "pamajikan abdi kumaha", "bojo kula pripun", "ibu saya gimana ya", "kalo buat ortu bisa?", "temen ane gmn caranya",
     "mertua ane bisa ga", "istri saya ko belum"],
)  # fmt: skip
@pytest.mark.parametrize("first", [[], ["YA"]])
def test_who_asks_about_another_answers_nothing(db: Any, text: str, first: list[str]) -> None:
    line = asked(db)
    line.writes(*first, text)
    assert len(line.said()) == len(first)
    assert inbox(line) == ["triage"]
    assert line.reports() == []


def test_the_asked_one_is_not_asked_about() -> None:
    assert asks_of_kin("istri saya bisa daftar ga")
    assert not asks_of_kin("saya bisa daftar ga")
    assert not asks_of_kin("istri udah, kapan saya dapet")
    assert not asks_of_kin("putri bisa ikut ga", ("putri",))
