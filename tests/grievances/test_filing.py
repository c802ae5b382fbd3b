"""What becomes of a report: who may know of it, what leads to it, and that it is one."""

from __future__ import annotations

import datetime as dt
import re
import threading
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from flows.references import check_letter, read_reference
from tests.conversations.test_by_message import writes_all
from tests.handset import Handset
from tests.people import NOW, a_phone, a_worker, an_rt_head, link
from tests.serving import new_client
from verify_service.accounts.officers import Role
from verify_service.grievances.numbers import new_number
from verify_service.grievances.opening import NewGrievance, open_grievance
from verify_service.grievances.visibility import Viewer, seen_by
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.tables import Grievance
from verify_service.retention import forget_old, part_anonymous

CITY = Viewer(1, Role.OFFICER, cleared=True)
NUMBER = "+6281234567890"
OTHER = "+6281299990001"
WORDS = "Klaim ditolak rumah sakit"
IN_CONFIDENCE = ("2", "3", "4", "2", WORDS)
BY_NAME = ("2", "3", "4", "1", WORDS)
ANONYMOUS = ("2", "3", "6", "3", "3", "1", WORDS)
ABOUT_THE_RT = ("2", "3", "3", "1", "1", "2", "Pak RT minta uang")


def in_kelurahan(code: str) -> Viewer:
    return Viewer(2, Role.KELURAHAN, "kelurahan", code)


@pytest.fixture
def client(db: Any) -> FlaskClient:
    return new_client()


def call(client: FlaskClient, *answers: str, number: str = NUMBER) -> Handset:
    phone = Handset(client, number)
    if "Tadi terputus" in phone.dial():
        phone.send("2")
    for answer in answers:
        phone.send(answer)
    return phone


def number_on(screen: str) -> str:
    return re.findall(r"BKS-\w{6}", screen)[0]


