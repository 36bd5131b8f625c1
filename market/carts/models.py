"""Tables of baskets."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.offers.models import Offer


class Cart(Model):
    """A basket; the browser holds its id in the signed session cookie. `order_id` names the order it became.

    A basket of an account is for nobody else, whichever browser holds it; one without is for whoever holds it.
    A basket with an order stays as it is; changing it begins a new one, whose `replaces_id` names the old one, so that
    checkout can let go of an order that was never paid.
    """

    __tablename__ = "carts"
    __table_args__ = (Index("ix_carts_updated_at", "updated_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("orders.id"), unique=True)
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("carts.id", ondelete="SET NULL"), index=True)
    locale: Mapped[str] = mapped_column(Nfc(5), default="vi")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)

    lines: Mapped[list["CartLine"]] = relationship(
        back_populates="cart", order_by="CartLine.id", cascade="all, delete-orphan", lazy="raise"
    )

    def is_of(self, user_id: uuid.UUID | None) -> bool:
        """Whether whoever has this account, or none, may use the basket."""
        return self.user_id in (None, user_id)


class CartLine(Model):
    """So many units of one offer, with the price the shopper saw last, so that a change can be named."""

    __tablename__ = "cart_lines"
    __table_args__ = (
        UniqueConstraint("cart_id", "offer_id"),
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity_range"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cart_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"))
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id"))
    quantity: Mapped[int]
    seen_price_vnd: Mapped[int] = mapped_column(BigInteger)

    cart: Mapped[Cart] = relationship(back_populates="lines", lazy="raise")
    offer: Mapped[Offer] = relationship()


class CartVoucher(Model):
    """A voucher whose code was typed into a basket."""

    __tablename__ = "cart_vouchers"

    cart_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"), primary_key=True)
    promotion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("promotions.id"), primary_key=True)
