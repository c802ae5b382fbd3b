"""Work lists by owner as offices work them off: in the browser, or in a sheet that comes back."""

from __future__ import annotations

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.console.desk import Desk, at_the_desk
from tests.officers import form_token
from tests.people import NEWEST, a_worker
from tests.verification.test_reconciliation import reconcile, says
from verify_service.ground.database import transaction
from verify_service.labels.owner_words import spellings
from verify_service.verification.owner_lists import ANSWERS, WorkList

LISTS = "/console/work-lists"
HERE, ELSEWHERE = "32.75.01.1001", "32.75.02.1001"
NUMBER, MONTH, CODE, ANSWER, NOTE = 0, 1, 2, 10, 11
Rows = list[list[str]]


def missing(db: Any, how_many: int, **where: Any) -> list[int]:
    """People whom the insurer does not know: lines of its branch."""
    made = [
        a_worker(db, nik=f"32750115019000{n:02}", phone=None, row=n + 2, insurer=None, **where).enrolment
        for n in range(how_many)
    ]
    reconcile()
    return made


def gone(db: Any, **where: Any) -> int:
    """Somebody of whom the worker says that it is not him: a line of the kelurahan."""
    enrolment = a_worker(db, **where).enrolment
    says(db, enrolment, "not_me")
    reconcile()
    return enrolment


def taken(desk: Desk, whose: str) -> Rows:
    answer = desk.client.get(f"{LISTS}/{whose}/sheet.csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def bring(desk: Desk, whose: str, rows: Rows | bytes, name: str = "daftar.csv") -> Any:
    if not isinstance(rows, bytes):
        written = io.StringIO()
        csv.writer(written).writerows(rows)
        rows = written.getvalue().encode()
    token = form_token(desk.see(f"{LISTS}?list={whose}"))
    return desk.client.post(f"{LISTS}/{whose}/answers", data={"csrf_token": token, "file": (io.BytesIO(rows), name)})


def kept(db: Any) -> list[tuple[Any, ...]]:
    return list(db.execute('SELECT enrolment_id, answer, "by", how FROM discrepancy_answer ORDER BY 1, id').fetchall())


def told(page: str) -> list[list[str]]:
    """The table of what is wrong with a sheet: row, column, what was found, what was expected."""
    table = page.split('id="faults"')[1].split("</table>")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in table.split("<tr")[2:]]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in rows]


def line_of(db: Any, enrolment: int) -> str:
    (line,) = db.execute(
        "SELECT id FROM discrepancy WHERE enrolment_id = %s AND closed_at IS NULL", [enrolment]
    ).fetchone()
    return f"{LISTS}/lines/{line}"


def answer_here(desk: Desk, path: str, page: str | None = None, **form: str) -> int:
    page = page if page is not None else desk.see(path)
    found = re.search(r'name="number" value="([^"]+)"', page)
    number = found[1] if found else ""
    return int(desk.post(path, {"number": number, **form}, page=page).status_code)


def test_a_sheet_goes_out_and_comes_back_with_its_answers(db: Any) -> None:
    first, second, third = missing(db, 3)
    desk = at_the_desk()
    rows = taken(desk, "insurer")
    assert len(rows) == 4
    rows[1][ANSWER], rows[2][ANSWER], rows[2][NOTE] = "Tidak terdaftar", "LAINNYA, lihat catatan", "=masih dicari"
    sent = bring(desk, "insurer", rows)
    page = sent.get_data(as_text=True)
    assert sent.status_code == 200
    assert 'data-figure="kept">2<' in page
    author = f"officer:{desk.id}"
    assert kept(db) == [(first, "not_registered", author, "file"), (second, "other", author, "file")]
    assert [row[NUMBER] for row in taken(desk, "insurer")[1:]] == [rows[3][NUMBER]]
    assert "=masih dicari" in desk.see(line_of(db, second))
    assert desk.name in desk.see(line_of(db, second))
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'discrepancies answered'").fetchone() == (1,)
    assert third


