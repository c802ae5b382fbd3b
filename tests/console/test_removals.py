"""Taking somebody off the list: told first, with days to object, decided by others than who began it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.console.test_proposals import signed_in
from tests.handset import Handset, webhook
from tests.officers import an_officer, form_token
from tests.people import NOW, Someone, a_phone, a_worker
from tests.people import link as answers_for
from verify_service.ground.crypto import blind_index, unseal
from verify_service.ground.database import transaction
from verify_service.ground.working_days import city_day, working_days_after
from verify_service.removals.window import end_windows, first_month, link_objections

PLACE = "32.75.01.1001"
NUMBER = "+6281234567890"
LATER = dt.timedelta(days=60)  # after any window of fourteen working days
EMAILS = ("satu", "dua", "tiga", "kepala", "kepala2")


class Office:
    """Three officers and two supervisors of the city, each in a browser of his own."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self._browsers: dict[str, FlaskClient] = {}
        for who in EMAILS:
            an_officer(f"{who}@bekasi.example", "supervisor" if who.startswith("kepala") else "officer", name=who)

    def __call__(self, who: str) -> FlaskClient:
        if who not in self._browsers:
            self._browsers[who] = signed_in(self._client, f"{who}@bekasi.example")
        return self._browsers[who]

    def adds(self, who: str, role: str, **more: Any) -> FlaskClient:
        an_officer(f"{who}@bekasi.example", role, name=who, **more)
        return self(who)


@pytest.fixture
def office(client: FlaskClient, db: Any) -> Office:
    return Office(client)


def begin(
    browser: FlaskClient, someone: Someone, reason: str = "moved", *, note: str = "RT bilang pindah", **form: Any
) -> Any:
    """Fill in the form that opens a removal."""
    page = browser.get(f"/console/decisions/removals/new?enrolment={someone.enrolment}").get_data(as_text=True)
    (month,) = re.findall(r'<option selected value="(\d{4}-\d\d)">', page) or [""]
    data = {
        "csrf_token": form_token(page),
        "enrolment": someone.enrolment,
        "reason": reason,
        "month": month,
        "note": note,
    }
    return browser.post("/console/decisions/removals/new", data=data | form)


def step(browser: FlaskClient, says: str, *, removal: int = 1, version: int | None = None, **form: str) -> int:
    page = browser.get(f"/console/decisions/removals/{removal}").get_data(as_text=True)
    held = version or int(page.partition('name="version" value="')[2].partition('"')[0] or 0)
    data = {"csrf_token": form_token(page), "version": str(held), "says": says, **form}
    return browser.post(f"/console/decisions/removals/{removal}", data=data).status_code


def state(db: Any) -> str:
    return str(db.execute("SELECT state FROM removal").fetchone()[0])


def texts(db: Any) -> list[tuple[str, str]]:
    rows = db.execute("SELECT screen, body FROM outbox WHERE purpose = 'decision' ORDER BY id").fetchall()
    return [(screen, unseal(body, "outbox.body")) for screen, body in rows]


def delivered(db: Any, how: str = "accepted") -> None:
    """The gateway took every text, or refused it."""
    db.execute("UPDATE outbox SET state = %s, sent_at = now()", [how])


def ends(after: dt.timedelta = LATER) -> int:
    """The job looks at the windows, so long from now."""
    with transaction() as session:
        return end_windows(session, dt.datetime.now(dt.UTC) + after)


def removed_from(db: Any, someone: Someone) -> dt.date | None:
    row = db.execute("SELECT removed_from FROM enrolment WHERE id = %s", [someone.enrolment]).fetchone()
    return row[0]  # type: ignore[no-any-return]


def noticed(office: Office, db: Any, someone: Someone, reason: str = "moved") -> None:
    """Opened by one, agreed by another, and the text went."""
    assert begin(office("satu"), someone, reason).status_code == 303
    assert step(office("dua"), "agree") == 303
    delivered(db)


