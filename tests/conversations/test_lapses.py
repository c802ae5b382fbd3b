"""Lapses of the cover, as offices bring them about: files late, wrong, twice and not at all, and what workers are told.

Each situation is one that other programmes have met in public; files go in as `verify import` takes them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from jobs.reconcile import reconcile
from jobs.warn import warn
from tests.conftest import forget_everything
from tests.people import NOW, link
from tests.registry.test_loading import roster, written
from verify_service.conversations.news import reconcile_and_tell
from verify_service.ground.database import transaction
from verify_service.ground.programme import DEFAULT
from verify_service.registry import loading
from verify_service.registry.report import ImportReport
from verify_service.verification.gaps import lapses, mark_due
from verify_service.verification.matrix import WorkerMonths, files, matrix
from verify_service.verification.reconciliation import drain

ANI, BUDI, CICI = "3275014107800001", "3275011203750002", "3275011203750003"
NAMES = {ANI: "Ani Lestari", BUDI: "Budi Santoso", CICI: "Cici Rahayu"}
PHONES = {ANI: "+6281234567890", BUDI: "+6281234567891", CICI: "+6281234567892"}
OK = "AKTIF"
LATE = "MENUNGGAK"
AUGUST, SEPTEMBER, OCTOBER = (dt.date(2026, month, 1) for month in (8, 9, 10))


class City:
    """Three workers, and the files of their months."""

    def __init__(self, db: Any, folder: Path) -> None:
        self.db, self.folder, self._files = db, folder, 0

    def file(self, lines: list[str], headings: str) -> Path:
        self._files += 1
        return written(self.folder, *lines, name=f"{self._files}.csv", headings=headings)

    def listed(self, *niks: str, paid_from: dt.date = dt.date(2026, 1, 1), phones: bool = True, **more: Any) -> None:
        lines = [f"{nik},{NAMES[nik]},1,2,Margahayu,{PHONES[nik] if phones else ''}" for nik in niks]
        roster(self.file(lines, "NIK,NAMA,RT,RW,KELURAHAN,NO HP"), paid_from=paid_from, **more)

    def insurer(self, month: dt.date, *, ani: str, others: str = OK) -> ImportReport:
        """A file of the insurer's; Ani is not in it where her status is empty."""
        rows = {BUDI: others, CICI: others, ANI: ani}
        lines = [f"{nik},{status}" for nik, status in rows.items() if status]
        with transaction() as session:
            file = self.file(lines, "NIK,STATUS")
            return loading.import_insurer(session, file, period=month, now=NOW, actor="test")

    def payments(self, month: dt.date, paid: Mapping[str, int]) -> ImportReport:
        """A file of the treasury's, in rupiah."""
        with transaction() as session:
            file = self.file([f"{nik},{rupiah}" for nik, rupiah in paid.items()], "NIK,JUMLAH")
            return loading.import_payments(session, file, period=month, now=NOW, actor="test")

    def look(self, now: dt.datetime = NOW) -> None:
        """Reconcile, as the worker process does."""

        def one() -> Any:
            with transaction() as session:
                return reconcile_and_tell(session, now=now)

        drain(one)

    def told(self) -> list[tuple[str, str]]:
        return list(self.db.execute("SELECT screen, state FROM outbox ORDER BY id").fetchall())

    def sent(self) -> None:
        self.db.execute("UPDATE outbox SET state = 'accepted' WHERE state = 'waiting'")

    def gaps(self) -> list[tuple[str, str, str | None]]:
        """First unpaid month, day of the lapse, and how it ended, of each gap."""
        rows = self.db.execute("SELECT unpaid_from, lapses_on, ended_how FROM cover_gap ORDER BY id").fetchall()
        return [(f"{first:%Y-%m}", day.isoformat(), how) for first, day, how in rows]

    def ani(self) -> WorkerMonths:
        with transaction() as session:
            held = files(session, now=NOW)
            assert held is not None
            (worker,) = self.db.execute("SELECT id FROM worker WHERE name = %s", [NAMES[ANI]]).fetchone()
            ((one,),) = matrix(session, held, worker_id=worker)
        return one

    def confirmed(self) -> None:
        """Ani has said by USSD that the phone is hers."""
        self.db.execute(
            """INSERT INTO evidence (enrolment_id, source, statement, channel, phone_id, inbound, screen, received_at)
               SELECT enrolment.id, 'worker', 'confirms', 'ussd', phone_id, 'test:1', 'b5.status_active', %s
               FROM enrolment JOIN phone_link USING (worker_id) JOIN worker ON worker.id = worker_id
               WHERE worker.name = %s""",
            [NOW - dt.timedelta(days=90), NAMES[ANI]],
        )


