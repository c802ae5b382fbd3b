"""A person in the console: found without a trace in an address, shown masked, settled against the clock of the law."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.console.desk import Desk, a_case, at_the_desk, number_of
from tests.officers import form_token
from tests.people import NEWEST, a_worker
from tests.persons.test_finding import listed
from tests.registry.test_loading import ANI, BUDI, ledger, roster, written
from tests.verification.test_reconciliation import reconcile, says

PEOPLE = "/console/people"
NIK = "3275014107800001"


def look(desk: Desk, typed: str, kelurahan: str = "") -> str:
    answer = desk.post(PEOPLE, {"typed": typed, "kelurahan": kelurahan}, page=desk.see(PEOPLE))
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def page_of(desk: Desk, typed: str) -> str:
    found = re.search(rf'href="({PEOPLE}/[0-9a-f]{{32}})"', look(desk, typed))
    assert found, typed
    return found[1]


def post(desk: Desk, address: str, **form: Any) -> Any:
    page = desk.see(address)
    shown = re.search(r'name="version" value="(\d+)"', page)
    version = {"version": shown[1]} if shown else {}
    return desk.client.post(address, data={"csrf_token": form_token(page), **version, **form})


def a_request(desk: Desk, person: str, kind: str, **more: str) -> str:
    made = post(desk, person, do="ask", kind=kind, asker="self", identity="ktp", words="di loket", **more)
    assert made.status_code == 303, made.get_data(as_text=True)
    return str(made.headers["Location"])


@pytest.fixture
def admin(db: Any) -> Desk:
    return at_the_desk("admin", name="Ibu Admin")


@pytest.fixture
def ani(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI.replace("081234567890", "")))
    headings = "NIK,KPJ,STATUS"
    ledger("insurer", written(tmp_path, f"{NIK},26000000001,AKTIF", headings=headings, name="i.csv"))
    reconcile()


def test_a_person_is_found_in_two_steps_and_shown_masked(admin: Desk, db: Any, ani: None) -> None:
    person = page_of(admin, "Ani Lastari")  # misspelt
    page = admin.see(person)
    assert "A*** L***" in page
    assert "…0001" in page
    for hidden in (NIK, "081234567890", "+6281234567890", "Ani Lestari", "1980-07-01", "26000000001"):
        assert hidden not in page, hidden
    assert "Januari 2026" in page
    assert "Margahayu RT 001/RW 002" in page


@pytest.mark.parametrize("typed", [NIK, "26000000001", "081234567890"])
def test_a_number_finds_the_person_and_stands_in_no_address(admin: Desk, db: Any, ani: None, typed: str) -> None:
    assert page_of(admin, typed)
    assert admin.status(f"{PEOPLE}?typed={typed}") == 200
    assert "found-table" not in admin.see(f"{PEOPLE}?typed={typed}")  # an address looks for nobody


@pytest.mark.parametrize("token", ["1", "0" * 32, "x" * 32, "g", "%00"])
def test_an_address_that_was_never_given_leads_to_nobody(admin: Desk, db: Any, ani: None, token: str) -> None:
    assert admin.status(f"{PEOPLE}/{token}") == 404


def test_an_account_of_another_kelurahan_sees_nothing_of_a_person(admin: Desk, db: Any, ani: None) -> None:
    person = page_of(admin, NIK)
    other = at_the_desk("kelurahan", unit="kelurahan", area="32.75.02.1001")
    assert other.status(person) == 404
    assert "found-table" not in look(other, "Ani Lestari")
    own = at_the_desk("kelurahan", unit="kelurahan", area="32.75.01.1002")
    assert own.status(person) == 200
    assert at_the_desk("auditor").status(person) == 403


def test_a_number_in_clear_is_shown_once_for_a_reason(admin: Desk, db: Any, ani: None) -> None:
    officer = at_the_desk("officer", name="Pak Petugas")
    person = page_of(officer, NIK)
    page = officer.see(person)
    token = {"csrf_token": form_token(page)}
    refused = officer.client.post(f"{person}/clear", data={**token, "what": "nik", "reason": "call", "note": ""})
    assert (refused.status_code, NIK in refused.get_data(as_text=True)) == (422, False)
    given = {**token, "what": "nik", "reason": "insurer", "note": "klaim keluarga di loket"}
    shown = officer.client.post(f"{person}/clear", data=given)
    assert NIK in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert NIK not in officer.see(person)
    trail = admin.see(person)
    assert "Pak Petugas" in trail
    assert "Melihat nomor lengkap" in trail


def test_a_restricted_case_is_not_even_counted_for_who_may_not_see_it(db: Any) -> None:
    dewi = listed(db, "Sulistiawati Dewi", "3275011501900001")
    secret = a_case(db, worker=dewi, category="asked_money", restricted=True)
    plain = a_case(db, worker=dewi, category="card", once="2")
    officer, cleared = at_the_desk("officer"), at_the_desk("supervisor", cleared=True)
    page = officer.see(page_of(officer, "Sulistiawati Dewi"))
    assert (number_of(db, secret) in page, number_of(db, plain) in page) == (False, True)
    assert number_of(db, secret) in cleared.see(page_of(cleared, "Sulistiawati Dewi"))


def test_whoever_takes_a_request_at_the_counter_may_not_settle_it(admin: Desk, db: Any, ani: None) -> None:
    counter = at_the_desk("kelurahan", unit="kelurahan", area="32.75.01.1002")
    person = page_of(counter, NIK)
    made = post(counter, person, do="ask", kind="export", asker="self", identity="ktp")
    assert made.headers["Location"].endswith(person)
    (number,) = db.execute("SELECT id FROM person_request").fetchone()
    assert counter.status(f"{PEOPLE}/requests/{number}") == 403
    assert f"{PEOPLE}/requests/{number}" in admin.see(f"{PEOPLE}/requests")
    assert at_the_desk("supervisor").status(f"{PEOPLE}/requests/{number}") == 200


def test_everything_that_is_kept_comes_as_one_file_in_plain_words(admin: Desk, db: Any, ani: None) -> None:
    (line,) = db.execute(
        "SELECT enrolment.id FROM enrolment JOIN worker ON worker.id = worker_id WHERE name = 'Ani Lestari'"
    ).fetchone()
    says(db, line, "denies")
    request = a_request(admin, page_of(admin, NIK), "export")
    page = admin.see(request)
    got = admin.client.post(f"{request}/file", data={"csrf_token": form_token(page)})
    assert got.mimetype == "application/zip"
    packed = zipfile.ZipFile(io.BytesIO(got.data))
    document = json.loads(packed.read("data.json"))
    parts = {section["name"]: section["rows"] for section in document["sections"]}
    assert parts["identity"][0]["nik"] == NIK
    assert parts["phones"][0]["number"] == "+6281234567890"
    assert {"lines", "insured", "verdicts", "file_rows", "trail", "requests"} <= set(parts)
    html = packed.read("data.html").decode()
    assert "Ani Lestari" in html
    assert "BPJS Ketenagakerjaan" in html
    codes = r">(active|no_file|not_found|ussd|denies|ktp|self|open|unaware|roster|not_listed|no_answer)<"
    assert re.findall(codes, html) == []
    assert post(admin, request, do="handed_over").status_code == 303
    assert "berkas sudah diserahkan" in admin.see(request)
    assert admin.client.post(f"{request}/file", data={"csrf_token": form_token(page)}).status_code == 409


def test_a_person_is_erased_by_two_and_the_page_says_so(admin: Desk, db: Any, ani: None) -> None:
    person = page_of(admin, NIK)
    request = a_request(admin, person, "erase")
    alone = post(admin, request, do="propose", reason="left", note="")
    assert alone.status_code == 303
    own = post(admin, request, do="confirm")
    assert (own.status_code, "Administrator kedua" in own.get_data(as_text=True)) == (409, True)
    second = at_the_desk("admin", name="Pak Wakil")
    page = admin.see(request)
    assert post(second, request, do="confirm").status_code == 303
    assert 'data-figure="erased"' in admin.see(person)
    assert "Ani" not in admin.see(person)
    late = admin.client.post(request, data={"csrf_token": form_token(page), "version": 2, "do": "confirm"})
    assert late.status_code == 409
    settled = admin.see(f"{PEOPLE}/requests?settled=1")
    assert "selesai" in settled.lower()
    assert "dihapus" in look(admin, NIK)
    assert post(admin, person, do="list_anew").status_code == 303
    assert 'data-figure="erased"' not in admin.see(person)


def test_what_was_typed_is_kept_where_it_cannot_be_read(admin: Desk, db: Any, ani: None) -> None:
    request = a_request(admin, page_of(admin, NIK), "correct")
    wrong = post(admin, request, do="correct", field="birth_date", value="1 Juli 1980", reason="ktp", note="KTP")
    assert wrong.status_code == 422
    assert 'value="1 Juli 1980"' in wrong.get_data(as_text=True)
    assert post(admin, request, do="correct", field="sex", value="p", reason="ktp", note="KTP").status_code == 303


def test_a_request_of_the_day_before_is_due_from_then(admin: Desk, db: Any, ani: None) -> None:
    day = (dt.datetime.now(dt.UTC) - dt.timedelta(days=4)).date()
    request = a_request(admin, page_of(admin, NIK), "export", day=f"{day}", hour="09.30")
    assert 'class="late"' in admin.see(request)
    assert "Melewati batas waktu undang-undang: 1" in admin.see(f"{PEOPLE}/requests")
    today = admin.see("/console/today")
    assert re.search(r'data-line="rights" data-standing="act"', today)
    assert "Selesaikan sekarang di halaman hak warga" in today


def test_the_page_of_an_erased_person_s_proposal_still_opens(admin: Desk, db: Any) -> None:
    from tests.console.test_proposals import proposed

    number = proposed(db, help_needed="walk")
    db.execute("UPDATE proposal SET state = 'refused', reason = 'twice', decided_at = now() WHERE id = %s", [number])
    (index,) = db.execute("SELECT nik_index FROM proposal WHERE id = %s", [number]).fetchone()
    worker = a_worker(db).worker
    db.execute("UPDATE person_key SET nik_index = %s", [index])
    db.execute("UPDATE worker SET nik_index = %s WHERE id = %s", [index, worker])
    from flows.references import worker_code

    request = a_request(admin, page_of(admin, worker_code(worker)), "erase")
    assert post(admin, request, do="propose", reason="left", note="").status_code == 303
    assert post(at_the_desk("admin"), request, do="confirm").status_code == 303
    assert admin.status(f"/console/decisions/{number}") == 200
    assert db.execute("SELECT name, help_needed IS NOT NULL FROM proposal").fetchone() == ("-", True)


def test_a_breach_is_written_down_told_and_closed_on_its_page(admin: Desk, db: Any, ani: None) -> None:
    from jobs.breaches import tell

    address = f"{PEOPLE}/breaches"
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    given = {
        "noticed_day": f"{yesterday:%Y-%m-%d}",
        "noticed_hour": "08:00",
        "happened_on": f"{yesterday:%Y-%m-%d}",
        "data": ["name", "phone"],
        "people": "2",
        "scope": "all",
        "what": "Laptop petugas hilang di angkot.",
    }
    empty = post(admin, address, **{**given, "data": []})
    assert (empty.status_code, "Laptop petugas hilang" in empty.get_data(as_text=True)) == (422, True)
    made = post(admin, address, **given)
    page = made.headers["Location"]
    assert post(admin, page, do="people").status_code == 422
    assert post(admin, page, do="measures", words="Laptop dikunci dari jauh.").status_code == 303
    assert post(admin, page, do="authority", words="500/12-Kominfo/2026").status_code == 303
    assert post(admin, page, do="people").status_code == 303
    assert post(admin, page, do="close").status_code == 409
    tell()
    assert "1 SMS, 1 orang tidak terjangkau SMS" in admin.see(page)
    assert post(admin, page, do="others").status_code == 303
    assert post(admin, page, do="close").status_code == 303
    assert "ditutup" in admin.see(page)
    auditor = at_the_desk("auditor").see(page)
    assert "Laptop" not in auditor
    assert NEWEST
