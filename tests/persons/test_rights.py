"""The rights of the person: a number in clear, a request with its clock, a correction that lasts, an erasure."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.console.desk import a_case
from tests.pdf import words_of
from tests.people import a_worker
from tests.persons.acts import a_viewer, asked, at_work, step, the_person
from tests.registry.test_loading import ANI, BUDI, NOW, roster, written
from verify_service.grievances.visibility import Viewer
from verify_service.ground.database import transaction
from verify_service.persons import correcting, erasing
from verify_service.persons.clear import NotShown, Shown, left_today, numbers, show_in_clear
from verify_service.persons.correcting import Correction, correct
from verify_service.persons.erasing import Erased, confirm, list_anew, propose
from verify_service.persons.portrait import portrait
from verify_service.persons.rights import (
    Asked,
    RightRefused,
    ask,
    counts,
    end_hold,
    object_to_use,
    refuse,
    set_hold,
)
from verify_service.registry.letters import letters_pdf
from verify_service.registry.problems import StillNeeded
from verify_service.registry.undo import undo_version

NIK = "3275014107800001"


def of_ani(db: Any) -> int:
    return int(db.execute("SELECT id FROM worker WHERE name = 'Ani Lestari'").fetchone()[0])


@pytest.fixture
def ani(db: Any, tmp_path: Path) -> int:
    roster(written(tmp_path, ANI, BUDI))
    return of_ani(db)


def erase(db: Any, worker: int, *, first: Viewer | None = None, second: Viewer | None = None) -> Erased | RightRefused:
    first, second = first or a_viewer(), second or a_viewer()
    request = asked(first, worker, "erase")
    with at_work(first) as who:
        refused = propose(who, the_person(who, worker), step(db, request, "not_needed", "tidak ikut lagi"))
    if refused is not None:
        return refused
    with at_work(second) as who:
        return confirm(who, the_person(who, worker), step(db, request))


# --- in clear ---


def test_a_number_in_clear_costs_a_reason_and_is_counted_for_the_day(db: Any, ani: int) -> None:
    officer = a_viewer("officer")
    with at_work(officer) as who:
        group = the_person(who, ani)
        assert show_in_clear(who, group, "nik", "", "menelepon warga") is NotShown.REASON
        assert show_in_clear(who, group, "nik", "call", "x") is NotShown.NOTE
        shown = show_in_clear(who, group, "nik", "call", "menelepon warga di loket")
        assert isinstance(shown, Shown)
        assert shown.numbers == (NIK,)
        assert "3275" not in repr(shown)
        assert left_today(who) == shown.left == 29
    (detail,) = db.execute("SELECT detail FROM audit WHERE action = 'number shown in clear'").fetchone()
    assert detail == {"what": "nik", "reason": "call"}


def test_beyond_the_day_s_number_nothing_more_is_shown(db: Any, ani: int) -> None:
    officer = a_viewer("officer")
    for _ in range(30):
        with at_work(officer) as who:
            assert isinstance(show_in_clear(who, the_person(who, ani), "phone", "call", "menelepon"), Shown)
    with at_work(officer) as who:
        assert show_in_clear(who, the_person(who, ani), "nik", "call", "menelepon") is NotShown.LIMIT
    with at_work(a_viewer("auditor")) as who:
        assert show_in_clear(who, the_person(who, ani), "nik", "call", "menelepon") is NotShown.ROLE


# --- the register ---


def test_the_clock_runs_from_when_it_was_asked_and_says_who_is_late(db: Any, ani: int) -> None:
    admin = a_viewer()
    now = dt.datetime.now(dt.UTC)
    asked(admin, ani, "export", now - dt.timedelta(hours=73))
    with at_work(admin, now) as who:
        held = counts(who.session, now=now)
        assert (held.open, held.overdue) == (1, 1)
        again = ask(who, the_person(who, ani), Asked("export", "self", "ktp"))
        assert again is RightRefused.TWICE
        assert ask(who, the_person(who, ani), Asked("export", "self", "")) is RightRefused.INPUT


def test_a_request_is_refused_with_a_reason_and_by_one(db: Any, ani: int) -> None:
    admin = a_viewer()
    request = asked(admin, ani, "export")
    seen = step(db, request, "identity", "bukan orangnya")
    with at_work(admin) as who:
        assert refuse(who, the_person(who, ani), seen) is None
    with at_work(a_viewer()) as who:
        assert refuse(who, the_person(who, ani), seen) is RightRefused.CHANGED
    with at_work(a_viewer("officer")) as who:
        assert refuse(who, the_person(who, ani), step(db, request, "identity", "bukan")) is RightRefused.ROLE


def test_whoever_objects_gets_no_questions_any_more(db: Any) -> None:
    admin = a_viewer()
    dewi = a_worker(db).worker
    request = asked(admin, dewi, "object")
    with at_work(admin) as who:
        assert object_to_use(who, the_person(who, dewi), step(db, request)) is None
    assert db.execute("SELECT count(*) FROM phone WHERE stopped_at IS NOT NULL").fetchone() == (1,)


def test_on_a_phone_of_the_family_whoever_objects_is_no_longer_written_to(db: Any) -> None:
    mother = a_worker(db, nik="3275011501900001", name="Sulistiawati Dewi")
    a_worker(db, nik="3275010101990002", name="Bagus Dewa", row=3)
    admin = a_viewer()
    request = asked(admin, mother.worker, "object")
    with at_work(admin) as who:
        assert object_to_use(who, the_person(who, mother.worker), step(db, request)) is None
    assert db.execute("SELECT count(*) FROM phone WHERE stopped_at IS NOT NULL").fetchone() == (0,)
    assert db.execute("SELECT unlinked_why FROM phone_link WHERE worker_id = %s", [mother.worker]).fetchone() == (
        "objected",
    )


# --- corrections ---


def put_right(db: Any, worker: int, field: str, value: str) -> RightRefused | None:
    admin = a_viewer()
    request = asked(admin, worker, "correct")
    with at_work(admin) as who:
        what = Correction(field, value, "ktp")
        return correct(who, the_person(who, worker), step(db, request, note="KTP dilihat"), what)


def test_a_corrected_name_outlives_the_list_that_repeats_the_mistake(db: Any, ani: int, tmp_path: Path) -> None:
    assert put_right(db, ani, "name", "Rahmawati Kusuma") is None
    assert db.execute("SELECT name FROM worker WHERE id = %s", [ani]).fetchone() == ("Rahmawati Kusuma",)
    report = roster(written(tmp_path, ANI.replace(",1,2,", ",4,2,"), BUDI, name="next.csv"))
    assert (report.accepted, report.rejected, report.counts.get("correction_kept")) == (2, 0, 1)
    assert db.execute("SELECT name FROM worker WHERE id = %s", [ani]).fetchone() == ("Rahmawati Kusuma",)
    agreed = roster(
        written(tmp_path, ANI.replace("Ani Lestari", "Rahmawati Kusuma").replace(",1,2,", ",5,2,"), name="third.csv")
    )
    assert "correction_kept" not in agreed.counts


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("birth_date", "1980-07-02", "1980-13-02"),
        ("sex", "L", "x"),
        ("kk", "3275011234567899", "123"),
        ("address", "Jl. Melati 5", "  "),
    ],
)
def test_each_field_is_corrected_once_readable(
    db: Any, ani: int, tmp_path: Path, field: str, value: str, wrong: str
) -> None:
    assert put_right(db, ani, field, wrong) is RightRefused.UNREADABLE
    request = db.execute("SELECT id FROM person_request").fetchone()[0]
    admin = a_viewer()
    with at_work(admin) as who:
        done = correct(who, the_person(who, ani), step(db, request), Correction(field, value, "ktp"))
        assert done is None
        assert correcting.value_of(who, the_person(who, ani), field) == value
    roster(written(tmp_path, ANI.replace(",1,2,", ",4,2,"), name="next.csv"))
    with at_work(admin) as who:
        assert correcting.value_of(who, the_person(who, ani), field) == value


def test_a_corrected_phone_is_not_exchanged_back_by_the_next_list(db: Any, ani: int, tmp_path: Path) -> None:
    assert put_right(db, ani, "phone", "0813 1111 2222") is None
    roster(written(tmp_path, ANI.replace(",1,2,", ",4,2,"), name="next.csv"))
    with at_work(a_viewer()) as who:
        assert correcting.value_of(who, the_person(who, ani), "phone") == "+6281311112222"


def test_two_who_correct_at_once_are_one_and_one_who_is_told(db: Any, ani: int) -> None:
    admin = a_viewer()
    request = asked(admin, ani, "correct")
    seen = step(db, request)
    said: list[RightRefused | None] = []

    def go(name: str) -> None:
        with at_work(admin) as who:
            said.append(correct(who, the_person(who, ani), seen, Correction("name", name, "ktp")))

    together(lambda: go("Ani Lestariwati"), lambda: go("Ani Lestarini"))
    assert sorted(map(str, said)) == sorted([str(None), RightRefused.CHANGED.value])
    assert db.execute("SELECT count(*) FROM person_correction").fetchone() == (1,)


def together(*acts: Any) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- erasing ---


def text_of_everything(db: Any) -> str:
    tables = [name for (name,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()]
    return "\n".join(
        str(row) for table in tables for (row,) in db.execute(f"SELECT CAST({table} AS text) FROM {table}").fetchall()
    )


def test_one_administrator_cannot_erase_alone(db: Any, ani: int) -> None:
    admin = a_viewer()
    assert erase(db, ani, first=admin, second=admin) is RightRefused.SECOND
    assert db.execute("SELECT erased_at FROM worker WHERE id = %s", [ani]).fetchone() == (None,)


def test_an_erased_person_is_nowhere_in_clear_and_unreadable_where_sealed(db: Any, ani: int, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI.replace(",1,2,", ",4,2,").replace("Ani Lestari", "Ani Lestary"), name="again.csv"))
    assert "Ani Lestar" in text_of_everything(db)
    erased = erase(db, ani)
    assert isinstance(erased, Erased), erased
    assert "Ani Lestar" not in text_of_everything(db)
    assert db.execute("SELECT count(*) FROM person_key WHERE wrapped IS NULL").fetchone() == (1,)
    with at_work(a_viewer("officer")) as who:
        shown = portrait(who, the_person(who, ani))
        assert (shown.listings[0].name, shown.listings[0].nik_last4) == ("", "")
        assert [phone.number for phone in shown.phones] == [""]
    with transaction() as session:
        page, letters = letters_pdf(session, kelurahan=None, now=dt.datetime.now(dt.UTC), actor="test")
    assert letters == 1
    assert "Budi" in words_of(page)


def test_a_phone_of_the_family_stays_the_family_s(db: Any) -> None:
    mother = a_worker(db, nik="3275011501900001", name="Sulistiawati Dewi")
    son = a_worker(db, nik="3275010101990002", name="Bagus Dewa", row=3)
    assert isinstance(erase(db, mother.worker), Erased)
    with at_work(a_viewer()) as who:
        assert correcting.value_of(who, the_person(who, son.worker), "phone") == "+6281234567890"
        assert correcting.value_of(who, the_person(who, mother.worker), "phone") == ""
    assert db.execute("SELECT count(*) FROM phone_link").fetchone() == (2,)


@pytest.mark.parametrize("about", ["worker", "phone"])
def test_nobody_is_erased_while_something_is_open(db: Any, about: str) -> None:
    dewi = a_worker(db)
    case = a_case(db, worker=dewi.worker if about == "worker" else None)
    assert erase(db, dewi.worker) is RightRefused.OPEN
    db.execute("UPDATE grievance SET closed_at = now(), state = 'closed_confirmed' WHERE id = %s", [case])
    admin = a_viewer()
    (request,) = db.execute("SELECT id FROM person_request").fetchone()
    with at_work(admin) as who:
        assert set_hold(who, the_person(who, dewi.worker), "court") is None
        refused = propose(who, the_person(who, dewi.worker), step(db, request, "not_needed"))
        assert refused is RightRefused.HELD
        assert end_hold(who, the_person(who, dewi.worker)) is None
    with at_work(admin) as who:
        assert propose(who, the_person(who, dewi.worker), step(db, request, "not_needed")) is None
    with at_work(a_viewer()) as who:
        assert isinstance(confirm(who, the_person(who, dewi.worker), step(db, request)), Erased)
    assert db.execute("SELECT words FROM grievance WHERE id = %s", [case]).fetchone() == (None,)


def test_a_list_that_names_an_erased_person_tells_and_keeps_nothing_of_them(db: Any, ani: int, tmp_path: Path) -> None:
    assert isinstance(erase(db, ani), Erased)
    assert roster(written(tmp_path, ANI, BUDI)).unchanged
    for plot in ("4", "5", "5"):  # the last as the one before it: it is looked at again
        report = roster(written(tmp_path, ANI.replace(",1,2,", f",{plot},2,"), BUDI, name="next.csv"))
        assert (report.rejected, report.counts.get("erased_person")) == (1, 1)
        assert "Ani Lestari" not in text_of_everything(db)
    with at_work(a_viewer()) as who:
        assert list_anew(who, the_person(who, ani)) is None
    report = roster(written(tmp_path, ANI.replace(",1,2,", ",5,2,"), BUDI, name="next.csv"))
    assert report.rejected == 0
    assert db.execute("SELECT name, erased_at FROM worker WHERE id = %s", [ani]).fetchone() == ("Ani Lestari", None)
    with at_work(a_viewer()) as who:
        assert numbers(who, the_person(who, ani), "nik") == (NIK,)


def test_a_list_taken_back_brings_nothing_of_an_erased_person(db: Any, ani: int, tmp_path: Path) -> None:
    later = NOW + dt.timedelta(days=1)
    second = roster(written(tmp_path, ANI.replace(",1,2,", ",4,2,"), BUDI, name="next.csv"), now=later)
    assert second.import_id is not None
    assert isinstance(erase(db, ani), Erased)
    with pytest.raises(StillNeeded, match="requests of people"), transaction() as session:
        undo_version(session, second.import_id, now=dt.datetime.now(dt.UTC), actor="test")
    db.execute("UPDATE person_request SET asked_at = '2026-01-01'")  # asked before that list came
    with transaction() as session:
        undo_version(session, second.import_id, now=dt.datetime.now(dt.UTC), actor="test")
    assert "Ani Lestari" not in text_of_everything(db)
    assert db.execute("SELECT erased_at IS NOT NULL FROM worker WHERE id = %s", [ani]).fetchone() == (True,)


def test_a_whole_list_without_an_erased_person_asks_nobody_after_them(db: Any, tmp_path: Path) -> None:
    citi = BUDI.replace("3275011203750002", "3275011203750004").replace("Budi Santoso", "Citra Ayu")
    roster(written(tmp_path, ANI, BUDI, citi))
    (ani,) = db.execute("SELECT id FROM worker WHERE name = 'Ani Lestari'").fetchone()
    assert isinstance(erase(db, ani), Erased)
    report = roster(written(tmp_path, BUDI.replace(",1,2,", ",4,2,"), citi, name="whole.csv"), whole=True)
    assert report.missing == ()


def test_two_who_confirm_at_once_are_one_and_one_who_is_told(db: Any, ani: int) -> None:
    first = a_viewer()
    request = asked(first, ani, "erase")
    with at_work(first) as who:
        assert propose(who, the_person(who, ani), step(db, request, "not_needed")) is None
    seen, others = step(db, request), (a_viewer(), a_viewer())
    said: list[Any] = []

    def go(viewer: Viewer) -> None:
        with at_work(viewer) as who:
            said.append(confirm(who, the_person(who, ani), seen))

    together(lambda: go(others[0]), lambda: go(others[1]))
    assert sorted(type(one).__name__ for one in said) == ["Erased", "RightRefused"]
    assert RightRefused.CHANGED in said
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'person erased'").fetchone() == (1,)


def test_one_who_corrects_while_another_erases_is_told(db: Any, ani: int) -> None:
    first, second = a_viewer(), a_viewer()
    wrong = asked(first, ani, "correct")
    request = asked(first, ani, "erase")
    with at_work(first) as who:
        assert propose(who, the_person(who, ani), step(db, request, "not_needed")) is None
    said: dict[str, Any] = {}
    correction, erasure = step(db, wrong), step(db, request)

    def right() -> None:
        with at_work(first) as who:
            said["right"] = correct(who, the_person(who, ani), correction, Correction("name", "Ani Lestarini", "ktp"))

    def gone() -> None:
        with at_work(second) as who:
            said["gone"] = confirm(who, the_person(who, ani), erasure)

    together(right, gone)
    assert isinstance(said["gone"], Erased)
    assert said["right"] in (None, RightRefused.ERASED, RightRefused.CHANGED, RightRefused.STEP)
    assert "Ani Lestar" not in text_of_everything(db)


def test_an_erasure_that_breaks_off_leaves_everything_as_it_was(
    db: Any, ani: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = text_of_everything(db)
    first = a_viewer()
    request = asked(first, ani, "erase")
    with at_work(first) as who:
        assert propose(who, the_person(who, ani), step(db, request, "not_needed")) is None

    def killed_before_the_commit() -> None:
        with at_work(a_viewer()) as who:
            assert isinstance(confirm(who, the_person(who, ani), step(db, request)), Erased)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        killed_before_the_commit()
    assert db.execute("SELECT count(*) FROM person_key WHERE wrapped IS NULL").fetchone() == (0,)
    assert "Ani Lestari" in before
    assert "Ani Lestari" in text_of_everything(db)
    assert db.execute("SELECT state FROM person_request").fetchone() == ("to_confirm",)


def test_until_when_the_city_pays_is_known_before_somebody_is_erased(db: Any, ani: int) -> None:
    with at_work(a_viewer(), dt.datetime(2026, 2, 1, tzinfo=dt.UTC)) as who:
        assert erasing.paid_until(who, the_person(who, ani)) is not None
    with at_work(a_viewer(), dt.datetime(2036, 2, 1, tzinfo=dt.UTC)) as who:
        assert erasing.paid_until(who, the_person(who, ani)) is None
