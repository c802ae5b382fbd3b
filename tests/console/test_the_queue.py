"""The queue of cases: the pressing first, nothing of anybody on it, and only what is this account's to see."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.console.desk import PHONE, Desk, a_case, at_the_desk, number_of, state_of
from tests.handset import Handset
from tests.people import a_worker
from verify_service.grievances.canned_answers import offered
from verify_service.ground.crypto import unseal
from verify_service.ground.working_days import city_day, working_days_after, working_days_between

NOW = dt.datetime.now(dt.UTC)
TODAY = city_day(NOW)


def tell(client: FlaskClient, *answers: str) -> None:
    phone = Handset(client, PHONE)
    if "Tadi terputus" in phone.dial():
        phone.send("2")
    for answer in answers:
        phone.send(answer)


@pytest.fixture
def told(client: FlaskClient, db: Any) -> None:
    """Three reports by phone: in confidence about the RT, by name about the card, and an accident."""
    a_worker(db)
    tell(client, "2", "3", "3", "1", "1", "2", "Pak RT minta <b>uang</b>", "2")
    tell(client, "2", "3", "1", "1", "Kartu belum datang", "3")
    tell(client, "2", "1", "1", "Budi jatuh pagi ini")


def numbers(page: str) -> list[str]:
    """The numbers on the list, from the top."""
    return re.findall(r'data-open href="[^"]+">([^<]+)</a>', page)


def test_the_list_has_the_accident_first_and_no_words(told: None, db: Any) -> None:
    page = at_the_desk(cleared=True).see("/console/cases?tab=open")
    listed = page[page.index('id="list"') :]
    assert listed.index("Kecelakaan") < listed.index("Belum aktif") < listed.index("Perilaku pengurus RT")
    assert "Budi" not in page
    assert PHONE not in page
    assert "0812****890" not in page


def test_a_kelurahan_sees_nothing_of_conduct_or_told_in_confidence(told: None, db: Any) -> None:
    kelurahan = at_the_desk("kelurahan", unit="kelurahan", area="32.75.01.1001")
    page = kelurahan.see("/console/cases?tab=all")
    assert "Perilaku pengurus RT</" not in page[page.index('id="list"') :]
    assert "Belum aktif" in page[page.index('id="list"') :]
    assert kelurahan.status("/console/cases/1") == 404
    assert kelurahan.status("/console/cases/1/live") == 404
    assert re.search(r'data-figure="tab-all"[^>]*>2<', page), "counts tell no more than the list"


def test_the_overdue_come_before_the_due_and_those_whose_clock_stands_come_last(db: Any) -> None:
    later = a_case(db, due_on=TODAY + dt.timedelta(30), risk_on=TODAY + dt.timedelta(25))
    paused = a_case(
        db, due_on=TODAY - dt.timedelta(30), state="waiting_citizen", waiting_since=NOW, waiting_for="document"
    )
    late = a_case(db, due_on=TODAY - dt.timedelta(20))
    risky = a_case(db, due_on=TODAY + dt.timedelta(3), risk_on=TODAY)
    urgent = a_case(db, urgency="death", due_on=TODAY + dt.timedelta(60))
    page = at_the_desk().see("/console/cases?tab=open")
    assert numbers(page) == [number_of(db, case) for case in (urgent, late, risky, later, paused)]
    days = working_days_between(TODAY - dt.timedelta(20), TODAY)
    assert f"lewat batas {days} hari kerja" in page
    assert "waktu berhenti: kurang dokumen" in page
    assert "hampir lewat: batas" in page
    assert "tepat waktu: batas" in page


def test_each_tab_counts_and_shows_its_own(db: Any) -> None:
    officer = at_the_desk()
    a_case(db, due_on=TODAY - dt.timedelta(9), assignee_id=officer.id, state="in_progress")
    a_case(db, risk_on=TODAY, due_on=TODAY + dt.timedelta(2))
    a_case(db, state="waiting_citizen", due_on=TODAY - dt.timedelta(9))
    a_case(db, state="answered", answered_at=NOW, close_on=TODAY)
    a_case(db, state="rejected", closed_at=NOW)
    expected = {
        "mine": 1, "unassigned": 2, "open": 3, "at_risk": 1, "overdue": 1, "waiting": 1, "answered": 1, "closed": 1,
        "all": 5,
    }  # fmt: skip
    page = officer.see("/console/cases")
    for tab, count in expected.items():
        assert re.search(rf'data-figure="tab-{tab}"[^>]*>{count}<', page), tab
        assert len(numbers(officer.see(f"/console/cases?tab={tab}"))) == count, tab
    assert re.search(r'id="tab-mine" aria-current="page"', page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("category=claim", 1),
        ("urgency=accident", 1),
        ("urgency=none", 3),
        ("assignee=nobody", 3),
        ("state=in_progress", 1),
        ("place=32.75.01", 1),
        ("place=32.75.01.1001", 1),
        ("channel=sms", 1),
        ("sensitive=1", 1),
        ("reopened=1", 1),
        ("supervisor=1", 1),
        ("unit=disnaker&urgency=none", 3),
        ("category=nothing", 4),
        ("place=%00'--", 4),
        ("assignee=99999999999999999999", 4),
        ("page=99999999999", 4),
        ("tab=x", 4),
    ],
)
def test_a_filter_narrows_the_list_and_nonsense_changes_nothing(db: Any, query: str, found: int) -> None:
    officer = at_the_desk(cleared=True)
    a_case(db, category="claim", urgency="accident")
    a_case(db, identity="secret", channel="sms", reopened=1, supervisor_at=NOW)
    a_case(db, kelurahan="32.75.01.1001")
    a_case(db, state="in_progress", assignee_id=officer.id)
    tab = "" if "tab=" in query else "&tab=all"
    answer = officer.client.get(f"/console/cases?{query}{tab}")
    assert answer.status_code == 200
    if "tab=x" not in query:
        assert len(numbers(answer.get_data(as_text=True))) == found


def test_the_list_is_read_page_by_page(db: Any) -> None:
    for _ in range(51):
        a_case(db)
    officer = at_the_desk()
    first, second = officer.see("/console/cases?tab=open"), officer.see("/console/cases?tab=open&page=2")
    assert (len(numbers(first)), len(numbers(second))) == (50, 1)
    assert not set(numbers(first)) & set(numbers(second))
    assert numbers(officer.see("/console/cases?tab=open&page=77")) == numbers(second)


def test_what_has_not_changed_is_not_sent_again(db: Any) -> None:
    a_case(db)
    officer = at_the_desk()
    first = officer.client.get("/console/cases/live?tab=open")
    again = officer.client.get("/console/cases/live?tab=open", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    a_case(db)
    changed = officer.client.get("/console/cases/live?tab=open", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_an_open_list_keeps_nobody_signed_in(db: Any) -> None:
    officer = at_the_desk()
    case = a_case(db)
    db.execute("UPDATE officer_session SET seen_at = now() - interval '5 minutes'")
    before = db.execute("SELECT seen_at FROM officer_session").fetchone()
    officer.client.get("/console/cases/live")
    officer.client.get(f"/console/cases/{case}/live")
    assert db.execute("SELECT seen_at FROM officer_session").fetchone() == before
    officer.see("/console/cases")
    assert db.execute("SELECT seen_at FROM officer_session").fetchone() != before


def find(desk: Desk, typed: str) -> Any:
    return desk.post("/console/cases/search", {"q": typed})


@pytest.mark.parametrize("spelt", ["{}", "{body}", " bks {body} ", "{lower}", "BKS{body}", "BKS\u2013{body}"])
def test_a_number_however_it_is_spelt_leads_to_its_case(db: Any, spelt: str) -> None:
    case = a_case(db, identity="secret")
    number = number_of(db, case)
    typed = spelt.format(number, body=number[-6:], lower=number.lower())
    answer = find(at_the_desk(), typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/cases/{case}")


def test_a_phone_or_a_name_finds_what_was_told_by_name_and_the_trail_keeps_who_looked(db: Any) -> None:
    worker = a_worker(db).worker
    by_name, secret = a_case(db, worker=worker), a_case(db, identity="secret", worker=worker)
    officer = at_the_desk()
    for typed in ("0812-3456-7890", "dewi sulis"):
        answer = find(officer, typed)
        page = answer.get_data(as_text=True)
        assert numbers(page) == [number_of(db, by_name)]
        assert number_of(db, secret) not in page
        assert answer.request.query_string == b""
    trail = db.execute("SELECT actor, detail FROM audit WHERE action = 'person searched' ORDER BY id").fetchall()
    assert trail == [
        (f"officer:{officer.id}", {"by": "phone", "found": 1}),
        (f"officer:{officer.id}", {"by": "name", "found": 1}),
    ]


@pytest.mark.parametrize("typed", ["%", "_ _ _", "%%%", "a", "", "\0", "99", "''--", "x" * 5000])
def test_a_search_for_nothing_finds_nothing(db: Any, typed: str) -> None:
    a_case(db, worker=a_worker(db).worker)
    answer = find(at_the_desk(), typed)
    assert answer.status_code == 200
    assert numbers(answer.get_data(as_text=True)) == []


@pytest.mark.parametrize("slip", ["wrong", "swapped", "check"])
def test_a_number_with_a_slip_is_said_to_have_one_and_what_is_close_is_shown(db: Any, slip: str) -> None:
    # One of letters alone reads as a word.
    cases = (a_case(db, phone=f"+62812345678{place:02}") for place in range(50))
    case = next(one for one in cases if sum(map(str.isdigit, number_of(db, one)[-6:])) > 1)
    head, body = number_of(db, case).split("-")
    other = next(letter for letter in "3456" if letter not in body)
    typed = {
        "wrong": body[0] + other + body[2:],
        "swapped": next(body[:n] + body[n + 1] + body[n] + body[n + 2 :] for n in range(5) if body[n] != body[n + 1]),
        "check": body[:5] + other,
    }[slip]
    page = find(at_the_desk(), f"{head}-{typed}").get_data(as_text=True)
    assert "Huruf terakhir tidak cocok" in page
    assert number_of(db, case) in numbers(page)


def test_a_nik_finds_what_was_told_by_name(db: Any) -> None:
    someone = a_worker(db, nik="3275011503990001")
    case = a_case(db, worker=someone.worker)
    a_case(db, worker=someone.worker, identity="secret")
    officer = at_the_desk()
    for typed in ("3275011503990001", "3275 0115 0399 0001"):
        assert numbers(find(officer, typed).get_data(as_text=True)) == [number_of(db, case)]
    assert db.execute("SELECT detail FROM audit WHERE action = 'person searched' LIMIT 1").fetchone() == (
        {"by": "nik", "found": 1},
    )


def test_an_auditor_finds_cases_by_number_and_nobody_by_name(db: Any) -> None:
    case = a_case(db, worker=a_worker(db).worker)
    auditor = at_the_desk("auditor")
    assert find(auditor, number_of(db, case)).status_code == 303
    assert numbers(find(auditor, "Sulistiawati").get_data(as_text=True)) == []
    assert 'name="case"' not in auditor.see("/console/cases?tab=all")


def test_a_place_finds_nobody_of_another_place(db: Any) -> None:
    case = a_case(db, kelurahan="32.75.02.1001")
    kelurahan = at_the_desk("kelurahan", unit="kelurahan", area="32.75.01.1001")
    for typed in (number_of(db, case), PHONE):
        assert numbers(find(kelurahan, typed).get_data(as_text=True)) == []


def test_the_ticked_are_taken_and_each_other_is_told_why_not(db: Any) -> None:
    ready, new, gone = a_case(db, state="verified"), a_case(db), a_case(db, state="rejected", closed_at=NOW)
    officer = at_the_desk()
    answer = officer.post("/console/cases/bulk", {"what": "take", "case": [ready, new, gone, 987654321], "tab": "open"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert re.search(r"Selesai:.*1\.", page)
    assert number_of(db, new) in page[page.index('id="result"') :]
    assert "harus diverifikasi dulu" in page
    assert "bukan untuk Anda" in page
    assert (state_of(db, ready), state_of(db, new), state_of(db, gone)) == ("in_progress", "received", "rejected")
    assert db.execute("SELECT count(*) FROM grievance WHERE assignee_id = %s", [officer.id]).fetchone() == (1,)


def test_the_ticked_are_handed_over_to_whoever_may_see_them(db: Any) -> None:
    plain, sensitive = a_case(db, state="verified"), a_case(db, category="asked_money", state="verified")
    boss, other = at_the_desk("supervisor", cleared=True), at_the_desk()
    answer = boss.post("/console/cases/bulk", {"what": "hand_over", "to": other.id, "case": [plain, sensitive]})
    page = answer.get_data(as_text=True)
    assert "tidak boleh melihat" in page
    assert db.execute("SELECT id FROM grievance WHERE assignee_id = %s", [other.id]).fetchall() == [(plain,)]
    nobody = boss.post("/console/cases/bulk", {"what": "hand_over", "to": "", "case": [plain]})
    assert nobody.status_code == 200
    assert "Pilih petugas lain" in nobody.get_data(as_text=True)


def bulk(desk: Desk, what: str, *cases: int, **more: str) -> str:
    answer = desk.post("/console/cases/bulk", {"what": what, "case": list(cases), "tab": "open", **more})
    assert answer.status_code == 200
    page = str(answer.get_data(as_text=True))
    return page[page.index('id="result"') :] if 'id="result"' in page else page


def test_the_ticked_are_verified_and_answered_with_the_prepared_words_of_each(db: Any) -> None:
    officer = at_the_desk()
    cases = [a_case(db, category="claim"), a_case(db, "Kartu", category="card", phone="+6281298765432")]
    gone = a_case(db, state="rejected", closed_at=NOW)
    assert re.search(r"Selesai:.*2\.", bulk(officer, "verify", *cases))
    assert {state_of(db, case) for case in cases} == {"assigned"}
    said = bulk(officer, "answer", *cases, gone, decision="explained")
    assert number_of(db, gone) in said
    assert {state_of(db, case) for case in cases} == {"answered"}
    sent = {
        unseal(body, "outbox.body").partition(": ")[2]
        for (body,) in db.execute("SELECT body FROM outbox WHERE screen = 'answer'")
    }
    assert sent == {offered("claim", "id")["explained"], offered("card", "id")["explained"]}


def test_the_ticked_are_referred_and_a_choice_that_lacks_is_told(db: Any) -> None:
    officer = at_the_desk()
    cases = [a_case(db, state="verified"), a_case(db, state="verified", phone="+6281298765432")]
    assert number_of(db, cases[0]) in bulk(officer, "refer", *cases, body="")
    assert number_of(db, cases[0]) in bulk(officer, "answer", *cases, decision="")
    assert {state_of(db, case) for case in cases} == {"verified"}
    bulk(officer, "refer", *cases, body="lapor")
    referred = db.execute("SELECT DISTINCT state, referred_to FROM grievance").fetchall()
    assert referred == [("referred_external", "lapor")]


def test_the_ticked_are_printed_each_on_its_sheet_and_nobody_elses(db: Any) -> None:
    cases = [a_case(db), a_case(db, phone="+6281298765432")]
    hidden = a_case(db, category="asked_money")
    page = bulk(at_the_desk(), "print", *cases, hidden)
    assert page.count('class="one-sheet"') == 2
    assert [number_of(db, case) in page for case in (*cases, hidden)] == [True, True, False]


@pytest.mark.parametrize("number", ["9" * 19, "9" * 6000, "-1", "1.5", "\u0663", "x", ""])
def test_numbers_that_nobody_has_do_no_harm(db: Any, number: str) -> None:
    officer = at_the_desk()
    for path, form in (
        ("bulk", {"what": "take", "case": [number]}),
        ("bulk", {"what": "hand_over", "case": [number], "to": number}),
        ("filters", {"forget": number or "0"}),
        ("search", {"q": number}),
    ):
        assert officer.post(f"/console/cases/{path}", form).status_code in (200, 303)
    assert officer.post("/console/notices", {"notice": number}).status_code == 303


def test_a_view_is_kept_under_a_name_and_let_go(db: Any) -> None:
    officer, other = at_the_desk(), at_the_desk()
    kept = officer.post("/console/cases/filters", {"name": "Kartu <b>", "tab": "open", "category": "card"})
    assert (kept.status_code, kept.headers["Location"]) == (303, "/console/cases?tab=open&category=card")
    page = officer.see("/console/cases")
    assert "Kartu &lt;b&gt;" in page
    assert "/console/cases?tab=open&amp;category=card" in page
    assert "Kartu &lt;b&gt;" not in other.see("/console/cases")
    (view,) = db.execute("SELECT id FROM saved_filter").fetchone()
    other.post("/console/cases/filters", {"forget": view})
    assert db.execute("SELECT count(*) FROM saved_filter").fetchone() == (1,)
    officer.post("/console/cases/filters", {"forget": view})
    assert db.execute("SELECT count(*) FROM saved_filter").fetchone() == (0,)


def test_working_days_are_counted_without_weekends(db: Any) -> None:
    friday = dt.date(2026, 11, 20)
    assert working_days_between(friday, working_days_after(friday, 3)) == 3
    assert working_days_between(friday, friday + dt.timedelta(2)) == 0
