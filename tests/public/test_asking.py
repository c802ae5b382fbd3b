"""A question on the public page: a case with a number and a day, once for each form, and no flood."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.officers import an_officer, sign_in
from tests.people import NOW
from verify_service.grievances.opening import Opened
from verify_service.grievances.web_questions import A_PHONE_A_DAY, AN_ADDRESS, AN_HOUR, LONGEST, Busy, Question, ask
from verify_service.ground.database import transaction

WORDS = "Berapa uang yang sudah dibayar untuk tukang becak?"


def asked(client: FlaskClient, words: str = WORDS, phone: str = "", once: str = "one") -> tuple[int, str]:
    answer = client.post("/ask?lang=en", data={"words": words, "phone": phone, "once": once})
    return answer.status_code, answer.get_data(as_text=True)


def cases(db: Any) -> list[tuple[Any, ...]]:
    held = db.execute("SELECT number, category, channel, identity, phone_id IS NOT NULL, due_on FROM grievance")
    return list(held.fetchall())


def test_a_question_becomes_a_case_whose_number_and_day_are_told(client: FlaskClient, db: Any) -> None:
    form = client.get("/ask?lang=en").get_data(as_text=True)
    once = re.search(r'name="once" value="([^"]+)"', form)
    assert once is not None
    status, page = asked(client, once=once[1])
    assert status == 200
    ((number, *kept, due_on),) = cases(db)
    assert kept == ["other", "web", "normal", False]
    assert number in page
    assert f"{due_on:%Y}" in page
    assert "nobody can write to you" in page
    assert WORDS not in page


def test_the_same_form_twice_is_one_question_and_other_words_are_another(client: FlaskClient, db: Any) -> None:
    first, again = asked(client), asked(client)
    assert first == again
    asked(client, words="Dan untuk tukang parkir?")
    assert len(cases(db)) == 2


def test_the_answer_goes_to_the_number_that_was_given(client: FlaskClient, db: Any) -> None:
    status, page = asked(client, phone="0812 3456 7890")
    assert status == 200
    assert "comes by SMS" in page
    assert [case[4] for case in cases(db)] == [True]
    assert "7890" not in page
    assert db.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0  # a number that anybody typed gets no receipt


def test_what_cannot_be_filed_is_said_and_nothing_typed_is_lost(client: FlaskClient, db: Any) -> None:
    status, page = asked(client, words="  ")
    assert (status, "Write your question first" in page) == (422, True)
    status, page = asked(client, phone="021-5551234x")
    assert status == 422
    assert "no mobile number" in page
    assert WORDS in page
    assert cases(db) == []
    status, page = asked(client, words="a" * (LONGEST + 1))
    assert status == 422
    assert "longer than 2,000 letters" in page
    assert "a" * (LONGEST + 1) in page
    assert cases(db) == []
    status, _ = asked(client, words="ab\r\n" * (LONGEST // 3))  # 2,000 letters, as a browser counts them
    assert status == 200


def test_a_flood_from_one_address_is_told_to_come_later_and_closes_the_form_to_nobody(
    client: FlaskClient, db: Any
) -> None:
    for number in range(AN_ADDRESS):
        assert asked(client, once=str(number))[0] == 200
    status, page = asked(client, once="another")
    assert status == 429
    assert WORDS in page
    assert asked(client, once="0")[0] == 200  # was filed before, and is said to be
    assert len(cases(db)) == AN_ADDRESS
    there = {"REMOTE_ADDR": "203.0.113.9"}
    answer = client.post("/ask", data={"words": WORDS, "once": "elsewhere"}, environ_overrides=there)
    assert answer.status_code == 200


def test_of_all_together_so_many_an_hour_and_a_repeat_is_none_of_them(db: Any) -> None:
    def put(session: Session, once: int) -> Opened | Busy:
        return ask(session, Question(WORDS, None, "id", str(once)), now=NOW)

    with transaction() as session:
        done = [put(session, once) for once in range(AN_HOUR + 1)]
        assert isinstance(done.pop(), Busy)
        assert len({one.number for one in done if isinstance(one, Opened)}) == AN_HOUR
        again = put(session, 0)
        assert isinstance(again, Opened)
        assert isinstance(done[0], Opened)
        assert again.number == done[0].number
        later = ask(session, Question(WORDS, None, "id", "later"), now=NOW + dt.timedelta(hours=1, minutes=1))
        assert isinstance(later, Opened)


def test_one_phone_asks_a_few_times_a_day(client: FlaskClient, db: Any) -> None:
    for number in range(A_PHONE_A_DAY):
        assert asked(client, phone="081234567890", once=str(number))[0] == 200
    assert asked(client, phone="+62 812-3456-7890", once="more")[0] == 429
    assert asked(client, phone="081234567891", once="other")[0] == 200


def test_no_cookie_and_no_script_is_needed(client: FlaskClient, db: Any) -> None:
    page = client.get("/ask")
    assert "Set-Cookie" not in page.headers
    assert "<script" not in page.get_data(as_text=True)
    assert "Set-Cookie" not in client.post("/ask", data={"words": WORDS, "once": "x"}).headers


def test_whatever_is_typed_is_filed_or_refused_and_an_officer_reads_it(client: FlaskClient, db: Any) -> None:
    odd = ["\x00", "a\x00b", "<script>alert(1)</script>", "\U0001f600", "{{7*7}}", "'; DROP TABLE grievance; --"]
    for number, words in enumerate(odd):
        assert asked(client, words=words, phone="\x00" if number == 1 else "", once=f"odd{number}")[0] in (200, 422)
    an_officer()
    sign_in(client)
    for (case,) in db.execute("SELECT id FROM grievance").fetchall():
        page = client.get(f"/console/cases/{case}")
        assert page.status_code == 200
        assert "<script>alert" not in page.get_data(as_text=True)
        assert "halaman publik" in page.get_data(as_text=True)
