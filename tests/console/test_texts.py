"""Texts that wait for an officer: listed with the number masked, read with a trail, and each dealt with once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.console.test_proposals import signed_in
from tests.handset import Handset, webhook
from tests.officers import an_officer, form_token, sign_in
from tests.people import a_worker
from verify_service.grievances.opening import NewGrievance, open_grievance
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction

NUMBER = "+6281234567890"


@pytest.fixture
def officer(client: FlaskClient, db: Any) -> FlaskClient:
    an_officer()
    sign_in(client)
    return client


def texted(client: FlaskClient, db: Any, words: str, sender: str = NUMBER) -> int:
    """A text that came and was kept for a person."""
    form = {"id": f"t{words[:9]}{sender}", "from": sender, "to": "28282", "text": words, "date": "2026-11-23 03:00:00"}
    client.post(webhook("sms"), data=form)
    db.execute("UPDATE inbound_message SET handled_as = 'triage', handled_at = now() WHERE quarantined IS NULL")
    (number,) = db.execute("SELECT max(id) FROM inbound_message").fetchone()
    return int(number)


def deal(browser: FlaskClient, number: int, answer: str, **form: str) -> Any:
    """Fill in one of the forms of a text's page and press its button."""
    page = browser.get("/console/texts").get_data(as_text=True)
    return browser.post(f"/console/texts/{number}", data={"csrf_token": form_token(page), "answer": answer, **form})


def reported(client: FlaskClient, words: str = "Kartu belum datang") -> str:
    """A report that this phone made by name; its number."""
    phone = Handset(client, NUMBER)
    phone.dial()
    for answer in ("2", "3", "1", "1", words, "3"):
        phone.send(answer)
    return phone.screen.partition("BKS-")[1] + phone.screen.partition("BKS-")[2][:6]


def body_of(db: Any, number: int) -> Any:
    return db.execute("SELECT body FROM inbound_message WHERE id = %s", [number]).fetchone()[0]


def test_the_list_shows_neither_the_words_nor_the_number(officer: FlaskClient, db: Any) -> None:
    texted(officer, db, "saya kecelakaan")
    page = officer.get("/console/texts").get_data(as_text=True)
    assert "0812****890" in page
    assert NUMBER not in page
    assert "kecelakaan" not in page


def test_a_text_is_read_as_text_with_its_number_masked_and_written_down(officer: FlaskClient, db: Any) -> None:
    number = texted(officer, db, "saya <b>kecelakaan</b>")
    page = officer.get(f"/console/texts/{number}").get_data(as_text=True)
    assert "&lt;b&gt;kecelakaan" in page
    assert "0812****890" in page
    assert NUMBER not in page
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'text read'").fetchone() == (1,)


def test_the_number_is_shown_for_a_reason_which_is_kept(officer: FlaskClient, db: Any) -> None:
    number = texted(officer, db, "tolong telepon")
    assert deal(officer, number, "look").status_code == 400
    assert NUMBER in deal(officer, number, "look", look="call").get_data(as_text=True)
    looked = db.execute("SELECT object, detail->>'reason' FROM audit WHERE action = 'identity looked at'").fetchall()
    assert looked == [(f"message:{number}", "call")]
    assert NUMBER not in officer.get(f"/console/texts/{number}").get_data(as_text=True)


def test_a_text_goes_into_the_report_it_belongs_to_and_is_kept_there_alone(officer: FlaskClient, db: Any) -> None:
    a_worker(db)
    case = reported(officer)
    number = texted(officer, db, "kartunya masih belum ada pak")
    page = officer.get(f"/console/texts/{number}").get_data(as_text=True)
    assert case in page  # suggested: it is an open report of this phone
    assert deal(officer, number, "attach", case=case.lower().replace("-", " ")).status_code == 303
    words, by, channel = db.execute("SELECT words, by, channel FROM grievance_event WHERE kind = 'added'").fetchone()
    assert unseal(words, "grievance_event.words") == "kartunya masih belum ada pak"
    assert (by, channel, body_of(db, number)) == ("reporter", "sms", None)
    assert "Tidak ada yang terbuka" in officer.get("/console/texts").get_data(as_text=True)
    assert "dimasukkan ke laporan" in officer.get(f"/console/texts/{number}").get_data(as_text=True)
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'text attached'").fetchone() == (1,)


