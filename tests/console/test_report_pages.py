"""The auditor's answers in the browser: the same figures as the command, with their meaning beside them."""

from __future__ import annotations

from typing import Any

from tests.cli.test_commands import document
from tests.console.desk import at_the_desk
from tests.people import a_worker
from tests.verification.test_reconciliation import reconcile, says
from verify_service.reports.answers import REPORTS


def test_every_question_leads_to_its_answer(db: Any) -> None:
    someone = a_worker(db)
    says(db, someone.enrolment, "confirms")
    reconcile()
    desk = at_the_desk(role="auditor")
    listed = desk.see("/console/reports")
    for name, report in REPORTS.items():
        assert f'href="/console/reports/{name}"' in listed
        page = desk.see(f"/console/reports/{name}")
        for column in report.columns:
            assert f"<code>{column.name}</code>" in page, name


def test_the_page_and_the_command_say_the_same(db: Any) -> None:
    someone = a_worker(db)
    says(db, someone.enrolment, "confirms")
    reconcile()
    desk = at_the_desk(role="auditor")
    for name in ("funnel", "months", "money-at-risk"):
        assert desk.client.get(f"/console/reports/{name}.json").get_json()["rows"] == document("report", name)["rows"]


def test_an_unknown_question_is_not_found(db: Any) -> None:
    desk = at_the_desk(role="auditor")
    assert desk.client.get("/console/reports/nothing").status_code == 404
    assert desk.client.get("/console/reports/funnel.xls").status_code == 404
