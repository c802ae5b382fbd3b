"""Cut off at any step, calling again after a minute or after two hours: nothing said is lost, nothing counts twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conversations.people import BY_NAME, Scene
from tests.handset import Handset, handset
from verify_service.app import create_app

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
SCENES = [
    ("a worker", WORKER),
    ("a worker calling for the first time", WORKER),
    ("a phone nobody knows", WORKER),
    ("a worker whose premium is not recorded", WORKER),
    ("a worker whose cover lapsed", WORKER),
    ("an RT head at work", RT_HEAD),
    ("an RT head with his letter", RT_HEAD),
]
MOST = 40


def answer_to(screen: str, script: Any, scene: Scene) -> str:
    for words, answer in script:
        if words in screen:
            if isinstance(answer, dict):
                answer = next((said for asked, said in answer.items() if asked in screen), None)
                if answer is None:
                    continue
            return str(answer).format(nik=scene.nik, code=scene.code, pin=scene.pin)
    raise AssertionError(f"nobody knows what to answer to {screen!r}")


def hold(phone: Handset, script: Any, scene: Scene, cut_at: int | None, db: Any, hours: bool) -> int:
    """Call until all is said; the network drops the session after `cut_at` answers. Returns how many were given."""
    given = 0
    for _ in range(6):
        screen = phone.dial()
        while not phone.over:
            if given == cut_at:
                cut_at = None
                if hours:
                    db.execute("UPDATE conversation SET touched_at = touched_at - interval '2 hours'")
                break
            screen = phone.send(answer_to(screen, script, scene))
            given += 1
            assert given < MOST, phone.seen[-5:]
        if phone.over and "PIN tersimpan" not in screen:
            return given
    raise AssertionError(phone.seen[-6:])


@pytest.fixture
def client(db: Any) -> FlaskClient:
    return create_app().test_client()


@pytest.mark.parametrize(
    ("network", "hours"),
    [("africastalking", False), ("africastalking", True), ("ussd", False)],
    ids=["after a minute", "after two hours", "after a minute, last input alone"],
)
@pytest.mark.parametrize(("who", "script"), SCENES, ids=[name for name, _ in SCENES])
def test_a_drop_at_any_step_changes_nothing_of_what_is_said(
    db: Any, client: FlaskClient, who: str, script: Any, network: str, hours: bool
) -> None:
    whole, steps = _said(db, client, network, who, script, None, hours)
    assert whole
    assert max(Counter(whole).values()) == 1
    for cut_at in range(1, steps):
        cut, _ = _said(db, client, network, who, script, cut_at, hours)
        if not hours:
            assert sorted(cut) == sorted(whole), f"cut after {cut_at} answers"
        assert set(cut) == set(whole), f"cut after {cut_at} answers"


def _said(
    db: Any, client: FlaskClient, network: str, who: str, script: Any, cut_at: int | None, hours: bool
) -> tuple[list[tuple[str, str, str]], int]:
    db.execute(
        "TRUNCATE conversation, evidence, stale_enrolment, task, outbox, audit, link_try, enrolment, worker, phone,"
        " rt_head CASCADE"
    )
    scene = BY_NAME[who](db, "id")
    given = hold(handset(network, client, scene.number, db), script, scene, cut_at, db, hours)
    rows = db.execute(
        """SELECT worker.name, statement, detail FROM evidence JOIN enrolment ON enrolment.id = enrolment_id
           JOIN worker ON worker.id = worker_id"""
    ).fetchall()
    return rows, given
