"""Saving how a product is sold."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from sqlalchemy import bindparam, select

from catalog.products.events import ProductChanged
from catalog.products.queries import lock_variants
from core.accounts import Actor
from core.db import SettledStatement, db, new_id
from core.errors import RowErrors
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.offers.errors import OffersRefused
from market.offers.events import SaleOpened
from market.offers.models import Offer, OfferStatus, SaleUnit
from market.offers.policies import require_own_product
from market.offers.rules import OfferKey, OfferValues, changed_in, check_offers, check_shown
from market.offers.shown import ShownOffer
from market.offers.stock import count_stock, lock_found_offers, offers_to_lock
from traceability.recalls.queries import lock_against_recall


def save_offers(*, actor: Actor, product_id: uuid.UUID, offers: Sequence[OfferValues]) -> list[Offer]:
    """Let the product be sold as `offers` say, all of it or nothing; return them in that order.

    A variant, unit or size of it that is no longer named is paused, never deleted: orders and baskets know it. Stock is
    counted anew where it differs. What was `shown` of an offer and comes back as it was is left alone, whatever became
    of it meanwhile; what was changed elsewhere too is refused. Publishes ProductChanged when a price, a unit or the
    stock changed, and SaleOpened when nothing could be bought before and something can now. Raises NotFound when the
    product is not the actor's, OffersRefused with messages by row.
    """
    require_own_product(actor, product_id)
    lock_offers_of(product_id)
    variant_ids = lock_variants(product_id)  # locks the product: two who add the same offer take turns
    existing: dict[OfferKey, Offer] = {
        (offer.variant_id, SaleUnit(offer.unit), offer.content_quantity): offer
        for offer in db.session.scalars(
            select(Offer).where(Offer.product_id == product_id).order_by(Offer.id).with_for_update()
        )
    }
    now = {key: ShownOffer(offer.id, offer.on_hand, offer.price_vnd) for key, offer in existing.items()}
    offers = [changed_in(row, now[row.key]) if row.key in now else row for row in offers]
    _refuse_nonsense(offers, existing, variant_ids)
    _refuse_changed_elsewhere(offers, now)
    could_be_bought = _can_be_bought(existing.values())
    if lock_against_recall([product_id]):
        raise OffersRefused({}, _l("A recall keeps this product off sale. Sell it again on the page of the recall."))
    changed = False
    saved: dict[OfferKey, Offer] = {}
    for values in offers:
        offer = existing.get(values.key)
        if offer is None:
            offer = _add_offer(product_id, values, _alike(values, existing))
            changed = True
        else:
            changed = _change_offer(offer, values) or changed
        saved[values.key] = offer
    for key, offer in existing.items():
        if key not in saved and offer.status == OfferStatus.ACTIVE:
            offer.status = OfferStatus.PAUSED
            changed = True
    db.session.flush()
    # Offers are locked in the order of their ids everywhere, so that two savers never wait for each other.
    for offer, on_hand in sorted(((saved[row.key], row.on_hand) for row in offers), key=lambda pair: pair[0].id):
        if offer.on_hand != on_hand:
            count_stock(actor=actor, offer_id=offer.id, on_hand=on_hand)
            changed = True
    if changed:
        publish(ProductChanged(product_id=product_id))
    if not could_be_bought and _can_be_bought(saved.values()):
        publish(SaleOpened(opening_id=new_id(), product_id=product_id))
    return [saved[row.key] for row in offers]


def lock_offers_of(product_id: uuid.UUID) -> None:
    """Lock the offers of a product; whoever changes the product does so first.

    Buyers lock their offers, then the products: in another order, the two would wait for each other.
    """
    lock_found_offers(_offers_of_product(), {"product_id": product_id})


@cache
def _offers_of_product() -> SettledStatement:
    return offers_to_lock(Offer.product_id == bindparam("product_id"))


def _can_be_bought(offers: Iterable[Offer]) -> bool:
    return any(offer.status == OfferStatus.ACTIVE and offer.available > 0 for offer in offers)


def _refuse_nonsense(
    offers: Sequence[OfferValues], existing: dict[OfferKey, Offer], variant_ids: Collection[uuid.UUID]
) -> None:
    if not offers:
        raise OffersRefused({}, _l("Say at least one way to sell it: a unit, a price and the stock."))
    errors: RowErrors = check_offers(offers)
    for position, row in enumerate(offers):
        offer = existing.get(row.key)
        if row.variant_id is not None and row.variant_id not in variant_ids:
            errors.setdefault(position, {})["variant"] = _l("Choose one of the grades and sizes of this product.")
        if offer is not None and row.on_hand < offer.reserved:
            message = _l("%(count)s are held by orders that wait for payment.", count=offer.reserved)
            errors.setdefault(position, {})["on_hand"] = message
        if offer is not None and offer.price_per_kg_vnd is not None and row.price_vnd != offer.price_vnd:
            message = _l("This is priced by weight. Change the price of a kilogram in its terms.")
            errors.setdefault(position, {})["price_vnd"] = message
    if errors:
        raise OffersRefused(errors)


def _refuse_changed_elsewhere(offers: Sequence[OfferValues], now: Mapping[OfferKey, ShownOffer]) -> None:
    checked = {position: check_shown(row, now[row.key]) for position, row in enumerate(offers) if row.key in now}
    errors = {position: errors for position, (errors, _shown) in checked.items() if errors}
    if errors:
        raise OffersRefused(errors, shown={position: checked[position][1] for position in errors})


def _alike(values: OfferValues, existing: dict[OfferKey, Offer]) -> Offer | None:
    """The first offer of the same size of unit, of another variant then: it weighs as much and is kept as cold."""
    size = (values.unit, values.content_quantity)
    return next((offer for (_variant, *known), offer in existing.items() if tuple(known) == size), None)


def _add_offer(product_id: uuid.UUID, values: OfferValues, alike: Offer | None) -> Offer:
    offer = Offer(
        id=new_id(),
        product_id=product_id,
        variant_id=values.variant_id,
        unit=values.unit,
        content_quantity=values.content_quantity,
        price_vnd=values.price_vnd,
        on_hand=0,
        reserved=0,
        status=OfferStatus.ACTIVE,
        shipping_grams=alike.shipping_grams if alike is not None else None,
        needs_cool_chain=alike is not None and alike.needs_cool_chain,
    )
    db.session.add(offer)
    return offer


def _change_offer(offer: Offer, values: OfferValues) -> bool:
    """Write price and status; whether anything was different."""
    before = (offer.price_vnd, offer.status)
    offer.price_vnd, offer.status = values.price_vnd, OfferStatus.ACTIVE
    return before != (offer.price_vnd, offer.status)
