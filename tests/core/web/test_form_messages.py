"""What WTForms says by itself comes in the reader's language, and numbers are read as people write them."""

from pathlib import Path

import pytest
import wtforms
from babel.messages.pofile import read_po
from flask import Flask
from wtforms.validators import InputRequired, Length, NumberRange

from core.i18n import use_locale
from core.web.form_messages import FOR_PROGRAMMERS, WTFORMS_MESSAGES, FormMessages
from core.web.forms import Form, SelectField, TextField, WholeNumberField


class Plot(Form):
    """A few fields with validators that say what WTForms says."""

    class Meta(Form.Meta):
        """The token has tests of its own."""

        csrf = False

    name = TextField(validators=[Length(max=5)])
    crop = SelectField(choices=[("tea", "Chè")])
    area = WholeNumberField(validators=[InputRequired("Cần diện tích."), NumberRange(1, 2_000_000, "Quá lớn.")])


def filled(app: Flask, locale: str, **fields: str) -> Plot:
    data = {"name": "a", "crop": "tea", "area": "1", **fields}
    with app.test_request_context("/", method="POST", data=data), use_locale(locale):
        form = Plot()
        form.validate()
        return form


def test_every_message_of_wtforms_is_in_the_catalogue() -> None:
    """A newer WTForms with a new message fails here."""
    with (Path(wtforms.__file__).parent / "locale" / "wtforms.pot").open("rb") as file:
        entries = [entry.id for entry in read_po(file) if entry.id]
    ids = {text for entry in entries for text in (entry if isinstance(entry, tuple) else (entry,))}
    assert ids - FOR_PROGRAMMERS == {message._args[0] for message in WTFORMS_MESSAGES}


def test_messages_come_in_the_reader_s_language(app: Flask) -> None:
    vietnamese = filled(app, "vi", name="quá dài rồi", crop="cam").errors
    assert vietnamese == {"name": ["Nhập nhiều nhất 5 ký tự."], "crop": ["Hãy chọn trong danh sách."]}
    english = filled(app, "en", name="much too long", crop="cam").errors
    assert english == {"name": ["Field cannot be longer than 5 characters."], "crop": ["Not a valid choice."]}
    with app.test_request_context("/"):
        assert FormMessages().gettext("Nobody knows this %(x)s.") == "Nobody knows this %(x)s."


@pytest.mark.parametrize(
    ("locale", "typed", "number"),
    [
        ("vi", "1.500", 1500),
        ("vi", "1.234.567", 1234567),
        ("en", "1,500", 1500),
        ("vi", " 42 ", 42),
        ("vi", "1500", 1500),
    ],
)
def test_whole_numbers_are_read_as_the_language_writes_them(app: Flask, locale: str, typed: str, number: int) -> None:
    form = filled(app, locale, area=typed)
    assert (form.area.data, form.errors) == (number, {})


@pytest.mark.parametrize(
    ("locale", "typed"),
    [
        *(("vi", typed) for typed in ("1,500", "1.50", "1.5000", "2 sào", "99999999999", "9" * 5000)),
        *(("vi", typed) for typed in ("--5", "-", "+5", "−5", "1e3", "0x10", "1_000", "５", "٣", "½", "²", "5\x00")),
        ("en", "1.500"),
    ],
)
def test_what_is_no_whole_number_gets_one_message_and_stays(app: Flask, locale: str, typed: str) -> None:
    form = filled(app, locale, area=typed)
    assert form.errors == {"area": ["Nhập một số nguyên." if locale == "vi" else "Enter a whole number."]}
    assert form.area._value() == typed
