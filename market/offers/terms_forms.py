"""The form of how an offer is ordered and priced."""

import uuid
from typing import Any

from wtforms import BooleanField, FieldList, FormField
from wtforms.validators import InputRequired, Optional

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, MoneyField, RowForm, SelectField, WholeNumberField
from market.offers.errors import TermsRefused
from market.offers.models import Offer, PriceTier
from market.offers.rules import MAX_TIERS, Quantities, TierValues, WeightTerms
from market.offers.terms import OfferTerms


class TierForm(RowForm):
    """From so many on, each costs so much; a row in which nothing was typed is ignored."""

    from_quantity = WholeNumberField(_l("From how many"), validators=[Optional()])
    price_vnd = MoneyField(_l("Price for each"), validators=[Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """A row that was begun needs both."""
        valid = bool(super().validate(extra_validators))
        for field in self:
            if not self.is_empty and not field.errors and field.data is None:
                field.errors = [*field.errors, str(REQUIRED)]
                valid = False
        return valid


class TermsForm(Form):
    """Quantities, cheaper prices for more, the lot, the price by weight."""

    min_quantity = WholeNumberField(_l("The least in one order"), validators=[InputRequired(REQUIRED)])
    quantity_step = WholeNumberField(_l("In steps of"), validators=[InputRequired(REQUIRED)])
    max_quantity = WholeNumberField(_l("The most in one order"), validators=[Optional()])
    tiers = FieldList(FormField(TierForm), min_entries=3, max_entries=MAX_TIERS)
    lot = SelectField(_l("Only from lot"), validators=[Optional()])
    price_per_kg_vnd = MoneyField(_l("Price of a kilogram"), validators=[Optional()])
    average_grams = WholeNumberField(_l("One weighs about"), validators=[Optional()])
    weight_tolerance_percent = WholeNumberField(_l("May cost more by"), validators=[Optional()])
    is_preorder = BooleanField(_l("Sold before the harvest"))
    shipping_grams = WholeNumberField(_l("Adds to the parcel"), validators=[Optional()])
    needs_cool_chain = BooleanField(_l("Must be kept cold on the way"))

    def terms(self) -> OfferTerms | None:
        """What the valid form says; None when the price by weight is not whole, which then says so itself."""
        weight = (self.price_per_kg_vnd, self.average_grams, self.weight_tolerance_percent)
        given = [field for field in weight if field.data is not None]
        if given and len(given) < len(weight):
            for field in weight:
                if field.data is None:
                    field.errors = [_("A price by weight needs all three.")]
            return None
        return OfferTerms(
            quantities=Quantities(self.min_quantity.data or 0, self.quantity_step.data or 0, self.max_quantity.data),
            tiers=[TierValues(row.from_quantity.data or 0, row.price_vnd.data or 0) for row in self.typed_tiers()],
            lot_id=uuid.UUID(self.lot.data) if self.lot.data else None,
            weight=WeightTerms(*(field.data or 0 for field in weight)) if given else None,
            is_preorder=bool(self.is_preorder.data),
            shipping_grams=self.shipping_grams.data,
            needs_cool_chain=bool(self.needs_cool_chain.data),
        )

    def typed_tiers(self) -> list[TierForm]:
        """The rows in which something was typed."""
        return [entry.form for entry in self.tiers if not entry.form.is_empty]

    def show(self, refusal: TermsRefused) -> None:
        """Put what was refused beside the fields it is about."""
        for name, message in refusal.fields.items():
            if name == "tiers":
                self.form_errors.append(str(message))
            else:
                self[name].errors = [*self[name].errors, str(message)]
        for position, messages in refusal.tiers.items():
            for name, message in messages.items():
                field = self.typed_tiers()[position][name]
                field.errors = [*field.errors, str(message)]


def initial_terms(offer: Offer, tiers: list[PriceTier]) -> dict[str, Any]:
    """What the form shows of an offer at first."""
    rows: list[dict[str, Any]] = [{"from_quantity": tier.from_quantity, "price_vnd": tier.price_vnd} for tier in tiers]
    free = min(MAX_TIERS - len(rows), max(1, 3 - len(rows)))
    return {
        "min_quantity": offer.min_quantity,
        "quantity_step": offer.quantity_step,
        "max_quantity": offer.max_quantity,
        "lot": str(offer.lot_id or ""),
        "price_per_kg_vnd": offer.price_per_kg_vnd,
        "average_grams": offer.average_grams,
        "weight_tolerance_percent": offer.weight_tolerance_percent,
        "is_preorder": offer.is_preorder,
        "shipping_grams": offer.shipping_grams,
        "needs_cool_chain": offer.needs_cool_chain,
        "tiers": rows + [{}] * free,
    }
