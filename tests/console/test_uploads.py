"""A file brought in the browser: read by a worker, looked at, mapped, accepted or refused; one decision, one import."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from jobs import retention, uploads
from tests import warm_processes
from tests.console.desk import Desk, at_the_desk
from tests.officers import form_token
from tests.registry.test_loading import ANI, BUDI, HEADINGS
from tests.registry.test_versions import CITI
from verify_service.app import PAGE_BYTES
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.registry import upload_work

FILES = "/console/registry"
SAMPLE = Path(__file__).parents[2] / "verify_service" / "data" / "sample"
START = {"kind": "roster", "paid_from": "2026-01"}


@pytest.fixture
def admin(db: Any) -> Desk:
    return at_the_desk("admin", name="Pak Admin")


def csv(*rows: str, heading: str = HEADINGS) -> bytes:
    return "\n".join([heading, *rows, ""]).encode()


def bring(desk: Desk, content: bytes, name: str = "daftar.csv", **form: str) -> str:
    """Send a file; the address of its page."""
    asked = {"csrf_token": form_token(desk.see(FILES)), **START, **form, "file": (io.BytesIO(content), name)}
    answer = desk.client.post(FILES, data=asked)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def read(desk: Desk, content: bytes, name: str = "daftar.csv", **form: str) -> str:
    """Send a file and let a worker read it."""
    address = bring(desk, content, name, **form)
    assert uploads.work() == 1
    return address


def press(desk: Desk, address: str, do: str, *, page: str | None = None, **form: str) -> int:
    page = page or desk.see(address)
    step = re.search(r'name="step" value="(\d+)"', page)
    assert step
    data = {"csrf_token": form_token(page), "step": step[1], "do": do, **form}
    return int(desk.client.post(address, data=data).status_code)


def figure(page: str, name: str) -> str:
    found = re.search(rf'data-figure="{name}">([^<]*)<', page)
    assert found, name
    return found[1]


def state(db: Any, address: str) -> str:
    (held,) = db.execute("SELECT state FROM upload WHERE id = %s", [address.rpartition("/")[2]]).fetchone()
    return str(held)


def workers(db: Any) -> int:
    return int(db.execute("SELECT count(*) FROM worker").fetchone()[0])


def parts(db: Any) -> int:
    return int(db.execute("SELECT count(*) FROM upload_part").fetchone()[0])


def test_a_list_is_read_looked_at_and_stored_only_once_it_is_accepted(admin: Desk, db: Any) -> None:
    address = bring(admin, csv(ANI, BUDI))
    page = admin.see(address)
    assert (figure(page, "state"), workers(db), parts(db)) == ("sedang dibaca", 0, 1)
    uploads.work()
    page = admin.see(address)
    assert figure(page, "state") == "sudah dibaca, menunggu keputusan"
    assert (figure(page, "rows"), figure(page, "accepted"), figure(page, "created")) == ("2", "2", "2")
    assert (workers(db), db.execute("SELECT count(*) FROM file_import").fetchone()) == (0, (0,))
    assert press(admin, address, "accept") == 303
    assert (state(db, address), workers(db)) == ("taken", 0)
    uploads.work()
    assert (state(db, address), workers(db), parts(db)) == ("accepted", 2, 0)
    assert db.execute("SELECT filename, actor FROM file_import").fetchone() == ("daftar.csv", f"officer:{admin.id}")
    assert "Buka versi" in admin.see(address)


def test_the_preview_shows_how_the_columns_were_understood_and_nobodys_numbers(admin: Desk, db: Any) -> None:
    page = admin.see(read(admin, csv(ANI, BUDI)))
    shown = page.split('id="preview-table"')[1].split("</table>")[0]
    (nik, name, born, *_), phone = ANI.split(","), ANI.split(",")[7]
    assert "NAMA" in shown
    for hidden in (nik, name, phone[1:], born):
        assert hidden not in page
    assert f"{nik[:6]}******{nik[-4:]}" in shown


def test_of_a_file_with_rejected_rows_the_valid_ones_can_be_taken_and_the_others_come_back(
    admin: Desk, db: Any
) -> None:
    address = read(admin, csv(ANI, BUDI.replace(BUDI[:16], "12345")))
    page = admin.see(address)
    assert (figure(page, "accepted"), figure(page, "rejected")) == ("1", "1")
    assert "NIK tidak berisi 16 angka." in page
    assert 'value="accept"' not in page
    assert press(admin, address, "accept") == 409  # a page of one's own
    assert press(admin, address, "accept_valid") == 303
    uploads.work()
    assert workers(db) == 1
    (version,) = db.execute("SELECT import_id FROM upload").fetchone()
    token = form_token(admin.see(f"{FILES}/versions/{version}"))
    book = admin.client.post(f"{FILES}/versions/{version}/rejected", data={"csrf_token": token})
    assert (book.status_code, book.data[:2]) == (200, b"PK")


def test_a_refused_file_is_deleted_and_nothing_was_ever_stored(admin: Desk, db: Any) -> None:
    address = read(admin, csv(ANI))
    assert press(admin, address, "refuse") == 303
    assert uploads.work() == 0
    assert (state(db, address), parts(db), workers(db)) == ("refused", 0, 0)


def test_a_heading_that_nobody_knows_is_asked_for_and_remembered(admin: Desk, db: Any) -> None:
    strange = HEADINGS.replace("NIK", "KODE WARGA")
    address = read(admin, csv(ANI, BUDI, heading=strange))
    page = admin.see(address)
    assert (state(db, address), "KODE WARGA" in page) == ("asks", True)
    assert press(admin, address, "columns", **{"heading-0": "PERUT"}) == 409
    assert press(admin, address, "columns", **{"heading-0": "NIK"}) == 303
    uploads.work()
    assert figure(admin.see(address), "accepted") == "2"
    press(admin, address, "accept")
    uploads.work()
    assert workers(db) == 2
    assert state(db, read(admin, csv(CITI, heading=strange))) == "checked"


def test_columns_told_wrongly_are_asked_for_again(admin: Desk, db: Any) -> None:
    address = read(admin, csv(ANI, heading=HEADINGS.replace("NIK", "KODE WARGA")))
    assert press(admin, address, "columns", **{"heading-0": "KECAMATAN"}) == 303
    uploads.work()
    assert state(db, address) == "asks"
    assert "KODE WARGA" in admin.see(address)


def test_a_file_of_another_kind_says_which_and_how_to_bring_it(admin: Desk, db: Any) -> None:
    page = admin.see(read(admin, (SAMPLE / "rt_heads.csv").read_bytes(), "rt.csv"))
    assert "Tampaknya ini berkas jenis lain: Ketua RT dan RW." in page
    assert 'href="/console/registry?kind=rt_heads"' in page


def test_a_file_that_cannot_be_read_says_why_and_is_gone(admin: Desk, db: Any) -> None:
    address = read(admin, b"\x89PNG\r\n\x1a\n and so on", "foto.png")
    page = admin.see(address)
    assert (state(db, address), parts(db)) == ("failed", 0)
    assert "foto.png" in page


def test_a_name_with_folders_and_signs_is_shown_and_never_a_path(admin: Desk, db: Any) -> None:
    address = read(admin, csv(ANI), "../../Data/<i>daftar.csv")
    (held,) = db.execute("SELECT filename FROM upload").fetchone()
    assert (state(db, address), held) == ("checked", "<i>daftar.csv")
    assert "&lt;i&gt;daftar.csv" in admin.see(address)


def test_what_is_kept_of_the_file_is_sealed(admin: Desk, db: Any) -> None:
    read(admin, csv(ANI))
    held = b"".join(
        bytes(content)
        for statement in ("SELECT content FROM upload_part", "SELECT report FROM upload")
        for (content,) in db.execute(statement).fetchall()
    )
    assert (len(held) > 100, ANI[:16].encode() in held, b"NAMA" in held) == (True, False, False)


def test_a_list_that_the_money_cannot_pay_says_by_how_much(
    little_money: None,
    admin: Desk,
    db: Any,
) -> None:
    page = admin.see(read(admin, (SAMPLE / "roster_clean.csv").read_bytes(), "roster_clean.csv"))
    assert figure(page, "over") == "Rp\N{NO-BREAK SPACE}103.200.000"


def test_months_go_the_same_way(admin: Desk, db: Any) -> None:
    press(admin, address := read(admin, (SAMPLE / "roster_clean.csv").read_bytes()), "accept_valid")
    uploads.work()
    assert state(db, address) == "accepted"
    for kind in ("payments", "insurer"):
        name = f"{kind}_2026-01.csv"
        address = read(admin, (SAMPLE / name).read_bytes(), name, kind=kind, period="2026-01")
        page = admin.see(address)
        press(admin, address, "accept_valid" if 'value="accept_valid"' in page else "accept")
        uploads.work()
        assert state(db, address) == "accepted"
    heads = read(admin, (SAMPLE / "rt_heads.csv").read_bytes(), "rt_heads.csv", kind="rt_heads")
    assert state(db, heads) == "checked"
    grid = admin.see(f"{FILES}/months")
    assert ("belum ada" in grid, len(re.findall(r"/console/registry/versions/\d+", grid))) == (True, 2)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "payments", "period": ""}, "Pilih bulan yang dimaksud berkas ini."),
        ({"months": "nol"}, "Bulan: tulis angka 1 sampai 120"),
        ({"paid_from": "Januari"}, "Pilih bulan pertama yang dibayar kota."),
    ],
)
def test_what_is_said_of_a_file_is_checked_before_it_is_kept(
    admin: Desk, db: Any, form: dict[str, str], said: str
) -> None:
    token = form_token(admin.see(FILES))
    sent = {"csrf_token": token, **START, **form, "file": (io.BytesIO(csv(ANI)), "a.csv")}
    answer = admin.client.post(FILES, data=sent)
    assert (answer.status_code, said in answer.get_data(as_text=True), parts(db)) == (422, True, 0)


def test_no_file_and_an_empty_one_are_refused_at_once(admin: Desk, db: Any) -> None:
    for content in (None, b""):
        sent: dict[str, Any] = {"csrf_token": form_token(admin.see(FILES)), **START}
        if content is not None:
            sent["file"] = (io.BytesIO(content), "kosong.csv")
        assert admin.client.post(FILES, data=sent).status_code == 422
    assert parts(db) == 0


def test_only_who_may_bring_a_list_can_send_more_than_a_page(admin: Desk, db: Any) -> None:
    large = csv(*[ANI] * 20_000)
    assert len(large) > PAGE_BYTES

    def sent(desk: Desk, token: str) -> int:
        fields = {"csrf_token": token, **START}
        lines = [
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{said}\r\n' for name, said in fields.items()
        ]
        begin = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        body = "".join(lines).encode() + begin.encode() + large + b"\r\n--x--\r\n"
        return desk.client.post(FILES, data=body, content_type="multipart/form-data; boundary=x").status_code

    assert sent(admin, form_token(admin.see(FILES))) == 303
    assert sent(at_the_desk("officer"), "x") == 413


def test_of_two_administrators_who_decide_one_is_told(admin: Desk, db: Any) -> None:
    second = at_the_desk("admin", name="Bu Wakil")
    address = read(admin, csv(ANI, BUDI))
    mine, theirs = admin.see(address), second.see(address)
    assert press(admin, address, "accept", page=mine) == 303
    assert press(second, address, "refuse", page=theirs) == 409
    uploads.work()
    assert press(second, address, "accept", page=theirs) == 409
    assert workers(db) == 2
    refused = second.client.post(
        address, data={"csrf_token": form_token(theirs), "step": "1", "do": "refuse"}
    ).get_data(as_text=True)
    assert "Diputuskan oleh Pak Admin" in refused


def test_a_list_that_moved_after_it_was_accepted_is_given_back(admin: Desk, db: Any) -> None:
    other = ANI.replace("Ani Lestari", "Bambang Kusumo Wardoyo")
    first, second = read(admin, csv(ANI)), read(admin, csv(other))
    for address in (first, second):
        assert press(admin, address, "accept") == 303
    assert uploads.work() == 2
    assert (state(db, first), state(db, second), workers(db)) == ("accepted", "checked", 1)
    page = admin.see(second)
    assert "Daftar berubah setelah Anda menerima" in page
    assert figure(page, "rejected") == "1"


def test_a_worker_that_was_killed_left_nothing_and_another_takes_the_file_up(admin: Desk, db: Any) -> None:
    address = read(admin, csv(ANI, BUDI))
    press(admin, address, "accept")
    with db.transaction():
        db.execute("SELECT pg_advisory_xact_lock(hashtext('verify import'))")  # it waits in the middle of its work
        process = warm_processes.start(["-m", "jobs.uploads"], stdin=subprocess.PIPE, env=os.environ)
        for _ in range(300):
            if db.execute("SELECT leased_until IS NOT NULL FROM upload").fetchone() == (True,):
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert (state(db, address), workers(db)) == ("taken", 0)
    assert uploads.work() == 0  # the other may only be slow
    db.execute("UPDATE upload SET leased_until = now() - interval '1 second'")
    assert uploads.work() == 1
    assert (state(db, address), workers(db)) == ("accepted", 2)
    assert db.execute("SELECT count(*) FROM file_import").fetchone() == (1,)


def test_a_worker_that_lost_its_file_to_another_stores_nothing(admin: Desk, db: Any) -> None:
    address = read(admin, csv(ANI, BUDI))
    press(admin, address, "accept")
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        slow = upload_work.claim(session, now=now)
    db.execute("UPDATE upload SET leased_until = now() - interval '1 second'")
    assert uploads.work() == 1
    assert slow is not None
    with pytest.raises(upload_work.LeaseLost), transaction() as session:
        upload_work.do(session, slow, priced=lambda _: (0, ""), progress=lambda *_: None, now=now)
    with transaction() as session:
        assert not upload_work.beat(session, slow, 1, 2, now=now)
    assert db.execute("SELECT count(*) FROM file_import").fetchone() == (1,)


def test_a_file_at_which_workers_die_is_given_up(admin: Desk, db: Any) -> None:
    address = bring(admin, csv(ANI))
    db.execute("UPDATE upload SET tries = 5")
    assert uploads.work() == 0
    assert (state(db, address), parts(db)) == ("failed", 0)
    assert "lima kali terputus" in admin.see(address)


def test_the_page_tells_how_far_it_is_and_asks_for_the_whole_once_it_stands(admin: Desk, db: Any) -> None:
    address = bring(admin, csv(ANI))
    first = admin.client.get(f"{address}/live")
    assert admin.client.get(f"{address}/live", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    db.execute("UPDATE upload SET rows_read = 1200, rows_all = 50000")
    assert "1.200 dari 50.000" in admin.see(f"{address}/live")
    uploads.work()
    assert admin.client.get(f"{address}/live").headers["HX-Refresh"] == "true"


def test_the_same_file_again_has_nothing_to_take(admin: Desk, db: Any) -> None:
    press(admin, read(admin, csv(ANI)), "accept")
    uploads.work()
    address = read(admin, csv(ANI))
    assert 'value="accept"' not in admin.see(address)
    assert press(admin, address, "accept") == 409
    assert press(admin, address, "refuse") == 303


def test_a_file_that_nobody_decides_on_goes_after_two_weeks(admin: Desk, db: Any) -> None:
    address = read(admin, csv(ANI))
    retention.retention()
    assert state(db, address) == "checked"
    db.execute("UPDATE upload SET uploaded_at = now() - interval '15 days'")
    retention.retention()
    assert (state(db, address), parts(db)) == ("refused", 0)
    assert "tidak ada yang memutuskan" in admin.see(address)


def test_a_worker_begins_a_process_of_its_own_for_files(admin: Desk, db: Any) -> None:
    address = bring(admin, csv(ANI))
    assert db.execute(queue.UPLOADS.due).fetchone() == (True,)
    uploads.look()
    for _ in range(400):
        if state(db, address) == "checked":
            break
        time.sleep(0.05)
    assert state(db, address) == "checked"
    assert db.execute(queue.UPLOADS.due).fetchone() == (False,)
    uploads.end()
