"""What each source says of one enrolment and month, in a narrow column: the sides of the coverage matrix."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

from verify_service.labels.grievances import INSURED, LISTED
from verify_service.labels.statements import BRIEFLY

SAYS: Final = {**BRIEFLY, "no_answer": lazy_gettext("no answer")}
DUPLICATES: Final = {
    "none": lazy_gettext("no"),
    "same_nik": lazy_gettext("listed twice"),
    "other_payer": lazy_gettext("another payer"),
    "both": lazy_gettext("listed twice, another payer"),
}
FACTS: Final = {"list": LISTED, "insurer": INSURED, "worker": SAYS, "rt_head": SAYS, "duplicate": DUPLICATES}


def fact_name(source: str, value: str) -> str:
    """What list, insurer, worker, rt_head or duplicate says, in words."""
    return str(FACTS[source].get(value, value.replace("_", " ")))
