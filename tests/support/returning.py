"""A parcel that was paid and shipped, of which something comes back, for tests of returns."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.accounts import ANONYMOUS, Actor, RoleName
from core.db import atomic, db, new_id
from market.orders.models import Order, Parcel
from market.orders.packing import pack_parcel, ship_parcel
from market.payments.flow import process_refund
from market.payments.models import Refund
from market.returns.models import Return, ReturnReason, ReturnWish
from market.returns.usecases import ReturnValues, ask_for_return
from tests.factories import make_user
from tests.support.paying import VISA, LiveSandbox
from tests.support.refunding import actor_of, lines_of, pay_for
from tests.support.shopping import Shop, make_shop

PRICE = 35_000


@dataclass
class Delivered:
    """A paid order of one line that is on its way, with its seller and an administrator."""

    live: LiveSandbox
    shop: Shop
    token: str
    order_id: uuid.UUID
    parcel_id: uuid.UUID
    line_id: uuid.UUID
    administrator: Actor

    @property
    def new_path(self) -> str:
        return f"/orders/{self.token}/parcels/{self.parcel_id}/return"

    def ask(self, units: int = 1, **values: Any) -> Return:
        """What the buyer asks for."""
        given = {
            "quantities": {self.line_id: units},
            "reason": ReturnReason.DAMAGED,
            "wish": ReturnWish.REFUND,
            "body": "Hai quả bị dập (mẫu).",
            "request_key": str(new_id()),
            **values,
        }
        with atomic():
            return ask_for_return(
                actor=ANONYMOUS, token=self.token, parcel_id=self.parcel_id, values=ReturnValues(**given)
            )

    def given_back_vnd(self) -> int:
        """What went back once the payment service has been asked for all that was requested, in dong."""
        for refund in self.refunds():
            process_refund(refund.id, gateway=self.live.gateway)
        return sum(refund.amount_vnd for refund in self.refunds() if refund.status == "succeeded")

    def refunds(self) -> list[Refund]:
        """All refunds so far."""
        return list(db.session.scalars(select(Refund).order_by(Refund.id).execution_options(populate_existing=True)))


def deliver(live: LiveSandbox, units: int = 3, *, card: str = VISA) -> Delivered:
    """A farm, and a parcel of so many pieces from it that is on its way."""
    shop = make_shop()
    db.session.commit()
    order_id = pay_for(live, (shop.offer, units), card=card)
    parcel = db.session.scalars(select(Parcel).where(Parcel.order_id == order_id)).one()
    line_id = lines_of(order_id)[0].id
    with atomic():
        pack_parcel(actor=shop.farm.actor, parcel_id=parcel.id, lots={line_id: shop.lot.id})
        ship_parcel(actor=shop.farm.actor, parcel_id=parcel.id)
    administrator = actor_of(make_user(RoleName.ADMINISTRATOR))
    db.session.commit()
    token = db.session.get_one(Order, order_id).token
    return Delivered(live, shop, token, order_id, parcel.id, line_id, administrator)


def return_now(return_id: uuid.UUID) -> Return:
    """The return as it is in the database now."""
    return db.session.get_one(Return, return_id, populate_existing=True)