@pytest.fixture
def city(db: Any, tmp_path: Path) -> City:
    one = City(db, tmp_path)
    one.listed(ANI, BUDI, CICI)
    return one


def test_a_file_that_comes_late_lets_nobody_lapse_meanwhile(city: City) -> None:
    city.insurer(AUGUST, ani=LATE)
    city.look(dt.datetime(2026, 9, 15, 3, tzinfo=dt.UTC))
    city.sent()
    city.look(dt.datetime(2026, 11, 23, 3, tzinfo=dt.UTC))  # past the day; no file of September or October came
    with transaction() as session:
        (one,) = lapses(session, now=NOW)
    assert (one.lapses_on, one.lapsed) == (dt.date(2026, 11, 1), False)
    assert city.told() == [("s8.news", "accepted")]


def test_three_months_without_a_premium_are_one_gap_told_of_once(city: City) -> None:
    for month in (AUGUST, SEPTEMBER, OCTOBER):
        city.insurer(month, ani=LATE)
        city.look()
        city.sent()
    assert (city.ani().standing.gap, city.ani().standing.lapsed) == (3, True)
    assert city.gaps() == [("2026-08", "2026-11-01", None)]
    assert city.told() == [("s8.news", "accepted")]


def test_the_treasury_pays_nobody_and_everybody_is_told_once(city: City) -> None:
    city.insurer(AUGUST, ani=OK)
    city.payments(SEPTEMBER, {"3275011203750009": 16_800})  # and the insurer's file of that month never came
    city.insurer(OCTOBER, ani=LATE, others=LATE)
    city.look()
    city.look()
    assert city.gaps() == [("2026-09", "2026-12-01", None)] * 3
    assert city.told() == [("s8.news", "waiting")] * 3


def test_two_files_of_one_month_before_anything_went_out_leave_nothing_to_say(city: City) -> None:
    city.insurer(OCTOBER, ani=LATE)
    city.look()
    city.insurer(OCTOBER, ani=OK)
    city.look()
    city.look()
    assert city.told() == [("s8.news", "cancelled")]
    assert city.gaps() == [("2026-10", "2027-01-01", "corrected")]


@pytest.mark.parametrize(
    ("knows", "first", "then"), [(False, "s8.news", "s13.corrected"), (True, "g10.cover_gap", "g28.gap_corrected")]
)
def test_whoever_was_told_wrongly_is_told_so_once(city: City, knows: bool, first: str, then: str) -> None:
    if knows:
        city.confirmed()
    city.insurer(SEPTEMBER, ani=OK)
    city.insurer(OCTOBER, ani=LATE)
    city.look()
    city.sent()
    city.insurer(OCTOBER, ani=OK)
    for _ in range(2):
        city.look()
    assert city.told() == [(first, "accepted"), (then, "waiting")]


def test_a_payment_that_came_after_all_is_good_news_and_no_correction(city: City) -> None:
    city.confirmed()
    city.insurer(AUGUST, ani=OK)
    city.insurer(SEPTEMBER, ani=LATE)
    city.look()
    city.sent()
    city.insurer(OCTOBER, ani=OK)
    city.look()
    assert city.told() == [("g10.cover_gap", "accepted"), ("g9.cover_active", "waiting")]
    assert city.gaps() == [("2026-09", "2026-12-01", "paid")]


def test_a_correction_of_one_of_two_months_moves_the_gap_and_writes_nothing(city: City) -> None:
    city.insurer(SEPTEMBER, ani=LATE)
    city.insurer(OCTOBER, ani=LATE)
    city.look()
    city.sent()
    city.insurer(SEPTEMBER, ani=OK)
    city.look()
    assert city.gaps() == [("2026-10", "2027-01-01", None)]
    assert city.told() == [("s8.news", "accepted")]


def test_a_gap_after_a_paid_month_is_another_one(city: City) -> None:
    city.insurer(AUGUST, ani=LATE)
    city.look()
    city.sent()
    city.insurer(SEPTEMBER, ani=OK)
    city.insurer(OCTOBER, ani=LATE)
    city.look()
    assert city.gaps() == [("2026-08", "2026-11-01", "paid"), ("2026-10", "2027-01-01", None)]
    assert city.told() == [("s8.news", "accepted"), ("s8.news", "waiting")]