def test_nothing_happens_to_anybody_before_a_second_officer_agrees(office: Office, db: Any) -> None:
    someone = a_worker(db)
    assert begin(office("satu"), someone).status_code == 303
    assert (state(db), texts(db), removed_from(db, someone)) == ("proposed", [], None)
    assert step(office("satu"), "agree", version=1) == 403
    assert ends() == 0
    assert step(office("dua"), "agree") == 303
    ((screen, body),) = texts(db)
    assert (screen, "Sulistiaw***" in body, "Keberatan" in body) == ("g11.removed", True, True)
    today = city_day(dt.datetime.now(dt.UTC))
    assert db.execute("SELECT state, object_by FROM removal").fetchone() == (
        "noticed",
        working_days_after(today, 14),
    )


def test_every_phone_that_answers_for_the_worker_is_told(office: Office, db: Any) -> None:
    someone = a_worker(db)
    answers_for(db, "+6281234567891", someone.worker)
    noticed(office, db, someone)
    assert len(texts(db)) == 2
    assert db.execute("SELECT DISTINCT worker_id FROM outbox").fetchall() == [(someone.worker,)]


def test_the_enrolment_ends_only_after_the_window_and_without_an_objection(office: Office, db: Any) -> None:
    someone = a_worker(db)
    noticed(office, db, someone)
    (last,) = db.execute("SELECT object_by FROM removal").fetchone()
    on_the_last_day = dt.datetime.combine(last, dt.time(9), dt.UTC) - dt.datetime.now(dt.UTC)
    db.execute("DELETE FROM stale_enrolment")
    assert ends(on_the_last_day) == 0
    assert removed_from(db, someone) is None
    assert ends(on_the_last_day + dt.timedelta(days=1)) == 1
    assert ends() == 0  # once
    month = removed_from(db, someone)
    assert month is not None
    assert month.day == 1
    assert month > city_day(dt.datetime.now(dt.UTC))
    assert state(db) == "removed"
    assert db.execute("SELECT enrolment_id FROM stale_enrolment").fetchall() == [(someone.enrolment,)]
    assert db.execute("SELECT actor FROM audit WHERE action = 'removal: removed'").fetchall() == [("clock",)]
    assert "Dicoret dari daftar" in office("satu").get("/console/decisions/removals/1").get_data(as_text=True)


def test_what_the_workers_phone_reports_in_that_time_is_an_objection(
    office: Office, db: Any, client: FlaskClient
) -> None:
    someone = a_worker(db)
    noticed(office, db, someone)
    phone = Handset(client, NUMBER)
    phone.dial()
    for answer in ("2", "3", "1", "1", "Saya masih tinggal di sini", "3"):
        phone.send(answer)
    assert ends() == 0
    assert (state(db), removed_from(db, someone)) == ("objected", None)
    (report,) = db.execute("SELECT id FROM grievance").fetchone()
    assert db.execute("SELECT objection_id FROM removal").fetchone() == (report,)
    page = office("tiga").get("/console/decisions/removals/1").get_data(as_text=True)
    assert "Pekerja keberatan" in page
    assert f"/console/cases/{report}" in page


def test_whoever_was_decided_to_be_the_same_person_objects_for_both(
    office: Office, db: Any, client: FlaskClient
) -> None:
    someone = a_worker(db)
    noticed(office, db, someone)
    same = a_worker(db, nik="3275011501900007", phone="+6281298765432")
    db.execute("UPDATE worker SET same_as = %s WHERE id = %s", [same.worker, someone.worker])
    phone = Handset(client, same.number)
    phone.dial()
    for answer in ("2", "3", "1", "1", "Saya masih tinggal di sini", "3"):
        phone.send(answer)
    assert db.execute("SELECT worker_id FROM grievance").fetchall() == [(same.worker,)]
    assert ends() == 0
    assert (state(db), removed_from(db, someone)) == ("objected", None)


def test_an_older_report_of_the_phone_objects_to_nothing(office: Office, db: Any, client: FlaskClient) -> None:
    someone = a_worker(db)
    phone = Handset(client, NUMBER)
    phone.dial()
    for answer in ("2", "3", "1", "1", "Kartu belum datang", "3"):
        phone.send(answer)
    noticed(office, db, someone)
    with transaction() as session:
        assert link_objections(session, dt.datetime.now(dt.UTC)) == 0
    assert ends() == 1


