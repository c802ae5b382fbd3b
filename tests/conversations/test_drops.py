"""Cut off at any step, calling again after a minute or after two hours: nothing said is lost, nothing counts twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import Rows, empty, put_back, rows_now
from tests.conversations.people import BY_NAME, Scene, reported
from tests.handset import Handset, handset
from tests.serving import new_client

# What is on the screen, and what the person answers there, whenever it is shown.
WORKER = (
    ("Tadi terputus", "1"),
    ("Pilih bahasa", "1"),
    ("Data Anda", "1"),
    ("Cek perlindungan", "1"),
    ("16 angka NIK", "{nik}"),
    ("surat undangan", "{code}"),
    ("apakah ini Anda", "1"),
    ("1 Benar, ini saya", "2"),
    ("Data apa yang salah", "3"),
    ("belum tercatat", "1"),
    ("TIDAK AKTIF", "2"),
    ("Cara bayar", "1"),
    ("1 Lanjut", "1"),
    ("kartu peserta", "2"),
    ("masih bekerja dan tinggal", "2"),
    ("meminta uang", "2"),
)
RT_HEAD = (
    ("Tadi terputus", "1"),
    ("menelepon sebagai", "1"),
    ("Saya mengerti", "1"),
    ("surat aktivasi", "{code}"),
    ("Buat PIN", "{pin}"),
    ("sekali lagi", "{pin}"),
    ("(0 sisa)", "0"),
    ("Konfirmasi warga", "1"),
    ("angka PIN", "{pin}"),
    ("Kairav", {"di RT ini": "1", "masih bekerja": "2", "Benar?": "1"}),
    ("Nadine", {"di RT ini": "2", "Benar?": "1"}),
    ("Sulistiawati", {"di RT ini": "5"}),
    ("Kapan kira-kira", "032026"),
    ("Sisa", "1"),
    ("keluarga sendiri", "1"),
)
REPORTER = (
    ("Tadi terputus", "1"),
    ("Pilih bahasa", "1"),
    ("Data Anda", "1"),
    ("Cek perlindungan", "2"),
    ("Apakah baru ada", "3"),
    ("Masalah apa", "3"),
    ("perbuatan seseorang", "1"),
    ("tidak diteruskan ke RT/RW", "1"),
    ("Bagaimana identitas", "2"),
    ("Tulis singkat masalahnya", "Pak RT minta Rp50 ribu"),
    ("boleh menghubungi", "2"),
)
ANONYMOUS = (("Bagaimana identitas", "3"), ("1 Setuju", "1"), *REPORTER)
URGENT = (
    ("Apakah baru ada", "1"),
    ("Segera ke rumah sakit", "1"),
    ("siapa, di mana", "Budi jatuh pagi ini"),
    *REPORTER,
)
PROPOSER = (
    ("Cek perlindungan", "5"),
    ("Mengusulkan siapa", "2"),
    ("setuju datanya", "1"),
    ("16 angka NIK", "3275010203040506"),
    ("nama lengkap", "Tono Hartono"),
    ("Pekerjaan utama", "4"),
    ("kecamatan mana", "2"),
    ("Kelurahan mana", "1"),
    ("RT dan RW", "003011"),
    ("Apakah sudah punya", "1"),
    ("Boleh dilewati", "2"),
    *REPORTER,
)
READER = (
    ("Cek perlindungan", "4"),
    ("Apa yang Anda dapat", "3"),
    ("Satu pertanyaan", "1"),
    ("Yang benar", "1"),
    ("1 Lanjut", "1"),
    *REPORTER,
)
OF_DATA = (("Cek perlindungan", "6"), ("1 Ganti bahasa", "5"), ("Setelah dihapus", "1"), *REPORTER)
OF_RT = (
    ("Tadi terputus", "1"),
    ("menelepon sebagai", "1"),
    ("angka PIN", "{pin}"),
    ("setuju datanya", "1"),
    ("16 angka NIK", "3275010203040506"),
    ("nama lengkap", "Tono Hartono"),
    ("Pekerjaan utama", "4"),
    ("Apakah sudah punya", "1"),
    ("Boleh dilewati", "2"),
)
RT_PROPOSES = (("Konfirmasi warga", "3"), *OF_RT)
RT_HELPS = (
    ("Bantuan untuk apa", "1"),
    ("Warga yang mana", "1"),
    ("kode sekali pakai", "{help}"),
    ("sudah terdaftar", "4"),
    ("Benar?", "1"),
    ("Tersimpan", "1"),
    *OF_RT,
)
SCENES = [
    ("a worker", WORKER),
    ("a worker calling for the first time", WORKER),
    ("a phone nobody knows", WORKER),
    ("a worker whose premium is not recorded", WORKER),
    ("a worker whose cover lapsed", WORKER),
    ("an RT head at work", RT_HEAD),
    ("an RT head with his letter", RT_HEAD),
]
OTHER_TALKS = {
    "a report": ("a worker", REPORTER),
    "a report by a phone nobody knows": ("a phone nobody knows", REPORTER),
    "a report on a first call": ("a worker calling for the first time", REPORTER),
    "an anonymous report": ("a worker", ANONYMOUS),
    "an accident": ("a worker", URGENT),
    "a proposal": ("a worker", PROPOSER),
    "a proposal by a phone nobody knows": ("a phone nobody knows", PROPOSER),
    "a wish to be forgotten": ("a worker", OF_DATA),
    "a proposal by an RT head": ("an RT head at work", RT_PROPOSES),
}
MOST = 40


def answer_to(screen: str, script: Any, scene: Scene) -> str:
    for words, answer in script:
        if words in screen:
            if callable(answer):
                answer = answer(screen)
            if isinstance(answer, dict):
                answer = next((said for asked, said in answer.items() if asked in screen), None)
                if answer is None:
                    continue
            return str(answer).format(nik=scene.nik, code=scene.code, pin=scene.pin, help=scene.help_code)
    raise AssertionError(f"nobody knows what to answer to {screen!r}")


def hold(
    phone: Handset,
    script: Any,
    scene: Scene,
    cut_at: int | None = None,
    given: int = 0,
    before: Callable[[int], object] = lambda given: None,
) -> int:
    """Call until all is said; the network drops the session after `cut_at` answers. Returns how many were given.

    `before` is told, ahead of each answer, how many have been given.
    """
    for _ in range(6):
        screen = phone.dial()
        while not phone.over:
            before(given)
            if given == cut_at:
                cut_at = None
                break
            screen = phone.send(answer_to(screen, script, scene))
            given += 1
            assert given < MOST, phone.seen[-5:]
        if phone.over and "PIN tersimpan" not in screen:
            return given
    raise AssertionError(phone.seen[-6:])


@pytest.fixture
def client(db: Any) -> FlaskClient:
    return new_client()


@pytest.mark.parametrize(
    ("network", "hours"),
    [("africastalking", False), ("africastalking", True), ("ussd", False)],
    ids=["after a minute", "after two hours", "after a minute, last input alone"],
)
@pytest.mark.parametrize(("who", "script"), SCENES, ids=[name for name, _ in SCENES])
def test_a_drop_at_any_step_changes_nothing_of_what_is_said(
    db: Any, client: FlaskClient, who: str, script: Any, network: str, hours: bool
) -> None:
    kept = _held(db, client, network, who, script)
    whole = _said(db)
    assert whole
    assert max(Counter(whole).values()) == 1
    for cut_at in range(1, len(kept.rows)):
        _cut(db, client, network, script, kept, cut_at, hours)
        cut = _said(db)
        if not hours:
            assert sorted(cut) == sorted(whole), f"cut after {cut_at} answers"
        assert set(cut) == set(whole), f"cut after {cut_at} answers"


@pytest.mark.parametrize("hours", [False, True], ids=["after a minute", "after two hours"])
@pytest.mark.parametrize("talk", OTHER_TALKS)
def test_a_drop_at_any_step_files_one_report_or_proposal(db: Any, client: FlaskClient, talk: str, hours: bool) -> None:
    who, script = OTHER_TALKS[talk]
    _held(db, client, "africastalking", who, script)
    whole = _filed(db)
    assert len(whole) == 1
    kept = _held(db, client, "ussd", who, script)
    assert _filed(db) == whole
    for cut_at in range(1, len(kept.rows)):
        _cut(db, client, "ussd", script, kept, cut_at, hours)
        assert _filed(db) == whole, f"cut after {cut_at} answers"


def _filed(db: Any) -> list[str]:
    return [line for line in reported(db) if line.startswith(("= report", "= proposal"))]


@pytest.mark.parametrize("hours", [False, True], ids=["after a minute", "after two hours"])
def test_a_resident_who_is_helped_is_heard_once_whatever_drops(db: Any, client: FlaskClient, hours: bool) -> None:
    helps = (("Konfirmasi warga", "4"), *RT_HELPS)
    for cut_at in range(1, 11):
        helped = iter(range(3))

        def menu(screen: str, helped: Any = helped) -> str:
            heard = db.execute("SELECT count(*) FROM evidence WHERE assisted").fetchone()[0]
            return "0" if heard or next(helped) > 1 else "4"

        empty()
        scene = BY_NAME["an RT head at work"](db, "id")

        def before(given: int, cut_at: int = cut_at) -> None:
            if hours and given == cut_at:
                _two_hours_pass(db)

        script = (("Konfirmasi warga", menu), *helps)
        hold(handset("africastalking", client, scene.number, db), script, scene, cut_at, before=before)
        assert db.execute("SELECT statement FROM evidence WHERE assisted").fetchall() == [("denies",)]


@dataclass(frozen=True)
class Kept:
    """A talk that nothing disturbed: whose it is, and every row there was ahead of each answer."""

    scene: Scene
    rows: list[Rows]


def _held(db: Any, client: FlaskClient, network: str, who: str, script: Any) -> Kept:
    """The whole talk. One that is cut goes as far in the same way, and need not be held anew."""
    empty()
    kept = Kept(BY_NAME[who](db, "id"), [])
    phone = handset(network, client, kept.scene.number, db)
    hold(phone, script, kept.scene, before=lambda given: kept.rows.append(rows_now()))
    return kept


def _cut(db: Any, client: FlaskClient, network: str, script: Any, kept: Kept, cut_at: int, hours: bool) -> None:
    """The same talk from where it is cut off after so many answers."""
    put_back(kept.rows[cut_at])
    if hours:
        _two_hours_pass(db)
    hold(handset(network, client, kept.scene.number, db), script, kept.scene, given=cut_at)


def _two_hours_pass(db: Any) -> None:
    db.execute("UPDATE conversation SET touched_at = touched_at - interval '2 hours'")


def _said(db: Any) -> list[tuple[str, str, str]]:
    return db.execute(
        """SELECT worker.name, statement, detail FROM evidence JOIN enrolment ON enrolment.id = enrolment_id
           JOIN worker ON worker.id = worker_id"""
    ).fetchall()