def test_a_text_of_another_phone_is_not_the_reporters(officer: FlaskClient, db: Any) -> None:
    a_worker(db)
    case = reported(officer)
    number = texted(officer, db, "saya saksinya pak", "+6281299990001")
    assert case not in officer.get(f"/console/texts/{number}").get_data(as_text=True)
    assert deal(officer, number, "attach", case=case).status_code == 303
    assert db.execute("SELECT by FROM grievance_event WHERE kind = 'added'").fetchone() == ("somebody with the number",)


def opened(identity: str, category: str = "other") -> str:
    told = NewGrievance(category, "report", "ussd", f"conversation:{identity}", words="rahasia", identity=identity)
    with transaction() as session:
        return open_grievance(session, told, now=dt.datetime.now(dt.UTC)).number


def test_no_text_is_put_beside_an_anonymous_or_closed_report_or_one_not_seen(officer: FlaskClient, db: Any) -> None:
    number = texted(officer, db, "ini tambahan saya")
    anonymous, hidden, closed = opened("anonymous"), opened("secret", "asked_money"), opened("normal")
    db.execute("UPDATE grievance SET state = 'closed_auto', closed_at = now() WHERE number = %s", [closed])
    for case, said in (
        (anonymous, "anonim"),
        (hidden, "Tidak ada laporan"),
        (closed, "ditutup"),
        ("BKS-1", "Tidak ada"),
    ):
        answer = deal(officer, number, "attach", case=case)
        assert answer.status_code == 400, case
        assert said in answer.get_data(as_text=True), case
    assert body_of(db, number) is not None
    assert "ini tambahan saya" in officer.get(f"/console/texts/{number}").get_data(as_text=True)


def test_a_reply_goes_to_the_phone_once_in_the_alphabet_of_texts(officer: FlaskClient, db: Any) -> None:
    number = texted(officer, db, "kapan kartu saya datang")
    assert deal(officer, number, "reply", words="  Besok di kelurahan 👍\nterima kasih ").status_code == 303
    ((screen, purpose, cause, body),) = db.execute("SELECT screen, purpose, cause, body FROM outbox").fetchall()
    assert (screen, purpose, cause) == ("reply", "reply", f"message:{number}:officer")
    assert unseal(body, "outbox.body") == "SIGAP Bekasi: Besok di kelurahan terima kasih"
    assert deal(officer, number, "reply", words="Sekali lagi").status_code == 409
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (1,)


@pytest.mark.parametrize("words", ["", " \n ", "panjang " * 50])
def test_a_reply_that_cannot_be_sent_is_still_in_the_form(officer: FlaskClient, db: Any, words: str) -> None:
    number = texted(officer, db, "kapan kartu saya datang")
    answer = deal(officer, number, "reply", words=words)
    assert answer.status_code == 400
    assert words.strip() in answer.get_data(as_text=True)
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


@pytest.mark.parametrize("sender", ["UNDIAN", "28282", "+254711000001"])
def test_names_short_codes_and_numbers_abroad_get_no_reply(officer: FlaskClient, db: Any, sender: str) -> None:
    number = texted(officer, db, "MENANG HADIAH", sender)
    page = officer.get(f"/console/texts/{number}").get_data(as_text=True)
    assert 'value="reply"' not in page
    assert deal(officer, number, "reply", words="Halo").status_code == 400
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    assert deal(officer, number, "dismiss", dismissed="spam").status_code == 303


def test_a_phone_that_wants_no_text_at_all_gets_none(officer: FlaskClient, db: Any) -> None:
    a_worker(db)
    db.execute("UPDATE phone SET refused_at = now()")
    number = texted(officer, db, "halo pak")
    assert deal(officer, number, "reply", words="Halo").status_code == 400


def test_a_text_is_made_a_report_whose_receipt_the_phone_gets(officer: FlaskClient, db: Any) -> None:
    someone = a_worker(db)
    number = texted(officer, db, "saya jatuh dari motor waktu narik")
    answer = deal(officer, number, "report", category="claim", identity="normal", urgency="accident")
    (case, state, channel, worker, words, report) = db.execute(
        "SELECT number, state, channel, worker_id, words, id FROM grievance"
    ).fetchone()
    assert answer.headers["Location"] == f"/console/cases/{report}"
    assert (state, channel, worker) == ("received", "sms", someone.worker)
    assert unseal(words, "grievance.words") == "saya jatuh dari motor waktu narik"
    ((screen, body),) = db.execute("SELECT screen, body FROM outbox").fetchall()
    assert (screen, case in unseal(body, "outbox.body")) == ("g5.case_ack", True)
    assert body_of(db, number) is None


