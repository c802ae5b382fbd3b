"""What officers see of a city: the same figures that are in the tables, and nobody's name in full."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from flask.testing import FlaskClient

from flows.references import worker_code
from tests.officers import an_officer, sign_in
from tests.people import NOW, Someone, a_worker
from verify_service.accounts.officers import Role
from verify_service.ground.database import transaction
from verify_service.labels.codes import OWNERS, ROLES, VERDICTS
from verify_service.registry.names import masked_name
from verify_service.verification import figures
from verify_service.verification.decision import RULES, Owner
from verify_service.verification.reconciliation import reconcile_batch

PREMIUM = 16_800


def reconcile() -> None:
    with transaction() as session:
        reconcile_batch(session, premium=PREMIUM, now=NOW)


def says(db: Any, someone: Someone, statement: str, source: str = "worker", *, assisted: bool = False) -> None:
    db.execute(
        """INSERT INTO evidence (enrolment_id, source, statement, assisted, channel, inbound, received_at)
           VALUES (%s, %s, %s, %s, 'ussd', %s, %s)""",
        [someone.enrolment, source, statement, assisted, f"test:{someone.enrolment}:{statement}", NOW],
    )
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) VALUES (%s, %s)", [someone.enrolment, NOW])


def a_city(db: Any) -> list[Someone]:
    """Four people: confirmed, silent, missing at the insurer, unaware; in two districts."""
    people = [
        a_worker(
            db,
            nik=f"327501150190000{number}",
            name=name,
            phone=f"+628123456789{number}",
            insurer=None if number == 3 else "active",
            kelurahan="32.75.01.1001" if number < 3 else "32.75.02.1001",
            row=number + 1,
        )
        for number, name in enumerate(("Adi Satu", "Budi Dua", "Citra Tiga", "Dewi Empat"), start=1)
    ]
    says(db, people[0], "confirms")
    says(db, people[3], "denies")
    reconcile()
    return people


def test_confirmed_unconfirmed_and_needing_action_are_the_enrolled(db: Any) -> None:
    a_city(db)
    with transaction() as session:
        headline, districts = figures.headline(session), figures.by_kecamatan(session)
    assert (headline.enrolled, headline.confirmed, headline.unconfirmed, headline.needs_action) == (4, 1, 1, 2)
    assert (headline.open_discrepancies, headline.rupiah_at_risk, headline.waiting) == (2, PREMIUM, 0)
    assert len(districts) == 12
    assert sum(row.enrolled for row in districts) == headline.enrolled
    assert sum(row.needs_action for row in districts) == headline.needs_action


def test_confirmations_given_with_help_are_shown_apart(client: FlaskClient, db: Any) -> None:
    people = a_city(db)
    says(db, people[1], "confirms", assisted=True)
    reconcile()
    with transaction() as session:
        headline, districts = figures.headline(session), figures.by_kecamatan(session)
    assert (headline.confirmed, headline.assisted) == (2, 1)
    assert sum(row.assisted for row in districts) == 1
    assert sum(row.own for row in districts) == 1
    an_officer()
    sign_in(client)
    page = client.get("/console/").get_data(as_text=True)
    assert 'bantuan Ketua RT: <strong data-figure="assisted">1</strong>' in page


def test_the_verdicts_counted_are_those_of_the_table(db: Any) -> None:
    a_city(db)
    with transaction() as session:
        counted = {row.verdict: row.enrolments for row in figures.by_verdict(session)}
    stored = dict(db.execute("SELECT verdict, count(*) FROM verdict GROUP BY verdict").fetchall())
    assert counted == stored


def test_a_removed_enrolment_is_no_longer_counted(db: Any) -> None:
    people = a_city(db)
    db.execute("UPDATE enrolment SET removed_from = '2026-01-01' WHERE id = %s", [people[1].enrolment])
    db.execute(
        "DELETE FROM insurer_record WHERE nik_index = (SELECT nik_index FROM worker WHERE id = %s)", [people[1].worker]
    )
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) VALUES (%s, %s)", [people[1].enrolment, NOW])
    reconcile()
    with transaction() as session:
        assert figures.headline(session).enrolled == 3


def test_before_any_insurer_file_everybody_is_unconfirmed(db: Any) -> None:
    a_worker(db, insurer=None)
    db.execute("DELETE FROM file_import WHERE kind = 'insurer'")
    with transaction() as session:
        headline = figures.headline(session)
    assert (headline.period, headline.enrolled, headline.unconfirmed, headline.waiting) == (None, 1, 1, 1)


def test_somebody_without_a_known_kelurahan_is_counted_apart(db: Any) -> None:
    someone = a_worker(db)
    db.execute("UPDATE enrolment SET kelurahan_code = NULL WHERE id = %s", [someone.enrolment])
    reconcile()
    with transaction() as session:
        last = figures.by_kecamatan(session)[-1]
    assert (last.code, last.enrolled) == (None, 1)


def test_the_open_list_is_newest_first_filtered_and_paged(db: Any) -> None:
    people = a_city(db)
    db.execute("UPDATE discrepancy SET opened_at = opened_at + enrolment_id * interval '1 minute'")
    with transaction() as session:
        everything = figures.open_discrepancies(session, figures.Filters())
        first = figures.open_discrepancies(session, figures.Filters(), page=1, size=1)
        beyond = figures.open_discrepancies(session, figures.Filters(), page=9, size=1)
        insurer = figures.open_discrepancies(session, figures.Filters(owner="insurer"))
        elsewhere = figures.open_discrepancies(session, figures.Filters(kecamatan="32.75.01"))
        unaware = figures.open_discrepancies(session, figures.Filters(verdict="unaware"))
    assert [row.verdict for row in everything.rows] == ["unaware", "missing_at_insurer"]
    assert [row.verdict for row in first.rows] == ["unaware"]
    assert (first.pages, beyond.page, beyond.rows[0].verdict) == (2, 2, "missing_at_insurer")
    assert (insurer.total, insurer.rupiah, insurer.rows[0].verdict) == (1, PREMIUM, "missing_at_insurer")
    assert elsewhere.total == 0
    assert unaware.rows[0].nik_last4 == people[3].nik[-4:]
    assert unaware.rows[0].owner is Owner.OFFICER


def test_the_page_shows_figures_and_no_name_in_full(client: FlaskClient, db: Any) -> None:
    people = a_city(db)
    an_officer()
    sign_in(client)
    page = client.get("/console/").get_data(as_text=True)
    assert "De*** E***" in page
    assert "NIK …0004" in page
    assert f"kode {worker_code(people[3].worker)}" in page
    for hidden in ("Dewi", "Citra", "Adi Satu", *(someone.nik for someone in people), *(p.number for p in people)):
        assert hidden not in page
    assert "Oktober 2026" in page
    assert "Tidak ditemukan di BPJS" in page
    assert "Rp\N{NO-BREAK SPACE}16.800" in page


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, db: Any) -> None:
    people = a_city(db)
    an_officer()
    sign_in(client)
    first = client.get("/console/live")
    same = client.get("/console/live", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.get_data()) == (304, b"")
    assert "no-store" in first.headers["Cache-Control"]
    says(db, people[1], "confirms")
    reconcile()
    deadline = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    while (again := client.get("/console/live", headers={"If-None-Match": first.headers["ETag"]})).status_code == 304:
        assert dt.datetime.now(dt.UTC) < deadline, "a change must show within a second"
    assert re.search(r'data-figure="confirmed">2<', again.get_data(as_text=True))


def test_waiting_work_is_said(client: FlaskClient, db: Any) -> None:
    a_worker(db)
    an_officer()
    sign_in(client)
    assert re.search(
        r'data-figure="waiting">1</strong> menunggu dihitung', client.get("/console/").get_data(as_text=True)
    )


def test_every_verdict_owner_and_role_has_words() -> None:
    assert set(VERDICTS) == {rule.name for rule in RULES}
    assert set(OWNERS) == set(Owner)
    assert set(ROLES) == set(Role)


def test_masked_names_show_no_more_than_a_beginning() -> None:
    names = {"Kairav Haryanto": "Kai*** H***", "I Made": "I*** M***", "Al": "A***", "Budi": "Bu***", "": "-***"}
    assert {name: masked_name(name) for name in names} == names