def test_the_same_told_once_more_after_the_notice_is_an_objection(office: Office, db: Any, client: FlaskClient) -> None:
    someone = a_worker(db)
    phone = Handset(client, NUMBER)
    for telling in range(2):
        phone.dial()
        for answer in ("2", "3", "1", "1", "Saya tidak aktif, tolong", "3"):
            phone.send(answer)
        if telling == 0:
            noticed(office, db, someone)
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (1,), "it is one report, told twice"
    assert (ends(), state(db), removed_from(db, someone)) == (0, "objected", None)
    (report,) = db.execute("SELECT id FROM grievance").fetchone()
    assert db.execute("SELECT objection_id FROM removal").fetchone() == (report,)


def test_a_text_that_nobody_has_read_yet_ends_nothing(office: Office, db: Any, client: FlaskClient) -> None:
    someone = a_worker(db)
    noticed(office, db, someone)
    form = {"id": "t1", "from": NUMBER, "to": "28282", "text": "jangan pak", "date": "2026-11-23 03:00:00"}
    client.post(webhook("sms"), data=form)
    db.execute("UPDATE inbound_message SET handled_as = 'triage', handled_at = now()")
    assert (ends(), state(db)) == (0, "noticed")
    db.execute("UPDATE inbound_message SET settled_at = now(), settled_by = 'officer:1'")
    assert (ends(), state(db)) == (1, "removed")


def test_a_third_officer_decides_on_the_objection(office: Office, db: Any) -> None:
    someone = a_worker(db)
    noticed(office, db, someone)
    assert step(office("satu"), "objects", how_objects="counter", note="Masih di sini, KTP ditunjukkan") == 303
    assert state(db) == "objected"
    for part in ("satu", "dua"):
        assert step(office(part), "keep", version=3, reason_keep="not_so", note="Benar") == 403
    assert step(office("tiga"), "keep", reason_keep="not_so") == 400  # without words
    assert step(office("tiga"), "keep", reason_keep="not_so", note="KTP dan RT cocok") == 303
    assert (state(db), texts(db)[-1][0]) == ("kept", "g25.removal_kept")
    assert ends() == 0
    assert removed_from(db, someone) is None
    trail = [action for (action,) in db.execute("SELECT action FROM audit WHERE object = 'removal:1' ORDER BY id")]
    steps = [action for action in trail if action.startswith("removal: ")]
    assert steps == [f"removal: {said}" for said in ("opened", "agree", "objects", "keep")]


def upheld(office: Office, db: Any, someone: Someone) -> None:
    noticed(office, db, someone)
    step(office("satu"), "objects", how_objects="call", note="Keberatan")
    assert step(office("tiga"), "uphold", reason_uphold="moved", note="RT dan tetangga bilang pindah") == 303
    delivered(db)


def test_an_objection_that_is_not_accepted_leaves_days_for_the_appeal(office: Office, db: Any) -> None:
    someone = a_worker(db)
    upheld(office, db, someone)
    screen, body = texts(db)[-1]
    assert (screen, "Banding paling lambat" in body) == ("g26.removal_upheld", True)
    assert (ends(dt.timedelta(days=3)), removed_from(db, someone)) == (0, None)
    assert ends() == 1
    assert removed_from(db, someone) is not None


def test_the_appeal_is_a_supervisors_who_had_no_part_and_the_last(office: Office, db: Any) -> None:
    someone = a_worker(db)
    upheld(office, db, someone)
    assert step(office("kepala2"), "objects", how_objects="letter", note="Surat dari pekerja") == 303
    assert (state(db), ends()) == ("appealed", 0)
    form = {"reason_uphold": "moved", "note": "Sudah dilihat"}
    assert step(office("dua"), "uphold", version=5, **form) == 403  # no supervisor
    assert step(office("kepala2"), "uphold", version=5, **form) == 403  # had a part
    assert step(office("kepala"), "uphold", **form) == 303
    assert (state(db), texts(db)[-1][0]) == ("removed", "g27.removal_final")
    assert removed_from(db, someone) is not None
    assert step(office("satu"), "objects", version=7, how_objects="call", note="Lagi") == 409