def test_two_lines_of_one_worker_are_one_gap_and_one_text(city: City) -> None:
    lines = [f"{ANI},{NAMES[ANI]},{rt},2,Margahayu,{PHONES[ANI]}" for rt in (1, 5)]
    roster(city.file(lines, "NIK,NAMA,RT,RW,KELURAHAN,NO HP"))
    assert city.db.execute("SELECT count(*) FROM enrolment").fetchone() == (4,)
    city.insurer(OCTOBER, ani=LATE)
    city.look()
    assert (len(city.gaps()), city.told()) == (1, [("s8.news", "waiting")])


def test_whoever_was_removed_by_decision_has_no_gap_and_what_waits_is_taken_back(city: City) -> None:
    city.insurer(OCTOBER, ani=LATE)
    city.look()
    city.db.execute(
        "UPDATE enrolment SET removed_from = '2026-10-01' FROM worker WHERE worker.id = worker_id AND name = %s",
        [NAMES[ANI]],
    )
    _stale(city)
    city.look()
    assert city.gaps() == [("2026-10", "2027-01-01", "removed")]
    assert city.told() == [("s8.news", "cancelled")]


def _stale(city: City) -> None:
    city.db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")


def test_after_a_death_nothing_is_written_and_if_it_was_not_so_the_worker_is_told(city: City) -> None:
    city.insurer(OCTOBER, ani=LATE)
    city.look()
    city.db.execute(
        """INSERT INTO task (kind, subject, enrolment_id, due_on, opened_at)
           SELECT 'death_reported', 'x', enrolment.id, '2026-11-23', %s
           FROM enrolment JOIN worker ON worker.id = worker_id WHERE name = %s""",
        [NOW, NAMES[ANI]],
    )
    _stale(city)
    city.look()
    assert city.told() == [("s8.news", "cancelled")]
    city.db.execute("UPDATE task SET closed_at = now(), closed_how = 'not so'")
    _stale(city)
    city.look()
    assert city.told() == [("s8.news", "cancelled"), ("s8.news", "waiting")]


