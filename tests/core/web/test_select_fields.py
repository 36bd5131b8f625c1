"""Options are written as WTForms writes them."""

import pytest
from wtforms.fields.choices import Choice
from wtforms.widgets import Select

from core.i18n import lazy_gettext as _l
from core.web.forms import SelectField


@pytest.mark.parametrize("selected", [True, False])
@pytest.mark.parametrize(
    ("value", "label", "attributes"),
    [
        ("42", "Tỉnh Hà Tĩnh", {}),
        ("", _l("Choose…"), {}),
        ("a\"<'&", "B & <b>", {}),
        ("42", "Tỉnh Hà Tĩnh", {"data_kind": "province"}),
        (True, "yes", {}),
        (7, "seven", {}),
    ],
)
def test_an_option_is_what_the_library_makes_of_it(
    app: object, value: object, label: object, attributes: dict[str, str], selected: bool
) -> None:
    choice = Choice(value, label, selected, attributes)
    assert SelectField.widget.render_option(choice) == str(Select.render_option(choice))
