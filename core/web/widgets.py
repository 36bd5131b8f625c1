"""Controls of forms, written as WTForms writes them, in less time: a page with a list of communes has hundreds."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, cast

import wtforms
from markupsafe import Markup, escape
from wtforms.widgets.core import clean_key

_INPUT: Final = Markup("<input {}>")
_SELECT: Final = Markup("<select {}>{}</select>")
_OPTION: Final = Markup('<option {}value="{}">{}</option>')

KEPT_LISTS: Final = 256
"""How many lists of options a process keeps written, a few kB each."""


def attributes(**given: Any) -> Markup:
    """The attributes of an element, as `wtforms.widgets.html_params` gives them: True is bare, False is none."""
    written = []
    for name, value in sorted(given.items()):
        if value is True:
            written.append(clean_key(name))
        elif value is not False:
            text = str(escape(value)).replace('"', "&quot;")  # what is markup already may hold quotes
            written.append(f'{clean_key(name)}="{text}"')
    return Markup(" ".join(written))  # noqa: S704  # its values are escaped, its names our own


class TextInput(wtforms.widgets.TextInput):
    """A line of text."""

    html_params = staticmethod(attributes)


def is_hidden(field: Any) -> bool:
    """Whether a field is drawn as a hidden input."""
    return isinstance(field.widget, wtforms.widgets.HiddenInput)


def hidden_input(field: Any) -> Markup:
    """A hidden input with the value of a field."""
    own = attributes(id=field.id, name=field.name, type="hidden", value=field._value())
    return _INPUT.format(own)


class Select(wtforms.widgets.Select):
    """A list of options; one of plain values and labels is kept written."""

    def __call__(self, field: Any, **given: Any) -> Markup:
        """The list, with the field's choice selected."""
        choices = field.choices or ()
        if self.multiple or field.coerce is not str or any(choice.render_kw or choice.optgroup for choice in choices):
            return cast(Markup, super().__call__(field, **given))
        given.setdefault("id", field.id)
        for name in self.validation_attrs:
            given.setdefault(name, getattr(field.flags, name) or False)
        pairs = tuple((choice.value, str(choice.label or choice.value)) for choice in choices)
        options, own = _options(pairs, field.data), attributes(name=field.name, **given)
        return _SELECT.format(own, options)


@lru_cache(KEPT_LISTS)
def _options(pairs: Sequence[tuple[str, str]], chosen: str | None) -> Markup:
    selected, other = Markup("selected "), Markup()
    return Markup().join(_OPTION.format(selected if value == chosen else other, value, label) for value, label in pairs)
