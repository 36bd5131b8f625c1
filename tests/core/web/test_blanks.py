"""White space alone is nothing in every kind of field, and every form of the site is of the kind that sees to it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from wtforms import DateField, FieldList, FormField, HiddenField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Optional

from core.i18n import use_locale
from core.web.forms import Form, MoneyField, RadioField, RowForm, SelectField, SelectMultipleField, WholeNumberField

CHOICES = [("a", "Bưởi"), ("b", "Cam")]
NEEDED = "Hãy điền vào đây."


class Row(RowForm):
    """A choice that may be left out, in a row."""

    fruit = SelectField(choices=CHOICES, validators=[Optional()])


class Basket(RowForm):
    """Each kind of field, once left out and once needed."""

    one = SelectField(choices=CHOICES, validators=[Optional()])
    several = SelectMultipleField(choices=CHOICES, validators=[Optional()])
    radio = RadioField(choices=CHOICES, validators=[Optional()])
    hidden = HiddenField(validators=[Optional()])
    day = DateField(validators=[Optional()])
    number = WholeNumberField(validators=[Optional()])
    amount = MoneyField(validators=[Optional()])
    rows = FieldList(FormField(Row), min_entries=1)
    needed_one = SelectField(choices=CHOICES, validators=[InputRequired(NEEDED)])
    needed_several = SelectMultipleField(choices=CHOICES, validators=[InputRequired(NEEDED)])
    needed_radio = RadioField(choices=CHOICES, validators=[InputRequired(NEEDED)])
    needed_hidden = HiddenField(validators=[InputRequired(NEEDED)])
    needed_day = DateField(validators=[InputRequired(NEEDED)])
    needed_number = WholeNumberField(validators=[InputRequired(NEEDED)])
    needed_amount = MoneyField(validators=[InputRequired(NEEDED)])


NAMES = [name for name in vars(Basket) if hasattr(getattr(Basket, name), "field_class") and name != "rows"]


def sent(app: Flask, data: dict[str, object]) -> Basket:
    with app.test_request_context("/", method="POST", data=data), use_locale("vi"):
        form = Basket()
        form.validate()
        return form


@pytest.mark.parametrize("blank", [" ", "\t\r\n", "\u3000"])
def test_white_space_counts_as_nothing(app: Flask, blank: str) -> None:
    form = sent(app, dict.fromkeys([*NAMES, "rows-0-fruit"], blank))
    assert form.errors == {name: [NEEDED] for name in NAMES if name.startswith("needed_")}
    assert not any(form[name].data for name in NAMES)
    assert form.rows.data == [{"fruit": ""}] and form.rows[0].form.is_empty


def test_beside_white_space_nothing_passes_that_is_not_offered(app: Flask) -> None:
    assert sent(app, {"several": [" ", "a"]}).several.data == ["a"]
    assert sent(app, {"several": [" ", "c"]}).several.errors


@pytest.mark.parametrize("body", [5, [1], {"needed_text": "a"}, None, "a"])
def test_json_is_no_answer_to_a_form(app: Flask, body: object) -> None:
    with app.test_request_context("/", method="POST", json=body):
        form = Basket()
        assert not form.validate()
        assert {name for name in form.errors if name.startswith("needed_")} == {
            name for name in NAMES if name.startswith("needed_")
        }


def forms_below(form_class: type[BaseForm]) -> Iterator[type[BaseForm]]:
    for below in form_class.__subclasses__():
        yield below
        yield from forms_below(below)


@pytest.mark.usefixtures("app")
def test_every_form_of_the_site_is_of_this_kind() -> None:
    ours = [
        each for each in forms_below(BaseForm) if each.__module__.split(".")[0] in {"catalog", "traceability", "market"}
    ]
    assert len(ours) > 50
    assert [each for each in ours if not issubclass(each, Form)] == []
