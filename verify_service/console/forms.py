"""What officers fill in: each form's fields, how much fits into them, what can be chosen, what is said of a wrong one.

A page draws a field from here, and what was sent is read by the same field. What only the database can tell (an
address that is taken, a NIK on no list) the rooms say.
"""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import Length

from verify_service.ground.programme import programme
from verify_service.labels.codes import ROLES


class Form(FlaskForm):
    """A form of the console; where nothing was sent its fields have what they are given."""

    class Meta(FlaskForm.Meta):
        csrf = False  # the application has checked the token before any view is asked

    def first_fault(self) -> str:
        """What is said first of what was sent; "" where nothing is wrong."""
        return next((str(said) for faults in self.errors.values() for said in faults), "")


def _plain(typed: str | None) -> str:
    return (typed or "").replace("\0", "").strip()


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
