"""What is filled in about accounts: signing in, one's own, and those that an administrator keeps."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import BooleanField, StringField
from wtforms.validators import AnyOf, EqualTo, Length

from verify_service.accounts.passwords import SHORTEST_PASSWORD
from verify_service.console.fields import Form, Line, OneOf, Row, Secret
from verify_service.ground.programme import programme
from verify_service.labels.codes import ROLES


def _plain(typed: str | None) -> str:
    return (typed or "").replace("\0", "").strip()


class SignInForm(Form):
    """Who signs in, and where to go next."""

    email = Line(lazy_gettext("E-mail address"), most=254)
    password = Secret(lazy_gettext("Password"))
    next = StringField()


class CodeForm(Form):
    """The second step: a code from the phone, or one from paper."""

    code = Line(lazy_gettext("The six digits that your authenticator app shows now"), most=40)
    passkey = Line(most=8_000)
    recovery = Line(lazy_gettext("One of the recovery codes you kept on paper"), most=40)


class PasswordForm(Form):
    """Another password for oneself."""

    old = Secret(lazy_gettext("Old password"))
    new = Secret(lazy_gettext("New password, %(most)s characters or more", most=SHORTEST_PASSWORD))
    again = Secret(
        lazy_gettext("New password once more"),
        validators=[EqualTo("new", message=lazy_gettext("The two new passwords differ."))],
    )


class FactorForm(Form):
    """A step with the second factor, and what proves who takes it."""

    do = StringField(validators=[AnyOf(("begin", "confirm", "codes", "end"))])
    old = Secret(lazy_gettext("Password"))
    code = Line(lazy_gettext("Code from the phone, or a recovery code"), most=40)


class PasskeyForm(Form):
    """A step with a passkey, and what proves who takes it."""

    do = StringField(validators=[AnyOf(("begin", "make", "remove"))])
    old = Secret(lazy_gettext("Password"))
    code = Line(lazy_gettext("Code from the phone, or a recovery code"), most=40)
    name = Line(lazy_gettext("What you call it, such as the telephone or the key"), most=60)
    answer = Line(most=8_000)
    key = Row()


# --- accounts ---


class LinkForm(Form):
    """The first password, or another after a reset, chosen by the holder of the link."""

    new = Secret(lazy_gettext("New password, %(most)s characters or more", most=SHORTEST_PASSWORD))
    again = Secret(
        lazy_gettext("New password once more"),
        validators=[EqualTo("new", message=lazy_gettext("The two new passwords differ."))],
    )


class StepUpForm(Form):
    """Who sits there, asked once more before an account is changed."""

    proof = Secret(lazy_gettext("Your own password, or the code from your phone"))


class ScopeForm(Form):
    """What an account sees."""

    role = OneOf(lazy_gettext("Role"), choices=[(role.value, words) for role, words in ROLES.items()])
    unit = OneOf(lazy_gettext("Unit"), choices=lambda: programme().units.items())
    area = StringField(lazy_gettext("Place"), filters=[_plain])
    cleared = BooleanField(lazy_gettext("Cleared for reports about money, harassment or conduct"))


class OfficerForm(ScopeForm):
    """Another account."""

    _fits = Length(max=200, message=lazy_gettext("Name and address: 200 letters at most."))
    email = StringField(lazy_gettext("E-mail address"), filters=[_plain], validators=[_fits])
    name = StringField(lazy_gettext("Name, as colleagues know them"), filters=[_plain], validators=[_fits])
