"""What forms of the console are made of: lines cut to what fits, lists in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import PasswordInput, TextArea

from verify_service.accounts.passwords import LONGEST_PASSWORD
from verify_service.console.blueprint import row_of


class Form(FlaskForm):
    """A form of the console; where nothing was sent its fields have what they are given."""

    class Meta(FlaskForm.Meta):
        csrf = False  # the application has checked the token before any view is asked

    def first_fault(self) -> str:
        """What is said first of what was sent; "" where nothing is wrong."""
        return next((str(said) for faults in self.errors.values() for said in faults), "")


class Line(StringField):
    """What a person writes, cut to what fits, which the page says to the browser as well.

    One letter more is read, so that whoever takes it can say that it is too long.
    """

    def __init__(self, label: Any = None, *, most: int, **more: Any) -> None:
        cut = (lambda typed: (typed or "").replace("\0", "")[: most + 1],)
        super().__init__(label, filters=cut, render_kw={"maxlength": most}, **more)


class Secret(Line):
    """A password, which no page shows again."""

    widget = PasswordInput()

    def __init__(self, label: Any = None, **more: Any) -> None:
        super().__init__(label, most=LONGEST_PASSWORD, **more)


class Row(StringField):
    """The id or the version of a row, which the page put there; 0 for what no page of ours sends."""

    def __init__(self, label: Any = None, **more: Any) -> None:
        super().__init__(label, filters=[row_of], **more)


class Words(Line):
    """What somebody said, over several lines, each of whose ends counts once, as the browser counts it."""

    widget = TextArea()

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([typed.replace("\r\n", "\n") for typed in valuelist])


class OneOf(SelectField):
    """One of a list, given as (code, words); `needed` where the line that stands for none does not do."""

    def __init__(self, label: Any = None, *, choices: Any = (), needed: bool = False, **more: Any) -> None:
        super().__init__(
            label,
            filters=[lambda chosen: chosen or ""],
            choices=lambda: options(choices() if callable(choices) else choices),
            invalid_choice_message=lazy_gettext("Choose one of the list."),
            **more,
        )
        self.needed = needed

    def pre_validate(self, form: FlaskForm) -> None:
        if self.needed and not self.data:
            raise ValidationError(self.invalid_choice_message)
        super().pre_validate(form)


class OneOfFew(OneOf):
    """One of a list that stands below each other."""

    widget, option_widget = RadioField.widget, RadioField.option_widget


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """What a field offers, by code and words."""
    return [SelectChoice(code, words) for code, words in pairs]
