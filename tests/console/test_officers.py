"""Accounts as an administrator keeps them in the browser, and the trail of who signed in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.console.desk import a_case
from tests.officers import EMAIL, PASSWORD, an_officer, choose_by_link, form_token, link_in, sign_in
from tests.serving import new_client

PAGE = "/console/officers"
NEW = "siti@bekasi.example"
PLACE = "32.75.01.1001"
OTHER = "sepeda hujan cangkir biru"


@pytest.fixture
def admin(client: FlaskClient) -> FlaskClient:
    """An administrator, signed in."""
    an_officer("admin@bekasi.example", "admin", name="Bu Admin")
    sign_in(client, "admin@bekasi.example")
    return client


def send(client: FlaskClient, to: str = PAGE, page: str = PAGE, **form: str) -> Any:
    token = form_token(client.get(page).get_data(as_text=True))
    return client.post(to, data={"csrf_token": token, "proof": PASSWORD, **form})


def close(client: FlaskClient, at: str, successor: int) -> Any:
    token = form_token(client.get(at).get_data(as_text=True))
    return client.post(at, data={"csrf_token": token, "do": "close", "to": str(successor)})


def make(client: FlaskClient, **form: str) -> Any:
    given = {"email": NEW, "name": "Siti", "role": "officer", "unit": "grievance", "area": ""}
    return send(client, **{**given, **form})


def another_admin(email: str = "kedua@bekasi.example") -> FlaskClient:
    """A second administrator, signed in with a browser of her own."""
    an_officer(email, "admin", name="Bu Kedua")
    browser = new_client()
    sign_in(browser, email)
    return browser


def confirm(client: FlaskClient, number: int, do: str = "confirm") -> Any:
    """Press the button of what waits for a second administrator about this account."""
    page = client.get(f"{PAGE}/{number}").get_data(as_text=True)
    found = re.search(r'action="(/console/officers/requests/\d+)"', page)
    assert found, "nothing waits"
    return client.post(found[1], data={"csrf_token": form_token(page), "proof": PASSWORD, "do": do})


def test_the_holder_of_an_account_alone_chooses_its_password(admin: FlaskClient, db: Any) -> None:
    answer = make(admin, role="kelurahan", unit="kelurahan", area=PLACE)
    link = link_in(answer)
    assert db.execute("SELECT role, unit, area, cleared FROM officer WHERE email = %s", [NEW]).fetchone() == (
        "kelurahan",
        "kelurahan",
        PLACE,
        False,
    )
    (number,) = db.execute("SELECT id FROM officer WHERE email = %s", [NEW]).fetchone()
    assert link not in admin.get(f"{PAGE}/{number}").get_data(as_text=True)
    assert "tautan masih menunggu" in admin.get(f"{PAGE}/{number}").get_data(as_text=True)
    browser = new_client()
    for guess in ("", PASSWORD):
        assert sign_in(browser, NEW, guess).status_code == 401
    assert choose_by_link(browser, link, OTHER).status_code == 303
    assert browser.get(link).status_code == 410
    assert sign_in(browser, NEW, OTHER).headers["Location"] == "/console/"
    page = admin.get(PAGE).get_data(as_text=True)
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


def test_an_account_is_closed_and_opened_again(admin: FlaskClient, db: Any) -> None:
    number = an_officer()
    browser = new_client()
    sign_in(browser)
    at = f"{PAGE}/{number}"
    assert send(admin, at, do="close", proof="").status_code == 303, "shutting somebody out does not wait"
    assert browser.get("/console/").status_code == 302
    assert "ditutup" in admin.get(at).get_data(as_text=True)
    send(admin, at, do="open")
    assert sign_in(browser).status_code == 303
    assert "Bu Admin" in admin.get(at).get_data(as_text=True)


def test_a_new_password_needs_a_second_administrator_and_goes_to_the_holder(admin: FlaskClient, db: Any) -> None:
    number = an_officer()
    browser = new_client()
    sign_in(browser)
    at = f"{PAGE}/{number}"
    asked = send(admin, at, do="password")
    assert (asked.status_code, sign_in(new_client()).status_code) == (303, 303), "one alone resets nothing"
    assert confirm(admin, number).status_code == 422, "nobody is his own second"
    link = link_in(confirm(another_admin(), number))
    assert browser.get("/console/").status_code == 302
    assert sign_in(browser).status_code == 401
    choose_by_link(browser, link, OTHER)
    assert sign_in(browser, password=OTHER).status_code == 303
    trail = admin.get(at).get_data(as_text=True)
    assert "Kata sandi dibuatkan ulang" in trail
    assert "Bu Kedua" in trail


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


def test_an_account_of_another_role_hands_on_what_it_may_not_work_on_once_it_is_confirmed(
    admin: FlaskClient, db: Any
) -> None:
    changed = an_officer(name="Pak Pindah")
    stays = an_officer("lain@bekasi.example", name="Bu Tinggal")
    a_case(db, assignee_id=changed, state="in_progress")
    at = f"{PAGE}/{changed}"
    send(admin, at, do="scope", role="auditor", unit="grievance", area="")
    assert db.execute("SELECT assignee_id FROM grievance").fetchone() == (changed,)
    confirm(another_admin(), changed)
    assert db.execute("SELECT assignee_id FROM grievance").fetchone() == (stays,)


def test_a_lost_phone_is_taken_off_by_two(admin: FlaskClient, db: Any) -> None:
    number = an_officer()
    db.execute("UPDATE officer SET totp_secret = 'x', totp_at = now() WHERE id = %s", [number])
    assert "Minta faktor kedua dicabut" in admin.get(f"{PAGE}/{number}").get_data(as_text=True)
    send(admin, f"{PAGE}/{number}", do="factor")
    factor = "SELECT totp_secret FROM officer WHERE id = %s"
    assert db.execute(factor, [number]).fetchone() == (b"x",)
    confirm(another_admin(), number)
    assert db.execute(factor, [number]).fetchone() == (None,)


SCOPE = "SELECT role, unit, area, cleared FROM officer WHERE id = %s"


def test_what_an_account_sees_is_changed(admin: FlaskClient, db: Any) -> None:
    number = an_officer()
    at = f"{PAGE}/{number}"
    assert send(admin, at, do="scope", role="kelurahan", unit="kelurahan").status_code == 422
    send(admin, at, do="scope", role="officer", unit="disnaker")
    assert db.execute(SCOPE, [number]).fetchone() == ("officer", "disnaker", None, False)
    (detail,) = db.execute("SELECT detail FROM audit WHERE action = 'officer''s scope changed'").fetchone()
    assert detail == {"role": "officer", "unit": "disnaker", "area": None, "cleared": False}


@pytest.mark.parametrize(
    "form", [{"role": "officer", "cleared": "1"}, {"role": "supervisor"}, {"role": "admin"}, {"role": "auditor"}]
)
def test_clearance_and_the_roles_above_an_officer_need_a_second_administrator(
    admin: FlaskClient, db: Any, form: dict[str, str]
) -> None:
    number = an_officer()
    send(admin, f"{PAGE}/{number}", do="scope", unit="grievance", **form)
    assert db.execute(SCOPE, [number]).fetchone() == ("officer", "grievance", None, False)
    assert confirm(admin, number).status_code == 422
    assert confirm(another_admin(), number).status_code == 303
    held = db.execute(SCOPE, [number]).fetchone()
    assert held == (form["role"], "grievance", None, "cleared" in form)


def test_a_new_supervisor_begins_as_an_officer_until_a_second_one_confirms(admin: FlaskClient, db: Any) -> None:
    make(admin, role="supervisor", cleared="1")
    (number,) = db.execute("SELECT id FROM officer WHERE email = %s", [NEW]).fetchone()
    assert db.execute(SCOPE, [number]).fetchone() == ("officer", "grievance", None, False)
    assert confirm(another_admin(), number, "drop").status_code == 303
    assert db.execute(SCOPE, [number]).fetchone() == ("officer", "grievance", None, False)
    assert db.execute("SELECT state FROM account_request").fetchone() == ("refused",)


def test_who_asked_takes_it_back_and_may_ask_once_more(admin: FlaskClient, db: Any) -> None:
    number = an_officer()
    send(admin, f"{PAGE}/{number}", do="password")
    twice = send(admin, f"{PAGE}/{number}", do="password")
    assert (twice.status_code, "menunggu admin kedua" in twice.get_data(as_text=True)) == (422, True)
    confirm(admin, number, "drop")
    assert send(admin, f"{PAGE}/{number}", do="password").status_code == 303
    states = db.execute("SELECT state FROM account_request ORDER BY id").fetchall()
    assert states == [("withdrawn",), ("open",)]


@pytest.mark.parametrize("do", ["scope", "password", "factor", "vouch", "open", "link"])
def test_a_browser_left_open_changes_no_account(admin: FlaskClient, db: Any, do: str) -> None:
    number = an_officer()
    answer = send(admin, f"{PAGE}/{number}", do=do, role="admin", unit="grievance", proof="wrong")
    assert answer.status_code == 422
    assert "Kata sandi atau kode Anda sendiri salah" in answer.get_data(as_text=True)
    assert make(admin, proof="wrong").status_code == 422
    assert db.execute("SELECT count(*) FROM account_request").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM sign_in_attempt").fetchone() == (2,)
    assert db.execute("SELECT count(*) FROM officer").fetchone() == (2,)


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
