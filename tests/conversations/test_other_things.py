"""A yes or a no of something else than the programme, and what no person wrote: asked back, never counted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conversations.texting import Line
from tests.people import a_worker

DAILY_LIFE = [
    "belum mateng bu", "belum masak bu", "utang belum bisa bayar", "botol belum dijual", "belum laku",
    "belum cuci piring bu", "ga denger", "ga kedengeran", "ga pernah ke kelurahan", "belum sempet nanya suami",
    "ga pernah sakit", "ga pernah dateng rapat RT", "belum ikut arisan", "belum gabung paguyuban",
]  # fmt: skip
OTHER_LISTS = [
    "belum terdaftar Gojek", "udah terdaftar di Gojek", "udah daftar Gojek", "gojek udah", "udah terdaftar di DTKS",
    "udah terdaftar prakerja", "udah terdaftar di KPU", "sudah terdaftar sebagai pemilih", "udah daftar haji",
    "udah terdaftar jadi anggota koperasi", "udah ada asuransi dari Gojek", "asuransi Gojek udah ada",
    "belum dapet PKH", "belum dapet PIP", "belum dapet THR", "belum terima undangan", "kartu lansia udah dapet",
    "udah ada BPJS PBI", "belum daftar sekolah", "kartu ATM udah ada", "udah daftar posyandu", "belum punya SIM",
    "belum punya warung", "ga dapet tiket",
]  # fmt: skip
DENIED_TWICE = [
    "ga ada yang belum", "ga belum kok", "ga kok, ga belum", "semua udah ga ada yg belum", "belum pernah ga bayar",
    "ngga pernah telat bayar", "belum pernah nunggak", "ga lupa kok, udah",
]  # fmt: skip
NOBODY_WROTE = [
    "Anda belum terdaftar di layanan ini. Hubungi *888#", "Nomor Anda belum terdaftar",
    "Panggilan tak terjawab dari 0812", "No. ini sudah tidak aktif lagi",
    "Selamat! Nomor Anda sudah terdaftar di Paket Internet 2GB. Stop: UNREG",
]  # fmt: skip
OF_SEVERAL = ["dua dua nya", "salah satu udah", "salah satu sudah", "1/2", "1 2 3 4", "2 sudah", "1 belum"]
FOR_ANOTHER = [
    "aku kelas 3 om", "ibu gak bisa baca, saya bacain. katanya udah", "emak ga ngerti, katanya belum",
    "disuruh bapak jawab belum",
]  # fmt: skip


@pytest.fixture
def line(db: Any) -> Line:
    worker, line = a_worker(db), Line(db)
    line.asked(worker.worker)
    return line


@pytest.mark.parametrize("text", DAILY_LIFE + OTHER_LISTS + DENIED_TWICE + NOBODY_WROTE + OF_SEVERAL + FOR_ANOTHER)
def test_what_is_said_of_something_else_is_asked_back_and_never_counted(line: Line, text: str) -> None:
    line.writes(text)
    assert line.said() == []
    assert not line.stopped()
    assert line.sent()[-1] in ("s9.unclear", "s12.own_word")
    line.writes("YA")
    assert line.said() == ["confirms"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("belum pernah denger pak", "denies"), ("belum ada yang datang ngedata", "denies"),
     ("belum sanggup bayar iuran", "denies"),
     ("belum punya kartu", "denies"), ("tidak, belum", "denies"), ("ga, belum", "denies"),
     ("belum didata RT", "denies"),
     ("Sudah didaftarkan koperasi", "confirms"), ("sudah terdaftar lewat paguyuban", "confirms"),
     ("haji Umar sudah terdaftar", "confirms"), ("belum dapet PKH, BPJS nya juga belum terdaftar", "denies")],
)  # fmt: skip
def test_what_is_said_of_the_programme_counts_whoever_registered_them(line: Line, text: str, said: str) -> None:
    line.writes(text)
    assert line.said() == [said]


@pytest.mark.parametrize("text", ["STOP", "UNREG", "sudah terdaftar. Stop", "nomor saya salah. stop"])
def test_a_stop_of_ours_is_one(line: Line, text: str) -> None:
    line.writes(text)
    assert line.stopped()


def test_who_says_in_english_that_he_is_another_is_let_go(line: Line) -> None:
    line.writes("im not him")
    assert line.said() == ["not_me"]
