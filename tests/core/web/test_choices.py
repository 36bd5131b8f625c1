"""Fields of choices: pairs come in, WTForms gets what it wants, and nothing but the choices passes."""

from collections.abc import Iterator

import pytest
from flask import Flask
from wtforms import SelectChoice

from core.web.forms import Form, RadioField, SelectField, SelectMultipleField


class Fruit(Form):
    """One of each field."""

    class Meta(Form.Meta):
        """The token has tests of its own."""

        csrf = False

    one = SelectField(choices=[("a", "Bưởi"), ("b", "Cam")])
    several = SelectMultipleField(choices=(pair for pair in [("a", "Bưởi"), ("b", "Cam")]))
    radio = RadioField(choices=["a", "b"])
    later = SelectField()


@pytest.fixture
def request_context(app: Flask) -> Iterator[None]:
    with app.test_request_context("/", method="POST", data={"one": "b", "several": ["a", "c"], "radio": "a"}):
        yield


@pytest.mark.usefixtures("request_context")
def test_pairs_become_choices_however_they_are_given() -> None:
    form = Fruit()
    form.later.choices = [("", "–"), SelectChoice("x", "X", render_kw={"disabled": True})]
    assert [(choice.value, choice.label) for choice in form.one.choices] == [("a", "Bưởi"), ("b", "Cam")]
    assert [choice.value for choice in form.several.choices] == ["a", "b"]
    assert [(choice.value, choice.label) for choice in form.radio.choices] == [("a", "a"), ("b", "b")]
    assert [choice.value for choice in form.later.choices] == ["", "x"]
    assert 'disabled value="x"' in form.later()


@pytest.mark.usefixtures("request_context")
def test_what_is_not_offered_does_not_pass() -> None:
    form = Fruit()
    assert form.one.validate(form) and form.radio.validate(form)
    assert not form.several.validate(form)
    form.one.choices = [("a", "Bưởi")]
    assert not form.one.validate(form)