def test_a_premium_that_changes_within_the_year_is_checked_month_by_month(
    db: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = "[[premium.changes]]\nnew_amount = 20000\nchanged_on = 2026-10-01\n\n[eligibility]"
    with _programme(tmp_path, monkeypatch, "[eligibility]", change):
        city = City(db, tmp_path)
        city.listed(ANI, BUDI, CICI)
        before = city.payments(SEPTEMBER, {ANI: 16_800, BUDI: 20_000, CICI: 33_600})
        after = city.payments(OCTOBER, {ANI: 20_000, BUDI: 16_800, CICI: 40_000})
        for report in (before, after):
            assert [(one.row, one.code) for one in report.problems if one.row > 1 and one.column == "JUMLAH"] == [
                (3, "amount_unusual"),
                (4, "amount_several"),
            ]
        for month in (SEPTEMBER, OCTOBER):
            city.insurer(month, ani="")  # the city paid, and the insurer knows nothing of it
        city.look()
        assert [month.premium for month in city.ani().months] == [16_800, 20_000]
        rupiah = db.execute("SELECT rupiah FROM verdict WHERE rupiah > 0 ORDER BY period").fetchall()
        assert rupiah == [(16_800,), (20_000,)]


class _Changed:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def __enter__(self) -> None:
        forget_everything()

    def __exit__(self, *_: object) -> None:
        self.monkeypatch.undo()
        forget_everything()


def _programme(folder: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> _Changed:
    text = DEFAULT.read_text(encoding="utf-8").replace("../data", str(DEFAULT.parent.parent / "data"))
    assert old in text
    (folder / "city.toml").write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setenv("VERIFY_PROGRAMME", str(folder / "city.toml"))
    return _Changed(monkeypatch)


@pytest.fixture
def thirty_days(db: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with _programme(tmp_path, monkeypatch, "days_before = 62", "days_before = 30"):
        yield


def test_a_worker_is_told_when_the_lapse_comes_near_and_by_the_clock_alone(
    thirty_days: None, db: Any, tmp_path: Path
) -> None:
    city = City(db, tmp_path)
    city.listed(ANI, BUDI, CICI)
    city.insurer(OCTOBER, ani=LATE)
    city.look(NOW)  # 23 November; the cover lapses on 1 January
    assert (city.told(), len(city.gaps())) == ([], 1)
    for day, marked in ((1, 0), (2, 1)):
        with transaction() as session:
            assert mark_due(session, now=dt.datetime(2026, 12, day, 3, tzinfo=dt.UTC)) == marked
    city.look(dt.datetime(2026, 12, 2, 3, tzinfo=dt.UTC))
    assert city.told() == [("s8.news", "waiting")]
    with transaction() as session:
        assert mark_due(session, now=dt.datetime(2026, 12, 3, 3, tzinfo=dt.UTC)) == 0


def test_a_month_without_any_file_between_two_ends_the_run(city: City) -> None:
    city.insurer(AUGUST, ani=LATE)
    city.insurer(OCTOBER, ani=LATE)
    city.look()
    assert [month.state.value for month in city.ani().months] == ["unpaid", "unknown", "unpaid"]
    assert city.gaps() == [("2026-10", "2027-01-01", None)]


def test_a_row_that_was_refused_says_nothing_and_leaves_a_gap_as_it_is(city: City) -> None:
    city.insurer(SEPTEMBER, ani=LATE)
    city.look()
    city.sent()
    city.insurer(OCTOBER, ani="DIPROSES")
    city.look()
    assert city.ani().months[-1].insurer == "unclear"
    assert city.gaps() == [("2026-09", "2026-12-01", None)]
    assert city.told() == [("s8.news", "accepted")]


def test_months_before_somebody_was_listed_are_no_gap(db: Any, tmp_path: Path) -> None:
    city = City(db, tmp_path)
    city.listed(BUDI, CICI)
    city.listed(ANI, paid_from=OCTOBER)
    for month in (AUGUST, SEPTEMBER, OCTOBER):
        city.insurer(month, ani="")
    city.look()
    assert city.gaps() == [("2026-10", "2027-01-01", None)]
    assert city.ani().standing.paid_until is None


def test_where_somebody_else_pays_there_is_no_gap(city: City) -> None:
    city.payments(OCTOBER, {BUDI: 16_800, CICI: 16_800})
    city.insurer(OCTOBER, ani=OK)
    city.look()
    assert (city.gaps(), city.told()) == ([], [])
    assert city.ani().standing.other_payer


def test_paying_again_after_a_lapse_starts_the_death_benefit_anew(city: City) -> None:
    for month in range(3, 11):
        status = {4: LATE, 6: LATE, 7: LATE, 8: LATE}.get(month, OK)
        city.insurer(dt.date(2026, month, 1), ani=status)
        full = city.ani().standing.full_death_from
        expected = {3: "2026-06", 4: "2026-07", 5: "2026-07", 6: "2026-08", 7: "2026-09", 8: None, 9: "2026-12"}
        assert (full and f"{full:%Y-%m}") == expected.get(month, "2026-12"), month


def test_whoever_has_no_phone_is_a_task_until_the_gap_is_over(db: Any, tmp_path: Path) -> None:
    city = City(db, tmp_path)
    city.listed(ANI, BUDI, CICI, phones=False)
    city.insurer(SEPTEMBER, ani=LATE)
    for _ in range(2):
        city.look()
    tasks = "SELECT kind, kelurahan_code, rt, due_on::text, closed_how FROM task"
    assert db.execute(tasks).fetchall() == [("cover_gap", "32.75.01.1002", "001", "2026-11-30", None)]
    with transaction() as session:
        assert [(one.told_how, one.masked_name) for one in lapses(session, now=NOW)] == [("task", "A*** L***")]
    city.insurer(OCTOBER, ani=OK)
    city.look()
    assert db.execute("SELECT closed_how FROM task").fetchall() == [("withdrawn",)]


def test_a_phone_that_is_linked_later_is_told_as_well(db: Any, tmp_path: Path) -> None:
    city = City(db, tmp_path)
    city.listed(ANI, BUDI, CICI, phones=False)
    city.insurer(OCTOBER, ani=LATE)
    city.look()
    (worker,) = db.execute("SELECT id FROM worker WHERE name = %s", [NAMES[ANI]]).fetchone()
    link(db, PHONES[ANI], worker)
    _stale(city)
    city.look()
    assert city.told() == [("s8.news", "waiting")]


def test_several_workers_at_once_tell_each_once(city: City) -> None:
    city.insurer(OCTOBER, ani=LATE, others=LATE)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(job) for job in (reconcile, warn, reconcile, reconcile)]:
            done.result()
    _stale(city)
    reconcile()
    assert (len(city.gaps()), city.told()) == (3, [("s8.news", "waiting")] * 3)
