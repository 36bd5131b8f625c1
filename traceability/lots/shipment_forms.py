"""Forms of shipments: what is sent to whom, and what of it arrived."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from wtforms.validators import DataRequired, Length, Optional

from core.errors import Invalid
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import Form, ParagraphField, RadioField, TextField
from traceability.forms import TickList
from traceability.lots.guards import Obstacles
from traceability.lots.models import LogisticUnit
from traceability.lots.queries import LotAtHand
from traceability.lots.shipment_models import Difference, Shipment
from traceability.lots.showing import DIFFERENCE_NAMES, lot_amount, product_name
from traceability.lots.trade_forms import SourcesForm, typed_amount, unit_choices, with_sources
from traceability.lots.usecases import ReceivedAmount


class ShippingForm(SourcesForm):
    """What is sent, and to whom."""

    receiver_id = RadioField(_l("Receiver"), validators=[DataRequired(_l("Choose who gets the goods."))])
    ssccs = TickList(_l("Crates and pallets"), validators=[Optional()])
    note = ParagraphField(_l("Note for the receiver"), validators=[Optional(), Length(max=500)])


def shipping_form(
    lots: Sequence[LotAtHand],
    *,
    chosen: uuid.UUID | None,
    units: Sequence[LogisticUnit],
    receivers: Sequence[tuple[str, str]],
    obstacles: Obstacles,
    closed: Collection[uuid.UUID],
) -> ShippingForm:
    """The form to send these lots, crates and pallets to one of these receivers; of what has obstacles, `closed` is
    what none of them may get.
    """
    form = with_sources(ShippingForm, lots, chosen, obstacles=obstacles, closed=closed)
    form.ssccs.choices = unit_choices(units)
    form.receiver_id.choices = list(receivers)
    return form


class ReceivingForm(Form):
    """What arrived of a shipment."""

    difference = RadioField(
        _l("What became of the rest?"),
        choices=[(str(kind), name) for kind, name in DIFFERENCE_NAMES.items()],
        validators=[Optional()],
        validate_choice=False,
    )
    reason = ParagraphField(_l("Why"), validators=[Optional(), Length(max=500)])

    def line(self, line_id: uuid.UUID) -> Any:
        """How much of a line arrived."""
        return self._fields[f"line_{line_id}"]

    def chosen_difference(self) -> Difference | None:
        """What became of the rest, if that was said."""
        return Difference(self.difference.data) if self.difference.data in set(Difference) else None

    def received(self, shipment: Shipment, *, refuse: bool = False) -> Mapping[uuid.UUID, ReceivedAmount]:
        """What was typed, by line; empty means all of it arrived. Raises Invalid that names the line's field."""
        if refuse:
            return {line.id: ReceivedAmount(quantity=0) for line in shipment.lines}
        received = {}
        for line in shipment.lines:
            field = self.line(line.id)
            if not field.data:
                continue
            try:
                received[line.id] = ReceivedAmount(*typed_amount(field.data, line.lot.unit))
            except ValueError as error:
                raise Invalid(str(error), field=field.name) from error
        return received


def receiving_form(shipment: Shipment) -> ReceivingForm:
    """The form for what arrived of `shipment`, with a field for each line."""
    fields = {
        f"line_{line.id}": TextField(
            _("Received of %(lot)s", lot=f"{product_name(line.lot.product)} {line.lot.lot_number}"),
            validators=[Optional(), Length(max=20)],
            description=_("Sent: %(amount)s", amount=lot_amount(line.lot, line.sent)),
        )
        for line in shipment.lines
    }
    form_class: type[ReceivingForm] = type("BoundReceivingForm", (ReceivingForm,), fields)
    return form_class()
