"""The list of what is to be done, as the officer of the kelurahan works it off."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient

from flows.references import worker_code
from tests.grievances.worked import acting
from tests.handset import Handset
from tests.officers import an_officer, form_token, sign_in
from tests.pdf import words_of
from tests.people import NOW, a_phone, a_worker, an_rt_head
from verify_service.ground.crypto import letter_code, unseal
from verify_service.ground.database import transaction
from verify_service.registry.rt_terms import keep_terms
from verify_service.verification.field_checks import reset_at_the_desk
from verify_service.verification.signals import flag

WORKER, HEAD = "+6281234567890", "+6281300000001"


@pytest.fixture
def officer(client: FlaskClient, db: Any) -> FlaskClient:
    an_officer(role="kelurahan", unit="kelurahan", area="32.75.01.1001")
    sign_in(client)
    return client


def a_task(db: Any, kind: str = "death_reported", **columns: Any) -> int:
    """One open task about somebody on the list."""
    if kind == "rt_head_locked":
        columns["rt_head_id"] = an_rt_head(db, HEAD, pin="385016")
        db.execute("UPDATE rt_head SET pin_tries = 5, locked_at = now()")
    else:
        columns["enrolment_id"] = a_worker(db).enrolment
    columns = {"kelurahan_code": "32.75.01.1001", "rw": "011", "rt": "003", "due_on": "2026-11-20", **columns}
    (made,) = db.execute(
        f"""INSERT INTO task (kind, subject, opened_at, {", ".join(columns)})
            VALUES (%s, 'test', %s, {", ".join(["%s"] * len(columns))}) RETURNING id""",
        [kind, NOW, *columns.values()],
    ).fetchone()
    return int(made)


def settle(client: FlaskClient, task: int, answer: str) -> int:
    page = client.get(f"/console/tasks/{task}").get_data(as_text=True)
    token = form_token(page)
    return client.post(f"/console/tasks/{task}", data={"csrf_token": token, "answer": answer}).status_code


def test_the_list_masks_names_and_marks_what_is_late(officer: FlaskClient, db: Any) -> None:
    a_task(db)
    page = officer.get("/console/tasks").get_data(as_text=True)
    assert "Sul*** D***" in page
    assert "Sulistiawati" not in page
    assert "terlambat" in page
    assert "Laporan meninggal" in page


def test_opening_a_task_shows_whom_it_is_about_and_is_written_down(officer: FlaskClient, db: Any) -> None:
    task = a_task(db)
    page = officer.get(f"/console/tasks/{task}").get_data(as_text=True)
    assert "Sulistiawati Dewi" in page
    assert WORKER in page
    looked = db.execute("SELECT action FROM audit WHERE action = 'identity looked at'").fetchall()
    assert len(looked) == 1


def test_the_family_is_written_to_only_after_an_officer_has_had_the_death_confirmed(
    officer: FlaskClient, db: Any
) -> None:
    task = a_task(db)
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    assert settle(officer, task, "certificate") == 303
    ((screen, body),) = db.execute("SELECT screen, body FROM outbox").fetchall()
    assert screen == "g20.family"
    assert "turut berduka" in unseal(body, "outbox.body")
    assert db.execute("SELECT statement, channel, detail FROM evidence").fetchall() == [
        ("deceased", "console", "confirmed by certificate")
    ]


def test_a_death_that_is_not_so_is_taken_back_and_nobody_hears_of_it(officer: FlaskClient, db: Any) -> None:
    task = a_task(db)
    settle(officer, task, "not_so")
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    assert db.execute("SELECT statement FROM evidence").fetchall() == [("resident",)]
    assert db.execute("SELECT closed_how FROM task").fetchall() == [("not so",)]


def test_two_officers_at_once_settle_it_once(officer: FlaskClient, db: Any) -> None:
    task = a_task(db)
    page = officer.get(f"/console/tasks/{task}").get_data(as_text=True)
    for answer in ("call", "not_so"):
        officer.post(f"/console/tasks/{task}", data={"csrf_token": form_token(page), "answer": answer})
    assert db.execute("SELECT closed_how FROM task").fetchall() == [("confirmed",)]
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (1,)
    assert db.execute("SELECT statement FROM evidence").fetchall() == [("deceased",)]


@pytest.mark.parametrize("kind", ["own_family", "rt_vacant", "visit"])
def test_the_kelurahan_speaks_where_no_head_does(officer: FlaskClient, db: Any, kind: str) -> None:
    task = a_task(db, kind)
    assert settle(officer, task, "resident") == 303
    assert db.execute("SELECT source, statement, channel FROM evidence").fetchall() == [
        ("rt_head", "resident", "console")
    ]


def test_a_death_the_kelurahan_reports_is_checked_like_any_other(officer: FlaskClient, db: Any) -> None:
    settle(officer, a_task(db, "visit"), "deceased")
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    assert db.execute("SELECT kind FROM task WHERE closed_at IS NULL").fetchall() == [("death_reported",)]


def test_a_locked_head_is_let_in_again_with_a_new_letter(officer: FlaskClient, db: Any) -> None:
    task = a_task(db, "rt_head_locked")
    assert officer.get(f"/console/tasks/{task}/letter").status_code == 404  # not before it is settled
    settle(officer, task, "let_in")
    letter = words_of(officer.get(f"/console/tasks/{task}/letter").data)
    (head,) = db.execute("SELECT id FROM rt_head").fetchone()
    assert letter_code("activation", head, 2).replace(" ", "") in letter
    phone = Handset(officer, HEAD)  # type: ignore[arg-type]
    phone.dial()
    phone.send("1")
    assert "surat aktivasi" in phone.screen
    assert "Buat PIN" in phone.send(letter_code("activation", head, 2))


def test_a_worker_without_a_phone_is_told_by_the_kelurahan(officer: FlaskClient, db: Any) -> None:
    task = a_task(db, "cover_gap")
    assert "Perlindungan berhenti, tanpa HP" in officer.get(f"/console/tasks/{task}").get_data(as_text=True)
    assert settle(officer, task, "resident") == 400
    assert settle(officer, task, "told") == 303
    assert db.execute("SELECT closed_how FROM task").fetchall() == [("done",)]


@pytest.mark.parametrize("answer", ["", "let_in", "resident", "x" * 5000])
def test_an_answer_that_does_not_fit_the_task_changes_nothing(officer: FlaskClient, db: Any, answer: str) -> None:
    task = a_task(db)
    assert settle(officer, task, answer) == 400
    assert db.execute("SELECT closed_at FROM task").fetchall() == [(None,)]


def test_an_auditor_sees_and_cannot_print_or_settle(client: FlaskClient, db: Any) -> None:
    task = a_task(db, "rt_head_locked")
    an_officer(role="auditor")
    sign_in(client)
    page = client.get(f"/console/tasks/{task}").get_data(as_text=True)
    assert 'name="answer"' not in page
    db.execute("UPDATE task SET closed_at = now()")
    assert client.get(f"/console/tasks/{task}/letter").status_code == 403


@pytest.mark.parametrize("query", ["?page=-1", "?page=x", "?page=99999999999", "?kind=%00", "?kind=nothing"])
def test_damaged_questions_still_get_the_list(officer: FlaskClient, query: str) -> None:
    assert officer.get(f"/console/tasks{query}").status_code == 200


def test_a_task_that_is_not_there_is_not_there(officer: FlaskClient) -> None:
    assert officer.get("/console/tasks/999").status_code == 404


def test_the_family_reads_the_number_that_the_page_shows_and_is_condoled_once(officer: FlaskClient, db: Any) -> None:
    task = a_task(db)
    settle(officer, task, "call")
    (reference,) = db.execute("SELECT reference FROM task").fetchone()
    ((body,),) = db.execute("SELECT body FROM outbox").fetchall()
    assert reference in unseal(body, "outbox.body")
    assert reference in officer.get(f"/console/tasks/{task}").get_data(as_text=True)
    db.execute("UPDATE task SET closed_at = NULL, closed_how = NULL")
    settle(officer, task, "certificate")
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (1,)


def test_not_so_covers_every_line_of_the_worker_in_that_rt(officer: FlaskClient, db: Any) -> None:
    task = a_task(db)
    a_worker(db, phone=None, row=3)
    settle(officer, task, "not_so")
    assert db.execute("SELECT count(DISTINCT enrolment_id) FROM evidence").fetchone() == (2,)


def a_sign(db: Any) -> int:
    """Five workers answered from one phone; the task that came of it."""
    for place in range(5):
        someone = a_worker(db, nik=f"327501150190000{place}", phone=None, row=place + 2)
        db.execute(
            """INSERT INTO evidence (enrolment_id, source, statement, channel, phone_id, inbound, received_at)
               VALUES (%s, 'worker', 'confirms', 'ussd', %s, %s, %s)""",
            [someone.enrolment, a_phone(db, WORKER), f"conversation:{place}:1", NOW + place * dt.timedelta(hours=2)],
        )
    with transaction() as session:
        flag(session, now=NOW + dt.timedelta(days=1))
    (task,) = db.execute("SELECT id FROM task").fetchone()
    return int(task)


def test_a_sign_says_what_was_noticed_and_whom_to_ask_and_shows_no_number(officer: FlaskClient, db: Any) -> None:
    task = a_sign(db)
    first = db.execute("SELECT min(id) FROM worker").fetchone()[0]
    assert "Satu HP menjawab untuk 5 pekerja dalam sehari" in officer.get("/console/tasks").get_data(as_text=True)
    page = officer.get(f"/console/tasks/{task}").get_data(as_text=True)
    for shown in ("Satu HP menjawab untuk 5 pekerja", "0812****890", "NIK …0000", worker_code(first), "bukan bukti"):
        assert shown in page
    for hidden in (WORKER, "81234567890", "Sulistiawati"):
        assert hidden not in page
    assert page.count("<tr><td>") == 5


@pytest.mark.parametrize(("answer", "how"), [("genuine", "not so"), ("not_genuine", "confirmed")])
def test_whatever_the_officer_finds_the_answers_stay(officer: FlaskClient, db: Any, answer: str, how: str) -> None:
    task = a_sign(db)
    before = db.execute("SELECT * FROM evidence ORDER BY id").fetchall()
    db.execute("DELETE FROM stale_enrolment")
    assert settle(officer, task, answer) == 303
    assert db.execute("SELECT closed_how FROM task").fetchall() == [(how,)]
    assert db.execute("SELECT * FROM evidence ORDER BY id").fetchall() == before
    assert db.execute("SELECT count(*) FROM stale_enrolment").fetchone() == (0,)


def test_a_worker_on_the_list_is_shown_with_the_code_people_name(officer: FlaskClient, db: Any) -> None:
    a_task(db)
    (worker,) = db.execute("SELECT id FROM worker").fetchone()
    assert worker_code(worker) in officer.get("/console/tasks").get_data(as_text=True)


@pytest.mark.parametrize(
    ("area", "sees"),
    [
        ("32.75.01.1001", True),
        ("32.75.01", True),
        ("32.75.01.1002", False),
        ("32.75.02", False),
        ("32.75.01.100", False),
    ],
)
def test_an_account_of_one_place_sees_what_lies_there_and_nothing_else(
    client: FlaskClient, db: Any, area: str, sees: bool
) -> None:
    task = a_task(db, "rt_head_locked", closed_at=NOW)
    another = a_task(db, "death_reported")
    an_officer(role="officer", area="32.75.01")
    db.execute("UPDATE officer SET area = %s", [area])
    sign_in(client)
    page = client.get("/console/tasks").get_data(as_text=True)
    assert (f'id="t-{another}"' in page) == sees
    assert ('<span class="badge" data-figure="tasks">1</span>' in page) == sees
    for path in (f"{another}", f"{task}", f"{task}/letter"):
        assert (client.get(f"/console/tasks/{path}").status_code == 200) == sees, path
    token = form_token(page)
    answer = client.post(f"/console/tasks/{another}", data={"csrf_token": token, "answer": "call"})
    assert answer.status_code == (303 if sees else 404)


def test_what_lies_nowhere_is_the_citys_alone(officer: FlaskClient, db: Any) -> None:
    task = a_task(db, kelurahan_code=None)
    assert officer.get(f"/console/tasks/{task}").status_code == 404
    assert f'id="t-{task}"' not in officer.get("/console/tasks").get_data(as_text=True)


def test_an_auditor_reads_what_is_to_be_done_and_about_nobody(client: FlaskClient, db: Any) -> None:
    task = a_task(db)
    an_officer(role="auditor")
    sign_in(client)
    for path in ("", f"/{task}"):
        page = client.get(f"/console/tasks{path}").get_data(as_text=True)
        assert "Laporan meninggal" in page
        for hidden in ("Sulistiawati", "0001", "81234567890", worker_code(1)):
            assert hidden not in page, path
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'identity looked at'").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'task read'").fetchone() == (1,)


def test_after_a_confirmed_death_the_page_leads_to_the_removal(officer: FlaskClient, db: Any) -> None:
    task = a_task(db)
    settle(officer, task, "call")
    page = officer.get(f"/console/tasks/{task}").get_data(as_text=True)
    assert "reason=deceased" in page


def test_a_term_that_ends_is_seen_by_the_kelurahan(officer: FlaskClient, db: Any) -> None:
    head = an_rt_head(db, HEAD)
    db.execute("UPDATE rt_head SET term_ends = '2026-12-31'")
    with transaction() as session:
        keep_terms(session, now=NOW)
    (task,) = db.execute("SELECT id FROM task").fetchone()
    page = officer.get(f"/console/tasks/{task}").get_data(as_text=True)
    assert "Masa jabatan ketua berakhir" in page
    assert settle(officer, task, "let_in") == 400
    assert settle(officer, task, "told") == 303
    assert db.execute("SELECT closed_how, rt_head_id FROM task").fetchall() == [("done", head)]


def test_an_officer_lets_in_a_head_of_his_own_kelurahan_alone(db: Any) -> None:
    here, there = an_rt_head(db, HEAD, pin="385016"), an_rt_head(db, WORKER, kelurahan="32.75.02.1001", pin="385016")
    officer = an_officer(role="kelurahan", unit="kelurahan", area="32.75.01.1001")
    with transaction() as session:
        assert [reset_at_the_desk(acting(session, officer), head) for head in (here, there)] == [True, False]
    issues = db.execute("SELECT letter_issue, activated_at IS NULL FROM rt_head ORDER BY id").fetchall()
    assert issues == [(2, True), (1, False)]
    assert ("RT head let in again",) in db.execute("SELECT action FROM audit").fetchall()


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("confirms", ("worker", "confirms", "visit", True)),
        ("denies", ("worker", "denies", "visit", True)),
        ("absent", ("visit", "absent", "visit", False)),
        ("moved", ("rt_head", "moved", "visit", False)),
    ],
)
def test_what_a_visit_of_a_round_found_is_evidence_of_its_own_channel(
    officer: FlaskClient, db: Any, found: str, said: tuple[Any, ...]
) -> None:
    number = a_task(db, "round_visit")
    paper = officer.get("/console/tasks/visits").get_data(as_text=True)
    assert "Sulistiawati Dewi" in paper
    assert "RT 003/RW 011" in paper
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'visit list printed'").fetchone() == (1,)
    token = form_token(officer.get(f"/console/tasks/{number}").get_data(as_text=True))
    answer = officer.post(f"/console/tasks/{number}", data={"csrf_token": token, "answer": found})
    assert answer.status_code == 303
    assert db.execute("SELECT source, statement, channel, assisted FROM evidence").fetchall() == [said]
    assert "Sulistiawati" not in officer.get("/console/tasks/visits").get_data(as_text=True)


def test_a_visit_elsewhere_is_on_no_list_of_this_kelurahan(officer: FlaskClient, db: Any) -> None:
    a_task(db, "round_visit", kelurahan_code="32.75.02.1001")
    assert "Sulistiawati" not in officer.get("/console/tasks/visits").get_data(as_text=True)