def test_the_same_sheet_twice_changes_nothing(db: Any) -> None:
    missing(db, 2)
    desk, other = at_the_desk(), at_the_desk()
    rows = taken(desk, "insurer")
    rows[1][ANSWER] = "not_registered"
    bring(desk, "insurer", rows)
    before = db.execute("SELECT * FROM discrepancy_answer").fetchall()
    for again in (desk, other):
        page = bring(again, "insurer", rows).get_data(as_text=True)
        assert 'data-figure="kept">0<' in page
        assert 'data-figure="known">1<' in page
    assert db.execute("SELECT * FROM discrepancy_answer").fetchall() == before


def test_every_bad_row_is_named_by_row_and_column_and_nothing_is_kept(db: Any) -> None:
    missing(db, 7)
    desk = at_the_desk()
    rows = taken(desk, "insurer")
    for row in rows[1:]:
        row[ANSWER] = "active"
    rows[2][ANSWER] = "entah"
    rows[3][ANSWER] = "other"
    rows[4][NUMBER] = "D9-AAAAA"
    rows[5][MONTH] = "2025-01"
    rows[6][CODE] = rows[7][CODE]
    rows[7][NOTE] = "x" * 501
    rows.append(rows[1])
    sent = bring(desk, "insurer", rows)
    assert sent.status_code == 422
    wrong = [(row, column) for row, column, _, _ in told(sent.get_data(as_text=True))]
    assert wrong == [
        ("3", "Jawaban"),
        ("4", "Catatan"),
        ("5", "Nomor baris"),
        ("6", "Bulan"),
        ("7", "Kode"),
        ("8", "Catatan"),
        ("9", "Nomor baris"),
    ]
    assert kept(db) == []


def test_a_line_that_has_changed_since_is_refused_with_its_row(db: Any) -> None:
    (enrolment,) = missing(db, 1)
    desk = at_the_desk()
    rows = taken(desk, "insurer")
    rows[1][ANSWER] = "active"
    db.execute("UPDATE discrepancy SET updated_at = updated_at + interval '1 day'")
    assert [row[:2] for row in told(bring(desk, "insurer", rows).get_data(as_text=True))] == [["2", "Nomor baris"]]
    assert kept(db) == []
    page = desk.see(line_of(db, enrolment))
    db.execute("UPDATE discrepancy SET updated_at = updated_at + interval '1 day'")
    assert answer_here(desk, line_of(db, enrolment), page, answer="active") == 409


@pytest.mark.parametrize("sent", [b"", b"%PDF-1.4 nothing", b"a,b\n1,2\n", "Nomor baris;Jawaban\n".encode("utf-16")])
def test_what_is_no_sheet_of_ours_is_refused(db: Any, sent: bytes) -> None:
    missing(db, 1)
    assert bring(at_the_desk(), "insurer", sent).status_code == 422
    assert kept(db) == []


def test_a_sheet_saved_as_xlsx_is_read_and_offers_the_answers(db: Any) -> None:
    (enrolment,) = missing(db, 1)
    desk = at_the_desk()
    book = openpyxl.load_workbook(io.BytesIO(desk.client.get(f"{LISTS}/insurer/sheet.xlsx").data))
    sheet = book.active
    assert sheet is not None
    (choice,) = sheet.data_validations.dataValidation
    assert "Tidak terdaftar" in str(choice.formula1)
    sheet.cell(2, ANSWER + 1, "Tidak terdaftar")
    saved = io.BytesIO()
    book.save(saved)
    assert bring(desk, "insurer", saved.getvalue(), "daftar.xlsx").status_code == 200
    assert kept(db) == [(enrolment, "not_registered", f"officer:{desk.id}", "file")]