def test_a_worker_who_wins_the_appeal_stays(office: Office, db: Any) -> None:
    someone = a_worker(db)
    upheld(office, db, someone)
    step(office("satu"), "objects", how_objects="call", note="Banding")
    assert step(office("kepala"), "keep", reason_keep="not_proved", note="Tidak terbukti") == 303
    assert (state(db), removed_from(db, someone), ends()) == ("kept", None, 0)
    page = office("satu").get("/console/decisions/removals/1").get_data(as_text=True)
    for words in ("Pekerja keberatan", "Keberatan tidak diterima", "Pekerja mengajukan banding", "Banding diterima"):
        assert words in page


def test_an_appeal_from_the_phone_is_found_as_well(office: Office, db: Any, client: FlaskClient) -> None:
    upheld(office, db, a_worker(db))
    phone = Handset(client, NUMBER)
    phone.dial()
    for answer in ("2", "3", "1", "1", "Saya banding", "3"):
        phone.send(answer)
    assert (ends(), state(db)) == (0, "appealed")


def test_without_a_phone_the_days_run_only_once_somebody_was_told(office: Office, db: Any) -> None:
    someone = a_worker(db, phone=None)
    begin(office("satu"), someone)
    step(office("dua"), "agree")
    page = office("satu").get("/console/decisions/removals/1").get_data(as_text=True)
    assert "Tidak ada SMS yang sampai" in page
    assert "belum ada yang diberi tahu" in office("satu").get("/console/decisions/removals?state=noticed").get_data(
        as_text=True
    )
    assert (ends(), removed_from(db, someone)) == (0, None)
    assert step(office("satu"), "told", how_told="nonsense") == 400
    assert step(office("satu"), "told", how_told="visit", note="Bertemu di rumah") == 303
    assert db.execute("SELECT object_by FROM removal").fetchone()[0] is not None
    assert ends() == 1


@pytest.mark.parametrize(("column", "value"), [("state", "refused"), ("state", "waiting"), ("delivery", "failed")])
def test_a_notice_that_reached_nobody_ends_nothing(office: Office, db: Any, column: str, value: str) -> None:
    someone = a_worker(db)
    noticed(office, db, someone)
    db.execute(f"UPDATE outbox SET {column} = %s", [value])
    assert (ends(), removed_from(db, someone)) == (0, None)
    page = office("satu").get("/console/decisions/removals/1").get_data(as_text=True)
    assert ("Tidak ada SMS yang sampai" in page) == (value != "waiting")


def a_death(db: Any, someone: Someone, how: str | None) -> None:
    db.execute(
        """INSERT INTO task (kind, subject, kelurahan_code, enrolment_id, due_on, opened_at, closed_at, closed_how)
           VALUES ('death_reported', %s, %s, %s, '2026-11-20', %s, %s, %s)""",
        [
            f"enrolment:{someone.enrolment}",
            PLACE,
            someone.enrolment,
            NOW,
            dt.datetime.now(dt.UTC) if how else None,
            how,
        ],
    )


def test_a_death_is_confirmed_first_and_nobody_is_written_to_about_the_removal(office: Office, db: Any) -> None:
    someone = a_worker(db)
    assert begin(office("satu"), someone, "deceased").status_code == 409
    a_death(db, someone, None)
    first = office("satu")
    page = first.get("/console/tasks/1").get_data(as_text=True)
    first.post("/console/tasks/1", data={"csrf_token": form_token(page), "answer": "call"})
    assert [screen for screen, _ in texts(db)] == ["g20.family"]
    page = first.get("/console/decisions/deaths").get_data(as_text=True)
    assert f"enrolment={someone.enrolment}&amp;reason=deceased" in page
    noticed(office, db, someone, "deceased")
    assert [screen for screen, _ in texts(db)] == ["g20.family"]
    assert ends() == 1


