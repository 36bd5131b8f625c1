"""The form of a product's grades and sizes."""

import uuid
from collections.abc import Sequence
from typing import Any

from wtforms import FieldList, FormField, HiddenField
from wtforms.validators import Length, NumberRange, Optional, Regexp

from catalog.products.errors import VariantsRefused
from catalog.products.models import ProductVariant
from catalog.products.rules import MOST_VARIANTS, VARIANT_NAME_LENGTH, english_name_shown
from catalog.products.values import VariantValues
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import Form, RowForm, TextField, WholeNumberField

FREE_ROWS = 2
_LAST = 100


class VariantRowForm(RowForm):
    """A grade or size by its names; emptied, the row removes the one that it was."""

    id = HiddenField(validators=[Optional(), Regexp(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")])
    name_vi = TextField(_l("Name in Vietnamese"), validators=[Length(max=VARIANT_NAME_LENGTH)])
    name_en = TextField(_l("Name in English"), validators=[Length(max=VARIANT_NAME_LENGTH)])
    position = WholeNumberField(
        _l("Place"), validators=[Optional(), NumberRange(1, 99, message=_l("A number from 1 to 99."))]
    )

    @property
    def is_empty(self) -> bool:
        """Whether no name was typed."""
        return not self.name_vi.data and not self.name_en.data

    def values(self) -> VariantValues:
        """The row as values; only after it was found valid."""
        variant_id = uuid.UUID(self.id.data) if self.id.data else None
        return VariantValues(self.name_vi.data or "", self.name_en.data or "", variant_id)


class VariantsForm(Form):
    """All grades and sizes of a product."""

    rows = FieldList(FormField(VariantRowForm), min_entries=FREE_ROWS, max_entries=MOST_VARIANTS)

    def values(self) -> list[VariantValues]:
        """The named rows in the order of their places; only after the form was found valid."""
        return [row.values() for row in self._in_order()]

    def removed(self) -> list[uuid.UUID]:
        """The ids of those whose names were emptied; only after the form was found valid."""
        return [uuid.UUID(row.id.data) for row in self._rows() if row.is_empty and row.id.data]

    def show(self, refusal: VariantsRefused) -> None:
        """Put what was refused beside the names it is about."""
        typed = self._in_order()
        for position, messages in refusal.rows.items():
            for name, message in messages.items():
                if position < len(typed):
                    field = typed[position][name]
                    field.errors = [*field.errors, str(message)]
                else:  # one that somebody else has added meanwhile
                    self.form_errors.append(str(message))

    def _rows(self) -> list[VariantRowForm]:
        return [entry.form for entry in self.rows]

    def _in_order(self) -> list[VariantRowForm]:
        """Rows without a place come last; those with the same one stay as they stand."""
        named = [row for row in self._rows() if not row.is_empty]
        return sorted(named, key=lambda row: row.position.data or _LAST)


def initial_variants(variants: Sequence[ProductVariant]) -> dict[str, Any]:
    """What the form shows at first: what there is, and free rows."""
    rows: list[dict[str, Any]] = [
        {
            "id": str(variant.id),
            "name_vi": variant.name_vi,
            "name_en": english_name_shown(variant.name_vi, variant.name_en),
            "position": variant.position,
        }
        for variant in variants
    ]
    return {"rows": rows + [{}] * min(FREE_ROWS, MOST_VARIANTS - len(rows))}


def variant_choices(variants: Sequence[ProductVariant], locale: str) -> list[tuple[str, str]]:
    """The variants to choose from, and none of them, in this language."""
    names = [(str(variant.id), variant.name_en if locale == "en" else variant.name_vi) for variant in variants]
    return [("", _("not graded")), *names]
