"""What officers take out and bring in: everything stays text, and nobody is named who asked not to be."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.officers import an_officer, form_token, sign_in
from tests.people import a_phone
from tests.serving import new_client
from verify_service.accounts.officers import Role
from verify_service.console.sheets import in_csv
from verify_service.grievances import actions
from verify_service.grievances.acting import Acting
from verify_service.grievances.actions import Triage
from verify_service.grievances.opening import NewGrievance, open_grievance
from verify_service.grievances.visibility import Viewer
from verify_service.ground.database import transaction

PAGE = "/console/exports"
NOW = dt.datetime.now(dt.UTC)
HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "+628123",
    "-2+3",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    " =1+1",
    "\u200b=1+1",
    "\u202emoc.live\u202c",
    "aman;=1+1",
    "baris\n=1+1",
    '"; =1+1',
    "<script>alert(1)</script>",
    "http://evil.example/",
    "{=1+1}",
    "bel\x07 dan \x0b kosong\x00",
]


def file_one(db: Any, words: str = "Kartu belum datang", *, to_lapor: bool = True, **more: Any) -> str:
    """A report, verified and (unless told otherwise) handed to LAPOR; its number."""
    told: dict[str, Any] = {"category": "card", "identity": "normal", **more}
    report = NewGrievance(origin="report", channel="counter", inbound=f"t:{words}:{more}", words=words, **told)
    with transaction() as session:
        acting = Acting(session, Viewer(0, Role.SUPERVISOR, cleared=True), NOW)
        made = open_grievance(session, report, now=NOW)
        assert actions.verify(acting, made.id, 1, Triage(told["category"])) is None
        if to_lapor:
            version = session.get_one(actions.Grievance, made.id).version
            assert actions.refer(acting, made.id, version, "lapor", "Diteruskan ke LAPOR.") is None
    return made.number


def as_supervisor(client: FlaskClient, role: str = "supervisor", **more: Any) -> None:
    an_officer(role=role, **more)
    sign_in(client)


def workbook(answer: Any) -> Any:
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def rows_of(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def send(client: FlaskClient, to: str, **form: Any) -> Any:
    token = form_token(client.get(PAGE).get_data(as_text=True))
    return client.post(f"{PAGE}/{to}", data={"csrf_token": token, **form})


def test_reports_handed_over_are_a_workbook_with_their_chronology(client: FlaskClient, db: Any) -> None:
    number = file_one(db, kelurahan_code="32.75.01.1001")
    file_one(db, "Lain", to_lapor=False)
    as_supervisor(client)
    answer = client.get(f"{PAGE}/reports.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=laporan-")
    book = workbook(answer)
    reports, chronology = book["Laporan"], book["Kronologi"]
    (heading, row) = reports.iter_rows(values_only=True)
    told = dict(zip(heading, row, strict=True))
    assert told["Nomor"] == number
    assert told["Klasifikasi"] == "G02"
    assert told["Instansi"] == "BPJS Ketenagakerjaan"
    assert told["Diteruskan ke"] == "SP4N-LAPOR!"
    assert told["Isi laporan"] == "Kartu belum datang"
    assert isinstance(told["Diterima"], dt.datetime)
    steps = list(chronology.iter_rows(min_row=2, values_only=True))
    assert [step[3] for step in steps] == list(range(1, len(steps) + 1))
    assert {step[0] for step in steps} == {number}
    assert steps[-1][-1] == "Diteruskan ke LAPOR."
    (trail,) = db.execute("SELECT detail FROM audit WHERE action = 'reports exported'").fetchone()
    assert trail == {"which": "lapor", "words": True, "form": "xlsx"}


def test_what_people_wrote_stays_text_in_every_file(client: FlaskClient, db: Any) -> None:
    for words in HOSTILE:
        file_one(db, words)
    as_supervisor(client)
    book = workbook(client.get(f"{PAGE}/reports.xlsx"))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.value
                assert cell.hyperlink is None
    column = [cell.value for cell in book["Laporan"][1]].index("Isi laporan")
    kept = [row[column] for row in book["Laporan"].iter_rows(min_row=2, values_only=True)]
    assert kept[:4] == HOSTILE[:4]
    assert kept[-1] == "bel dan  kosong"
    table = rows_of(client.get(f"{PAGE}/reports.csv"))
    assert len(table) == len(HOSTILE) + 1
    for row in table:
        for cell in row:
            for piece in cell.replace("\r", "\n").replace(";", "\n").split("\n"):
                assert piece.strip('\u200b \t"')[:1] not in tuple("=+-@＝＋－＠"), cell


@given(st.text(alphabet=st.sampled_from("=+-@＝\t\r\n;, \u200b'a\"\x00"), max_size=8))
def test_no_cell_of_a_csv_begins_like_a_formula(text: str) -> None:
    cell = in_csv(text)
    assert "\0" not in cell
    for piece in cell.replace("\r", "\n").replace("\t", "\n").replace(";", "\n").split("\n"):
        assert piece.strip('\u200b "')[:1] not in ("=", "+", "-", "@", "＝")
    assert in_csv("aman saja") == "aman saja"


def test_an_auditor_gets_no_words_and_hands_nothing_over(client: FlaskClient, db: Any) -> None:
    file_one(db, "Kata rahasia")
    as_supervisor(client, "auditor")
    page = client.get(PAGE).get_data(as_text=True)
    assert "Tanpa isi laporan" in page
    assert "lapor-title" not in page
    for path in ("reports.csv", "chronology.csv"):
        answer = client.get(f"{PAGE}/{path}")
        assert "Kata rahasia" not in answer.get_data(as_text=True)
        assert "Diteruskan ke LAPOR." not in answer.get_data(as_text=True)
        assert len(rows_of(answer)) > 1
    assert send(client, "lapor", reason="alasan yang baik").status_code == 403


def test_an_administrator_hands_over_nobody_and_brings_no_numbers(client: FlaskClient, db: Any) -> None:
    number = file_one(db)
    as_supervisor(client, "admin")
    page = client.get(PAGE).get_data(as_text=True)
    assert f'action="{PAGE}/lapor"' not in page
    token = form_token(client.get("/console/cases").get_data(as_text=True))
    sent = {"csrf_token": token, "file": (io.BytesIO(f"{number},SP4N-1".encode()), "nomor.csv")}
    assert client.post(f"{PAGE}/numbers", data=sent).status_code == 403
    assert client.post(f"{PAGE}/lapor", data={"csrf_token": token, "reason": "alasan yang baik"}).status_code == 403


@pytest.mark.parametrize("role", ["officer", "kelurahan"])
def test_others_take_nothing_out(client: FlaskClient, db: Any, role: str) -> None:
    area = {"unit": "kelurahan", "area": "32.75.01.1001"} if role == "kelurahan" else {}
    as_supervisor(client, role, **area)
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}/reports.csv").status_code == 403
    assert "exports" not in client.get("/console/").get_data(as_text=True)


def test_nobody_takes_out_what_he_may_not_see(client: FlaskClient, db: Any) -> None:
    file_one(db, "Diminta uang", category="asked_money", identity="secret")
    as_supervisor(client)
    assert len(rows_of(client.get(f"{PAGE}/reports.csv?which=all"))) == 1
    assert len(rows_of(client.get(f"{PAGE}/chronology.csv?which=all"))) == 1
    an_officer("cleared@bekasi.example", "supervisor", cleared=True)
    another = new_client()
    sign_in(another, "cleared@bekasi.example")
    assert len(rows_of(another.get(f"{PAGE}/reports.csv?which=all"))) == 2


def test_what_officers_write_for_one_another_stays_in_the_house(client: FlaskClient, db: Any) -> None:
    file_one(db, to_lapor=False)
    with transaction() as session:
        acting = Acting(session, Viewer(0, Role.SUPERVISOR), NOW)
        actions.comment(acting, 1, "Pelapor ini pernah bohong")
    as_supervisor(client)
    body = client.get(f"{PAGE}/chronology.csv?which=all").get_data(as_text=True)
    assert "bohong" not in body
    assert "officer:" not in body


def test_files_hold_what_was_chosen(client: FlaskClient, db: Any) -> None:
    numbers = [file_one(db, f"Laporan {which}", to_lapor=which == 0) for which in range(3)]
    db.execute("UPDATE grievance SET due_on = '2020-01-01' WHERE number = %s", [numbers[1]])
    db.execute("UPDATE grievance SET opened_at = '2026-01-05T20:00:00Z' WHERE number = %s", [numbers[2]])
    as_supervisor(client)

    def chosen(query: str) -> set[str]:
        return {row[0] for row in rows_of(client.get(f"{PAGE}/reports.csv?{query}"))[1:]}

    assert chosen("") == {numbers[0]}
    assert chosen("which=open") == {numbers[1], numbers[2]}
    assert chosen("which=late") == {numbers[1]}
    assert chosen("which=closed") == {numbers[0]}
    assert chosen("which=all&category=card") == set(numbers)
    assert chosen("which=all&category=other") == set()
    assert chosen("which=all&since=2026-01-06&until=2026-01-06") == {numbers[2]}  # the day it was in the city
    assert chosen("which=nonsense&since=99&until=9999-99-99&category=%00") == {numbers[0]}


def test_names_are_handed_over_with_a_reason_that_is_kept(client: FlaskClient, db: Any) -> None:
    phone = a_phone(db, "+6281234567890")
    named = file_one(db, "Dengan nama", reporter="Siti =Aminah", phone_id=phone)
    hidden = file_one(db, "Rahasia", identity="secret", reporter="Budi", phone_id=phone)
    as_supervisor(client)
    refused = send(client, "lapor", reason="xx  ")
    assert refused.status_code == 422
    assert "lima huruf" in refused.get_data(as_text=True)
    book = workbook(send(client, "lapor", reason="LAPOR meminta data pelapor"))
    heading, *rows = book["Laporan"].iter_rows(values_only=True)
    told = {row[0]: dict(zip(heading, row, strict=True)) for row in rows}
    assert told[named]["Nama pelapor"] == "Siti =Aminah"
    assert told[named]["HP pelapor"] == "+6281234567890"
    assert told[hidden]["Nama pelapor"] is None
    assert told[hidden]["HP pelapor"] is None
    opened = db.execute("SELECT object FROM audit WHERE action = 'identity opened'").fetchall()
    assert opened == [("grievance:1",)]
    (trail,) = db.execute("SELECT detail FROM audit WHERE action LIKE '%handed over with%'").fetchone()
    assert trail["identities"] == 1
    assert "Siti" not in str(db.execute("SELECT detail FROM audit").fetchall())


def bring(client: FlaskClient, text: str | bytes) -> Any:
    sent = text if isinstance(text, bytes) else text.encode()
    return send(client, "numbers", file=(io.BytesIO(sent), "lapor.csv"))


def external(db: Any) -> list[str | None]:
    return [row[0] for row in db.execute("SELECT external_number FROM grievance ORDER BY id")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_numbers_of_lapor_come_back(client: FlaskClient, db: Any, delimiter: str) -> None:
    numbers = [file_one(db, f"Laporan {which}") for which in range(2)]
    as_supervisor(client)
    rows = [("Nomor", "LAPOR"), (numbers[0], "#1234567"), ("", ""), (numbers[1].lower().replace("-", " "), "'7654321")]
    sent = "\r\n".join(delimiter.join(row) for row in rows)
    answer = bring(client, "\ufeff" + sent)
    assert answer.status_code == 200
    assert 'data-figure="kept">2<' in answer.get_data(as_text=True)
    assert external(db) == ["1234567", "7654321"]
    again = bring(client, sent)
    assert 'data-figure="kept">0<' in again.get_data(as_text=True)
    assert db.execute("SELECT count(*) FROM grievance_event WHERE kind = 'external_number'").fetchone() == (2,)


def test_a_file_with_a_fault_is_explained_and_leaves_nothing(client: FlaskClient, db: Any) -> None:
    good, here = file_one(db, "Satu"), file_one(db, "Dua", to_lapor=False)
    secret = file_one(db, "Uang", category="asked_money", identity="secret")
    as_supervisor(client)
    rows = [
        f"{good},1234567",
        "BKS-XXXXXX,1",
        f"{here},7654321",
        f"{secret},7654322",
        f"{good},1234567",
        f"{good},<b>=x</b>",
        "only one",
        f"{good},1,2,3",
    ]
    answer = bring(client, "\n".join(rows))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    for said in (
        "Tidak ada yang disimpan",
        "nomor kita",
        "sudah diteruskan",
        "boleh Anda lihat",
        "sekali",
        "dua kolom",
    ):
        assert said in page
    assert "<b>=x" not in page
    assert external(db) == [None, None, None]


@pytest.mark.parametrize("sent", [b"", b"\xff\xfe\x00bad", b"\xff\xd8\xff a photograph", b"Nomor,LAPOR\n", b'"' * 5000])
def test_what_is_no_such_file_is_refused_politely(client: FlaskClient, db: Any, sent: bytes) -> None:
    as_supervisor(client)
    answer = bring(client, sent)
    assert answer.status_code == 422
    assert "Tidak ada yang disimpan" in answer.get_data(as_text=True)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_file_breaks_the_reading_of_numbers(sent: bytes) -> None:
    from verify_service.grievances.lapor import _pairs

    _pairs(sent, [])
