"""An administrator asks a group in the browser: told first whom and for how much, asked back, followed, stopped."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jobs import asks
from tests.console.desk import Desk, at_the_desk
from tests.console.test_messages import figure
from tests.conversations.test_asking_a_group import HERE, THERE, people
from tests.officers import form_token
from tests.people import a_phone
from verify_service.ground.database import transaction
from verify_service.messaging.consent import stop_phone

PAGE = "/console/ask"


@pytest.fixture
def desk(db: Any) -> Desk:
    return at_the_desk("admin", name="Bu Admin")


def look(desk: Desk, **whom: str) -> str:
    return desk.see(f"{PAGE}?look=1&" + "&".join(f"{name}={value}" for name, value in whom.items()))


def yes(desk: Desk, page: str, **more: str) -> Any:
    """Send the yes as the page has it."""
    form = page.split('id="yes"')[1].split("</form>")[0]
    held = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    return desk.client.post(PAGE, data=held | {"csrf_token": form_token(page)} | more)


def test_a_kelurahan_is_asked_after_it_was_told_how_many_in_which_words_and_for_how_much(desk: Desk, db: Any) -> None:
    first, *_ = people(db, 4)
    people(db, 2, kelurahan=THERE, first=4)
    with transaction() as session:
        stop_phone(session, a_phone(db, first.number), _now(db))
    page = look(desk, kelurahan=HERE)
    assert [figure(page, name) for name in ("people", "reachable", "texts")] == ["4", "3", "3"]
    assert figure(page, "rupiah") == "Rp\N{NO-BREAK SPACE}1.200"
    assert "1 mengirim STOP" in page
    assert figure(page, "question") == "Kirim 3 SMS dengan biaya Rp\N{NO-BREAK SPACE}1.200 sekarang?"
    words = page.split('id="words-table"')[1].split("</table>")[0]
    assert words.count("Kartining***") == 3
    assert db.execute("SELECT count(*) FROM ask").fetchone() == (0,)  # looking stores nothing
    address = yes(desk, page).headers["Location"]
    assert figure(desk.see(address), "to-ask") == "3"
    asks.look()
    page = desk.see(address)
    assert [figure(page, name) for name in ("state", "asked", "stopped", "texts-waiting")] == [
        "semua sudah ditanya", "3", "1", "3",
    ]  # fmt: skip
    number = address.rpartition("/")[2]
    assert desk.see(f"/console/messages?ask={number}").count('id="m-') == 3
    assert db.execute("SELECT actor, object, detail FROM audit WHERE action = 'group asked'").fetchall() == [
        (f"officer:{desk.id}", f"ask:{number}", {"people": 4, "texts": 3, "rupiah": 1200}),
    ]  # fmt: skip
    assert "Bu Admin" in desk.see(PAGE)


def test_what_is_chosen_once_stays_chosen_and_nothing_else_is(desk: Desk, db: Any) -> None:
    for query in ("", "?look=1"):
        page = desk.see(PAGE + query)
        for name in ("kelurahan", "occupation", "verdict"):
            select = page.split(f'name="{name}"')[1].split("</select>")[0]
            assert re.search(r'<option( selected)? value="">', select), name
    page = look(desk, kelurahan=HERE, occupation="07", verdict="unconfirmed", heard="6", most="5", rt="3")
    assert re.findall(r'<option selected value="([^"]*)"', page) == [HERE, "07", "unconfirmed", "6"]


def test_of_two_who_say_yes_to_the_same_people_the_second_is_told(desk: Desk, db: Any) -> None:
    people(db, 3)
    other = at_the_desk("supervisor")
    pages = [look(each) for each in (desk, other)]
    assert yes(desk, pages[0]).status_code == 303
    answer = yes(other, pages[1])
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "Tidak ada yang ditanya" in page
    assert "3 baru saja ditanya" in page
    asks.look()
    assert db.execute("SELECT count(*), count(DISTINCT worker_id) FROM outbox").fetchone() == (3, 3)


def test_a_yes_that_was_sent_twice_asks_once(desk: Desk, db: Any) -> None:
    people(db, 3)
    page = look(desk)
    assert [yes(desk, page).status_code for _ in range(2)] == [303, 409]
    assert db.execute("SELECT count(*) FROM ask").fetchone() == (1,)


def test_a_group_that_changed_since_it_was_seen_is_shown_again_and_not_asked(desk: Desk, db: Any) -> None:
    people(db, 2)
    page = look(desk)
    people(db, 1, first=2)
    answer = yes(desk, page)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "berubah sejak Anda melihatnya" in page) == (409, True)
    assert figure(page, "texts") == "3"
    assert yes(desk, page).status_code == 303


def test_over_the_budget_it_takes_a_second_yes_with_words(small_budget: None, desk: Desk, db: Any) -> None:
    people(db, 3)
    page = look(desk)
    assert "melebihi sisa anggaran bulan ini sebesar Rp\N{NO-BREAK SPACE}400" in page
    assert 'name="why"' not in page
    answer = yes(desk, page)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, 'name="why"' in page) == (409, True)
    assert yes(desk, page, why="mau saja").status_code == 409
    address = yes(desk, page, why="Diminta wali kota minggu ini").headers["Location"]
    assert "Diminta wali kota minggu ini" in desk.see(address)


def test_it_is_stopped_and_what_waited_is_taken_back(desk: Desk, db: Any) -> None:
    people(db, 3)
    address = yes(desk, look(desk)).headers["Location"]
    asks.look()
    other = at_the_desk("supervisor")
    pages = [each.see(address) for each in (desk, other)]
    assert desk.client.post(address, data={"csrf_token": form_token(pages[0])}).status_code == 303
    page = desk.see(address)
    assert (figure(page, "state"), figure(page, "texts-cancelled")) == ("dihentikan", "3")
    answer = other.client.post(address, data={"csrf_token": form_token(pages[1])})
    assert (answer.status_code, "Dihentikan oleh Bu Admin" in answer.get_data(as_text=True)) == (409, True)
    assert figure(look(desk), "texts") == "3"  # nothing reached them


def test_the_live_part_is_silent_until_something_changes_and_asks_for_the_page_at_the_end(desk: Desk, db: Any) -> None:
    people(db, 2)
    address = yes(desk, look(desk)).headers["Location"]
    first = desk.client.get(f"{address}/live")
    again = desk.client.get(f"{address}/live", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    asks.look()
    db.execute("UPDATE outbox SET state = 'accepted'")
    assert desk.client.get(f"{address}/live").headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("query", "said"),
    [("rt=abc", "RT dan RW: tulis angka"), ("most=banyak", "Paling banyak: tulis angka")],
)
def test_a_wrong_field_says_what_to_write(desk: Desk, db: Any, query: str, said: str) -> None:
    answer = desk.client.get(f"{PAGE}?look=1&{query}")
    assert (answer.status_code, said in answer.get_data(as_text=True)) == (422, True)


@pytest.mark.parametrize(("role", "asks_"), [("auditor", False), ("supervisor", True), ("admin", True)])
def test_an_auditor_sees_and_asks_nobody(db: Any, role: str, asks_: bool) -> None:
    people(db, 1)
    desk = at_the_desk(role)
    assert ('id="yes"' in look(desk)) is asks_
    assert (desk.post(PAGE, {"texts": "1", "rupiah": "400"}).status_code == 403) is not asks_


def test_an_officer_and_a_kelurahan_have_no_ask(db: Any) -> None:
    assert at_the_desk("officer").status(PAGE) == 403
    assert at_the_desk("kelurahan", unit="kelurahan", area=HERE).status(PAGE) == 403


def test_an_ask_that_there_is_not_is_not_found(desk: Desk) -> None:
    assert desk.status(f"{PAGE}/99") == 404
    assert desk.post(f"{PAGE}/99", {}).status_code == 404


def _now(db: Any) -> Any:
    return db.execute("SELECT now()").fetchone()[0]