def test_what_is_told_about_an_official_is_hidden_from_whoever_is_not_cleared(officer: FlaskClient, db: Any) -> None:
    number = texted(officer, db, "pak rt minta uang")
    answer = deal(officer, number, "report", category="rt_conduct", identity="secret", urgency="")
    assert answer.headers["Location"] == "/console/texts"
    assert db.execute("SELECT about, restricted, identity FROM grievance").fetchone() == ("rt_rw", True, "secret")


def test_a_text_shows_nobody_what_its_phone_told_in_confidence(officer: FlaskClient, db: Any) -> None:
    number = texted(officer, db, "rahasia ya pak, kartu saya ditahan")
    deal(officer, number, "report", category="other", identity="secret", urgency="")
    (case,) = db.execute("SELECT number FROM grievance").fetchone()
    assert db.execute("SELECT screen FROM outbox").fetchall() == [("g23.number",)], "others read this phone as well"
    page = officer.get(f"/console/texts/{number}").get_data(as_text=True)
    assert "0812****890" not in page, "that this phone made a report at this hour is the report's own secret"
    assert NUMBER not in deal(officer, number, "look", look="call").get_data(as_text=True)
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'identity looked at'").fetchone() == (0,)
    other = texted(officer, db, "halo pak, kapan kantor buka")
    assert case not in officer.get(f"/console/texts/{other}").get_data(as_text=True)


def test_a_text_is_set_aside_with_a_reason(officer: FlaskClient, db: Any) -> None:
    number = texted(officer, db, "terima kasih")
    assert deal(officer, number, "dismiss", dismissed="because").status_code == 400
    assert deal(officer, number, "dismiss", dismissed="thanks").status_code == 303
    assert db.execute("SELECT detail->>'reason' FROM audit WHERE action = 'text set aside'").fetchall() == [("thanks",)]


def test_two_officers_deal_with_it_once(officer: FlaskClient, db: Any) -> None:
    an_officer("dua@bekasi.example")
    other = signed_in(officer, "dua@bekasi.example")
    number = texted(officer, db, "tolong dibantu pak")
    assert deal(officer, number, "dismiss", dismissed="by_phone").status_code == 303
    answer = deal(other, number, "report", category="other", identity="secret")
    assert answer.status_code == 409
    assert "Petugas lain sudah mengurus" in answer.get_data(as_text=True)
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (0,)
    assert db.execute("SELECT settled_by FROM inbound_message").fetchone() == ("officer:1",)


@pytest.mark.parametrize(
    ("role", "more"),
    [
        ("officer", {"unit": "dinsos"}),
        ("officer", {"area": "32.75.01"}),
        ("kelurahan", {"unit": "kelurahan", "area": "32.75.01.1001"}),
        ("auditor", {}),
    ],
)
def test_only_the_citys_own_team_reads_what_may_be_about_anybody(
    officer: FlaskClient, db: Any, role: str, more: dict[str, str]
) -> None:
    number = texted(officer, db, "dinas sosial minta uang")
    an_officer("lain@bekasi.example", role, **more)  # type: ignore[arg-type]
    other = signed_in(officer, "lain@bekasi.example")
    assert [other.get(f"/console/texts{path}").status_code for path in ("", f"/{number}")] == [403, 403]


def test_what_was_set_aside_is_on_the_list_with_the_reason(officer: FlaskClient, db: Any) -> None:
    texted(officer, db, "MENANG HADIAH", sender="UNDIAN")
    page = officer.get("/console/texts").get_data(as_text=True)
    assert "UND***" in page


def test_an_answer_that_was_handled_is_nobodys_to_open(officer: FlaskClient, db: Any) -> None:
    number = texted(officer, db, "YA")
    db.execute("UPDATE inbound_message SET handled_as = 'answer'")
    assert officer.get(f"/console/texts/{number}").status_code == 404
    assert deal(officer, number, "dismiss", dismissed="spam").status_code == 404