def test_the_words_are_sealed_and_nowhere_else(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    call(client, *IN_CONFIDENCE, "1")
    (words,) = db.execute("SELECT words FROM grievance").fetchone()
    assert unseal(words, "grievance.words") == WORDS
    for (table,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
        assert WORDS not in str(db.execute(f'SELECT * FROM "{table}"').fetchall()), table
    talks = db.execute("SELECT talk, screen FROM conversation").fetchall()
    assert not any(WORDS in unseal(screen, "conversation.screen") for _, screen in talks)


def test_while_contact_is_asked_the_words_are_not_in_the_talk(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    call(client, *IN_CONFIDENCE)
    (talk,) = db.execute("SELECT talk FROM conversation").fetchone()
    assert WORDS not in unseal(talk, "conversation.talk")


def test_an_anonymous_report_leads_back_to_nobody(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    before = dt.datetime.now(dt.UTC)
    screen = call(client, *ANONYMOUS).screen
    report = db.execute("SELECT to_jsonb(grievance) FROM grievance").fetchone()[0]
    for trace in ("phone_id", "worker_id", "kelurahan_code", "rw", "rt", "once"):
        assert report[trace] is None, trace
    opened = dt.datetime.fromisoformat(report["opened_at"])
    assert (opened.astimezone(dt.timezone(dt.timedelta(hours=7))).time(), opened < before) == (dt.time(), True)
    assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'report opened'").fetchone() == (0,)  # not yet
    # The hop can be repeated for a while; then its screen, which has the number, is let go of.
    assert call(client, *ANONYMOUS).screen == screen  # told again in the same words, as after a lost last screen
    with transaction() as session:
        forget_old(session, now=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=20))
    assert db.execute("SELECT count(*) FROM conversation WHERE screen IS NOT NULL").fetchone() == (0,)


def test_following_an_anonymous_report_leaves_no_trace_either(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    number = number_on(call(client, *ANONYMOUS).screen)
    a_phone(db, OTHER)
    assert "tetap terbuka" in call(client, "3", number, "1", number=OTHER).screen
    event = db.execute("SELECT at, by FROM grievance_event WHERE kind = 'still'").fetchone()
    assert event[0].astimezone(dt.timezone(dt.timedelta(hours=7))).time() == dt.time()
    assert event[1] == "reporter"


def test_a_report_about_an_rt_is_seen_by_no_account_of_an_area(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    call(client, *ABOUT_THE_RT)
    call(client, *BY_NAME)
    with transaction() as session:
        everywhere = session.scalars(select(Grievance.category).where(seen_by(CITY))).all()
        there = session.scalars(select(Grievance.category).where(seen_by(in_kelurahan("32.75.01.1001")))).all()
        elsewhere = session.scalars(select(Grievance.category).where(seen_by(in_kelurahan("32.75.01.1002")))).all()
    assert (sorted(everywhere), there, elsewhere) == (["claim", "rt_conduct"], ["claim"], [])


def test_the_head_of_that_rt_never_learns_that_one_exists(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    an_rt_head(db, OTHER, pin="385016")

    def as_head() -> list[str]:
        return call(client, "1", "1", "385016", "1", "1", "1", number=OTHER).seen

    before = as_head()
    db.execute("TRUNCATE evidence, task CASCADE")
    number = number_on(call(client, *ABOUT_THE_RT, "1").screen)
    db.execute("TRUNCATE conversation CASCADE")
    assert as_head() == before
    assert "BKS-" not in call(client, "2", "3", number=OTHER).screen  # nor is it listed on his phone
    assert number not in str(before)


def test_what_was_told_in_confidence_is_not_listed_on_a_shared_phone(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    call(client, *IN_CONFIDENCE, "1")
    assert "Ketik nomor" in call(client, "3").screen
    named = number_on(call(client, *BY_NAME[:-1], "Kartu hilang", "1").screen)
    assert named in call(client, "3").screen


def test_somebody_else_with_the_number_closes_nothing(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    a_phone(db, OTHER)
    number = number_on(call(client, *IN_CONFIDENCE, "1").screen)
    assert "masuk ke laporan" in call(client, "3", number, "2", number=OTHER).screen
    assert db.execute("SELECT state, closed_at FROM grievance").fetchone() == ("received", None)
    said_by = db.execute("SELECT by FROM grievance_event WHERE kind = 'solved'").fetchone()
    assert said_by == ("somebody with the number",)
    assert "ditutup" in call(client, "3", number, "2").screen
    assert db.execute("SELECT state FROM grievance").fetchone() == ("closed_confirmed",)


@pytest.mark.parametrize("told", [ANONYMOUS, BY_NAME])
def test_whoever_was_merged_into_anothers_report_does_not_close_it(
    db: Any, client: FlaskClient, told: tuple[str, ...]
) -> None:
    a_worker(db)
    a_phone(db, OTHER)
    theirs = number_on(call(client, *BY_NAME, "1").screen)
    merged = number_on(call(client, *told, *(("1",) if told is BY_NAME else ()), number=OTHER).screen)
    (root,) = db.execute("SELECT id FROM grievance WHERE number = %s", [theirs]).fetchone()
    ended = "UPDATE grievance SET merged_into_id = %s, state = 'closed_auto', closed_at = now() WHERE number = %s"
    db.execute(ended, [root, merged])
    assert "masuk ke laporan" in call(client, "3", merged, "2", number=OTHER).screen
    assert db.execute("SELECT state, closed_at FROM grievance WHERE id = %s", [root]).fetchone() == ("received", None)
    assert "ditutup" in call(client, "3", "1", "2").screen


def test_numbers_cannot_be_found_by_trying(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    screens = []
    for place in range(12):
        body = "2222" + "3456789ABCDEF"[place]
        screens.append(call(client, "3", f"{body}{check_letter(body)}").screen)
    assert all("tidak ditemukan" in screen for screen in screens[:10])
    assert all("terlalu banyak" in screen for screen in screens[10:])


def test_who_wants_no_contact_gets_no_text_and_whoever_is_cut_off_does(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    call(client, *IN_CONFIDENCE, "3")
    assert db.execute("SELECT state FROM outbox").fetchall() == [("cancelled",)]
    call(client, *IN_CONFIDENCE[:-1], "Tidak ada kabar")  # and the line drops
    waits, due_in = db.execute("SELECT state, due_at - created_at FROM outbox ORDER BY id DESC LIMIT 1").fetchone()
    assert (waits, due_in) == ("waiting", dt.timedelta(minutes=3))


def test_the_receipt_goes_at_once_when_contact_is_wanted(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    call(client, *IN_CONFIDENCE, "2")
    state, due = db.execute("SELECT state, due_at <= now() FROM outbox").fetchone()
    assert (state, due) == ("waiting", True)


def test_the_same_said_again_on_two_phones_at_once_is_one_report(db: Any) -> None:
    someone = a_worker(db)
    phones = [a_phone(db, f"+62812345678{n}") for n in range(8)]

    def say(phone: int) -> None:
        report = NewGrievance(
            "wrong_data",
            "wrong_data",
            "ussd",
            f"conversation:{phone}:1",
            once="wrong:1",
            phone_id=phone,
            worker_id=someone.worker,
        )
        with transaction() as session:
            open_grievance(session, report, now=NOW)

    threads = [threading.Thread(target=say, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM grievance_event WHERE kind = 'repeated'").fetchone() == (7,)


def test_a_number_is_never_given_twice_and_is_read_back(db: Any) -> None:
    with transaction() as session:
        numbers = [new_number(session, "grievance") for _ in range(300)]
    assert len(set(numbers)) == 300
    for number in numbers:
        assert read_reference(number.lower().replace("-", " ")) == number[-6:]


def test_not_me_opens_a_report_that_its_teller_does_not_see(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    screen = call(client, "1", "3").screen
    assert "BKS-" not in screen
    origin, identity = db.execute("SELECT origin, identity FROM grievance").fetchone()
    assert (origin, identity) == ("not_me", "secret")
    assert "Ketik nomor" in call(client, "3").screen


def test_a_family_phone_reports_for_the_one_who_speaks(db: Any, client: FlaskClient) -> None:
    first = a_worker(db)
    second = a_worker(db, nik="3275011501900002", name="Nadine Yulianti", phone=None, row=3)
    link(db, NUMBER, second.worker)
    call(client, "1", "2", "2", "1", "1")  # the second of them: data wrong, the name
    assert db.execute("SELECT worker_id FROM grievance").fetchall() == [(second.worker,)]
    assert first.worker != second.worker


def test_after_too_many_wrong_numbers_a_right_one_opens_nothing_either(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    a_phone(db, OTHER)
    number = number_on(call(client, *BY_NAME, "1").screen)
    for last in "3456789ABC":
        body = f"2222{last}"
        call(client, "3", f"{body}{check_letter(body)}", number=OTHER)
    assert "terlalu banyak" in call(client, "3", number, number=OTHER).screen
    assert number in call(client, "3", "1").screen  # what is listed on its own phone is no guess


def test_the_same_words_told_in_confidence_are_another_report(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    words = "Diminta uang lima puluh ribu"
    call(client, "2", "3", "3", "3", "1", words, "1")
    call(client, "2", "3", "3", "1", "1", "2", words, "1")
    call(client, "2", "3", "3", "1", "1", "2", words, "1")  # said again it is that one
    told = db.execute("SELECT category, identity, about FROM grievance ORDER BY id").fetchall()
    assert told == [("asked_money", "normal", None), ("rt_conduct", "secret", "rt_rw")]


def test_two_on_a_family_phone_ask_for_their_own_data_each(db: Any, client: FlaskClient) -> None:
    first = a_worker(db)
    second = a_worker(db, nik="3275011501900002", name="Nadine Yulianti", phone=None, row=3)
    link(db, NUMBER, second.worker)
    for person in ("1", "2", "1"):
        call(client, "1", person, "0", "6", "5", "1")
    asked = db.execute("SELECT worker_id FROM grievance ORDER BY id").fetchall()
    assert asked == [(first.worker,), (second.worker,)]


def test_of_a_rejected_report_nobody_is_told_that_it_is_open(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    number = number_on(call(client, *BY_NAME, "1").screen)
    db.execute("UPDATE grievance SET state = 'rejected', closed_at = now()")
    assert "masuk ke laporan" in call(client, "3", "1", "1").screen
    assert db.execute("SELECT number, state, closed_at IS NULL FROM grievance").fetchone() == (
        number,
        "rejected",
        False,
    )


def test_what_was_told_in_confidence_is_seen_by_no_account_of_an_area(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    writes_all("LAPOR Pak RT minta uang dua ratus ribu")
    call(client, *IN_CONFIDENCE)
    with transaction() as session:
        there = session.scalars(select(Grievance.category).where(seen_by(in_kelurahan("32.75.01.1001")))).all()
    assert (there, db.execute("SELECT count(*) FROM grievance").fetchone()) == ([], (2,))


def test_how_long_the_words_are_leads_from_no_report_to_a_talk(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    phone = call(client, *ANONYMOUS)
    assert db.execute("SELECT heard_length FROM conversation").fetchone() == (0,)
    shown = phone.screen
    assert phone.repeat() == shown
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (1,)


_TOGETHER = """SELECT count(*) FROM {table} side, (SELECT xmin FROM grievance UNION SELECT xmin FROM grievance_event
               UNION SELECT xmin FROM audit WHERE actor = 'anonymous') report
               WHERE report.xmin::text IN (side.xmin::text, side.xmax::text)"""


@pytest.mark.parametrize("by_text", [False, True])
def test_no_row_keeps_the_transaction_of_an_anonymous_report(db: Any, client: FlaskClient, by_text: bool) -> None:
    a_worker(db)
    if by_text:
        writes_all("LAPOR", *ANONYMOUS[1:])
    else:
        call(client, *ANONYMOUS)
    with transaction() as session:
        forget_old(session, now=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=20))
    with transaction() as session:
        part_anonymous(session, now=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=20))
    for table in ("phone", "conversation", "inbound_message", "outbox"):
        assert db.execute(_TOGETHER.format(table=table)).fetchone() == (0,), table


def test_a_redial_shows_no_report_that_was_told_in_confidence(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    number = number_on(call(client, *IN_CONFIDENCE, "1").screen)
    assert number in call(client, "3", number).screen  # and the line drops
    phone = Handset(client, NUMBER)
    phone.dial()
    phone.send("1")
    assert number not in " ".join(phone.seen)
    assert "Tadi terputus" not in phone.seen[0]


def test_nothing_in_order_of_writing_tells_between_which_others_an_anonymous_report_came(
    db: Any, client: FlaskClient
) -> None:
    a_worker(db)
    first = number_on(call(client, *BY_NAME, "1").screen)
    secret = number_on(call(client, *ANONYMOUS).screen)
    last = number_on(call(client, "2", "3", "4", "1", "Klaim belum dibayar juga", "1").screen)
    ids = dict(db.execute("SELECT number, id FROM grievance").fetchall())
    assert ids[first] + 1 == ids[last] < 10**17 <= ids[secret]
    assert db.execute("SELECT min(id) FROM grievance_event WHERE grievance_id = %s", [ids[secret]]).fetchone() >= (
        10**17,
    )
    in_trail = "SELECT count(*) FROM audit WHERE object = %s"
    assert db.execute(in_trail, [f"grievance:{ids[secret]}"]).fetchone() == (0,)
    now = dt.datetime.now(dt.UTC)
    for hours in (1, 25, 26):
        with transaction() as session:
            part_anonymous(session, now=now + dt.timedelta(hours=hours))
    assert db.execute(in_trail, [f"grievance:{ids[secret]}"]).fetchone() == (1,)
    (written,) = db.execute("SELECT xmin::text::bigint FROM grievance WHERE id = %s", [ids[secret]]).fetchone()
    (after,) = db.execute("SELECT xmin::text::bigint FROM grievance WHERE id = %s", [ids[last]]).fetchone()
    assert written > after


def test_a_receipt_of_what_was_told_in_confidence_does_not_say_that_it_is_a_report(
    db: Any, client: FlaskClient
) -> None:
    a_worker(db)
    call(client, *IN_CONFIDENCE)  # and the line drops before the number is shown
    (sealed,) = db.execute("SELECT body FROM outbox").fetchone()
    text = unseal(sealed, "outbox.body")
    assert number_on(text)
    assert "lapor" not in text.lower()
