"""Forms of what is done to lots: made into others, packed, sold, destroyed. Those of shipments are in `shipment_forms`.

How much of a lot is typed as the lot is counted: whole units, or kilograms with decimals.
"""

import uuid
from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from flask_wtf.file import FileField
from wtforms import BooleanField, FieldList, FormField, HiddenField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from catalog.products.models import Product
from core.errors import Invalid
from core.i18n import current_locale
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, RowForm, SelectField, TextField
from traceability.forms import TickList
from traceability.lots.amounts import is_weighed, parse_kilograms
from traceability.lots.forms import KilogramsField
from traceability.lots.guards import Obstacles
from traceability.lots.ledger import LotContent
from traceability.lots.models import LogisticUnit, Lot, OperationKind
from traceability.lots.packing_places import PackingPlace
from traceability.lots.queries import LotAtHand
from traceability.lots.showing import UNIT_KIND_NAMES, product_name
from traceability.lots.units import UNIT_NAMES, LotUnit
from traceability.lots.usecases import LotOutput

OUTPUT_ROWS = {
    OperationKind.GRADING: 4,
    OperationKind.SPLITTING: 3,
    OperationKind.MIXING: 1,
    OperationKind.PROCESSING: 3,
}
"""How many rows for new lots a form opens with; rows that stay empty are no lots."""


def typed_amount(text: str, unit: str) -> tuple[int | None, int | None]:
    """Units and grams out of what was typed for a lot in `unit`: one of the two. Raises ValueError with a message."""
    if is_weighed(unit):
        try:
            return None, parse_kilograms(text, current_locale())
        except ValueError:
            raise ValueError(_("Enter a weight in kilograms, for example 12.5.")) from None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError(_("Enter a whole number."))
    return int(text), None


class SourcesForm(Form):
    """Lots to take from, each with a box to tick and how much; nothing typed means all of it."""

    def offer(self, lots: Sequence[LotAtHand], obstacles: Obstacles, closed: Collection[uuid.UUID]) -> None:
        """Remember the lots that there are fields for, what is against some, and which of those cannot be chosen."""
        self.at_hand, self.obstacles, self.closed = list(lots), obstacles, closed

    def tick(self, lot_id: uuid.UUID) -> Any:
        """The box of a lot."""
        return self._fields[f"take_{lot_id}"]

    def amount(self, lot_id: uuid.UUID) -> Any:
        """How much of a lot."""
        return self._fields[f"amount_{lot_id}"]

    def contents(self) -> list[LotContent]:
        """What was ticked. Raises Invalid that names the field of an amount that is none."""
        contents = []
        for choice in self.at_hand:
            lot, field = choice.lot, self.amount(choice.lot.id)
            if not self.tick(lot.id).data:
                continue
            contents.append(_content(lot, field.data, field.name))
        return contents


AnySources = TypeVar("AnySources", bound=SourcesForm)


def _content(lot: Lot, text: str | None, field: str) -> LotContent:
    if not text:
        return LotContent(lot.id)
    try:
        return LotContent(lot.id, *typed_amount(text, lot.unit))
    except ValueError as error:
        raise Invalid(str(error), field=field) from error


def with_sources(
    form_class: type[AnySources],
    lots: Sequence[LotAtHand],
    chosen: uuid.UUID | None,
    *,
    obstacles: Obstacles,
    closed: Collection[uuid.UUID] | None = None,
    **more: Any,
) -> AnySources:
    """A form of this class with a box and an amount for each of the lots; `chosen` is ticked from the beginning.

    `obstacles` are what is against some of them; those `closed`, all of these unless said, cannot be ticked.
    """
    closed = obstacles if closed is None else closed
    fields: dict[str, Any] = {}
    for choice in lots:
        lot = choice.lot
        is_ticked = lot.id == chosen and lot.id not in closed
        fields[f"take_{lot.id}"] = BooleanField(
            f"{product_name(lot.product)} · {lot.lot_number}", default="checked" if is_ticked else ""
        )
        fields[f"amount_{lot.id}"] = TextField(
            _("How much of lot %(lot)s", lot=lot.lot_number), validators=[Optional(), Length(max=20)]
        )
    bound: type[AnySources] = type(f"Bound{form_class.__name__}", (form_class,), {**fields, **more})
    form = bound()
    form.offer(lots, obstacles, closed)
    return form


