"""Groups that lag: counted person by person, noticed once a week, told on the first page, and over once caught up."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

from jobs.inclusion import look
from tests.console.desk import at_the_desk
from tests.people import NEWEST, NOW, a_file, a_worker, link
from tests.verification.test_reconciliation import reconcile, says
from verify_service.accounts.officers import Role
from verify_service.console.home import FRESH
from verify_service.ground.database import transaction
from verify_service.reports.answers import REPORTS, lines_of
from verify_service.reports.definition import Asked
from verify_service.reports.groups import age_band, occupation_group
from verify_service.reports.inclusion_notices import (
    SHOWN_AGAIN,
    Looked,
    Notice,
    standing,
    take_look,
    take_on,
    to_be_told,
    week_of,
)
from verify_service.reports.of_inclusion import GROUPS, MEASURES, compared

WEEK = dt.timedelta(weeks=1)


def men_and_women(db: Any, *, men: int, women: int) -> None:
    """So many people, all paid for and active, of whom nobody has answered."""
    roster = a_file(db, "roster")
    a_file(db, "insurer", NEWEST)
    db.execute(
        """INSERT INTO worker (nik, nik_index, name, name_key, sex, birth_year, created_at)
           SELECT 'x', substr(sha256(n::text::bytea), 1, 16), 'Warga Bernama', 'WARGA BERNAMA',
                  CASE WHEN n <= %s THEN 'L' ELSE 'P' END, 1960 + n %% 40, %s FROM generate_series(1, %s) n""",
        [men, NOW, men + women],
    )
    db.execute(
        """INSERT INTO enrolment (worker_id, import_id, row, paid_from, months, created_at)
           SELECT id, %s, id, '2026-01-01', 12, %s FROM worker""",
        [roster, NOW],
    )
    db.execute(
        """INSERT INTO verdict (enrolment_id, period, list, insurer, worker, rt_head, duplicate, paid_by, verdict,
                                owner, rupiah, computed_at)
           SELECT id, %s, 'paid', 'active', 'no_answer', 'no_answer', 'none', 'plan', 'unconfirmed', 'nobody', 0, %s
           FROM enrolment""",
        [NEWEST, NOW],
    )


def answer(db: Any, sex: str, count: int) -> None:
    """So many of these, the first ones, have answered."""
    db.execute(
        """UPDATE verdict SET worker = CASE WHEN place <= %s THEN 'confirms' ELSE 'no_answer' END
           FROM (SELECT enrolment.id, row_number() OVER (ORDER BY enrolment.id) AS place
                 FROM enrolment JOIN worker ON worker.id = worker_id WHERE sex = %s) AS its
           WHERE its.id = verdict.enrolment_id""",
        [count, sex],
    )


def taken(now: dt.datetime = NOW) -> Looked | None:
    with transaction() as session:
        return take_look(session, now=now)


def stand() -> tuple[Notice, ...]:
    with transaction() as session:
        return standing(session)


def told(now: dt.datetime = NOW) -> int:
    with transaction() as session:
        return len(to_be_told(session, now=now))


def rows(measure: str, dimension: str) -> dict[str, dict[str, Any]]:
    report = REPORTS["inclusion"]
    names = [column.name for column in report.columns]
    with transaction() as session:
        found = [dict(zip(names, line, strict=True)) for line in lines_of(report, session, Asked(NOW))]
    return {row["group"]: row for row in found if (row["measure"], row["dimension"]) == (measure, dimension)}


def test_a_group_that_answers_less_is_noticed_once_with_how_far_and_since_when(db: Any) -> None:
    men_and_women(db, men=200, women=100)
    answer(db, "L", 150)
    answer(db, "P", 40)
    first = taken()
    assert first is not None
    assert first.given == 1
    (notice,) = stand()
    assert (notice.measure, notice.dimension, notice.code) == ("answered", "sex", "P")
    assert (notice.group.yes, notice.group.people, notice.group.others_yes, notice.group.others) == (40, 100, 150, 200)
    assert round(notice.gap.difference, 2) == -0.35
    assert notice.noticed_on == dt.date(2026, 11, 23)
    assert taken() is None, "a week has one look, whoever asks"
    again = taken(NOW + WEEK)
    assert again is not None
    assert (again.given, again.ended) == (0, 0)
    assert len(stand()) == 1
    line = rows("answered", "sex")["P"]
    assert (line["share"], line["others_share"], line["standing"], line["noticed_on"]) == (
        0.4, 0.75, "lags", "2026-11-23",
    )  # fmt: skip


def test_it_ends_by_itself_once_they_have_caught_up_and_is_noticed_anew_when_they_lag_anew(db: Any) -> None:
    men_and_women(db, men=200, women=100)
    answer(db, "L", 150)
    answer(db, "P", 40)
    taken()
    answer(db, "P", 70)
    second = taken(NOW + WEEK)
    assert second is not None
    assert second.ended == 1
    assert stand() == ()
    assert db.execute("SELECT ended_how FROM inclusion_notice").fetchone()[0] == "caught up"
    answer(db, "P", 40)
    third = taken(NOW + 2 * WEEK)
    assert third is not None
    assert third.given == 1
    assert [one.noticed_on for one in stand()] == [dt.date(2026, 12, 7)]
    trail = [
        row[0] for row in db.execute("SELECT action FROM audit WHERE object LIKE 'inclusion_notice:%' ORDER BY id")
    ]
    assert trail == ["group lags", "group lags no longer", "group lags"]


def test_few_people_are_not_judged_and_that_is_said(db: Any) -> None:
    men_and_women(db, men=300, women=29)
    answer(db, "L", 290)
    assert taken() == Looked(*_looked(db), 0, 0)
    assert rows("answered", "sex")["P"]["standing"] == "too_few"
    assert _looked(db)[1] >= 2


def _looked(db: Any) -> tuple[int, int]:
    judged, too_few = db.execute("SELECT judged, too_few FROM inclusion_look").fetchone()
    return int(judged), int(too_few)


def test_a_notice_of_a_group_that_has_become_too_small_ends(db: Any) -> None:
    men_and_women(db, men=200, women=100)
    answer(db, "L", 150)
    answer(db, "P", 10)
    taken()
    db.execute(
        "UPDATE worker SET sex = 'L' WHERE id IN (SELECT id FROM worker WHERE sex = 'P' ORDER BY id DESC LIMIT 80)"
    )
    taken(NOW + WEEK)
    assert stand() == ()
    assert db.execute("SELECT ended_how FROM inclusion_notice").fetchone()[0] == "too few"


def test_the_same_share_of_both_is_no_notice(db: Any) -> None:
    men_and_women(db, men=200, women=100)
    answer(db, "L", 150)
    answer(db, "P", 70)
    assert taken() is not None
    assert stand() == ()
    assert rows("answered", "sex")["P"]["standing"] == ""


def test_nothing_is_looked_at_before_there_are_verdicts(db: Any) -> None:
    assert taken() is None
    men_and_women(db, men=3, women=3)
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) VALUES (1, now())")
    assert taken() is None
    db.execute("DELETE FROM stale_enrolment")
    assert taken() is not None


def test_the_job_looks_once(db: Any) -> None:
    men_and_women(db, men=200, women=100)
    look()
    look()
    assert db.execute("SELECT count(*), min(week) FROM inclusion_look").fetchone() == (
        1,
        week_of(dt.datetime.now(dt.UTC)),
    )


def test_a_supervisor_takes_it_on_and_it_comes_back_where_it_still_stands_weeks_later(db: Any) -> None:
    men_and_women(db, men=200, women=100)
    answer(db, "L", 150)
    taken()
    (notice,) = [one for one in stand() if one.dimension == "sex" and one.measure == "answered"]
    with transaction() as session:
        assert take_on(session, notice.id, by="officer:1", now=NOW)
        assert not take_on(session, notice.id, by="officer:2", now=NOW)
        assert not take_on(session, 0, by="officer:2", now=NOW)
    before = told()
    assert told(NOW + SHOWN_AGAIN) == before + 1
    with transaction() as session:
        assert take_on(session, notice.id, by="officer:2", now=NOW + SHOWN_AGAIN)


def test_the_first_page_tells_which_group_how_far_since_when_and_what_to_do_and_nobodys_name(db: Any) -> None:
    men_and_women(db, men=200, women=100)
    answer(db, "L", 150)
    answer(db, "P", 40)
    taken()
    supervisor = at_the_desk(role=Role.SUPERVISOR)
    page = supervisor.see("/console/")
    notice = page[page.index('id="lagging"') : page.index('id="standing"')]
    for words in ("Perempuan", "40,0%", "75,0%", "35,0 poin", "23", "ketua RT"):
        assert words in notice, words
    assert "Warga" not in notice
    report = supervisor.see("/console/reports/inclusion")
    assert "Saya tangani" in report
    assert supervisor.post("/console/reports/inclusion", {"notice": stand()[0].id}).status_code == 303
    time.sleep(FRESH)  # figures are shared among officers for so long
    assert 'id="lagging"' not in supervisor.see("/console/")
    assert "Saya tangani" not in supervisor.see("/console/reports/inclusion")


def test_an_auditor_reads_it_and_takes_nothing_on(db: Any) -> None:
    men_and_women(db, men=200, women=100)
    answer(db, "L", 150)
    taken()
    auditor = at_the_desk(role=Role.AUDITOR)
    assert "Saya tangani" not in auditor.see("/console/reports/inclusion")
    assert auditor.client.post("/console/reports/inclusion", data={"notice": "1"}).status_code in (400, 403)


def test_whoever_is_known_under_two_numbers_counts_once_and_by_the_better_word(db: Any) -> None:
    one = a_worker(db)
    other = a_worker(db, nik="3275011501900002", phone=None, row=3, insurer=None)
    db.execute("UPDATE worker SET same_as = %s WHERE id = %s", [one.worker, other.worker])
    says(db, one.enrolment, "confirms")
    reconcile()
    (line,) = rows("active", "sex").values()
    assert (line["people"], line["yes"]) == (1, 1)
    assert rows("active", "phone")["linked"]["people"] == 1


def test_the_channel_is_the_one_by_which_somebody_was_last_heard(db: Any) -> None:
    several = [a_worker(db, nik=f"327501150190000{n}", phone=None, row=n + 2) for n in range(4)]
    link(db, "+6281300000001", several[0].worker)
    says(db, several[0].enrolment, "confirms")
    says(db, several[1].enrolment, "resident", source="rt_head")
    db.execute("UPDATE evidence SET channel = 'sms' WHERE enrolment_id = %s", [several[0].enrolment])
    says(db, several[2].enrolment, "confirms", assisted=True)
    reconcile()
    assert {code: row["people"] for code, row in rows("active", "channel").items()} == {"sms": 1, "rt_head": 2}
    assert rows("answered", "channel") == {}, "whoever is silent has none"
    assert {code: row["people"] for code, row in rows("answered", "phone").items()} == {"none": 3, "linked": 1}


def test_work_and_age_are_told_in_groups() -> None:
    assert occupation_group("Tukang ojek pangkalan") == "transport"
    assert occupation_group(None) == "unknown"
    assert [age_band(age) for age in (29, 30, 60, None)] == ["-29", "30-39", "60+", "unknown"]


def test_every_group_and_measure_has_its_words() -> None:
    from verify_service.labels import group_words

    assert set(group_words.MEASURES) == set(MEASURES)
    assert set(group_words.TO_DO) == {measure for measure, can_lag in MEASURES.items() if can_lag}
    assert set(group_words.DIMENSIONS) == set(GROUPS)
    for report in REPORTS.values():
        assert report.dots is None or report.name in group_words.PARTS, report.name


def test_an_empty_city_compares_nobody(db: Any) -> None:
    with transaction() as session:
        assert compared(session, Asked(NOW)) == []


def test_a_text_that_was_delivered_counts_as_nothing_more(db: Any) -> None:
    someone = a_worker(db)
    db.execute(
        """INSERT INTO outbox (phone_id, screen, purpose, body_hash, cause, state, due_at, stale_at, created_at,
                               sent_at, handed_at, parts)
           SELECT id, 'c', 'invitation', '-', 'test:1', 'accepted', %s, %s, %s, %s, %s, 1 FROM phone""",
        [NOW] * 5,
    )

    def figures() -> list[Any]:
        with transaction() as session:
            return lines_of(REPORTS["messages"], session, Asked(NOW + WEEK))

    before = figures()
    db.execute("UPDATE outbox SET delivery = 'delivered'")
    assert figures() == before
    names = [column.name for column in REPORTS["messages"].columns]
    assert dict(zip(names, before[0], strict=True))["acted_upon"] == 0
    says(db, someone.enrolment, "confirms")
    db.execute("UPDATE evidence SET phone_id = (SELECT id FROM phone), received_at = %s", [NOW + dt.timedelta(days=2)])
    held = dict(zip(names, figures()[0], strict=True))
    assert (held["acted_upon"], held["acted_share"]) == (1, 1.0)


def test_the_notes_on_inclusion_say_what_the_code_does() -> None:
    text = Path("docs/inclusion.md").read_text(encoding="utf-8")
    assert "fewer than 30" in text
    assert "53 Mondays" in text
