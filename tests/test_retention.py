"""What the programme file says is kept for so many days is kept so long, and no longer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from jobs.retention import retention
from tests.console.desk import a_case, at_the_desk, number_of
from tests.people import NEWEST, NOW, a_file, a_worker
from tests.serving import new_client
from verify_service.grievances.opening import Spoken, note
from verify_service.ground.crypto import seal
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.ground.tables import Grievance
from verify_service.messaging.outbox import Purpose, queue_text
from verify_service.retention import forget_closed_reports, forget_old, forget_payments
from verify_service.verification.reconciliation import Reconciled, drain, forget_verdicts, reconcile_batch

DAY = dt.timedelta(days=1)
KEPT = programme().retention
CLOSED = NOW


def forget_reports(after: dt.timedelta) -> int:
    with transaction() as session:
        return forget_closed_reports(session, now=CLOSED + after)


def a_closed_case(db: Any, *, worker: int | None = None, closed: dt.datetime | None = CLOSED) -> int:
    """A report with words in every place that has room for them, its reporter, and a text about it."""
    case = a_case(db, worker=worker, at=NOW - 30 * DAY, closed_at=closed, state="closed_auto")
    with transaction() as session:
        report = session.get_one(Grievance, case)
        report.answer, report.reporter = seal("Sudah aktif", "grievance.answer"), seal("Siti", "grievance.reporter")
        report.once = f"money:{report.phone_id}"
        note(session, report, "added", Spoken("reporter", "ussd", NOW, "Masih sama", "test:more"))
        queue_text(
            session,
            phone_id=report.phone_id or 0,
            screen="g7.case_done",
            body="Laporan selesai.",
            purpose=Purpose.CASE,
            cause=f"report:{case}:done",
            now=NOW,
        )
    return case


def said_in(db: Any, case: int) -> list[Any]:
    (row,) = db.execute(
        """SELECT ARRAY[words IS NOT NULL, answer IS NOT NULL, reporter IS NOT NULL, phone_id IS NOT NULL,
                        once IS NOT NULL,
                        EXISTS (SELECT 1 FROM grievance_event WHERE grievance_id = grievance.id AND words IS NOT NULL),
                        EXISTS (SELECT 1 FROM outbox WHERE cause LIKE 'report:' || grievance.id || ':%%')]
           FROM grievance WHERE id = %s""",
        [case],
    ).fetchone()
    return list(row)


def test_a_report_that_was_closed_long_ago_says_nothing_and_leads_to_nobody(db: Any) -> None:
    someone = a_worker(db)
    old, open_one = a_closed_case(db, worker=someone.worker), a_case(db, "Masih terbuka", at=NOW - 3000 * DAY)
    steps = db.execute("SELECT count(*) FROM grievance_event").fetchone()
    kept = "SELECT number, category, kelurahan_code, opened_at, due_on, closed_at, state FROM grievance ORDER BY id"
    figures = db.execute(kept).fetchall()
    assert said_in(db, old) == [True] * 7
    assert forget_reports((KEPT.grievances_after_close - 1) * DAY) == 0
    assert said_in(db, old) == [True] * 7

    assert forget_reports((KEPT.grievances_after_close + 1) * DAY) == 1

    assert said_in(db, old) == [False] * 7
    assert db.execute("SELECT worker_id FROM grievance WHERE id = %s", [old]).fetchone() == (None,)
    assert said_in(db, open_one)[0], "nobody has closed it yet"
    assert db.execute(kept).fetchall() == figures
    assert db.execute("SELECT count(*) FROM grievance_event").fetchone() == steps
    trail = "SELECT actor, detail FROM audit WHERE action = 'old reports emptied'"
    assert db.execute(trail).fetchall() == [("clock", {"reports": 1})]
    assert forget_reports((KEPT.grievances_after_close + 2) * DAY) == 0, "once is enough"
    assert len(db.execute(trail).fetchall()) == 1


def test_the_page_of_an_emptied_report_still_opens_and_its_number_still_answers(db: Any) -> None:
    case = a_closed_case(db)
    desk = at_the_desk(cleared=True)
    assert "Masih sama" in desk.open(case)
    forget_reports((KEPT.grievances_after_close + 1) * DAY)
    page = desk.open(case)
    assert number_of(db, case) in page
    assert "Masih sama" not in page
    assert desk.status(f"/console/cases/{case}?print=1") == 200
    assert new_client().get("/").status_code == 200


def payments(db: Any, table: str, month: dt.date) -> int:
    (rows,) = db.execute(f"SELECT count(*) FROM {table} WHERE period = %s", [month]).fetchone()
    return int(rows)


def reconcile(now: dt.datetime = NOW) -> None:
    def one_batch() -> Reconciled:
        with transaction() as session:
            return reconcile_batch(session, premium=16_800, now=now)

    drain(one_batch)


def verdicts(db: Any) -> list[Any]:
    return db.execute("SELECT period, verdict, rupiah FROM verdict ORDER BY period").fetchall()


OLD = dt.date(NEWEST.year - 11, NEWEST.month, 1)


def an_old_month(db: Any) -> None:
    """Paid and insured eleven years ago, as the files of that month said, and a row that was refused then."""
    a_worker(db)
    db.execute("UPDATE enrolment SET paid_from = %s, months = 240", [OLD])
    for kind, table in (("payments", "payment"), ("insurer", "insurer_record")):
        file = a_file(db, kind, OLD)
        db.execute("UPDATE file_import SET imported_at = %s WHERE id = %s", [OLD, file])
        extra, values = ("amount", "16800") if kind == "payments" else ("status", "'active'")
        db.execute(
            f"""INSERT INTO {table} (import_id, period, row, nik_index, {extra})
                SELECT %s, %s, 2, nik_index, {values} FROM worker""",
            [file, OLD],
        )
    db.execute(
        """INSERT INTO import_problem (import_id, row, "column", code, expected, rejected, found)
           SELECT id, 3, 'NIK', 'nik_length', 'sixteen digits', true, 'sealed' FROM file_import
           WHERE kind = 'payments' AND period = %s""",
        [OLD],
    )
    db.execute(
        """INSERT INTO import_line (import_id, row, rejected, nik_index, said, line)
           SELECT id, 3, false, 'index', 'hash', 'sealed' FROM file_import WHERE kind = 'payments' AND period = %s""",
        [OLD],
    )


def forget_files(now: dt.datetime = NOW) -> int:
    with transaction() as session:
        return forget_payments(session, now=now)


def test_files_of_months_past_their_retention_name_nobody_and_their_verdicts_stand(db: Any) -> None:
    an_old_month(db)
    reconcile(dt.datetime.combine(OLD, dt.time(), dt.UTC))
    before = verdicts(db)
    assert before[0][:2] == (OLD, "unconfirmed")
    assert forget_files(dt.datetime.combine(OLD, dt.time(), dt.UTC) + (KEPT.payment_evidence - 5) * DAY) == 0

    assert forget_files() == 4

    assert [payments(db, table, OLD) for table in ("payment", "insurer_record")] == [0, 0]
    assert payments(db, "insurer_record", NEWEST) == 1
    assert db.execute("SELECT code, found FROM import_problem").fetchall() == [("nik_length", None)]
    assert db.execute("SELECT nik_index, said, line FROM import_line").fetchall() == [(None, None, None)]
    assert payments(db, "payment_before", OLD) == 0
    ((detail,),) = db.execute("SELECT detail FROM audit WHERE action = 'payment evidence dropped'").fetchall()
    gone = {name: count for name, count in detail.items() if name != "before" and count}
    assert gone == {"payments": 1, "insurer_records": 1, "refused_values": 1, "lines": 1}
    assert forget_files() == 0
    with transaction() as session:
        forget_verdicts(session, now=NOW)
    reconcile()
    assert verdicts(db) == before


def test_the_newest_month_stays_however_old_it_is(db: Any) -> None:
    a_worker(db)
    reconcile()
    before = verdicts(db)
    assert forget_files(NOW + 2 * KEPT.payment_evidence * DAY) == 0
    assert payments(db, "insurer_record", NEWEST) == 1
    assert verdicts(db) == before


def test_of_an_ask_that_is_long_over_only_the_counts_stay(db: Any) -> None:
    someone = a_worker(db)
    for ended in (NOW, NOW + 30 * DAY):
        db.execute(
            """WITH made AS (INSERT INTO ask (question, whom, state, made_at, made_by, people, rupiah, asked, ended_at)
                             VALUES ('text', '{}', 'done', %(at)s, 'officer:1', 1, 400, 1, %(at)s) RETURNING id)
               INSERT INTO ask_person (ask_id, worker_id, outcome) SELECT id, %(worker)s, 'asked' FROM made""",
            {"at": ended, "worker": someone.worker},
        )
    with transaction() as session:
        forget_old(session, now=NOW + dt.timedelta(days=KEPT.sms_texts + 1))
    assert db.execute("SELECT ask_id FROM ask_person").fetchall() == [(2,)]
    assert db.execute("SELECT count(*), sum(asked) FROM ask").fetchone() == (2, 2)


def test_the_job_does_all_of_it(db: Any) -> None:
    an_old_month(db)
    case = a_closed_case(db)
    db.execute("UPDATE grievance SET closed_at = now() - interval '20 years'")
    retention()
    assert payments(db, "payment", OLD) == 0
    assert said_in(db, case) == [False] * 7
