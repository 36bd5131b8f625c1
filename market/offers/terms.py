"""Setting how an offer is ordered and priced: quantities, tiers, its lot, and prices by weight."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete

from catalog.products.events import ProductChanged
from core.accounts import Actor
from core.db import db
from core.i18n import lazy_gettext as _l
from core.money import MAX_AMOUNT_VND
from core.outbox import publish
from market.offers.availability import lock_units_in_lot
from market.offers.errors import TermsRefused
from market.offers.models import Offer, PriceTier
from market.offers.policies import require_own_offer
from market.offers.rules import (
    MAX_TIERS,
    MIN_PRICE_VND,
    Quantities,
    TierValues,
    WeightTerms,
    check_quantities,
    check_tiers,
)
from market.offers.stock import lock_offers
from traceability.lots.models import Lot


@dataclass(frozen=True)
class OfferTerms:
    """How an offer is ordered, priced and sent.

    `weight` is None for goods whose price does not depend on their weight; `shipping_grams` is what one unit adds to a
    parcel's weight, None where the unit or the average weight says it.
    """

    quantities: Quantities
    tiers: Sequence[TierValues] = ()
    lot_id: uuid.UUID | None = None
    weight: WeightTerms | None = None
    is_preorder: bool = False
    shipping_grams: int | None = None
    needs_cool_chain: bool = False


def set_terms(*, actor: Actor, offer_id: uuid.UUID, terms: OfferTerms) -> Offer:
    """Let the offer be ordered and priced as `terms` say, all of it or nothing. Publishes ProductChanged.

    Raises NotFound when the offer is not the actor's, TermsRefused with messages by field.
    """
    require_own_offer(actor, offer_id)
    offer = lock_offers([offer_id])[offer_id]
    _refuse_nonsense(offer, terms)
    offer.min_quantity, offer.quantity_step = terms.quantities.minimum, terms.quantities.step
    offer.max_quantity, offer.is_preorder = terms.quantities.maximum, terms.is_preorder
    weight = terms.weight
    offer.price_per_kg_vnd = weight.price_per_kg_vnd if weight else None
    offer.average_grams = weight.average_grams if weight else None
    offer.weight_tolerance_percent = weight.tolerance_percent if weight else None
    if weight is not None:
        offer.price_vnd = weight.estimate_vnd
    offer.lot_id = terms.lot_id
    offer.shipping_grams, offer.needs_cool_chain = terms.shipping_grams, terms.needs_cool_chain
    db.session.execute(delete(PriceTier).where(PriceTier.offer_id == offer_id))
    db.session.add_all(
        PriceTier(offer_id=offer_id, from_quantity=tier.from_quantity, price_vnd=tier.price_vnd) for tier in terms.tiers
    )
    db.session.flush()
    if terms.lot_id is not None and offer.on_hand > (left := lock_units_in_lot(offer_id)):
        raise TermsRefused({"lot": _l("The lot has enough left for %(count)s, but the stock says more.", count=left)})
    publish(ProductChanged(product_id=offer.product_id))
    return offer


def _refuse_nonsense(offer: Offer, terms: OfferTerms) -> None:
    fields = check_quantities(terms.quantities)
    price_vnd = offer.price_vnd
    if terms.weight is not None:
        price_vnd = terms.weight.estimate_vnd
        fields |= _check_weight(terms.weight)
        if terms.tiers:
            fields["price_per_kg_vnd"] = _l("Goods priced by weight have no cheaper tiers.")
    if terms.shipping_grams is not None and not 1 <= terms.shipping_grams <= 100_000:
        fields["shipping_grams"] = _l("A number of grams from 1 to 100,000.")
    if terms.lot_id is not None:
        lot = db.session.get(Lot, terms.lot_id)
        if lot is None or lot.product_id != offer.product_id:
            fields["lot"] = _l("Choose a lot of this product.")
    if len(terms.tiers) > MAX_TIERS:
        fields["tiers"] = _l("At most %(count)s rows.", count=MAX_TIERS)
    tiers = check_tiers(terms.tiers, price_vnd=price_vnd)
    if fields or tiers:
        raise TermsRefused(fields, tiers)


def _check_weight(weight: WeightTerms) -> dict[str, object]:
    errors: dict[str, object] = {}
    if not 10 <= weight.average_grams <= 100_000:
        errors["average_grams"] = _l("A number of grams from 10 to 100,000.")
    if not 0 <= weight.tolerance_percent <= 50:
        errors["weight_tolerance_percent"] = _l("A number from 0 to 50.")
    if not MIN_PRICE_VND <= weight.price_per_kg_vnd <= MAX_AMOUNT_VND or (
        not errors and not MIN_PRICE_VND <= weight.estimate_vnd <= MAX_AMOUNT_VND
    ):
        errors["price_per_kg_vnd"] = _l("A price is between 1.000 ₫ and 99.999.999 ₫, also for one piece.")
    return errors
