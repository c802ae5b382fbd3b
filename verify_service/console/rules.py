"""Who may use which page of the console: one table, which the guard keeps and the tests walk.

A page without a line here opens for nobody. What an account sees on a page is the page's scope, kept by one condition
for all of them (`grievances/visibility.py` for reports, the account's area for tasks).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from verify_service.accounts.officers import Role


class Scope(StrEnum):
    """What of a page an account sees."""

    OPEN = "open"  # for people who are not signed in
    OWN = "own"  # the account's own affairs
    FIGURES = "figures"  # counts and masked lines, the same for everybody
    REPORTS = "reports"  # the reports this account may see, as visibility has it
    ONE_REPORT = "one report"  # 404 for a report this account may not see
    PLACE = "place"  # what lies in the account's area; all of it for the whole city
    CITY = "city"  # what belongs to no place: accounts without an area
    TEAM = "team"  # what may tell of any unit: the city's own team, without an area


@dataclass(frozen=True)
class Rule:
    """Which roles may read a page, which may send to it, and what they see there."""

    reads: frozenset[Role]
    sends: frozenset[Role]
    scope: Scope

    def lets(self, role: Role, *, reading: bool) -> bool:
        return role in (self.reads if reading else self.sends)


_NOBODY: Final[frozenset[Role]] = frozenset()
_ALL: Final = frozenset(Role)
_DESK: Final = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.KELURAHAN})
_CITY: Final = frozenset({Role.OFFICER, Role.SUPERVISOR})
_ADMIN: Final = frozenset({Role.ADMIN})
_SUPERVISOR: Final = frozenset({Role.SUPERVISOR})  # who works on reports and answers for others who do
_OVERSIGHT: Final = frozenset({Role.SUPERVISOR, Role.ADMIN})
_WORKING: Final = _DESK | {Role.ADMIN}

RULES: Final[Mapping[str, Rule]] = {
    "console.login": Rule(_ALL, _ALL, Scope.OPEN),
    "console.second": Rule(_ALL, _ALL, Scope.OPEN),
    "console.welcome": Rule(_ALL, _ALL, Scope.OPEN),
    "console.logout": Rule(_NOBODY, _ALL, Scope.OWN),
    "console.language": Rule(_NOBODY, _ALL, Scope.OWN),
    "console.account": Rule(_ALL, _NOBODY, Scope.OWN),
    "console.change_own_password": Rule(_NOBODY, _ALL, Scope.OWN),
    "console.change_second_factor": Rule(_NOBODY, _ALL, Scope.OWN),
    "console.change_passkeys": Rule(_NOBODY, _ALL, Scope.OWN),
    "console.change_own_digest": Rule(_NOBODY, _ALL, Scope.OWN),
    "console.stop_digest": Rule(_ALL, _ALL, Scope.OPEN),
    "console.end_own_sessions": Rule(_NOBODY, _ALL, Scope.OWN),
    "console.change_own_calendar": Rule(_NOBODY, _ALL, Scope.OWN),
    "console.home": Rule(_ALL, _NOBODY, Scope.FIGURES),
    "console.live": Rule(_ALL, _NOBODY, Scope.FIGURES),
    "console.coverage": Rule(_ALL, _NOBODY, Scope.FIGURES),
    "console.coverage_people": Rule(_ALL, _NOBODY, Scope.PLACE),
    "console.owner_lists": Rule(_ALL, _NOBODY, Scope.PLACE),
    "console.owner_sheet": Rule(_DESK, _NOBODY, Scope.PLACE),
    "console.take_owner_sheet": Rule(_NOBODY, _DESK, Scope.PLACE),
    "console.owner_line": Rule(_ALL, _DESK, Scope.PLACE),
    "console.tasks": Rule(_ALL, _NOBODY, Scope.PLACE),
    "console.task": Rule(_ALL, _WORKING, Scope.PLACE),
    "console.visit_list": Rule(_WORKING, _NOBODY, Scope.PLACE),
    "console.cases": Rule(_ALL, _NOBODY, Scope.REPORTS),
    "console.cases_live": Rule(_ALL, _NOBODY, Scope.REPORTS),
    "console.search_cases": Rule(_NOBODY, _ALL, Scope.REPORTS),
    "console.bulk_cases": Rule(_NOBODY, _DESK, Scope.REPORTS),
    "console.save_filter": Rule(_NOBODY, _ALL, Scope.OWN),
    "console.new_case": Rule(_DESK, _DESK, Scope.REPORTS),
    "console.case": Rule(_ALL, _DESK, Scope.ONE_REPORT),
    "console.case_live": Rule(_ALL, _NOBODY, Scope.ONE_REPORT),
    "console.merge": Rule(_NOBODY, _DESK, Scope.ONE_REPORT),
    "console.notices": Rule(_ALL, _ALL, Scope.OWN),
    "console.exports": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.REPORTS),
    "console.export_reports": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.REPORTS),
    "console.export_chronology": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.REPORTS),
    "console.export_to_lapor": Rule(_NOBODY, _SUPERVISOR, Scope.REPORTS),
    "console.take_lapor_numbers": Rule(_NOBODY, _SUPERVISOR, Scope.REPORTS),
    "console.officers": Rule(_OVERSIGHT, _NOBODY, Scope.CITY),
    "console.make_officer": Rule(_NOBODY, _ADMIN, Scope.CITY),
    "console.one_officer": Rule(_OVERSIGHT, _NOBODY, Scope.CITY),
    "console.change_officer": Rule(_NOBODY, _ADMIN, Scope.CITY),
    "console.decide_request": Rule(_NOBODY, _ADMIN, Scope.CITY),
    "console.sign_ins": Rule(_ADMIN | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.letter": Rule(_WORKING, _NOBODY, Scope.PLACE),
    "console.dashboard": Rule(_ALL, _NOBODY, Scope.REPORTS),
    "console.decisions": Rule(_ALL, _NOBODY, Scope.PLACE),
    "console.decisions_export": Rule(_ALL, _NOBODY, Scope.PLACE),
    "console.proposal": Rule(_ALL, _DESK, Scope.PLACE),
    "console.removals": Rule(_ALL, _NOBODY, Scope.PLACE),
    "console.find_removal": Rule(_DESK, _DESK, Scope.PLACE),
    "console.new_removal": Rule(_DESK, _DESK, Scope.PLACE),
    "console.removal": Rule(_ALL, _DESK, Scope.PLACE),
    "console.deaths": Rule(_ALL, _NOBODY, Scope.PLACE),
    "console.rounds": Rule(_OVERSIGHT | {Role.AUDITOR}, _OVERSIGHT, Scope.CITY),
    "console.one_round": Rule(_OVERSIGHT | {Role.AUDITOR}, _OVERSIGHT, Scope.CITY),
    "console.round_live": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.round_file": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.reports": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.one_report": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.take_on_group": Rule(_NOBODY, _SUPERVISOR, Scope.CITY),
    "console.report_file": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.what_if": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.today": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.registry": Rule(_ADMIN | {Role.AUDITOR}, _ADMIN, Scope.CITY),
    "console.one_upload": Rule(_ADMIN | {Role.AUDITOR}, _ADMIN, Scope.CITY),
    "console.upload_live": Rule(_ADMIN | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.roster_versions": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.one_version": Rule(_OVERSIGHT | {Role.AUDITOR}, _ADMIN, Scope.CITY),
    "console.rejected_rows": Rule(_NOBODY, _ADMIN, Scope.CITY),
    "console.list_on_a_day": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.list_file": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.pairs": Rule(_OVERSIGHT | {Role.AUDITOR}, _OVERSIGHT, Scope.CITY),
    "console.rt_posts": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.kelurahan_letters": Rule(_NOBODY, _ADMIN, Scope.CITY),
    "console.month_grid": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.rules": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.rules_file": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.one_rule": Rule(_OVERSIGHT | {Role.AUDITOR}, _OVERSIGHT, Scope.CITY),
    "console.screens": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.one_screen": Rule(_OVERSIGHT | {Role.AUDITOR}, _OVERSIGHT, Scope.CITY),
    "console.prepared_answers": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.one_prepared": Rule(_OVERSIGHT | {Role.AUDITOR}, _OVERSIGHT, Scope.CITY),
    "console.people": Rule(_WORKING, _WORKING, Scope.PLACE),
    "console.person": Rule(_WORKING, _WORKING, Scope.PLACE),
    "console.person_clear": Rule(_NOBODY, _WORKING, Scope.PLACE),
    "console.requests": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.one_request": Rule(_OVERSIGHT | {Role.AUDITOR}, _ADMIN, Scope.CITY),
    "console.person_file": Rule(_NOBODY, _ADMIN, Scope.CITY),
    "console.breaches": Rule(_OVERSIGHT | {Role.AUDITOR}, _ADMIN, Scope.CITY),
    "console.one_breach": Rule(_OVERSIGHT | {Role.AUDITOR}, _ADMIN, Scope.CITY),
    "console.messages": Rule(_CITY | {Role.ADMIN, Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.find_messages": Rule(_NOBODY, _CITY | {Role.ADMIN}, Scope.CITY),
    "console.messages_file": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.one_message": Rule(_CITY | {Role.ADMIN, Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.act_on_messages": Rule(_NOBODY, _OVERSIGHT, Scope.CITY),
    "console.asks": Rule(_OVERSIGHT | {Role.AUDITOR}, _OVERSIGHT, Scope.CITY),
    "console.one_ask": Rule(_OVERSIGHT | {Role.AUDITOR}, _OVERSIGHT, Scope.CITY),
    "console.ask_live": Rule(_OVERSIGHT | {Role.AUDITOR}, _NOBODY, Scope.CITY),
    "console.sending": Rule(_CITY | {Role.ADMIN, Role.AUDITOR}, _OVERSIGHT, Scope.CITY),
    "console.texts": Rule(_CITY, _NOBODY, Scope.TEAM),
    "console.one_text": Rule(_CITY, _CITY, Scope.TEAM),
}
