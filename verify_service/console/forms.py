"""What officers fill in: each form's fields, how much fits into them, what can be chosen, what is said of a wrong one.

A page draws a field from here, and what was sent is read by the same field. What only the database can tell (an
address that is taken, a NIK on no list) the rooms say.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import AnyOf, EqualTo, Length
from wtforms.widgets import PasswordInput

from verify_service.accounts.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from verify_service.ground.programme import programme
from verify_service.labels.codes import ROLES


class Form(FlaskForm):
    """A form of the console; where nothing was sent its fields have what they are given."""

    class Meta(FlaskForm.Meta):
        csrf = False  # the application has checked the token before any view is asked

    def first_fault(self) -> str:
        """What is said first of what was sent; "" where nothing is wrong."""
        return next((str(said) for faults in self.errors.values() for said in faults), "")


class Line(StringField):
    """What a person writes, cut to what fits, which the page says to the browser as well."""

    def __init__(self, label: Any = None, *, most: int, filters: tuple[Any, ...] = (), **more: Any) -> None:
        cut = (lambda typed: (typed or "").replace("\0", "")[:most], *filters)
        super().__init__(label, filters=cut, render_kw={"maxlength": most}, **more)


class Secret(StringField):
    """A password, which no page shows again. One letter more than fits is read, so that it can be said."""

    widget = PasswordInput()

    def __init__(self, label: Any = None, **more: Any) -> None:
        cut = (lambda typed: (typed or "")[: LONGEST_PASSWORD + 1],)
        super().__init__(label, filters=cut, render_kw={"maxlength": LONGEST_PASSWORD}, **more)


def _plain(typed: str | None) -> str:
    return (typed or "").replace("\0", "").strip()


# --- signing in, and one's own account ---


class SignInForm(Form):
    """Who signs in, and where to go next."""

    email = Line(lazy_gettext("E-mail address"), most=254)
    password = Secret(lazy_gettext("Password"))
    next = StringField()


class CodeForm(Form):
    """The second step: a code from the phone, or one from paper."""

    code = Line(lazy_gettext("The six digits that your authenticator app shows now"), most=40)
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


# --- accounts ---


class ScopeForm(Form):
    """What an account sees."""

    role = SelectField(lazy_gettext("Role"), choices=lambda: [(role.value, words) for role, words in ROLES.items()])
    unit = SelectField(lazy_gettext("Unit"), choices=lambda: list(programme().units.items()))
    area = StringField(lazy_gettext("Place"), filters=[_plain])
    cleared = BooleanField(lazy_gettext("Cleared for reports about money, harassment or conduct"))


class OfficerForm(ScopeForm):
    """Another account."""

    _fits = Length(max=200, message=lazy_gettext("Name and address: 200 letters at most."))
    email = StringField(lazy_gettext("E-mail address"), filters=[_plain], validators=[_fits])
    name = StringField(lazy_gettext("Name, as colleagues know them"), filters=[_plain], validators=[_fits])
