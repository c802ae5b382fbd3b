"""Rules, words and prepared answers are changed by two people, from a day on, and by nobody alone."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest

from verify_service.amendments import amending
from verify_service.amendments.amending import AmendmentState, Refusal, Refused, Wanted
from verify_service.amendments.programme_values import documents, value_at, values
from verify_service.grievances.canned_answers import offered
from verify_service.ground import in_force
from verify_service.ground.amended import Kind
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.ground.working_days import city_day, is_working_day, working_days_between
from verify_service.messaging.catalogue import wordings, words_hash, words_version

NOW = dt.datetime.now(dt.UTC)
TODAY = city_day(NOW)
SITI, BUDI = "officer:1", "officer:2"


def wanted(key: str, value: Any, *, kind: Kind = Kind.RULE, on: dt.date = TODAY, seen: int = 0, **more: str) -> Wanted:
    return Wanted(kind, key, value, more.get("reason", "decided by the team"), "letter 7", on, seen)


def propose(asked: Wanted, by: str = SITI, now: dt.datetime = NOW) -> int | Refused:
    with transaction() as session:
        return amending.propose(session, asked, now=now, by=by)


def made(asked: Wanted, by: str = SITI) -> int:
    number = propose(asked, by)
    assert isinstance(number, int), number
    return number


def confirm(number: int, by: str = BUDI, now: dt.datetime = NOW) -> Refused | None:
    with transaction() as session:
        return amending.confirm(session, number, now=now, by=by)


def amended(asked: Wanted) -> int:
    number = made(asked)
    assert confirm(number) is None
    in_force.look()
    return number


def told(number: int) -> amending.AmendmentTold:
    with transaction() as session:
        found = amending.find_amendment(session, number)
    assert found is not None
    return found


def entries(screen: str) -> dict[str, Any]:
    return dict(amending.stands_now(Kind.WORDS, screen))


def test_a_rule_is_in_force_once_a_second_person_confirmed_it(db: Any) -> None:
    number = made(wanted("sla.urgent", 1))
    in_force.look()
    assert programme().sla.urgent == 2
    assert confirm(number) is None
    assert in_force.look()
    assert programme().sla.urgent == 1
    assert told(number).state is AmendmentState.CONFIRMED
    trail = db.execute("SELECT action, actor, detail->>'key' FROM audit ORDER BY id").fetchall()
    assert trail == [("amendment proposed", SITI, "sla.urgent"), ("amendment confirmed", BUDI, "sla.urgent")]


def test_nobody_confirms_his_own_proposal(db: Any) -> None:
    number = made(wanted("sla.urgent", 1))
    assert confirm(number, by=SITI) == Refused(Refusal.OWN)
    assert told(number).state is AmendmentState.PROPOSED
    with pytest.raises(Exception, match="ck_amendment_two_people"):
        db.execute("UPDATE amendment SET state = 'confirmed', decided_by = proposed_by, decided_at = now()")


def test_it_counts_from_its_day(db: Any) -> None:
    number = amended(wanted("sla.urgent", 1, on=TODAY + dt.timedelta(days=3)))
    assert programme().sla.urgent == 2
    db.execute("UPDATE amendment SET applies_from = %s WHERE id = %s", [TODAY, number])
    in_force.look()
    assert programme().sla.urgent == 1


def test_a_confirmation_that_comes_late_counts_from_its_own_day(db: Any) -> None:
    number = made(wanted("sla.urgent", 1))
    assert confirm(number, now=NOW + dt.timedelta(days=4)) is None
    assert told(number).applies_from == TODAY + dt.timedelta(days=4)


def test_joint_leave_is_no_working_day_any_more(db: Any) -> None:
    day = TODAY + dt.timedelta(days=(7 - TODAY.weekday()) + 21)
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    between = working_days_between(TODAY, day)
    amended(wanted("send_window.closed_on", [day.isoformat()]))
    assert not is_working_day(day)
    assert working_days_between(TODAY, day) == between - 1


def test_two_who_change_the_same_rule_at_once_one_wins_and_the_other_is_told(db: Any) -> None:
    gate = threading.Barrier(2)
    ended: dict[str, int | Refused] = {}

    def try_it(by: str, days: int) -> None:
        gate.wait()
        ended[by] = propose(wanted("sla.ordinary", days), by)

    both = [threading.Thread(target=try_it, args=each) for each in ((SITI, 10), (BUDI, 12))]
    [each.start() for each in both]
    [each.join() for each in both]
    assert sorted(isinstance(one, int) for one in ended.values()) == [False, True]
    assert Refused(Refusal.OPEN) in ended.values()
    assert db.execute("SELECT count(*) FROM amendment").fetchone() == (1,)


def test_who_saw_an_older_value_is_told(db: Any) -> None:
    number = amended(wanted("sla.ordinary", 10))
    assert propose(wanted("sla.ordinary", 12), BUDI) == Refused(Refusal.MOVED)
    assert isinstance(propose(wanted("sla.ordinary", 12, seen=number), BUDI), int)


def test_two_who_confirm_and_withdraw_at_once_do_one_thing(db: Any) -> None:
    number = made(wanted("sla.ordinary", 10))
    gate = threading.Barrier(2)
    ended: list[Refused | None] = []

    def confirms() -> None:
        gate.wait()
        ended.append(confirm(number))

    def withdraws() -> None:
        gate.wait()
        with transaction() as session:
            ended.append(amending.withdraw(session, number, now=NOW, by=SITI))

    both = [threading.Thread(target=each) for each in (confirms, withdraws)]
    [each.start() for each in both]
    [each.join() for each in both]
    assert sorted(map(str, ended)) == ["None", str(Refused(Refusal.OVER))]


def test_refused_and_withdrawn_stay_on_record_and_change_nothing(db: Any) -> None:
    first, second = made(wanted("sla.ordinary", 10)), made(wanted("sla.field", 30))
    with transaction() as session:
        assert amending.refuse(session, first, "", now=NOW, by=BUDI) == Refused(Refusal.NO_REASON)
        assert amending.refuse(session, first, "the decree says 14", now=NOW, by=BUDI) is None
        assert amending.withdraw(session, second, now=NOW, by=BUDI) == Refused(Refusal.NOT_OWN)
        assert amending.withdraw(session, second, now=NOW, by=SITI) is None
    assert not in_force.look()
    assert (told(first).state, told(first).answer) == (AmendmentState.REFUSED, "the decree says 14")
    assert told(second).state is AmendmentState.WITHDRAWN
    assert isinstance(propose(wanted("sla.ordinary", 11)), int)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (wanted("sla.urgent", 2), Refusal.SAME),
        (wanted("sla.urgent", 1, reason="  "), Refusal.NO_REASON),
        (wanted("sla.urgent", 1, on=TODAY - dt.timedelta(days=1)), Refusal.DAY),
        (wanted("sla.urgent", 1, on=TODAY + dt.timedelta(days=4000)), Refusal.DAY),
        (wanted("retention.sms_texts", 1), Refusal.UNKNOWN),
        (wanted("no.such", 1), Refusal.UNKNOWN),
        (wanted("z9.none", {}, kind=Kind.WORDS), Refusal.UNKNOWN),
        (wanted("any.none", {}, kind=Kind.ANSWER), Refusal.UNKNOWN),
    ],
)
def test_what_cannot_be_asked_for_is_told(db: Any, asked: Wanted, why: Refusal) -> None:
    assert propose(asked) == Refused(why)


def faults_of(asked: Wanted) -> list[tuple[str, str, str]]:
    refused = propose(asked)
    assert isinstance(refused, Refused), "it was taken"
    assert refused.why is Refusal.FAULTY
    return [(fault.code, fault.where, fault.found) for fault in refused.faults]


def test_a_value_that_breaks_the_programme_is_refused_with_what_is_wrong(db: Any) -> None:
    assert faults_of(wanted("sla.urgent", 0)) == [("more_than", "", "0")]
    assert faults_of(wanted("send_window.from", "21:00"))[0][0] == "programme"
    assert faults_of(wanted("hotline", "(021) 8000 1234")) == [("too_wide", "", "(021) 8000 1234")]
    assert faults_of(wanted("premium.ceiling", 10**20)) == [("most", "", str(10**20))]
    assert faults_of(wanted("signals.rhythm_spread", float("nan"))) == [("fraction", "", "nan")]
    assert faults_of(wanted("categories.card.unit", "army")) == [("choice", "", "army")]


def test_two_that_are_good_alone_are_not_confirmed_against_each_other(db: Any) -> None:
    first = made(wanted("send_window.from", "12:00"))
    second = made(wanted("send_window.to", "11:00", on=TODAY + dt.timedelta(days=9)))
    assert confirm(first) is None
    refused = confirm(second)
    assert refused is not None
    assert refused.why is Refusal.FAULTY


def test_a_word_is_changed_for_phones_and_its_version_with_it(db: Any) -> None:
    before, version = words_hash(), words_version(("a6.end",), "en")
    entry = entries("a6.end")
    entry["en"] = {**entry["en"], "text": "Thank you. Give nobody money or a PIN."}
    amended(wanted("a6.end", entry, kind=Kind.WORDS))
    assert wordings().ending("a6.end", "en", standing=programme().standing) == "Thank you. Give nobody money or a PIN."
    assert words_hash() != before
    assert words_version(("a6.end",), "en") != version
    again = made(wanted("a6.end", told(1).was, kind=Kind.WORDS, seen=1))  # back to the version before
    assert confirm(again) is None
    in_force.look()
    assert words_version(("a6.end",), "en") == version


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("W" * 161, "long_screen"),
        ("Thank you ✓", "filter_character"),
        ("Thank you {nobody}", "form"),
        (" ", "empty"),
        ("Thank you, see www.sigap.id", "filter_address"),
    ],
)
def test_words_that_no_phone_can_show_are_refused(db: Any, text: str, code: str) -> None:
    entry = entries("a6.end")
    entry["en"] = {**entry["en"], "text": text}
    assert code in [found for found, _, _ in faults_of(wanted("a6.end", entry, kind=Kind.WORDS))]


def test_a_screen_is_changed_in_all_languages_or_not_at_all(db: Any) -> None:
    entry = entries("a6.end")
    del entry["su"]
    assert faults_of(wanted("a6.end", entry, kind=Kind.WORDS)) == [("language", "su", "")]


def test_options_are_neither_added_nor_lost(db: Any) -> None:
    entry = entries("b9.card")
    entry["en"] = {**entry["en"], "options": {"yes": "Yes"}}
    assert "form" in [code for code, _, _ in faults_of(wanted("b9.card", entry, kind=Kind.WORDS))]


def test_a_prepared_answer_is_changed(db: Any) -> None:
    words = {"id": "Sudah dibayar.", "su": "Parantos dibayar.", "en": "It was paid."}
    amended(wanted("any.paid", words, kind=Kind.ANSWER))
    assert offered("claim", "en")["paid"] == "It was paid."
    assert faults_of(wanted("any.paid", {**words, "en": "W" * 300}, kind=Kind.ANSWER, seen=1))[0][0] == "long_answer"


def test_an_amendment_that_the_file_no_longer_bears_is_left_out(db: Any) -> None:
    amended(wanted("send_window.from", "12:00"))
    number = amended(wanted("sla.urgent", 1))
    # As if the file had an earlier end by now.
    db.execute("""UPDATE amendment SET value = '"21:00"' WHERE id < %s""", [number])
    in_force.look()
    assert f"{programme().send_window.opens:%H:%M}" == "08:00"
    assert programme().sla.urgent == 1


def test_every_value_that_can_be_amended_is_written_as_it_is_read(db: Any) -> None:
    in_force_now, in_the_file = documents()
    for path, value in values().items():
        stands = value_at(in_force_now, path)
        assert stands == value_at(in_the_file, path)
        assert value.typed(value.read(value.typed(stands))) == value.typed(stands), path
