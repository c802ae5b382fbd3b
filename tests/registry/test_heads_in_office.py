"""Who is in office, as lists come and days go by: what happens to heads of RT and RW in the field."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests.people import a_worker
from tests.registry.test_loading import count, heads, written
from verify_service.ground.as_of import as_of
from verify_service.ground.crypto import blind_index
from verify_service.ground.database import transaction
from verify_service.ground.tables import Phone, RtHead
from verify_service.registry.report import ImportReport
from verify_service.registry.rt_access import reset_pin
from verify_service.registry.rt_coverage import coverage
from verify_service.registry.rt_terms import keep_terms

NOW = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
HEADINGS = "KELURAHAN,RW,RT,NAMA_KETUA_RT,NO_HP,MULAI_JABATAN,AKHIR_JABATAN,JABATAN"
JOKO, RINA, TONO = "081234567890", "081234567891", "081234567892"


def listed(folder: Path, *lines: str, day: int = 0) -> ImportReport:
    """A list of heads that comes in so many days after the first: "RT,name,phone,since,until,office" of RW 11."""
    rows = [f"Margahayu,11,{line}" + "," * (5 - line.count(",")) for line in lines]
    now = NOW + dt.timedelta(days=day)
    return heads(written(folder, *rows, headings=HEADINGS, name=f"{day}_{hash(lines)}.csv"), now=now)


def clock(day: int) -> None:
    with transaction() as session:
        keep_terms(session, now=NOW + dt.timedelta(days=day))


def in_office(db: Any) -> list[tuple[str, str, bool]]:
    """RT, name, and whether a phone opens the post, of everybody in office."""
    rows = db.execute(
        "SELECT rt, name, phone_id IS NOT NULL FROM rt_head WHERE until IS NULL AND NOT announced ORDER BY rt"
    )
    return [tuple(row) for row in rows.fetchall()]


def codes(report: ImportReport) -> list[tuple[int, str]]:
    return sorted((problem.row, problem.code) for problem in report.problems if problem.level != "file")


def activated(db: Any) -> None:
    db.execute("UPDATE rt_head SET activated_at = %s, pin_hash = 'x', rules_at = %s WHERE until IS NULL", [NOW, NOW])


def tasks(db: Any) -> list[tuple[str, str | None]]:
    return [tuple(row) for row in db.execute("SELECT kind, closed_how FROM task ORDER BY id").fetchall()]


def test_who_is_announced_takes_office_on_the_day_and_not_before(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Joko,{JOKO},2024-01-01")
    listed(tmp_path, f"3,Rina,{RINA},2026-12-01", day=1)
    for day in (1, 7):
        clock(day)
        assert in_office(db) == [("003", "Joko", True)]
    clock(8)  # 1 December
    clock(9)
    assert in_office(db) == [("003", "Rina", True)]
    assert db.execute("SELECT until::text FROM rt_head WHERE name = 'Joko'").fetchone() == ("2026-12-01",)
    assert codes(listed(tmp_path, f"3,Rina,{RINA},2026-12-01", day=10)) == []
    assert count(db, "rt_head") == 2


def test_one_list_names_the_present_head_and_the_next_one(db: Any, tmp_path: Path) -> None:
    report = listed(tmp_path, f"3,Joko,{JOKO},2024-01-01", f"3,Rina,{RINA},2027-01-01")
    assert codes(report) == []
    assert in_office(db) == [("003", "Joko", True)]
    listed(tmp_path, f"3,Tono,{TONO},2027-02-01", day=1)  # another was elected after all
    clock(45)
    assert in_office(db) == [("003", "Joko", True)]
    clock(71)
    assert in_office(db) == [("003", "Tono", True)]


def test_who_headed_which_rt_with_which_phone_can_be_told_of_any_day(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Joko,{JOKO},2024-01-01")
    activated(db)
    listed(tmp_path, f"3,H. Joko,{TONO},2024-01-01", day=10)  # another number
    listed(tmp_path, f"3,Rina,{RINA},2026-12-10", day=20)
    told = []
    for day in (1, 11, 25):
        with as_of(NOW + dt.timedelta(days=day)) as session:
            held = session.execute(
                select(RtHead.name, Phone.number_index, RtHead.pin_hash)
                .join(Phone, Phone.id == RtHead.phone_id)
                .where(RtHead.until.is_(None))
            ).all()
            told += [tuple(row) for row in held]
    numbers = [blind_index(f"+62{number[1:]}", "phone") for number in (JOKO, TONO, RINA)]
    assert told == [("Joko", numbers[0], None), ("H. Joko", numbers[1], None), ("Rina", numbers[2], None)]
    kept = db.execute("SELECT * FROM rt_head_before").description
    assert not {column.name for column in kept} & {"pin_hash", "letter_issue", "pin_tries"}


def test_after_a_death_the_post_is_vacant_and_nothing_is_left_to_do_for_him(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Joko,{JOKO},2024-01-01,2026-12-31")
    clock(0)
    assert tasks(db) == [("rt_term_ends", None)]
    assert codes(listed(tmp_path, "3,KOSONG,", day=1)) == [(2, "post_vacant")]
    assert in_office(db) == []
    assert tasks(db) == [("rt_term_ends", "withdrawn")]


def test_who_moves_to_another_rt_and_heads_it_has_left_the_one_before(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Joko,{JOKO},2024-01-01", f"4,Rina,{RINA},2024-01-01")
    report = listed(tmp_path, f"5,Joko,{JOKO},2026-11-01", day=1)
    assert codes(report) == [(2, "phone_moved")]
    assert in_office(db) == [("004", "Rina", True), ("005", "Joko", True)]
    assert db.execute("SELECT until::text FROM rt_head WHERE rt = '003'").fetchone() == ("2026-11-01",)


def test_who_is_elected_again_keeps_phone_and_pin_and_the_warning_is_done(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Joko,{JOKO},2021-12-31,2026-12-31")
    activated(db)
    clock(0)
    clock(0)
    assert tasks(db) == [("rt_term_ends", None)]
    listed(tmp_path, f"3,Joko,{JOKO},2027-01-01,2031-12-31", day=1)
    for day in (1, 38, 39, 40):
        clock(day)
        assert in_office(db) == [("003", "Joko", True)]
    assert tasks(db) == [("rt_term_ends", "done")]
    assert count(db, "rt_head", "activated_at IS NOT NULL AND since = '2021-12-31'") == 1


def test_who_is_named_for_today_and_for_a_later_term_is_one_head(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Joko,{JOKO},2022-01-01,2026-12-31", f"3,Joko,{JOKO},2026-12-31,2031-12-31")
    activated(db)
    clock(0)
    assert tasks(db) == []  # he follows himself
    clock(38)
    assert in_office(db) == [("003", "Joko", True)]
    assert count(db, "rt_head", "until IS NULL AND activated_at IS NOT NULL AND term_ends = '2031-12-31'") == 1


def test_a_term_without_a_successor_is_told_once_and_ends(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Joko,{JOKO},2021-12-31,2027-03-01", f"4,Rina,{RINA},2021-12-31,31-12-26")
    listed(tmp_path, f"4,Tono,{TONO},2027-01-01", day=1)
    clock(1)
    assert tasks(db) == []  # one is far away, the other has a successor
    clock(45)
    db.execute("UPDATE task SET closed_at = now(), closed_how = 'done'")  # an officer has seen it
    clock(60)
    clock(99)
    assert tasks(db) == [("rt_term_ends", "done")]
    assert in_office(db) == [("004", "Tono", True)]


def test_a_couple_on_one_phone_opens_neither_post(db: Any, tmp_path: Path) -> None:
    report = listed(tmp_path, f"3,Joko,{JOKO}", f"4,Rina,{JOKO}", f"5,Tono,{TONO}")
    assert codes(report) == [(2, "phone_shared"), (3, "phone_shared")]
    assert in_office(db) == [("003", "Joko", False), ("004", "Rina", False), ("005", "Tono", True)]


def test_a_clerks_number_for_many_rt_opens_none(db: Any, tmp_path: Path) -> None:
    report = listed(tmp_path, *(f"{n},Ketua {name},{JOKO}" for n, name in enumerate(("Adi", "Budi", "Cici"), start=1)))
    assert {code for _, code in codes(report)} == {"phone_shared"}
    assert [phone for *_, phone in in_office(db)] == [False, False, False]


def test_a_widow_who_follows_on_the_same_phone_is_another_head(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Joko Susilo,{JOKO},2024-01-01")
    activated(db)
    assert codes(listed(tmp_path, f"3,Rina Wati,{JOKO},2026-11-01", day=1)) == []
    assert in_office(db) == [("003", "Rina Wati", True)]
    assert count(db, "rt_head", "name = 'Rina Wati' AND activated_at IS NULL AND pin_hash IS NULL") == 1


def test_a_name_put_right_is_the_same_head(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Djoko Susilo,{JOKO},2024-01-01")
    activated(db)
    listed(tmp_path, f"3,Joko Soesilo,{JOKO},2024-01-01", day=1)
    assert in_office(db) == [("003", "Joko Soesilo", True)]
    assert count(db, "rt_head", "activated_at IS NOT NULL") == count(db, "rt_head") == 1


def test_the_order_of_lists_and_rows_does_not_decide_who_is_head(db: Any, tmp_path: Path) -> None:
    report = listed(tmp_path, f"3,Rina,{RINA},2026-02-01", f"3,Joko,{JOKO},2021-01-01,2026-02-01")
    assert codes(report) == [(3, "same_post")]
    listed(tmp_path, f"3,Joko,{JOKO},2021-01-01", day=1)
    listed(tmp_path, "3,Joko,,,2026-02-01", day=2)  # who was before, without his first day
    assert in_office(db) == [("003", "Rina", True)]
    report = listed(tmp_path, f"4,Tono,{RINA},2020-01-01", day=3)  # an old list with a number that was passed on
    assert codes(report) == [(2, "same_phone")]
    assert in_office(db) == [("003", "Rina", True), ("004", "Tono", False)]


def test_an_rt_split_in_two_has_its_head_and_a_new_one(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Joko,{JOKO},2024-01-01")
    activated(db)
    report = listed(tmp_path, f"3,Joko,{JOKO},2024-01-01", f"13,Rina,{RINA},2026-11-01", day=1)
    assert codes(report) == []
    assert in_office(db) == [("003", "Joko", True), ("013", "Rina", True)]
    assert count(db, "rt_head", "activated_at IS NOT NULL") == 1


def test_a_phone_that_another_head_has_now_opens_his_post_alone(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Joko,{JOKO},2024-01-01")
    report = listed(tmp_path, f"4,Rina,{JOKO},2026-01-01", day=1)
    assert codes(report) == [(2, "phone_moved")]
    assert in_office(db) == [("003", "Joko", False), ("004", "Rina", True)]


def test_on_the_day_the_one_who_was_announced_has_the_phone_for_himself(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Joko,{JOKO},2024-01-01")
    listed(tmp_path, f"4,Joko,{JOKO},2026-12-01", day=1)
    clock(7)
    assert in_office(db) == [("003", "Joko", True)]
    clock(8)
    assert in_office(db) == [("004", "Joko", True)]


def test_who_heads_an_rt_and_the_rw_has_the_phone_for_his_rt(db: Any, tmp_path: Path) -> None:
    for day, lines in enumerate(
        ((f"RW,Joko,{JOKO},2024-01-01", f"3,Joko,{JOKO},2023-01-01"), (f"000,Joko,{JOKO},2026-10-01",))
    ):
        assert [code for _, code in codes(listed(tmp_path, *lines, day=day))] == ["same_phone"]
        assert in_office(db) == [("", "Joko", False), ("003", "Joko", True)]


def test_rows_of_the_rw_are_told_from_those_of_an_rt(db: Any, tmp_path: Path) -> None:
    rows = (
        f"RW,Adi,{JOKO}",
        f"3,Budi,{RINA},,,Ketua RT/RW",
        f",Cici,{TONO}",
        f"4,Dodi,{TONO},,,Sekretaris RT",
    )
    report = listed(tmp_path, *rows)
    assert codes(report) == [(4, "rt_missing"), (5, "office_other")]
    assert in_office(db) == [("", "Adi", True), ("003", "Budi", True)]
    listed(tmp_path, f"7,Eka,{TONO},2026-11-01,,Ketua RW", day=1)  # the RT he lives in
    assert in_office(db) == [("", "Eka", True), ("003", "Budi", True)]
    listed(tmp_path, f"RW 12,Fani,{JOKO}", day=2)
    assert db.execute("SELECT rw, name FROM rt_head WHERE rt = '' AND until IS NULL").fetchall() == [("011", "Fani")]


def test_a_term_that_cannot_be_is_left_out(db: Any, tmp_path: Path) -> None:
    report = listed(tmp_path, f"3,Joko,{JOKO},2026-01-01,2025-01-01", f"4,Rina,{RINA},2206-01-01,")
    assert codes(report) == [(2, "term_backwards"), (3, "date_impossible")]
    assert in_office(db) == [("003", "Joko", True), ("004", "Rina", True)]


def test_coverage_counts_each_rt_with_workers_once(db: Any, tmp_path: Path) -> None:
    place = {"kelurahan": "32.75.01.1002", "phone": None}
    for n, rt in enumerate(("001", "001", "002", "003", "004", "005"), start=1):
        a_worker(db, nik=f"327501150190000{n}", name=f"Warga {n}", rt=rt, row=n, **place)
    listed(tmp_path, f"1,Adi,{JOKO}", "2,Budi,", f"3,Cici,{RINA}", f"4,Dodi,{TONO}", "9,Eka,081234567893")
    db.execute("UPDATE rt_head SET activated_at = %s WHERE rt IN ('001', '003')", [NOW])
    db.execute("UPDATE rt_head SET locked_at = %s WHERE rt = '003'", [NOW])
    assert _coverage() == {
        "head": (1, 2), "rw_stands_in": (0, 0), "not_activated": (1, 1), "locked": (1, 1), "no_phone": (1, 1),
        "vacant": (1, 1),
    }  # fmt: skip
    listed(tmp_path, "RW,Fani,081234567894", day=1)
    db.execute("UPDATE rt_head SET activated_at = %s WHERE rt = ''", [NOW])
    assert _coverage() == {
        "head": (1, 2), "rw_stands_in": (3, 3), "not_activated": (1, 1), "locked": (0, 0), "no_phone": (0, 0),
        "vacant": (0, 0),
    }  # fmt: skip


def _coverage() -> dict[str, tuple[int, int]]:
    with transaction() as session:
        (one,) = coverage(session, kelurahan="32.75.01.1002", now=NOW)
    return {name: (one.posts[name], one.workers[name]) for name in one.posts}


def test_nobody_out_of_office_gets_a_new_letter(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, f"3,Joko,{JOKO}")
    (head,) = db.execute("SELECT id FROM rt_head").fetchone()
    for until, done in ((None, True), (dt.date(2026, 11, 1), False)):
        db.execute("UPDATE rt_head SET until = %s", [until])
        with transaction() as session:
            assert reset_pin(session, head, now=NOW, by="officer:1") is done
    assert db.execute("SELECT letter_issue FROM rt_head").fetchone() == (2,)
