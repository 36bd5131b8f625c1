"""A farm that sells, and people who bought something from it, for tests of what they say to each other."""

import io
import uuid
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags, Image
from sqlalchemy import select

from core.accounts import Actor, RoleName, User
from core.db import db, new_id
from market.offers.models import Offer
from market.orders.models import Order, OrderLine, Parcel
from market.orders.packing import pack_parcel, ship_parcel
from market.orders.usecases import lock_order, mark_paid
from market.reviews.models import Review
from market.reviews.usecases import ReviewValues, write_review
from tests.factories import make_offer, make_user
from tests.support.paying import place
from tests.traceability.farm import Farm, actor_of, make_farm
from traceability.lots.models import Lot


@dataclass
class Purchase:
    """An order of one line."""

    token: str
    order_id: uuid.UUID
    line_id: uuid.UUID
    parcel_id: uuid.UUID

    @property
    def review_path(self) -> str:
        return f"/orders/{self.token}/lines/{self.line_id}/review"


@dataclass
class Shop:
    """A farm with a lot and an offer of its product."""

    farm: Farm
    lot: Lot
    offer: Offer

    @property
    def slug(self) -> str:
        return self.farm.product.slug

    def buy(self, buyer: User | None = None, *, shipped: bool = True, email: str | None = None) -> Purchase:
        """A paid order of one piece, packed from the lot and shipped; by a guest unless there is a buyer."""
        order_id = place((self.offer, 1), email=email)
        order = db.session.get_one(Order, order_id)
        order.user_id = buyer.id if buyer is not None else None
        mark_paid(order=lock_order(order_id), payment_id=new_id())
        parcel = db.session.scalars(select(Parcel).where(Parcel.order_id == order_id)).one()
        line_id = db.session.scalars(select(OrderLine.id).where(OrderLine.parcel_id == parcel.id)).one()
        if shipped:
            pack_parcel(actor=self.farm.actor, parcel_id=parcel.id, lots={line_id: self.lot.id})
            ship_parcel(actor=self.farm.actor, parcel_id=parcel.id)
        db.session.commit()
        return Purchase(order.token, order_id, line_id, parcel.id)

    def review(self, purchase: Purchase | None = None, **values: Any) -> Review:
        """What the buyer says."""
        bought = purchase or self.buy()
        given = {"stars": 5, "author_name": "Mẫu", "body": "Ngon, đóng gói kỹ (mẫu).", **values}
        review = write_review(token=bought.token, line_id=bought.line_id, values=ReviewValues(**given))
        db.session.commit()
        return review


def make_shop() -> Shop:
    """A farm with 500 pieces of a lot, of which 400 are on sale."""
    farm = make_farm()
    return Shop(farm, farm.harvest(500), make_offer(farm.product, on_hand=400))


def make_officer() -> Actor:
    """An officer of the province."""
    return actor_of(make_user(RoleName.PROVINCE_OFFICER))


def photo_file(size: tuple[int, int] = (80, 60), colour: str = "green") -> io.BytesIO:
    """A photo that says where and with what it was taken."""
    image, exif, out = Image.new("RGB", size, colour), Image.Exif(), io.BytesIO()
    exif[ExifTags.Base.Make] = "A camera"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitude: (18.0, 5.0, 42.0),
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLongitude: (105.0, 46.0, 48.0),
            ExifTags.GPS.GPSLongitudeRef: "E",
        }
    )
    image.save(out, "JPEG", exif=exif)
    out.seek(0)
    return out
