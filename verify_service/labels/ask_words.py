"""Which part of the list was asked, in one line."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from verify_service.conversations.asked_group import EVER, SINCE_NEWEST, Whom
from verify_service.labels.codes import verdict_name
from verify_service.registry.occupations import OCCUPATIONS


def group_words(whom: Whom, places: Mapping[str, str], rounds: Mapping[int, str]) -> str:
    """The group in words: where, who, and what was heard of them."""
    said = [places.get(whom.kelurahan, whom.kelurahan) if whom.kelurahan else gettext("The whole city")]
    if whom.rt or whom.rw:
        said.append(f"RT {whom.rt or '–'}/RW {whom.rw or '–'}")
    if whom.occupation:
        said.append(OCCUPATIONS.get(whom.occupation, whom.occupation))
    if whom.verdict:
        said.append(verdict_name(whom.verdict))
    if whom.round_id is not None:
        said.append(gettext("silent in round %(name)s", name=rounds.get(whom.round_id, whom.round_id)))
    if whom.heard == SINCE_NEWEST:
        said.append(gettext("not heard since the newest insurer file"))
    elif whom.heard == EVER:
        said.append(gettext("whatever they said"))
    else:
        said.append(gettext("not heard for %(months)s months", months=whom.heard))
    return ", ".join(str(each) for each in said)
