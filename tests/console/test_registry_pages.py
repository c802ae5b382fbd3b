"""Versions, the list on a day and pairs in the browser: what the command line tells and does, and no more."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from flows.references import worker_code
from tests.console.desk import Desk, at_the_desk
from tests.officers import form_token
from tests.pdf import words_of
from tests.people import a_worker, an_rt_head
from tests.registry.test_loading import ANI, BUDI, written
from tests.registry.test_pairs import ANY
from tests.registry.test_versions import CITI, on, roster
from verify_service.ground.database import transaction
from verify_service.verification.evidence import Statement, record_statement

VERSIONS = "/console/registry/versions"
PAIRS = "/console/registry/pairs"
POSTS = "/console/registry/posts"


@pytest.fixture
def admin(db: Any) -> Desk:
    return at_the_desk("admin", name="Pak Admin")


def figure(page: str, name: str) -> str:
    found = re.search(rf'data-figure="{name}">([^<]*)<', page)
    assert found, name
    return found[1].strip()


def say(desk: Desk, address: str, **form: Any) -> Any:
    return desk.client.post(address, data={"csrf_token": form_token(desk.see(address)), **form})


def two_versions(folder: Path) -> tuple[int, int]:
    first = roster(written(folder, ANI, BUDI), 1)
    second = roster(written(folder, ANI.replace(",1,2,", ",7,2,"), CITI), 2)
    assert first.import_id is not None
    assert second.import_id is not None
    return first.import_id, second.import_id


def test_what_a_version_says_otherwise_than_the_one_before_is_one_click_away(
    admin: Desk, db: Any, tmp_path: Path
) -> None:
    first, second = two_versions(tmp_path)
    assert f"{VERSIONS}/{second}" in admin.see(VERSIONS)
    page = admin.see(f"{VERSIONS}/{second}")
    link = re.search(rf'href="({VERSIONS}/{second}\?before={first})#', page)
    assert link
    told = admin.see(link[1])
    assert [figure(told, name) for name in ("added", "missing", "changed", "same")] == ["1", "1", "1", "0"]
    assert ("Ani Lestari" in told, ANI[:16] in told) == (False, False)


def test_a_version_is_undone_once_and_a_second_administrator_is_told(admin: Desk, db: Any, tmp_path: Path) -> None:
    first, second = two_versions(tmp_path)
    page = admin.see(f"{VERSIONS}/{second}")
    assert say(admin, f"{VERSIONS}/{second}", do="undo").status_code == 303
    assert figure(admin.see(f"{VERSIONS}/{second}"), "state").startswith("dibatalkan")
    other = at_the_desk("admin")
    again = other.client.post(
        f"{VERSIONS}/{second}", data={"csrf_token": form_token(other.see(VERSIONS + f"/{first}")), "do": "undo"}
    )
    assert (again.status_code, "Sudah dibatalkan" in again.get_data(as_text=True)) == (409, True)
    assert 'value="undo"' in page


def test_why_a_version_cannot_be_undone_is_said_in_words(admin: Desk, db: Any, tmp_path: Path) -> None:
    first, second = two_versions(tmp_path)
    refused = say(admin, f"{VERSIONS}/{first}", do="undo")
    assert refused.status_code == 409
    assert f"Versi {second}</a> datang sesudahnya" in refused.get_data(as_text=True)
    (worker,) = db.execute("SELECT max(id) FROM worker").fetchone()
    with transaction() as session:
        record_statement(session, Statement("worker", "confirms", "sms", "message:1"), worker_id=worker, now=on(3))
    refused = say(admin, f"{VERSIONS}/{second}", do="undo")
    assert "jawaban orang yang terdaftar di dalamnya: 1" in refused.get_data(as_text=True)


def test_only_an_administrator_undoes_and_a_supervisor_reads(db: Any, tmp_path: Path) -> None:
    first, _ = two_versions(tmp_path)
    supervisor = at_the_desk("supervisor")
    page = supervisor.see(f"{VERSIONS}/{first}")
    assert 'value="undo"' not in page
    assert '<form method="post">' not in page
    assert supervisor.status("/console/registry") == 403


def test_the_list_on_a_day_can_be_taken_and_names_nobody(admin: Desk, db: Any, tmp_path: Path) -> None:
    two_versions(tmp_path)
    earlier, later = on(1).date(), on(2).date()
    assert figure(admin.see(f"/console/registry/list?day={earlier}"), "enrolments") == "2"
    assert figure(admin.see(f"/console/registry/list?day={later}"), "enrolments") == "3"
    assert figure(admin.see("/console/registry/list?day=9999-99-99"), "enrolments") == "3"
    taken = admin.client.get(f"/console/registry/list.csv?day={earlier}")
    rows = list(csv.reader(io.StringIO(taken.data.decode("utf-8-sig"))))
    listed = db.execute("SELECT DISTINCT worker_id FROM enrolment_before").fetchall()
    assert len(rows) == 3
    assert {worker_code(worker) for (worker,) in listed} <= {row[0] for row in rows[1:]}
    assert not any(name in taken.get_data(as_text=True) for name in ("Ani", "Budi", ANI[:16]))
    assert db.execute("SELECT detail ->> 'lines' FROM audit WHERE action = 'list exported'").fetchone() == ("2",)
    assert admin.client.get("/console/registry/list.xlsx").data[:2] == b"PK"
    assert admin.status("/console/registry/list.pdf") == 404


def test_a_pair_is_decided_once_and_can_be_taken_back(admin: Desk, db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI), 1)
    roster(written(tmp_path, ANY), 2)
    page = admin.see(PAIRS)
    assert figure(page, "open") == "1"
    assert ("Any Lestari" in page, ANY[:16] in page, "mirip pada" in page) == (False, False, True)
    (pair,) = db.execute("SELECT id FROM person_pair").fetchone()
    assert say(admin, PAIRS, pair=pair, answer="same", note="ditelepon").status_code == 303
    assert db.execute("SELECT decision, decided_by FROM person_pair").fetchone() == ("same", f"officer:{admin.id}")
    other = at_the_desk("supervisor")
    token = form_token(page)
    late = admin.client.post(PAIRS, data={"csrf_token": token, "pair": pair, "answer": "different"})
    assert (late.status_code, "orang lain sudah memutuskan" in late.get_data(as_text=True)) == (409, True)
    address = f"{PAIRS}?pair={pair}"
    assert "ditelepon" in other.see(address)
    token = form_token(other.see(address))
    assert other.client.post(PAIRS, data={"csrf_token": token, "pair": pair, "answer": "take_back"}).status_code == 303
    assert figure(other.see(PAIRS), "open") == "1"
    for wrong in ({"pair": pair, "answer": "perhaps"}, {"pair": "x", "answer": "same"}):
        assert other.client.post(PAIRS, data={"csrf_token": token, **wrong}).status_code in (400, 404)


def test_posts_of_a_kelurahan_say_which_are_vacant_or_locked(admin: Desk, db: Any) -> None:
    a_worker(db, rt="003")
    a_worker(db, nik="3275011501900002", phone=None, rt="004", row=3)
    a_worker(db, nik="3275011501900003", phone=None, rt="005", row=4)
    an_rt_head(db, "+6281234500003", rt="003", pin="482615")
    locked = an_rt_head(db, "+6281234500004", rt="004")
    db.execute("UPDATE rt_head SET locked_at = now() WHERE id = %s", [locked])
    assert "kelurahan=32.75.01.1001" in admin.see(POSTS)
    page = admin.see(f"{POSTS}?kelurahan=32.75.01.1001")
    table = page.split('id="posts-table"')[1].split("</table>")[0]
    rows = {
        cells[0]: cells[2].strip()
        for row in table.split("<tr")[2:]
        if (cells := [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)])
    }
    assert rows == {"003/011": "Ketua aktif", "004/011": "! terkunci", "005/011": "! kosong"}


def test_letters_of_a_kelurahan_are_printed_by_an_administrator_and_written_down(admin: Desk, db: Any) -> None:
    someone = a_worker(db)
    (name,) = db.execute("SELECT kelurahan FROM area WHERE kelurahan_code = '32.75.01.1001'").fetchone()
    page = admin.see(f"{POSTS}?kelurahan=32.75.01.1001")
    form = {"csrf_token": form_token(page), "kelurahan": name}
    letters = admin.client.post("/console/registry/letters", data=form)
    assert (letters.status_code, someone.code.replace(" ", "") in words_of(letters.data)) == (200, True)
    assert letters.headers["Cache-Control"] == "no-store"
    told = db.execute("SELECT actor, object FROM audit WHERE action = 'letters printed'").fetchone()
    assert told == (f"officer:{admin.id}", "area:32.75.01.1001")
    assert admin.client.post("/console/registry/letters", data=form | {"kelurahan": "Atlantis"}).status_code == 404
    assert "Surat untuk dicetak" not in at_the_desk("supervisor").see(f"{POSTS}?kelurahan=32.75.01.1001")


def test_what_is_asked_for_and_not_there_is_not_found(admin: Desk, db: Any) -> None:
    for address in (
        f"{VERSIONS}/77",
        "/console/registry/files/77",
        "/console/registry/files/77/live",
        f"{PAIRS}?pair=7",
    ):
        assert admin.status(address) == 404
    assert "Belum ada berkas jenis ini" in admin.see(f"{VERSIONS}?kind=insurer")
    assert "Tidak ada yang menunggu keputusan" in admin.see(PAIRS)
