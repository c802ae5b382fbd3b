"""Accounts as an administrator keeps them in the browser, and the trail of who signed in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.console.desk import a_case
from tests.officers import EMAIL, PASSWORD, an_officer, form_token, sign_in
from tests.serving import new_client

PAGE = "/console/officers"
NEW = "siti@bekasi.example"
PLACE = "32.75.01.1001"


@pytest.fixture
def admin(client: FlaskClient) -> FlaskClient:
    """An administrator, signed in."""
    an_officer("admin@bekasi.example", "admin", name="Bu Admin")
    sign_in(client, "admin@bekasi.example")
    return client


def send(client: FlaskClient, to: str = PAGE, page: str = PAGE, **form: str) -> Any:
    token = form_token(client.get(page).get_data(as_text=True))
    return client.post(to, data={"csrf_token": token, **form})


def close(client: FlaskClient, at: str, successor: int) -> Any:
    token = form_token(client.get(at).get_data(as_text=True))
    return client.post(at, data={"csrf_token": token, "do": "close", "to": str(successor)})


def make(client: FlaskClient, **form: str) -> Any:
    given = {"email": NEW, "name": "Siti", "role": "officer", "unit": "grievance", "area": ""}
    return send(client, **{**given, **form})


def made_up(answer: Any) -> str:
    found = re.search(r'id="made-up">([^<]+)<', answer.get_data(as_text=True))
    assert found
    return found[1]


def test_an_account_is_made_with_a_password_to_change(admin: FlaskClient, db: Any) -> None:
    answer = make(admin, role="kelurahan", unit="kelurahan", area=PLACE)
    password = made_up(answer)
    assert db.execute("SELECT role, unit, area, cleared FROM officer WHERE email = %s", [NEW]).fetchone() == (
        "kelurahan",
        "kelurahan",
        PLACE,
        False,
    )
    (number,) = db.execute("SELECT id FROM officer WHERE email = %s", [NEW]).fetchone()
    assert password not in admin.get(f"{PAGE}/{number}").get_data(as_text=True)
    browser = new_client()
    sign_in(browser, NEW, password)
    assert browser.get("/console/").headers["Location"] == "/console/account"
    page = admin.get(PAGE).get_data(as_text=True)
    assert "harus mengganti kata sandi" in page
    assert 'data-figure="accounts">2<' in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"email": "admin@bekasi.example"}, "Sudah ada akun"),
        ({"email": "no address"}, "bukan alamat email"),
        ({"role": "kelurahan", "unit": "kelurahan"}, "harus punya wilayah"),
        ({"role": "auditor", "cleared": "1"}, "Hanya petugas dan penyelia"),
        ({"name": "x" * 300}, "paling banyak 200"),
    ],
)
def test_an_account_that_makes_no_sense_is_explained_and_what_was_typed_is_kept(
    admin: FlaskClient, db: Any, form: dict[str, str], said: str
) -> None:
    answer = make(admin, **form)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert said in page
    assert f'value="{form.get("email", NEW)}"' in page
    assert db.execute("SELECT count(*) FROM officer").fetchone() == (1,)


@pytest.mark.parametrize("form", [{"role": "king"}, {"unit": "circus"}, {"area": "99"}, {"area": "\0"}])
def test_what_no_form_of_ours_sends_is_no_account(admin: FlaskClient, db: Any, form: dict[str, str]) -> None:
    assert make(admin, **form).status_code in (200, 400)
    assert db.execute("SELECT count(*) FROM officer WHERE area IS NOT NULL OR unit <> 'grievance'").fetchone() == (0,)


def test_a_hostile_name_is_shown_as_text(admin: FlaskClient) -> None:
    make(admin, name="<script>alert(1)</script>")
    for page in (PAGE, f"{PAGE}/2", "/console/sign-ins?all=1"):
        body = admin.get(page).get_data(as_text=True)
        assert "<script>alert" not in body
        assert "&lt;script&gt;alert" in body


def test_an_account_is_closed_opened_and_given_another_password(admin: FlaskClient, db: Any) -> None:
    number = an_officer()
    browser = new_client()
    sign_in(browser)
    at = f"{PAGE}/{number}"
    assert send(admin, at, do="close").status_code == 303
    assert browser.get("/console/").status_code == 302
    assert "ditutup" in admin.get(at).get_data(as_text=True)
    send(admin, at, do="open")
    assert sign_in(browser).status_code == 303
    password = made_up(send(admin, at, do="password"))
    assert browser.get("/console/").status_code == 302
    assert sign_in(browser, password=PASSWORD).status_code == 401
    assert sign_in(browser, password=password).status_code == 303
    trail = admin.get(at).get_data(as_text=True)
    assert "Bu Admin" in trail
    assert "Kata sandi dibuatkan ulang" in trail


def test_before_an_account_is_closed_its_page_shows_what_it_holds_and_then_where_that_went(
    admin: FlaskClient, db: Any
) -> None:
    gone = an_officer(name="Pak Pergi", unit="disnaker")
    stays = an_officer("lain@bekasi.example", name="Bu Tinggal", unit="disnaker")
    cases = [a_case(db, f"Kartu {n}", assignee_id=gone, state="in_progress", unit="disnaker") for n in range(3)]
    at = f"{PAGE}/{gone}"
    page = admin.get(at).get_data(as_text=True)
    assert 'data-figure="to-answer">3<' in page
    assert f'<option value="{stays}">Bu Tinggal</option>' in page
    wrong = close(admin, at, gone)
    assert (wrong.status_code, db.execute("SELECT count(*) FROM officer WHERE disabled_at IS NOT NULL").fetchone()) == (
        422,
        (0,),
    )
    close(admin, at, stays)
    assert "Kasus dialihkan: Bu Tinggal (3)" in admin.get(at).get_data(as_text=True)
    held = db.execute("SELECT DISTINCT assignee_id FROM grievance WHERE id = ANY(%s)", [cases]).fetchall()
    assert held == [(stays,)]


def test_an_account_of_another_role_hands_on_what_it_may_not_work_on(admin: FlaskClient, db: Any) -> None:
    changed = an_officer(name="Pak Pindah")
    an_officer("lain@bekasi.example", name="Bu Tinggal")
    a_case(db, assignee_id=changed, state="in_progress")
    at = f"{PAGE}/{changed}"
    send(admin, at, do="scope", role="auditor", unit="grievance", area="")
    assert "Kasus dialihkan: Bu Tinggal (1)" in admin.get(at).get_data(as_text=True)


def test_a_lost_phone_is_taken_off(admin: FlaskClient, db: Any) -> None:
    number = an_officer()
    db.execute("UPDATE officer SET totp_secret = 'x', totp_at = now() WHERE id = %s", [number])
    assert "Cabut faktor kedua" in admin.get(f"{PAGE}/{number}").get_data(as_text=True)
    send(admin, f"{PAGE}/{number}", do="factor")
    assert db.execute("SELECT totp_at, totp_secret FROM officer WHERE id = %s", [number]).fetchone() == (None, None)


def test_what_an_account_sees_is_changed(admin: FlaskClient, db: Any) -> None:
    number = an_officer()
    at = f"{PAGE}/{number}"
    assert send(admin, at, do="scope", role="kelurahan", unit="kelurahan").status_code == 422
    send(admin, at, do="scope", role="supervisor", unit="disnaker", cleared="1")
    row = db.execute("SELECT role, unit, area, cleared FROM officer WHERE id = %s", [number]).fetchone()
    assert row == ("supervisor", "disnaker", None, True)
    (detail,) = db.execute("SELECT detail FROM audit WHERE action = 'officer''s scope changed'").fetchone()
    assert detail == {"role": "supervisor", "unit": "disnaker", "area": None, "cleared": True}


def test_nobody_changes_his_own_account(admin: FlaskClient, db: Any) -> None:
    for do in ("close", "scope", "factor", "password"):
        assert send(admin, f"{PAGE}/1", do=do, role="supervisor", unit="grievance", cleared="1").status_code == 422
    assert db.execute("SELECT role, cleared, disabled_at FROM officer").fetchone() == ("admin", False, None)


def test_a_supervisor_reads_the_list_and_changes_nothing(client: FlaskClient, db: Any) -> None:
    number = an_officer(role="supervisor")
    sign_in(client)
    page = client.get(PAGE).get_data(as_text=True)
    assert EMAIL in page
    assert "Buat akun" not in page
    assert "Tutup akun" not in client.get(f"{PAGE}/{number}").get_data(as_text=True)
    assert send(client, f"{PAGE}/{number}", do="close").status_code == 403
    assert client.get("/console/sign-ins").status_code == 403


def test_there_is_no_page_of_nobody(admin: FlaskClient) -> None:
    assert admin.get(f"{PAGE}/999").status_code == 404
    assert send(admin, f"{PAGE}/999", do="close").status_code == 404
    assert admin.get(f"{PAGE}/999999999999999999999").status_code in (404, 405)


def test_sign_ins_are_read_from_the_trail(client: FlaskClient, db: Any) -> None:
    an_officer()
    an_officer("auditor@bekasi.example", "auditor", name="Pak Auditor")
    guesser = new_client()
    for _ in range(5):
        sign_in(guesser, password="wrong")
    sign_in(guesser, "nobody@bekasi.example", "wrong")
    sign_in(client, "auditor@bekasi.example")
    page = client.get("/console/sign-ins").get_data(as_text=True)
    assert page.count("! Ditolak masuk") == 6
    assert "tidak bisa mencoba lagi" in page
    assert "tidak dikenal" in page
    assert "Pak Auditor" in page
    assert "Akun dibuat" not in page
    assert "Akun dibuat" in client.get("/console/sign-ins?all=1").get_data(as_text=True)


def test_older_sign_ins_are_a_page_further(client: FlaskClient, db: Any) -> None:
    number = an_officer(role="auditor")
    db.execute(
        """INSERT INTO audit (at, actor, action, object, detail)
           SELECT now(), 'officer:1', 'signed out', 'officer:1', '{}' FROM generate_series(1, 120)"""
    )
    sign_in(client)
    seen, at = 0, "/console/sign-ins"
    for _ in range(5):
        page = client.get(at).get_data(as_text=True)
        seen += page.count('<tr role="row" id="a-')
        older = re.search(r'rel="next" href="([^"]+)"', page)
        if older is None:
            break
        at = older[1]
    assert seen == 121
    assert client.get("/console/sign-ins?before=x").status_code == 200
    assert client.get(f"/console/sign-ins?before={'9' * 40}").status_code == 200
    assert number


def test_the_trail_of_accounts_is_read_by_its_index(db: Any) -> None:
    db.execute("SET enable_seqscan = off")
    plan = db.execute(
        "EXPLAIN SELECT id FROM audit WHERE left(object, 8) = 'officer:' ORDER BY id DESC LIMIT 50"
    ).fetchall()
    db.execute("RESET enable_seqscan")
    assert "ix_audit_accounts" in str(plan)