def test_nobody_is_told_of_a_removal_while_a_death_is_being_checked(office: Office, db: Any) -> None:
    someone = a_worker(db)
    begin(office("satu"), someone)
    a_death(db, someone, None)
    assert step(office("dua"), "agree") == 409
    assert (state(db), texts(db)) == ("proposed", [])


def paid(db: Any, someone: Someone, month: dt.date) -> None:
    db.execute(
        """INSERT INTO payment (import_id, period, row, nik_index, amount)
           VALUES ((SELECT min(id) FROM file_import), %s, 2, %s, 16800)""",
        [month, blind_index(someone.nik, "nik")],
    )


def test_no_month_that_was_paid_or_has_begun_can_be_chosen(office: Office, db: Any) -> None:
    someone = a_worker(db)
    this = city_day(dt.datetime.now(dt.UTC)).replace(day=1)
    coming = first_month(this + dt.timedelta(days=1))
    paid(db, someone, coming)
    for month in ("2020-01", f"{this:%Y-%m}", f"{coming:%Y-%m}", "", "x", "2026-13", "9999-12"):
        if month == f"{this:%Y-%m}" and city_day(dt.datetime.now(dt.UTC)).day == 1:
            continue
        answer = begin(office("satu"), someone, month=month)
        assert answer.status_code == 400, month
        assert "RT bilang pindah" in answer.get_data(as_text=True)
    assert db.execute("SELECT count(*) FROM removal").fetchone() == (0,)


def test_a_month_that_was_paid_meanwhile_is_not_taken_back(office: Office, db: Any) -> None:
    someone = a_worker(db)
    noticed(office, db, someone)
    (month,) = db.execute("SELECT from_month FROM removal").fetchone()
    paid(db, someone, month)
    assert ends() == 1
    gone = removed_from(db, someone)
    assert gone is not None
    assert gone > month


def test_one_removal_of_a_line_is_open_at_a_time(office: Office, db: Any) -> None:
    someone = a_worker(db)
    begin(office("satu"), someone)
    answer = begin(office("dua"), someone, "not_working")
    assert answer.status_code == 409
    assert "sudah dibuka" in answer.get_data(as_text=True)


def test_a_removal_rests_on_something(office: Office, db: Any) -> None:
    someone = a_worker(db)
    assert begin(office("satu"), someone, note="").status_code == 400
    (said,) = db.execute(
        """INSERT INTO evidence (enrolment_id, source, statement, channel, inbound, received_at)
           VALUES (%s, 'rt_head', 'moved', 'ussd', 'test:1', %s) RETURNING id""",
        [someone.enrolment, NOW],
    ).fetchone()
    assert begin(office("satu"), someone, note="", evidence=[str(said), "999", "x"]).status_code == 303
    assert db.execute("SELECT evidence->'evidence' FROM removal").fetchone() == ([said],)
    page = office("dua").get("/console/decisions/removals/1").get_data(as_text=True)
    assert "Ketua RT, lewat HP: sudah pindah" in page


def test_a_second_reader_who_disagrees_ends_it(office: Office, db: Any) -> None:
    someone = a_worker(db)
    begin(office("satu"), someone)
    assert step(office("dua"), "disagree") == 400
    assert step(office("dua"), "disagree", note="Tidak cukup") == 303
    assert (state(db), texts(db), ends()) == ("withdrawn", [], 0)


def test_a_mistake_is_taken_back_and_the_worker_hears_so(office: Office, db: Any) -> None:
    noticed(office, db, a_worker(db))
    assert step(office("kepala"), "withdraw", note="Orang lain yang dimaksud") == 303
    assert (state(db), texts(db)[-1][0], ends()) == ("withdrawn", "g25.removal_kept", 0)


def test_two_officers_at_once_do_not_both_take_a_step(office: Office, db: Any) -> None:
    begin(office("satu"), a_worker(db))
    assert step(office("dua"), "agree", version=1) == 303
    assert step(office("tiga"), "disagree", version=1, note="Tunggu") == 409
    assert state(db) == "noticed"


