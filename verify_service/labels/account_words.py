"""What is done to accounts, and why something is not, as pages say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext, lazy_gettext

WHY_NOT: Final[dict[str, Any]] = {
    "email": lazy_gettext("This is not an e-mail address; write it like officer@city.example."),
    "taken": lazy_gettext("There is already an account with this e-mail address."),
    "place": lazy_gettext("An account of a kelurahan needs its place."),
    "cleared": lazy_gettext("Only officers and supervisors of the whole city can be cleared for sensitive reports."),
    "successor": lazy_gettext("Choose somebody who works on cases, or leave it to the rule."),
    "own": lazy_gettext("Your own account is changed by another administrator."),
    "proof": lazy_gettext("Your own password or code is wrong. Nothing was changed."),
    "wait": lazy_gettext("Too many tries. Wait a quarter of an hour, then try again."),
    "mail": lazy_gettext("No mail server is set, so no link can reach its holder. Ask whoever runs the service."),
    "asked": lazy_gettext("That is asked for already and waits for a second administrator."),
    "over": lazy_gettext("It was decided already: look again."),
    "closed": lazy_gettext("The account is closed."),
    "chosen": lazy_gettext("Its holder has chosen a password already."),
    "waiting": lazy_gettext(
        "Your account was made or reset within the last day. It decides nothing before that day is over."
    ),
    "same": lazy_gettext("A second administrator has to confirm it."),
    "one hand": lazy_gettext(
        "One person made or reset both accounts, or one of you the other's: you are not two people here. "
        "Ask somebody else."
    ),
}
ACTIONS: Final = {
    "signed in": lazy_gettext("Signed in"),
    "sign-in refused": lazy_gettext("Sign-in refused"),
    "signed out": lazy_gettext("Signed out"),
    "recovery code used": lazy_gettext("Recovery code used"),
    "sessions ended": lazy_gettext("Browsers signed out"),
    "password changed": lazy_gettext("Password changed"),
    "password chosen by link": lazy_gettext("Password chosen by the link"),
    "password reset": lazy_gettext("Password reset"),
    "password asked for": lazy_gettext("A new password asked for"),
    "password confirmed": lazy_gettext("New password confirmed by a second administrator"),
    "password refused": lazy_gettext("New password refused"),
    "password withdrawn": lazy_gettext("Request for a new password withdrawn"),
    "second factor on": lazy_gettext("Second factor turned on"),
    "second factor off": lazy_gettext("Second factor taken off"),
    "factor asked for": lazy_gettext("Taking the second factor off asked for"),
    "factor confirmed": lazy_gettext("Taking the second factor off confirmed by a second administrator"),
    "factor refused": lazy_gettext("Taking the second factor off refused"),
    "factor withdrawn": lazy_gettext("Request to take the second factor off withdrawn"),
    "scope asked for": lazy_gettext("Another role or clearance asked for"),
    "scope confirmed": lazy_gettext("Role or clearance confirmed by a second administrator"),
    "scope refused": lazy_gettext("Role or clearance refused"),
    "scope withdrawn": lazy_gettext("Request for another role or clearance withdrawn"),
    "passkey added": lazy_gettext("Passkey added"),
    "passkey removed": lazy_gettext("Passkey removed"),
    "recovery codes made": lazy_gettext("Recovery codes made"),
    "officer added": lazy_gettext("Account made"),
    "officer vouched for": lazy_gettext("A second person vouched for the account"),
    "link sent again": lazy_gettext("Link sent again"),
    "officer disabled": lazy_gettext("Account closed"),
    "officer enabled": lazy_gettext("Account opened again"),
    "officer's scope changed": lazy_gettext("Role or area changed"),
    "reports handed on": lazy_gettext("Their cases were handed on"),
    "digest wanted": lazy_gettext("Daily mail wanted"),
    "digest stopped": lazy_gettext("Daily mail stopped"),
    "language chosen": lazy_gettext("Language chosen"),
    "calendar address made": lazy_gettext("Calendar address made"),
    "calendar address withdrawn": lazy_gettext("Calendar address withdrawn"),
    "codes guessed": lazy_gettext("Somebody has the password and tries codes: change the password"),
}
ASKED: Final = {
    "scope": lazy_gettext("Another role or clearance"),
    "password": lazy_gettext("A new password"),
    "factor": lazy_gettext("Taking the second factor off"),
}
BY_WHAT: Final = {
    "password": lazy_gettext("password"),
    "code": lazy_gettext("password and code"),
    "passkey": lazy_gettext("password and passkey"),
    "recovery code": lazy_gettext("password and recovery code"),
}


def who_did(by: str, names: Mapping[str, str]) -> str:
    """Whoever the trail names, as pages call them."""
    if by in names:
        return names[by]
    place, _, person = by.partition(":")
    if place == "command line":
        return str(gettext("the command line")) + (f" ({person})" if person else "")
    if by == "unknown":
        return str(gettext("nobody we know"))
    return str(gettext("the demo")) if by == "demo" else by
