"""The base of all HTML forms, and fields for amounts and people's text."""

import re
from collections.abc import Iterable
from typing import Any

import wtforms
from flask import request
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, IntegerField, SelectChoice, StringField, TextAreaField
from wtforms.csrf.core import CSRFTokenField
from wtforms.validators import StopValidation, ValidationError

from core.i18n import current_locale, gettext, normalize
from core.i18n import lazy_gettext as _l
from core.money import format_vnd, parse_vnd
from core.web.form_messages import FormMessages
from core.web.widgets import Select, TextInput, hidden_input, is_hidden

_NOT_ALLOWED = {chr(code) for code in (*range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F)}


class _TokenField(CSRFTokenField):
    """The token of a form, made when the form is shown: one that was sent needs none."""

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Take in what was sent."""
        HiddenField.process(self, *args, **kwargs)

    def _value(self) -> str:
        return str(self.csrf_impl.generate_csrf_token(self))


class TokensWhenShown(FlaskForm.Meta.csrf_class):
    """Flask-WTF's tokens."""

    field_class = _TokenField


class _Sent(MultiDict[str, Any]):
    """What was sent, where white space alone is empty.

    WTForms' `Optional` takes white space for nothing and drops what the field has said against it, but leaves it in
    the field's data: " " would pass as a choice, and fail where the choice is looked up.
    """

    def __init__(self, given: MultiDict[str, Any]) -> None:
        super().__init__((name, _nothing_if_blank(value)) for name, value in given.items(multi=True))


def _nothing_if_blank(value: Any) -> Any:
    return "" if isinstance(value, str) and value.isspace() else value


class Form(FlaskForm):
    """Base form: messages in the reader's language, CSRF protected, text without control characters, blanks empty."""

    def hidden_tag(self, *fields: Field | str) -> Markup:
        """The hidden fields, the token among them, or those of `fields` that are hidden."""
        chosen = [self._fields.get(field) if isinstance(field, str) else field for field in fields or self]
        hidden = [hidden_input(field) for field in chosen if field is not None and is_hidden(field)]
        return Markup("\n").join(hidden)

    class Meta(FlaskForm.Meta):
        """WTForms' own messages come in Vietnamese too; a token is made for forms that are shown."""

        csrf_class = TokensWhenShown

        def wrap_formdata(self, form: Any, formdata: Any) -> _Sent | None:
            """What was sent to the form, or to the one that it is a row of; JSON is no answer to a form."""
            if not isinstance(formdata, MultiDict) and request and request.is_json:
                return None
            sent = super().wrap_formdata(form, formdata)
            return sent if sent is None or isinstance(sent, _Sent) else _Sent(sent)

        @property
        def locales(self) -> list[str]:
            """The reader's language."""
            return [current_locale()]

        def get_translations(self, form: Any) -> FormMessages:
            """The site's own catalogue: WTForms brings no Vietnamese."""
            return FormMessages()


class RowForm(Form):
    """A row of a form, which carries the token."""

    class Meta(Form.Meta):
        """No token for each row."""

        csrf = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not any(field.raw_data and field.raw_data[0] for field in self)


class TextField(StringField):
    """One line of text: NFC, outer white space removed, control characters refused; empty becomes None."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Clean what was typed."""
        if valuelist:
            self.data = normalize(valuelist[0]) or None

    def pre_validate(self, form: Any) -> None:
        """Refuse what no keyboard types: it breaks labels and exports."""
        if self.data and not _NOT_ALLOWED.isdisjoint(self.data):
            raise ValidationError(gettext("This contains characters that cannot be printed."))

    def _value(self) -> str:
        return self.data or ""


class ParagraphField(TextAreaField):
    """Several lines of text: NFC, lines kept, outer white space removed; empty becomes None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Clean what was typed, line by line."""
        if valuelist:
            lines = [normalize(line) for line in valuelist[0].splitlines()]
            self.data = "\n".join(lines).strip() or None

    def pre_validate(self, form: Any) -> None:
        """Refuse what no keyboard types."""
        if self.data and not _NOT_ALLOWED.isdisjoint(self.data):
            raise ValidationError(gettext("This contains characters that cannot be printed."))

    def _value(self) -> str:
        return self.data or ""


class _ChoicesFromPairs:
    """Takes choices as pairs of value and label, or as SelectChoice where one needs more, and gives SelectChoice back.

    WTForms itself takes no pairs from 3.4 on.
    """

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        choices: Iterable[Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, choices=_as_choices(choices), **kwargs)  # type: ignore[call-arg]

    @property
    def choices(self) -> Any:
        """The choices in their order, each with `value` and `label`; None before they are known."""
        return super().choices  # type: ignore[misc]

    @choices.setter
    def choices(self, given: Iterable[Any] | None) -> None:
        wtforms.SelectField.choices.fset(self, _as_choices(given))


def _as_choices(given: Iterable[Any] | None) -> list[Any] | None:
    return None if given is None else [SelectChoice.from_input(choice) for choice in given]


class SelectField(_ChoicesFromPairs, wtforms.SelectField):
    """One out of a list."""

    widget = Select()


class SelectMultipleField(_ChoicesFromPairs, wtforms.SelectMultipleField):
    """Several out of a list; what is empty is none of them."""

    widget = Select(multiple=True)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take in what was chosen."""
        self.raw_data = [value for value in valuelist if value]
        super().process_formdata(self.raw_data)


class RadioField(_ChoicesFromPairs, wtforms.RadioField):
    """One out of a few that all stand on the page."""


class WholeNumberField(IntegerField):
    """A whole number; what was typed stays in the field when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read digits, with an optional sign and thousands apart as the language writes them ("1.500", "1,500").

        At most ten digits, so that it fits every column.
        """
        self.data = None
        if not valuelist or not valuelist[0]:
            return
        bare = valuelist[0].strip()
        point = "," if current_locale() == "en" else "."
        if re.fullmatch(rf"-?[0-9]{{1,3}}(\{point}[0-9]{{3}})+", bare):
            bare = bare.replace(point, "")
        if not re.fullmatch(r"-?[0-9]{1,10}", bare):
            raise ValueError(gettext("Enter a whole number."))
        self.data = int(bare)

    def pre_validate(self, form: Any) -> None:
        """What is no number is not asked whether it lies in a range as well."""
        if self.process_errors:
            raise StopValidation


class MoneyField(Field):
    """An amount in whole dong: "35.000", "35,000 ₫" and "35000" are the same."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the amount; refuse what is no whole number of dong."""
        self.data = None
        if not valuelist or not valuelist[0]:
            return
        try:
            self.data = parse_vnd(valuelist[0])
        except ValueError:
            raise ValueError(gettext("Enter an amount in whole dong, for example 35.000.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return format_vnd(self.data, current_locale()).strip("₫\u00a0 ") if self.data is not None else ""


REQUIRED = _l("This is needed.")
"""Message of required fields that need no more exact one."""