def test_a_kelurahan_opens_what_lies_in_its_place_and_agrees_to_nothing(office: Office, db: Any) -> None:
    here, there = a_worker(db), a_worker(db, nik="3275011501900002", phone=None, row=3, kelurahan="32.75.02.1001")
    kelurahan = office.adds("kel", "kelurahan", unit="kelurahan", area=PLACE)
    assert kelurahan.get(f"/console/decisions/removals/new?enrolment={there.enrolment}").status_code == 404
    assert begin(kelurahan, here).status_code == 303
    begin(office("satu"), there)
    assert kelurahan.get("/console/decisions/removals/2").status_code == 404
    assert 'id="x-2"' not in kelurahan.get("/console/decisions/removals").get_data(as_text=True)
    other = office.adds("kel2", "kelurahan", unit="kelurahan", area="32.75.01")
    assert step(other, "agree", version=1) == 403
    assert state(db) == "proposed"


def test_a_worker_is_found_by_name_nik_row_or_code_and_nothing_is_in_the_address(office: Office, db: Any) -> None:
    a_worker(db, row=417)
    a_worker(db, nik="3275011501900002", name="Tono Wijaya", phone=None, row=3)
    first = office("satu")
    page = first.get("/console/decisions/removals/find").get_data(as_text=True)
    token = form_token(page)
    for wanted in ("dewi sulis", "3275 0115 0190 0001", "417", "SULISTIAWATI"):
        found = first.post("/console/decisions/removals/find", data={"csrf_token": token, "wanted": wanted})
        page = found.get_data(as_text=True)
        assert "Sul*** D***" in page, wanted
        assert "Ton*** W***" not in page
    for nobody in ("", "%", "_", "=1", "\0", "Zubaidah", "9" * 40):
        found = first.post("/console/decisions/removals/find", data={"csrf_token": token, "wanted": nobody})
        assert "Tidak ada yang ditemukan" in found.get_data(as_text=True), nobody


def test_an_auditor_reads_that_it_was_decided_and_not_whom_or_in_which_words(office: Office, db: Any) -> None:
    noticed(office, db, a_worker(db))
    auditor = office.adds("auditor", "auditor")
    for path in ("removals?state=noticed", "removals/1", "removals/1?paper=1"):
        page = auditor.get(f"/console/decisions/{path}").get_data(as_text=True)
        assert "Sul*** D***" in page
        for hidden in ("Sulistiawati", "0001", "RT bilang pindah"):
            assert hidden not in page, path
    assert auditor.get("/console/decisions/removals/new?enrolment=1").status_code == 403


def test_the_page_can_be_printed_with_all_that_was_said(office: Office, db: Any) -> None:
    noticed(office, db, a_worker(db))
    page = office("satu").get("/console/decisions/removals/1?paper=1").get_data(as_text=True)
    assert "RT bilang pindah" in page
    assert "Pembaca kedua setuju" in page
    assert "<textarea" not in page


@pytest.mark.parametrize("form", [{}, {"says": "agree"}, {"says": "keep"}, {"says": "told", "version": "1"}])
def test_a_damaged_form_takes_no_step(office: Office, db: Any, form: dict[str, str]) -> None:
    begin(office("satu"), a_worker(db))
    browser = office("dua")
    token = form_token(browser.get("/console/decisions/removals/1").get_data(as_text=True))
    answer = browser.post("/console/decisions/removals/1", data={"csrf_token": token, **form})
    assert answer.status_code in (400, 409)
    assert state(db) == "proposed"


def test_a_window_over_the_month_it_named_ends_in_the_next_one(office: Office, db: Any) -> None:
    someone = a_worker(db)
    a_phone(db, NUMBER)
    noticed(office, db, someone)
    db.execute("UPDATE removal SET from_month = '2026-01-01'")
    assert ends() == 1
    gone = removed_from(db, someone)
    assert gone is not None
    assert gone >= city_day(dt.datetime.now(dt.UTC) + LATER)
