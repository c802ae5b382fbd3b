"""The officers' rooms in the browser: who must act, on what, and how the city stands, as it changes."""

from verify_service.console import (  # noqa: F401  # routes
    access,
    account,
    alerts,
    amendment_pages,
    ask_pages,
    breach_pages,
    coverage_matrix,
    dashboard,
    decisions,
    exports,
    grievance,
    home,
    intake,
    message_pages,
    officers,
    owner_lists,
    pair_pages,
    person_pages,
    post_pages,
    registry_pages,
    removals,
    report_pages,
    right_pages,
    round_pages,
    sending,
    tasks,
    today,
    unsorted,
    version_pages,
    welcome,
    what_if,
    word_pages,
    worklist,
)
from verify_service.console.access import officer_of
from verify_service.console.blueprint import around_a_failure, blueprint, largest_body

__all__ = ["around_a_failure", "blueprint", "largest_body", "officer_of"]