class OutputForm(RowForm):
    """One lot to be made."""

    grade = TextField(_l("Grade"), validators=[Optional(), Length(max=60)])
    product_id = SelectField(_l("Product"), validators=[Optional()], validate_choice=False)
    amount = TextField(_l("Quantity"), validators=[Optional(), Length(max=20)])
    unit = SelectField(
        _l("Counted in"),
        choices=[(str(unit), name) for unit, name in UNIT_NAMES.items()],
        validators=[Optional()],
        validate_choice=False,
    )
    weight = KilogramsField(_l("Weight"), validators=[Optional()])

    def output(self) -> LotOutput | None:
        """The lot to be made; None when the row is empty. Raises ValueError with a message about the amount."""
        if not self.amount.data and self.weight.data is None:
            return None
        unit = self.unit.data
        if unit not in set(LotUnit):
            raise ValueError(_("Choose a unit from the list."))
        if self.product_id.data not in {choice.value for choice in self.product_id.choices}:
            raise ValueError(_("Choose a product from the list."))
        quantity, grams = typed_amount(self.amount.data or "", unit) if self.amount.data else (None, None)
        return LotOutput(
            uuid.UUID(self.product_id.data),
            unit,
            quantity=quantity,
            weight_grams=grams if grams is not None else self.weight.data,
            grade=self.grade.data,
        )


class MakingForm(SourcesForm):
    """Lots made of lots."""

    loss = KilogramsField(_l("Loss"), validators=[Optional()])
    tolerance = KilogramsField(_l("Scales may differ by"), validators=[Optional()])
    outputs: Any

    def made(self) -> list[LotOutput]:
        """The lots to be made, in their rows' order. Raises Invalid for `outputs`, with the row marked."""
        made = []
        for number, row in enumerate(self.outputs, start=1):
            try:
                output = row.form.output()
            except ValueError as error:
                row.form.amount.errors = [str(error)]
                raise Invalid(
                    _("Row %(number)s: %(problem)s", number=number, problem=str(error)), field="outputs"
                ) from error
            if output is not None:
                made.append(output)
        if not made:
            raise Invalid(_("Enter at least one lot that comes out."), field="outputs")
        return made


def making_form(
    kind: OperationKind,
    lots: Sequence[LotAtHand],
    *,
    chosen: uuid.UUID | None,
    products: Sequence[Product],
    obstacles: Obstacles,
) -> MakingForm:
    """The form to make lots of these lots, but for those with obstacles; products of the holder can come out."""
    rows = FieldList(FormField(OutputForm), min_entries=OUTPUT_ROWS[kind], max_entries=20)
    form = with_sources(MakingForm, lots, chosen, obstacles=obstacles, outputs=rows)
    choices = [(str(product.id), product_name(product)) for product in products]
    for row in form.outputs:
        row.form.product_id.choices = choices
    return form


class PackingForm(SourcesForm):
    """What goes into a crate or onto a pallet, and where it is packed."""

    ssccs = TickList(_l("Crates"), validators=[Optional()])
    packed_at_gln = SelectField(_l("Where it is packed"), validators=[Optional()])


def packing_form(
    lots: Sequence[LotAtHand],
    *,
    chosen: uuid.UUID | None,
    obstacles: Obstacles,
    crates: Sequence[LogisticUnit] = (),
    places: Sequence[PackingPlace] = (),
) -> PackingForm:
    """The form to pack these lots, but for those with obstacles, and crates, at the farm or another of its `places`."""
    form = with_sources(PackingForm, lots, chosen, obstacles=obstacles)
    form.ssccs.choices = unit_choices(crates)
    form.packed_at_gln.choices = [("", _("At the farm")), *places]
    return form


def unit_choices(units: Sequence[LogisticUnit]) -> list[tuple[str, str]]:
    """Crates and pallets as choices."""
    return [(unit.sscc, f"{UNIT_KIND_NAMES[unit.kind]} {unit.sscc}") for unit in units]


class LeavingForm(Form):
    """How much of one lot leaves."""

    amount = TextField(_l("How much"), validators=[Optional(), Length(max=20)])

    def content(self, lot: Lot) -> LotContent:
        """What was typed, or all. Raises Invalid for `amount`."""
        return _content(lot, self.amount.data, "amount")


class SellingForm(LeavingForm):
    """A sale outside the shop."""

    counterpart = TextField(_l("Who bought it"), validators=[Optional(), Length(max=160)])


class DestroyingForm(LeavingForm):
    """Goods that can no longer be used."""

    reason = ParagraphField(_l("Why"), validators=[DataRequired(REQUIRED), Length(max=500)])
    photo = FileField(_l("Photo"))
    stored_photo = HiddenField(validators=[Optional(), Regexp(r"photos/[0-9a-f]{40}\Z")])
