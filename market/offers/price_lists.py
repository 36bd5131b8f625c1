"""Price lists: what a producer asks of named business buyers."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from catalog.producers.policies import may_act_for
from catalog.producers.queries import producers_of
from catalog.products.models import Product, ProductStatus
from core.accounts import Actor, User
from core.accounts.queries import find_user
from core.db import db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.money import MAX_AMOUNT_VND
from market.offers.models import Offer, OfferStatus, PriceList, PriceListBuyer, PriceListPrice
from market.offers.rules import MAX_ORDER_QUANTITY, MIN_PRICE_VND

MOST_BUYERS = 200
MOST_OFFERS = 200


@dataclass(frozen=True)
class ListedPrice:
    """An offer with what it costs on a price list; `from_quantity` and `listed_vnd` are None where it is not on it."""

    offer: Offer
    from_quantity: int | None
    listed_vnd: int | None


def create_price_list(*, actor: Actor, producer_id: uuid.UUID, name: str) -> PriceList:
    """Begin a price list without prices and buyers. Raises NotFound for a producer that is not the actor's."""
    if not may_act_for(actor, producer_id):
        raise NotFound
    price_list = PriceList(id=new_id(), producer_id=producer_id, name=name, created_by=actor.user_id)
    db.session.add(price_list)
    db.session.flush()
    return price_list


def set_listed_price(
    *, actor: Actor, price_list_id: uuid.UUID, offer_id: uuid.UUID, from_quantity: int, price_vnd: int | None
) -> None:
    """Let an offer cost `price_vnd` from `from_quantity` on for the buyers of a list; None takes it off the list.

    Raises NotFound, Conflict for a list that has ended, Invalid by field.
    """
    price_list = _lock_own(actor, price_list_id)
    offer = db.session.get(Offer, offer_id)
    if offer is None or db.session.get_one(Product, offer.product_id).producer_id != price_list.producer_id:
        raise NotFound
    db.session.execute(
        delete(PriceListPrice).where(PriceListPrice.price_list_id == price_list_id, PriceListPrice.offer_id == offer_id)
    )
    if price_vnd is None:
        return
    if offer.price_per_kg_vnd is not None:
        raise Invalid(_l("Goods priced by weight cannot be on a price list."), field="price_vnd")
    if not 1 <= from_quantity <= MAX_ORDER_QUANTITY:
        raise Invalid(_l("Choose a number from 1 to 999."), field="from_quantity")
    if not MIN_PRICE_VND <= price_vnd <= MAX_AMOUNT_VND:
        raise Invalid(_l("A price is between 1.000 ₫ and 99.999.999 ₫."), field="price_vnd")
    db.session.add(
        PriceListPrice(price_list_id=price_list_id, offer_id=offer_id, from_quantity=from_quantity, price_vnd=price_vnd)
    )
    db.session.flush()


def add_buyer(*, actor: Actor, price_list_id: uuid.UUID, name: str) -> None:
    """Let the account with this phone number or e-mail address buy at the prices of a list; twice changes nothing.

    Raises NotFound, Conflict for a list that has ended, Invalid when there is no such account.
    """
    _lock_own(actor, price_list_id)
    user = find_user(name)
    if user is None or not user.active:
        raise Invalid(_l("There is no account with this phone number or e-mail address."), field="buyer")
    count = db.session.scalar(select(func.count()).where(PriceListBuyer.price_list_id == price_list_id)) or 0
    if count >= MOST_BUYERS:
        raise Invalid(_l("A list takes %(count)s buyers.", count=MOST_BUYERS), field="buyer")
    db.session.execute(
        insert(PriceListBuyer)
        .values(price_list_id=price_list_id, user_id=user.id, added_at=utc_now())
        .on_conflict_do_nothing()
    )


def remove_buyer(*, actor: Actor, price_list_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Take a buyer off a list, if they are on it. Raises NotFound, Conflict for a list that has ended."""
    _lock_own(actor, price_list_id)
    db.session.execute(
        delete(PriceListBuyer).where(PriceListBuyer.price_list_id == price_list_id, PriceListBuyer.user_id == user_id)
    )


def end_price_list(*, actor: Actor, price_list_id: uuid.UUID) -> None:
    """Let a list count no more. Raises NotFound, Conflict when it has ended already."""
    _lock_own(actor, price_list_id).ended_at = utc_now()
    db.session.flush()


def price_lists_of(actor: Actor) -> Select[PriceList]:
    """The price lists of the actor's producers, the newest first; give it to `paginate`."""
    own = [producer.id for producer in producers_of(actor)]
    return select(PriceList).where(PriceList.producer_id.in_(own)).order_by(PriceList.id.desc())


def get_price_list(actor: Actor, price_list_id: uuid.UUID) -> PriceList:
    """A price list of the actor's. Raises NotFound."""
    price_list = db.session.get(PriceList, price_list_id)
    if price_list is None or not may_act_for(actor, price_list.producer_id):
        raise NotFound
    return price_list


def listed_prices(price_list: PriceList) -> Sequence[ListedPrice]:
    """All offers on sale of the list's producer, with their prices on it, in one query; at most 200."""
    rows = db.session.execute(
        select(Offer, PriceListPrice.from_quantity, PriceListPrice.price_vnd)
        .join(Product, Product.id == Offer.product_id)
        .outerjoin(
            PriceListPrice,
            (PriceListPrice.offer_id == Offer.id) & (PriceListPrice.price_list_id == price_list.id),
        )
        .where(
            Product.producer_id == price_list.producer_id,
            Product.status == ProductStatus.PUBLISHED,
            Offer.status == OfferStatus.ACTIVE,
            Offer.price_per_kg_vnd.is_(None),
        )
        .options(joinedload(Offer.product), joinedload(Offer.variant))
        .order_by(Product.name_vi, Offer.id)
        .limit(MOST_OFFERS)
    )
    return [ListedPrice(*row) for row in rows]


def buyers_of(price_list_id: uuid.UUID) -> Sequence[User]:
    """The buyers of a list by name."""
    return db.session.scalars(
        select(User)
        .join(PriceListBuyer, PriceListBuyer.user_id == User.id)
        .where(PriceListBuyer.price_list_id == price_list_id)
        .order_by(User.display_name, User.id)
        .limit(MOST_BUYERS)
    ).all()


def _lock_own(actor: Actor, price_list_id: uuid.UUID) -> PriceList:
    price_list = get_price_list(actor, price_list_id)
    db.session.refresh(price_list, with_for_update=True)
    if price_list.ended_at is not None:
        raise Conflict(_l("This has ended already."))
    return price_list
