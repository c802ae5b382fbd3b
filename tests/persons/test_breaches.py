"""A breach: written down with its clock, told once a phone, by letter to whom no text reaches, and closed last."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flows.references import worker_code
from jobs.breaches import tell
from tests.people import a_worker
from tests.persons.acts import a_viewer, at_work
from verify_service.grievances.visibility import Viewer
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.tables import Breach
from verify_service.persons import breaches
from verify_service.persons.breaches import BreachRefused, NewBreach, close, counts, open_breach, tell_people

NOW = dt.datetime.now(dt.UTC)


def a_breach(admin: Viewer, **told: Any) -> Breach | BreachRefused:
    new = {
        "noticed_at": NOW - dt.timedelta(hours=2),
        "happened_on": (NOW - dt.timedelta(days=1)).date(),
        "data": ["name", "nik"],
        "what": "Daftar terkirim ke alamat surel yang salah.",
        "measures": "Penerima menghapus berkas dan menyatakannya.",
        "people": 2,
        "scope": "all",
        **told,
    }
    with at_work(admin) as who:
        return open_breach(who, NewBreach(**new))


def texts(db: Any) -> list[tuple[str, str]]:
    return list(db.execute("SELECT screen, state FROM outbox ORDER BY id").fetchall())


@pytest.fixture
def city(db: Any) -> dict[str, int]:
    return {
        "dewi": a_worker(db).worker,
        "son": a_worker(db, nik="3275010101990002", name="Bagus Dewa", row=3).worker,  # on the same phone
        "ani": a_worker(db, nik="3275015507880003", name="Ani", phone=None, row=4).worker,
        "far": a_worker(
            db, nik="3275025507880004", name="Citra", phone="+6281234567899", row=5, kelurahan="32.75.02.1001"
        ).worker,
    }


def test_everybody_is_told_once_a_phone_and_who_has_none_is_counted(db: Any, city: dict[str, int]) -> None:
    db.execute("UPDATE phone SET stopped_at = now()")  # STOP ends questions, not what the law has told
    admin = a_viewer()
    made = a_breach(admin)
    assert isinstance(made, Breach)
    tell()
    assert texts(db) == []  # not before an administrator says so
    with at_work(admin) as who:
        assert close(who, made.id, made.version) is BreachRefused.STEP
    with at_work(admin) as who:
        assert tell_people(who, made.id, made.version) is None
    tell()
    tell()
    assert texts(db) == [("g17.breach", "waiting")] * 2
    held = db.execute("SELECT state, texts, without_phone FROM breach").fetchone()
    assert held == ("told", 2, 1)
    (body,) = db.execute("SELECT body FROM outbox ORDER BY id LIMIT 1").fetchone()
    assert "Data Anda (nama, NIK) terungkap" in unseal(body, "outbox.body")
    assert f"PDP{made.id}" in unseal(body, "outbox.body")


def test_of_a_kelurahan_or_of_certain_people_only_these_are_told(db: Any, city: dict[str, int]) -> None:
    admin = a_viewer()
    here = a_breach(admin, scope="kelurahan", kelurahan_code="32.75.02.1001")
    certain = a_breach(admin, scope="people", codes=f"{worker_code(city['dewi'])}, {worker_code(city['ani'])}")
    assert a_breach(admin, scope="people", codes="12345") is BreachRefused.CODES
    for made in (here, certain):
        assert isinstance(made, Breach)
        with at_work(admin) as who:
            assert tell_people(who, made.id, made.version) is None
    tell()
    rows = db.execute("SELECT cause FROM outbox ORDER BY cause").fetchall()
    assert len(rows) == 2
    assert db.execute("SELECT without_phone FROM breach ORDER BY id").fetchall() == [(0,), (1,)]


def test_whom_the_operator_forbids_to_write_to_is_told_otherwise(db: Any, city: dict[str, int]) -> None:
    db.execute("UPDATE phone SET refused_at = now()")
    admin = a_viewer()
    made = a_breach(admin)
    assert isinstance(made, Breach)
    with at_work(admin) as who:
        assert tell_people(who, made.id, made.version) is None
    tell()
    assert texts(db) == []
    assert db.execute("SELECT without_phone FROM breach").fetchone() == (4,)


def test_a_worker_that_dies_leaves_nobody_untold_and_nobody_told_twice(
    db: Any, city: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = a_viewer()
    made = a_breach(admin)
    assert isinstance(made, Breach)
    with at_work(admin) as who:
        assert tell_people(who, made.id, made.version) is None
    monkeypatch.setattr(breaches, "AT_ONCE", 1)

    def dies() -> None:
        with transaction() as session:
            breaches.tell_some(session, now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        dies()
    with transaction() as session:
        assert breaches.tell_some(session, now=NOW)
    with pytest.raises(RuntimeError):
        dies()
    tell()
    assert len(texts(db)) == 2
    assert db.execute("SELECT texts, without_phone FROM breach").fetchone() == (2, 1)


def test_it_is_closed_when_authority_people_and_the_others_were_told(db: Any, city: dict[str, int]) -> None:
    admin = a_viewer()
    made = a_breach(admin, measures="")
    assert isinstance(made, Breach)

    def version() -> int:
        return int(db.execute("SELECT version FROM breach").fetchone()[0])

    with at_work(admin) as who:
        assert tell_people(who, made.id, version()) is BreachRefused.MEASURES
    with at_work(admin) as who:
        assert breaches.say_measures(who, made.id, version(), "Kata sandi diganti semua.") is None
    with at_work(admin) as who:
        assert breaches.authority_told(who, made.id, version() - 1, "B-12/2026") is BreachRefused.CHANGED
    with at_work(admin) as who:
        assert breaches.authority_told(who, made.id, version(), "B-12/2026") is None
    with at_work(admin) as who:
        assert tell_people(who, made.id, version()) is None
    tell()
    with at_work(admin) as who:
        assert breaches.others_told(who, made.id, version()) is None
    with at_work(admin) as who:
        assert close(who, made.id, version()) is None
    assert db.execute("SELECT state FROM breach").fetchone() == ("closed",)


def test_what_was_not_told_in_time_is_overdue(db: Any, city: dict[str, int]) -> None:
    admin = a_viewer()
    a_breach(admin, noticed_at=NOW - dt.timedelta(hours=73))
    with at_work(admin) as who:
        held = counts(who.session, now=NOW)
    assert (held.open, held.overdue) == (1, 1)
    assert a_breach(a_viewer("supervisor")) is BreachRefused.ROLE
    assert a_breach(admin, noticed_at=NOW + dt.timedelta(hours=1)) is BreachRefused.WHEN
    assert a_breach(admin, data=[]) is BreachRefused.INPUT
