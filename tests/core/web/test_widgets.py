"""Controls are written as WTForms writes them."""

from typing import Any

import pytest
import wtforms
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from wtforms import SelectChoice
from wtforms.validators import InputRequired

from core.i18n import lazy_gettext as _l
from core.web.forms import SelectField, SelectMultipleField
from core.web.widgets import Select, attributes

TEXTS = st.one_of(st.text(max_size=20), st.text(max_size=20).map(Markup), st.booleans(), st.integers())
NAMES = st.sampled_from(["class_", "id", "data_of", "aria-describedby", "data-preview", "rows", "required", "value"])

PLACES = [("", _l("Choose…")), ("42", "Tỉnh Hà Tĩnh"), ("a\"<'&", "B & <b>"), ("1", "")]
MORE = [SelectChoice("1", "một", render_kw={"data_kind": "x"}), SelectChoice("2", "hai", optgroup="Nhóm")]


@given(st.dictionaries(NAMES, TEXTS, max_size=6))
def test_attributes_are_those_of_the_library(given_attributes: dict[str, Any]) -> None:
    assert attributes(**given_attributes) == wtforms.widgets.html_params(**given_attributes)


@pytest.mark.parametrize("chosen", [None, "", "42", "a\"<'&", "not there"])
@pytest.mark.parametrize("field", [SelectField, SelectMultipleField])
@pytest.mark.parametrize("choices", [PLACES, MORE, []])
@pytest.mark.parametrize("validators", [[], [InputRequired()]])
def test_a_list_is_what_the_library_makes_of_it(
    app: object, field: Any, choices: list[Any], validators: list[Any], chosen: str | None
) -> None:
    class Places(wtforms.Form):
        place = field("Place", choices=choices, validators=validators)

    form = Places(data={"place": [chosen] if field is SelectMultipleField else chosen})
    library = wtforms.widgets.Select(multiple=field is SelectMultipleField)
    assert form.place(class_="form-select") == library(form.place, class_="form-select")


def test_numbers_are_left_to_the_library(app: object) -> None:
    class Grades(wtforms.Form):
        grade = SelectField("Grade", choices=[("1", "một"), ("2", "hai")], coerce=int)

    form = Grades(data={"grade": 2})
    assert form.grade() == wtforms.widgets.Select()(form.grade)
    assert '<option selected value="2">hai</option>' in form.grade()


def test_a_list_of_another_language_is_written_anew() -> None:
    class Field:
        choices = (SelectChoice("", "Chọn…"),)
        coerce, id, name, data, flags = str, "place", "place", "", wtforms.Flags()

    assert "Chọn…" in Select()(Field())
    Field.choices = (SelectChoice("", "Choose…"),)
    assert "Choose…" in Select()(Field())
