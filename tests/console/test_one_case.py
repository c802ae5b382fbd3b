"""The page of one case: every step through its forms, each refusal with what to do, and nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.console.desk import PHONE, Desk, a_case, at_the_desk, number_of, shown_in, state_of
from tests.officers import form_token
from tests.people import NOW as THEN
from tests.people import a_worker
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.verification.reconciliation import reconcile_batch

NOW = dt.datetime.now(dt.UTC)
ANSWER = "Kartu Anda siap diambil di kelurahan."


def texts(db: Any) -> list[str]:
    """What we texted, in order."""
    rows = db.execute("SELECT body FROM outbox ORDER BY id").fetchall()
    return [unseal(body, "outbox.body") for (body,) in rows]


SENT_TO = "SELECT phone_id, state FROM outbox ORDER BY id"


def a_case_of(db: Any, officer: Desk, **columns: Any) -> int:
    """A case this officer works on."""
    return a_case(db, **{"state": "in_progress", "assignee_id": officer.id, "verified_at": NOW, **columns})


def offered(page: str) -> set[str]:
    """The steps that the page offers."""
    return set(re.findall(r'name="step" value="(\w+)"', page))


def test_words_are_shown_as_text_and_that_they_were_read_is_written_down(client: FlaskClient, db: Any) -> None:
    case = a_case(db, "Pak RT minta <b>uang</b>", category="rt_conduct", identity="secret")
    page = at_the_desk(cleared=True).open(case)
    assert "&lt;b&gt;uang" in page
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'report read'").fetchone() == (1,)
    assert PHONE not in page
    assert "0812****890" not in page, "told in confidence: not even masked"


def test_whoever_told_it_by_name_is_shown_masked(db: Any) -> None:
    case, silent = a_case(db), a_case(db, contact="none")
    officer = at_the_desk()
    assert "0812****890" in officer.open(case)
    page = officer.open(silent)
    assert "0812****890" not in page
    assert "Tidak mau ditelepon" in page or "tidak mau" in page.lower()


def test_a_case_that_is_not_this_accounts_is_a_page_that_is_not_there(db: Any) -> None:
    case = a_case(db, category="asked_money")
    officer = at_the_desk()
    for answer in (
        officer.client.get(f"/console/cases/{case}"),
        officer.client.get(f"/console/cases/{case}?print=1"),
        officer.client.get(f"/console/cases/{case}/live"),
        officer.client.get("/console/cases/9223372036854775807"),
        officer.client.get("/console/cases/9223372036854775808"),
        officer.post(f"/console/cases/{case}", {"step": "note", "words": "x"}),
        officer.post(f"/console/cases/{case}/merge", {"into": "x"}),
    ):
        assert answer.status_code == 404


def test_a_new_case_is_verified_filed_and_given_to_whoever_has_least_to_do(db: Any) -> None:
    officer, other = at_the_desk(unit="disnaker"), at_the_desk(unit="disnaker")
    a_case_of(db, officer)
    case = a_case(db, "kecelakaan tadi pagi jatuh dari motor", category="other")
    boss = at_the_desk("supervisor")
    page = boss.open(case)
    assert "Tulisannya mengarah ke:" in page
    assert offered(page) >= {"verify", "note", "reject"}
    assert not offered(page) & {"answer", "ask", "hand_over", "take"}
    done = boss.step(case, "verify", category="claim", urgency="accident")
    assert (done.status_code, done.headers["Location"]) == (303, f"/console/cases/{case}?did=verify")
    row = db.execute("SELECT state, category, urgency, unit, assignee_id FROM grievance WHERE id = %s", [case])
    assert row.fetchone() == ("assigned", "claim", "accident", "disnaker", other.id)
    assert f"→ {other.name}" in re.sub(r"\s+", " ", boss.open(case))


def test_a_step_on_a_new_case_says_that_it_has_to_be_verified_first(db: Any) -> None:
    case = a_case(db)
    answer = at_the_desk().step(case, "answer", decision="explained", words=ANSWER)
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "harus diverifikasi dulu" in page
    assert ANSWER in page
    assert (state_of(db, case), texts(db)) == ("received", [])


def test_filing_it_as_sensitive_takes_it_from_whoever_is_not_cleared(db: Any) -> None:
    at_the_desk(cleared=True)
    officer = at_the_desk()
    case = a_case_of(db, officer)
    done = officer.step(case, "file", category="asked_money")
    assert (done.status_code, done.headers["Location"]) == (303, "/console/cases?gone=1")
    assert "tidak lagi terlihat" in officer.see("/console/cases?gone=1")
    assert officer.status(f"/console/cases/{case}") == 404


def test_an_officer_takes_a_case_and_hands_it_over_with_words(db: Any) -> None:
    officer, other = at_the_desk(), at_the_desk(name="Bu <Sri>")
    case = a_case(db, state="verified")
    officer.step(case, "take")
    assert db.execute("SELECT state, assignee_id FROM grievance").fetchone() == ("in_progress", officer.id)
    officer.step(case, "hand_over", to=other.id, words="Tolong lanjutkan")
    assert db.execute("SELECT state, assignee_id FROM grievance").fetchone() == ("assigned", other.id)
    page = other.open(case)
    assert "Tolong lanjutkan" in page
    assert "Bu &lt;Sri&gt;" in page


def test_a_case_that_cannot_be_taken_stays_whose_it_is(db: Any) -> None:
    first, second = at_the_desk(), at_the_desk()
    case = a_case_of(db, first, state="answered", answered_at=NOW)
    answer = second.step(case, "take")
    assert answer.status_code == 409
    assert db.execute("SELECT assignee_id FROM grievance").fetchone() == (first.id,)


def test_it_goes_to_nobody_who_may_not_see_it(db: Any) -> None:
    boss, officer = at_the_desk("supervisor", cleared=True), at_the_desk()
    case = a_case(db, category="asked_money", state="verified")
    assert officer.name not in boss.open(case)
    answer = boss.step(case, "hand_over", to=officer.id, words="Tolong")
    assert answer.status_code == 422
    assert "tidak boleh melihat" in answer.get_data(as_text=True)
    assert "Tolong" in answer.get_data(as_text=True)


def test_the_answer_reaches_the_citizen_and_the_thread(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer)
    done = officer.step(case, "answer", decision="card_given", words=ANSWER)
    assert done.status_code == 303
    words, closing = texts(db)
    assert words == f"SIGAP Bekasi {number_of(db, case)}: {ANSWER}"
    assert "selesai ditangani" in closing
    page = officer.open(case)
    assert "kartu diberikan" in page
    assert "menunggu dikirim" in page
    assert "answer" not in offered(page)
    assert "reopen" in offered(page)


def test_of_a_sensitive_case_the_text_says_only_that_there_is_news(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer, identity="secret")
    assert "hanya diberi tahu ada kabar" in officer.open(case)
    officer.step(case, "answer", decision="acted_on", words="RT sudah ditegur")
    (news,) = texts(db)
    assert "ada kabar untuk Anda" in news
    assert "ditegur" not in news


@pytest.mark.parametrize(
    ("form", "status", "says"),
    [
        ({"decision": "", "words": ANSWER}, 422, "Ada yang kurang"),
        ({"decision": "explained", "words": "  "}, 422, "Ada yang kurang"),
        ({"decision": "explained", "words": "panjang " * 60}, 422, "terlalu panjang"),
        ({"decision": "bribed", "words": ANSWER}, 422, "Ada yang kurang"),
    ],
)
def test_an_answer_that_cannot_be_sent_is_still_in_the_form(
    db: Any, form: dict[str, str], status: int, says: str
) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer)
    answer = officer.step(case, "answer", **form)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, says in page) == (status, True)
    assert form["words"] in page
    assert re.search(r'id="step-answer" open', page)
    assert (state_of(db, case), texts(db)) == ("in_progress", [])


def test_two_officers_on_one_case_cannot_overwrite_each_other(db: Any) -> None:
    officer, other = at_the_desk(), at_the_desk(name="Pak Cepat")
    case = a_case_of(db, officer)
    mine, theirs = officer.open(case), other.open(case)
    other.step(case, "escalate", page=theirs, words="Perlu atasan")
    answer = officer.step(case, "answer", page=mine, decision="card_given", words=ANSWER)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Petugas lain baru saja" in page
    assert re.search(r"Pak Cepat: Dinaikkan ke atasan", page)
    assert re.search(rf"<textarea[^>]*answer-words[^>]*>{ANSWER}</textarea>", page)
    assert '<option value="card_given" data-text' in page
    assert re.search(r'<option value="card_given"[^>]*selected', page)
    assert texts(db) == []
    again = officer.step(case, "answer", page=page, decision="card_given", words=ANSWER)
    assert again.status_code == 303
    assert state_of(db, case) == "answered"


def test_what_was_written_for_a_step_that_is_gone_is_there_to_copy(db: Any) -> None:
    officer, other = at_the_desk(), at_the_desk()
    case = a_case_of(db, officer)
    mine = officer.open(case)
    other.step(case, "answer", decision="explained", words="Sudah dijelaskan")
    page = officer.step(case, "answer", page=mine, decision="card_given", words=ANSWER).get_data(as_text=True)
    assert re.search(rf'<textarea[^>]*id="kept"[^>]*>{ANSWER}</textarea>', page)


def test_the_citizen_is_asked_and_the_clock_stands_until_heard(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer)
    officer.step(case, "ask", reason="document", words="Mohon bawa KTP")
    assert state_of(db, case) == "waiting_citizen"
    assert any("Mohon bawa KTP" in text for text in texts(db))
    page = officer.open(case)
    assert "waktu berhenti: kurang dokumen" in page
    assert "heard" in offered(page)
    officer.step(case, "heard", words="KTP sudah dibawa")
    assert state_of(db, case) == "in_progress"


def test_a_question_too_long_for_two_texts_is_not_asked(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer)
    answer = officer.step(case, "ask", reason="detail", words="apa " * 100)
    assert answer.status_code == 422
    assert state_of(db, case) == "in_progress"


def test_nobody_can_be_asked_where_nobody_can_be_written_to(db: Any) -> None:
    officer = at_the_desk()
    for case in (a_case_of(db, officer, identity="anonymous"), a_case_of(db, officer, contact="none")):
        page = officer.open(case)
        assert "ask" not in offered(page)
        assert officer.step(case, "ask", reason="detail", words="Di mana?").status_code == 422


def test_a_note_and_a_call_are_kept_once_and_move_nothing(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer)
    page = officer.open(case)
    for _ in range(2):
        assert officer.step(case, "note", page=page, once="abc", words="Sudah ke lokasi").status_code == 303
    officer.step(case, "call", page=page, once="abcc", words="Ibu akan datang <besok>")
    shown = officer.open(case)
    assert shown.count("Sudah ke lokasi") == 1
    assert "&lt;besok&gt;" in shown
    assert shown_in(shown)["version"] == shown_in(page)["version"]
    assert officer.step(case, "note", words="").status_code == 422


def test_it_is_rejected_with_a_reason_and_the_citizen_is_told(db: Any) -> None:
    officer = at_the_desk()
    case = a_case(db)
    officer.step(case, "reject", reason="no_detail", words="Mohon lapor lagi")
    assert state_of(db, case) == "rejected"
    assert any("Mohon lapor lagi" in text for text in texts(db))


def test_it_is_referred_and_its_number_there_is_kept(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer)
    officer.step(case, "refer", referred_to="lapor", words="Diteruskan ke LAPOR")
    assert "SP4N-LAPOR!" in officer.open(case)
    officer.step(case, "elsewhere", external="LAPOR-123 <x>")
    page = officer.open(case)
    assert state_of(db, case) == "referred_external"
    assert "LAPOR-123 &lt;x&gt;" in page


def test_what_is_referred_to_lapor_on_its_page_is_in_the_sheet_and_its_number_comes_back(db: Any) -> None:
    officer, head = at_the_desk(), at_the_desk("supervisor")
    case, other = a_case_of(db, officer), a_case_of(db, officer)
    bodies = officer.open(case).partition('id="refer-to"')[2].partition("</select>")[0]
    offered = re.findall(r'<option value="([^"]+)"', bodies)
    assert offered == list(programme().bodies)
    officer.step(case, "refer", referred_to="lapor", words="Diteruskan ke LAPOR")
    officer.step(other, "refer", referred_to="ombudsman", words="Diteruskan ke Ombudsman")
    assert "lewat surat" in officer.open(other)
    page = head.see("/console/exports")
    assert re.search(r'data-body="lapor">.*?>1<.*?>1<', page, re.DOTALL)
    sheet = head.client.get("/console/exports/reports.csv?which=lapor").get_data(as_text=True)
    assert (number_of(db, case) in sheet, number_of(db, other) in sheet) == (True, False)
    sent = f"{number_of(db, case)},7654321\n"
    brought = head.client.post(
        "/console/exports/numbers",
        data={"csrf_token": form_token(page), "file": (io.BytesIO(sent.encode()), "lapor.csv")},
    )
    assert 'data-figure="kept">1<' in brought.get_data(as_text=True)
    assert "7654321" in officer.open(case)


def test_a_phone_that_was_mistyped_is_corrected_and_the_wrong_one_gets_nothing_more(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer, channel="call")
    wrong, right = PHONE, "+6281298765432"
    officer.step(case, "answer", decision="explained", words="Kartu ada di kelurahan")
    assert db.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone() == (2,)
    officer.step(case, "reopen", words="Nomornya salah ketik")
    answer = officer.step(case, "phone", phone="0812-9876-5432", words="Warga menyebut nomor lain")
    assert answer.status_code == 303
    phones = dict(db.execute("SELECT id, number FROM phone"))
    told = [(unseal(phones[phone], "phone.number"), state) for phone, state in db.execute(SENT_TO)]
    assert told == [(wrong, "cancelled"), (wrong, "cancelled"), (right, "waiting")]
    assert "Nomor HP diperbaiki" in officer.open(case)
    assert "9876" not in str(db.execute("SELECT detail FROM audit").fetchall())


@pytest.mark.parametrize(
    ("columns", "phone", "words"),
    [
        ({"channel": "call"}, "0812", "salah"),
        ({"channel": "call"}, "0812-9876-5432", " "),
        ({"channel": "call"}, "0812-3456-7890", "sama saja"),
        ({"channel": "ussd"}, "0812-9876-5432", "bukan dari petugas"),
    ],
)
def test_a_phone_is_corrected_only_where_an_officer_typed_it(
    db: Any, columns: dict[str, str], phone: str, words: str
) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer, **columns)
    before = db.execute("SELECT phone_id, version FROM grievance").fetchone()
    assert officer.step(case, "phone", phone=phone, words=words).status_code in (409, 422)
    assert db.execute("SELECT phone_id, version FROM grievance").fetchone() == before


def test_a_body_that_is_on_no_list_gets_nothing(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer)
    assert officer.step(case, "refer", referred_to="Pak RT", words="Diteruskan").status_code == 422
    assert state_of(db, case) != "referred_external"


def test_it_goes_up_to_a_supervisor_who_finds_a_notice(db: Any) -> None:
    officer, boss, stranger = at_the_desk(), at_the_desk("supervisor"), at_the_desk("supervisor", unit="dinsos")
    case = a_case_of(db, officer)
    officer.step(case, "escalate", words="Perlu keputusan")
    assert db.execute("SELECT state, assignee_id, level FROM grievance").fetchone() == ("escalated", boss.id, 1)
    page = boss.see("/console/notices")
    assert number_of(db, case) in page
    assert "dinaikkan ke atasan" in page
    assert re.search(r'data-figure="notices">1<', page)
    assert number_of(db, case) not in stranger.see("/console/notices")
    (notice,) = db.execute("SELECT id FROM grievance_notice").fetchone()
    stranger.post("/console/notices", {"notice": notice})
    assert db.execute("SELECT seen_at FROM grievance_notice").fetchone() == (None,)
    boss.post("/console/notices", {})
    assert 'data-figure="notices"' not in boss.see("/console/notices")
    assert db.execute("SELECT actor FROM audit WHERE action = 'notices read'").fetchall() == [(f"officer:{boss.id}",)]


def test_it_is_opened_again_although_the_same_was_told_once_more(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer, state="closed_auto", closed_at=NOW, once="same")
    a_case(db, once="same")
    assert officer.step(case, "reopen", words="Warga menelepon: belum beres").status_code == 303
    assert state_of(db, case) == "reopened"


def test_opened_again_it_stays_with_whoever_knows_it(db: Any) -> None:
    officer, _idle = at_the_desk(), at_the_desk()
    case = a_case_of(db, officer, state="reopened", reopened=1)
    at_the_desk("supervisor").step(case, "verify", category="not_active")
    assert db.execute("SELECT state, assignee_id FROM grievance").fetchone() == ("assigned", officer.id)


def test_what_goes_up_where_nobody_supervises_is_a_notice_for_whoever_does_next(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer)
    officer.step(case, "escalate")
    assert db.execute("SELECT assignee_id FROM grievance").fetchone() == (officer.id,)
    assert number_of(db, case) in at_the_desk("supervisor").see("/console/notices")


def test_two_of_one_thing_are_put_side_by_side_and_go_on_as_one(db: Any) -> None:
    officer = at_the_desk()
    first = a_case_of(db, officer, words="Kartu saya hilang")
    second = a_case_of(db, officer, words="Kartu hilang pak", phone="+6281234567891")
    both = officer.post(
        f"/console/cases/{first}/merge", {"into": number_of(db, second), **shown_in(officer.open(first))}
    )
    page = both.get_data(as_text=True)
    assert both.status_code == 200
    assert "Kartu saya hilang" in page
    assert "Kartu hilang pak" in page
    assert officer.step(first, "merge", into=second).status_code == 303
    assert db.execute("SELECT merged_into_id FROM grievance WHERE id = %s", [first]).fetchone() == (second,)
    officer.step(second, "answer", decision="card_given", words=ANSWER)
    for case in (first, second):
        told = db.execute("SELECT count(*) FROM outbox WHERE cause LIKE %s", [f"report:{case}:answer%"]).fetchone()
        assert told == (2,), "whoever reported either hears the same: the words, and that it is settled"


def test_an_answered_case_takes_no_other_in_since_nobody_would_hear(db: Any) -> None:
    officer = at_the_desk()
    first, second = a_case_of(db, officer), a_case_of(db, officer, state="answered", answered_at=NOW)
    assert officer.step(first, "merge", into=second).status_code == 409


@pytest.mark.parametrize("into", ["", "x", "BKS-222222", "987654321987654321987654321"])
def test_a_number_that_leads_to_nothing_is_not_merged_with(db: Any, into: str) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer)
    looked = officer.post(f"/console/cases/{case}/merge", {"into": into})
    assert looked.status_code == 422
    assert officer.step(case, "merge", into=into).status_code in (422, 409, 404)
    assert state_of(db, case) == "in_progress"


def test_what_was_told_in_confidence_is_not_merged_into_what_was_not(db: Any) -> None:
    officer = at_the_desk()
    secret, plain = a_case_of(db, officer, identity="secret"), a_case_of(db, officer)
    answer = officer.step(secret, "merge", into=plain)
    assert "dilihat lebih banyak orang" in answer.get_data(as_text=True)
    assert state_of(db, secret) == "in_progress"


def test_an_identity_is_opened_with_a_reason_counted_and_closed_again(db: Any) -> None:
    worker = a_worker(db).worker
    officer, other = at_the_desk(), at_the_desk()
    case = a_case_of(db, officer, identity="secret", worker=worker)
    assert officer.step(case, "identity", reason="ya").status_code == 422
    officer.step(case, "identity", reason="Perlu kunjungan ke rumah")
    page = officer.open(case)
    assert PHONE in page
    assert "Sulistiawati Dewi" in page
    assert re.search(r"Identitas dibuka:\s*1×", page)
    assert "Perlu kunjungan ke rumah" in page
    assert PHONE not in other.open(case), "open to whoever gave the reason, and to nobody else"
    db.execute("UPDATE grievance_event SET at = at - interval '31 minutes' WHERE kind = 'identity'")
    assert PHONE not in officer.open(case)
    assert db.execute("SELECT actor FROM audit WHERE action = 'identity opened'").fetchall() == [
        (f"officer:{officer.id}",)
    ]


def test_whoever_wants_no_contact_shows_no_number_even_then(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer, contact="none")
    officer.step(case, "identity", reason="Perlu mencocokkan data")
    assert PHONE not in officer.open(case)


def test_an_anonymous_case_has_nobody_to_open_and_no_hour(db: Any) -> None:
    officer = at_the_desk()
    case = a_case(db, identity="anonymous")
    page = officer.open(case)
    assert "identity" not in offered(page)
    assert officer.step(case, "identity", reason="Ingin tahu siapa").status_code == 422
    thread = page[page.index('id="thread"') : page.index("</ol>")]
    assert not re.search(r"\d\d\.\d\d", thread)
    assert not re.search(r"\d{4} \d\d\.\d\d", page[page.index('id="head"') : page.index('id="thread-card"')])


def test_an_auditor_reads_what_was_done_and_nobodys_words(db: Any) -> None:
    officer, auditor = at_the_desk(), at_the_desk("auditor")
    case = a_case_of(db, officer, words="Nama saya Budi", worker=a_worker(db).worker)
    other = number_of(db, a_case(db, category="claim"))
    assert other in officer.open(case), "one phone told both by name"
    assert other not in auditor.open(case)
    officer.step(case, "answer", decision="card_given", words=ANSWER)
    officer.step(case, "identity", reason="Perlu kunjungan")
    for path in ("", "?print=1"):
        page = auditor.see(f"/console/cases/{case}{path}")
        for hidden in ("Budi", ANSWER, "0812", "Perlu kunjungan", "Sul***"):
            assert hidden not in page, (path, hidden)
        assert "kartu diberikan" in page
    assert offered(auditor.open(case)) == set()
    assert auditor.post(f"/console/cases/{case}", {"step": "note", "words": "x"}).status_code == 403


def test_the_printed_page_has_number_chronology_and_decision_and_no_identity(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer, words="Saya Budi", worker=a_worker(db).worker)
    officer.step(case, "identity", reason="Perlu kunjungan")
    officer.step(case, "note", once="n", words="Rahasia petugas")
    officer.step(case, "answer", decision="card_given", words=ANSWER)
    page = officer.see(f"/console/cases/{case}?print=1")
    assert number_of(db, case) in page
    assert "kartu diberikan" in page
    assert ANSWER in page
    for hidden in (PHONE, "0812", "Budi", "Sulis", "Rahasia petugas", "Perlu kunjungan"):
        assert hidden not in page


def test_the_workers_months_and_what_was_said_are_beside_the_case(db: Any) -> None:
    someone = a_worker(db, insurer=None)
    db.execute(
        """INSERT INTO evidence (enrolment_id, source, statement, channel, inbound, received_at)
           VALUES (%s, 'worker', 'denies', 'ussd', 'x', %s)""",
        [someone.enrolment, THEN],
    )
    with transaction() as session:
        reconcile_batch(session, premium=16_800, now=THEN)
    officer = at_the_desk()
    page = officer.open(a_case_of(db, officer, worker=someone.worker))
    assert "Sul*** D***" in page
    assert "Oktober 2026" in page
    assert "tidak ditemukan" in page
    assert "menyangkal" in page
    secret = officer.open(a_case_of(db, officer, worker=someone.worker, identity="secret"))
    assert "Sul*** D***" not in secret
    assert "Oktober 2026" not in secret


def test_neighbours_and_likenesses_are_only_those_this_account_may_see(db: Any) -> None:
    here = {"kelurahan": "32.75.01.1001", "rt": "003", "rw": "011"}
    words = "Kartu BPJS saya belum pernah datang sampai sekarang"
    case = a_case(db, words, **here)
    like = a_case(db, "kartu bpjs saya belum datang sampai sekarang", phone="+6281234567891")
    near = a_case(db, "Lain", category="other", phone="+6281234567892", **here)
    hidden = a_case(db, "Pak RT minta uang", category="rt_conduct", phone="+6281234567893", **here)
    secret = a_case(db, "Lain lagi", category="other", identity="secret")
    page = at_the_desk().open(case)
    side = page[page.index("case-side") :]
    assert number_of(db, like) in side
    assert "tulisan serupa" in side
    assert number_of(db, near) in side
    assert number_of(db, hidden) not in page
    assert number_of(db, secret) not in page, "one phone would say who told it in confidence"


def test_what_changes_comes_by_itself_and_only_then(db: Any) -> None:
    officer, other = at_the_desk(), at_the_desk()
    case = a_case_of(db, officer)
    first = officer.client.get(f"/console/cases/{case}/live")
    etag = {"If-None-Match": first.headers["ETag"]}
    assert officer.client.get(f"/console/cases/{case}/live", headers=etag).status_code == 304
    other.step(case, "note", once="1", words="Catatan baru")
    changed = officer.client.get(f"/console/cases/{case}/live", headers=etag)
    assert changed.status_code == 200
    assert "Catatan baru" in changed.get_data(as_text=True)
    assert "csrf_token" not in changed.get_data(as_text=True)


def test_a_form_without_a_version_or_with_nonsense_is_answered_politely(db: Any) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer)
    for form in (
        {"step": "answer", "decision": "explained", "words": ANSWER},
        {"step": "hand_over", "version": "1", "to": "x"},
        {"step": "hand_over", "version": "1", "to": "9" * 30},
        {"step": "answer", "version": "9" * 6000, "seen": "9" * 6000, "decision": "explained", "words": ANSWER},
        {"step": "shred", "version": "1"},
        {"step": "note", "words": "\0"},
        {},
    ):
        answer = officer.post(f"/console/cases/{case}", form)
        assert answer.status_code in (409, 422), form
        assert 'id="refused"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("identity", ["normal", "anonymous"])
def test_two_clicks_write_a_note_once(db: Any, identity: str) -> None:
    officer = at_the_desk()
    case = a_case_of(db, officer, identity=identity)
    page = officer.open(case)
    for _ in range(2):
        assert officer.step(case, "note", page=page, words="Sudah ditelepon", once="abc").status_code == 303
    assert db.execute("SELECT count(*) FROM grievance_event WHERE kind = 'note'").fetchone() == (1,)


def test_on_the_last_rung_case_thread_and_notice_name_the_body_it_goes_to(db: Any) -> None:
    head = at_the_desk("supervisor", cleared=True)
    case = a_case(db, category="asked_money", level=1, state="escalated")
    head.step(case, "escalate", words="Perlu dilihat")
    assert 'data-figure="body"' not in head.open(case)
    assert "→ Inspektorat" not in head.open(case)
    head.step(case, "escalate", words="Belum ada jawaban")
    page = head.open(case)
    assert re.search(r'data-figure="body">[^<]*Inspektorat', page)
    assert "→ Inspektorat" in page[page.index('id="thread"') :]
    assert "→ Inspektorat" in head.see("/console/notices")


def test_the_cases_of_two_workers_who_are_one_person_are_seen_together(db: Any) -> None:
    first = a_worker(db)
    second = a_worker(db, nik="3275011501900007", phone="+6281298765432", rt="009")
    mine = a_case(db, "Kartu", category="card", worker=first.worker)
    other = a_case(db, "Nama salah", category="wrong_data", phone=second.number, worker=second.worker)
    assert number_of(db, other) not in at_the_desk().open(mine)
    db.execute("UPDATE worker SET same_as = %s WHERE id = %s", [second.worker, first.worker])
    assert number_of(db, other) in at_the_desk().open(mine)