def test_cells_are_no_formulas_and_nobodys_nik_or_name_leaves(db: Any) -> None:
    nik = "3275011501900001"
    a_worker(db, nik=nik, name='=HYPERLINK("http://evil.example") Dewi', insurer=None)
    reconcile()
    desk = at_the_desk()
    raw = desk.client.get(f"{LISTS}/insurer/sheet.csv").data.decode("utf-8-sig")
    assert nik not in raw
    assert nik[-4:] not in [cell for row in csv.reader(io.StringIO(raw)) for cell in row]
    assert "evil" not in raw
    for row in csv.reader(io.StringIO(raw)):
        assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@")]
    book = openpyxl.load_workbook(io.BytesIO(desk.client.get(f"{LISTS}/insurer/sheet.xlsx").data))
    assert not [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"]  # type: ignore[union-attr]
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'work list exported'").fetchone() == (2,)


def test_what_the_kelurahan_answers_is_the_word_of_the_rt_head(db: Any) -> None:
    enrolment = gone(db)
    desk = at_the_desk("kelurahan", unit="kelurahan", area=HERE)
    assert answer_here(desk, line_of(db, enrolment), answer="moved") == 303
    ((answer,),) = db.execute("SELECT id FROM discrepancy_answer").fetchall()
    said = db.execute("SELECT statement, channel, inbound FROM evidence WHERE source = 'rt_head'").fetchall()
    assert said == [("moved", "console", f"answer:{answer}")]
    reconcile()
    assert db.execute("SELECT rt_head FROM verdict WHERE period = %s", [NEWEST]).fetchone() == ("moved",)


def test_a_death_it_reports_is_to_be_checked_and_no_one_is_told(db: Any) -> None:
    enrolment = gone(db)
    desk = at_the_desk("kelurahan", unit="kelurahan", area=HERE)
    assert answer_here(desk, line_of(db, enrolment), answer="deceased") == 303
    assert db.execute("SELECT kind FROM task WHERE closed_at IS NULL").fetchall() == [("death_reported",)]
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


def test_the_office_of_another_place_sees_and_answers_nothing_here(db: Any) -> None:
    enrolment = gone(db)
    desk = at_the_desk("kelurahan", unit="kelurahan", area=ELSEWHERE)
    assert desk.status(line_of(db, enrolment)) == 404
    assert len(taken(desk, "kelurahan")) == 1
    here = at_the_desk("kelurahan", unit="kelurahan", area=HERE)
    rows = taken(here, "kelurahan")
    rows[1][ANSWER] = "moved"
    assert bring(here, "insurer", rows).status_code in (403, 422)
    assert [row[1] for row in told(bring(desk, "kelurahan", rows).get_data(as_text=True))] == ["Nomor baris"]
    assert kept(db) == []


def test_a_list_is_answered_by_whose_it_is(db: Any) -> None:
    (enrolment,) = missing(db, 1)
    line = line_of(db, enrolment)
    disnaker = at_the_desk(unit="disnaker")
    page = disnaker.see(line)
    assert 'name="answer"' not in page
    branch = at_the_desk(unit="insurer")
    assert answer_here(disnaker, line, branch.see(line), answer="active") in (400, 403)
    auditor = at_the_desk("auditor")
    assert 'name="answer"' not in auditor.see(line)
    assert auditor.status(f"{LISTS}/insurer/sheet.csv") == 403
    assert answer_here(branch, line, answer="active") == 303
    assert [row[1] for row in kept(db)] == ["active"]


def test_of_two_who_answer_one_line_one_is_told(db: Any) -> None:
    (enrolment,) = missing(db, 1)
    line = line_of(db, enrolment)
    desks = at_the_desk(), at_the_desk()
    pages = [desk.see(line) for desk in desks]
    with ThreadPoolExecutor(2) as crowd:
        sent = crowd.map(
            lambda one: answer_here(one[0], line, one[1], answer=one[2]),
            zip(desks, pages, ("active", "not_registered"), strict=True),
        )
    assert sorted(sent) == [303, 409]
    assert len(kept(db)) == 1


def test_an_answer_that_the_list_does_not_have_changes_nothing(db: Any) -> None:
    (enrolment,) = missing(db, 1)
    desk = at_the_desk()
    for form in ({"answer": "moved"}, {"answer": ""}, {"answer": "other"}, {"answer": "active", "note": "x" * 501}):
        assert answer_here(desk, line_of(db, enrolment), **form) == 400
    assert kept(db) == []


def test_answers_can_be_changed_by_nobody(db: Any) -> None:
    for change in ("UPDATE discrepancy_answer SET answer = 'x'", "DELETE FROM discrepancy_answer"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction() as session:
            session.execute(text(change))


def test_every_answer_of_a_list_has_a_spelling_of_its_own(db: Any) -> None:
    desk = at_the_desk()
    with desk.client.application.test_request_context():
        for whose in WorkList:
            assert set(spellings(whose).values()) == set(ANSWERS[whose])
