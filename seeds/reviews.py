"""What buyers of the demo world say: orders for parcels that left in its past, each with a review.

The parcels are those of the harvests, so lots, stock and journal stay as they are. The same for everybody on the same
day, but for the secrets in the links of the orders.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, exists, select
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.producers.models import Producer, ProducerMember
from catalog.products.models import Product
from core.accounts import User
from core.db import db, secret_token
from market.delivery.site_courier import FIRST_FEES
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.ledger.usecases import post_entry
from market.offers.models import Offer
from market.orders.models import Order, OrderLine, OrderStatus, Parcel, ParcelStatus
from market.orders.usecases import ledger_lines
from market.payments.gateway import CURRENCY, BalanceMovement
from market.payments.models import Payment, PaymentStatus
from market.payments.movements import record_movements
from market.payments.refunds import LEDGER_PAYMENT
from market.reviews.models import Review, ReviewAnswer
from seeds.accounts import FARMER
from seeds.identifiers import KeySource, readable_code
from traceability.lots.models import HoldingStatus, Lot, LotMovement


class Said(NamedTuple):
    """What one buyer says, and what the farmer of the demo accounts answers where the product is theirs."""

    buyer: str
    stars: int
    body: str | None
    answer: str


SAID: Final[Sequence[Said]] = (
    Said("Trần Thị Hoa (mẫu)", 5, "Hàng tươi, đóng gói kỹ, quét mã ra đúng vườn.", "Cảm ơn chị đã tin nhà vườn."),
    Said(
        "Lê Văn Bình (mẫu)",
        4,
        "Ngon, đúng như mô tả. Giao chậm một ngày vì mưa.",
        "Mưa lớn xe về trễ, mong anh thông cảm.",
    ),
    Said("Nguyễn Thu Hà (mẫu)", 5, "Mua lần thứ ba rồi, lần nào cũng đều tay.", "Hẹn gặp chị vụ sau."),
    Said("Phạm Minh (mẫu)", 3, "Vị ổn nhưng kích cỡ không đều.", "Lần sau chúng tôi sẽ chọn đều hơn."),
    Said("Võ Thị Lan (mẫu)", 5, None, "Cảm ơn chị."),
    Said("Đặng Quốc Anh (mẫu)", 4, "Biếu bố mẹ, ông bà khen ngon và sạch.", "Kính chúc ông bà mạnh khỏe."),
)
_COMMISSION_BASIS_POINTS: Final = 300
_AFTER: Final = timedelta(days=4)


def add_reviews(*, now: datetime) -> int:
    """Add them once, on a site where nobody has ordered anything yet; returns how many."""
    if db.session.scalar(select(exists().where(Order.id.is_not(None)))):
        return 0
    farmer = db.session.scalars(select(User).where(User.email == FARMER)).one_or_none()
    rows = _sent_parcels(before=now - _AFTER)
    for said, row in zip(SAID, rows, strict=False):
        _add_review(said, row, farmer)
    db.session.flush()
    _pay_out(now)
    return len(rows)


def _pay_out(now: datetime) -> None:
    """What these orders brought is at the bank: the payment service of this world begins with nothing."""
    held = balance_of(AccountKind.PROCESSOR_BALANCE)
    if held:
        record_movements([BalanceMovement("txn_sample", "payout", -held, 0, -held, CURRENCY, now, source_id=None)])


def _sent_parcels(*, before: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """The last parcel of each of the first products that are sold by the piece, with what was in it."""
    return db.session.execute(
        select(LotMovement, Lot, Product, Producer, Offer)
        .join(Lot, Lot.id == LotMovement.lot_id)
        .join(Product, Product.id == Lot.product_id)
        .join(Producer, Producer.id == Product.producer_id)
        .join(Offer, (Offer.product_id == Product.id) & (Offer.unit == Lot.unit) & (Offer.content_quantity == 1))
        .where(
            LotMovement.to_status == HoldingStatus.SOLD,
            LotMovement.to_sscc != "",
            LotMovement.units.between(1, 999),
            LotMovement.created_at < before,
        )
        .ext(distinct_on(Product.id))
        .order_by(Product.id.desc(), LotMovement.created_at.desc(), LotMovement.id, Offer.id)
        .limit(len(SAID))
    ).all()


def _add_review(said: Said, row: Row[*tuple[Any, ...]], farmer: User | None) -> None:
    movement, lot, product, producer, _offer = row
    random = Random(f"review {product.slug} {lot.lot_number}")
    keys = KeySource(random)
    sent_at: datetime = movement.created_at
    written_at = datetime.combine((sent_at + _AFTER).date(), time(2, random.randrange(60)), sent_at.tzinfo)
    order = _order(said, keys, random, row)
    review = Review(
        id=uuid.UUID(keys.key(written_at)),
        order_line_id=order.parcels[0].lines[0].id,
        product_id=product.id,
        producer_id=producer.id,
        lot_id=lot.id,
        author_name=said.buyer,
        stars=said.stars,
        body=said.body,
        photo_keys=[],
        created_at=written_at,
    )
    payment = _payment(order, keys)
    db.session.add_all([order, review])
    db.session.flush()
    db.session.add(payment)
    db.session.flush()
    post_entry(
        source=LEDGER_PAYMENT,
        source_id=payment.id,
        description=f"Order {order.number} paid",
        lines=ledger_lines(order),
    )
    if farmer is not None and _acts_for(farmer, producer):
        db.session.add(
            ReviewAnswer(
                id=uuid.UUID(keys.key(written_at)),
                review_id=review.id,
                body=said.answer,
                answered_by=farmer.id,
                answered_at=written_at + timedelta(hours=9),
            )
        )


def _order(said: Said, keys: KeySource, random: Random, row: Row[*tuple[Any, ...]]) -> Order:
    """The order behind the parcel: placed the evening before, paid by the time it left."""
    movement, lot, product, producer, offer = row
    sent_at: datetime = movement.created_at
    placed_at = sent_at - timedelta(hours=15)
    goods_vnd = offer.price_vnd * movement.units
    code = readable_code(random, 8)
    line = OrderLine(
        id=uuid.UUID(keys.key(placed_at)),
        offer_id=offer.id,
        product_name_vi=product.name_vi,
        product_name_en=product.name_en,
        variant_name_vi=offer.variant.name_vi if offer.variant is not None else None,
        variant_name_en=offer.variant.name_en if offer.variant is not None else None,
        unit=offer.unit,
        content_quantity=1,
        quantity=movement.units,
        unit_price_vnd=offer.price_vnd,
        line_total_vnd=goods_vnd,
        lot_id=lot.id,
    )
    parcel = Parcel(
        id=uuid.UUID(keys.key(placed_at)),
        producer_id=producer.id,
        goods_vnd=goods_vnd,
        delivery_vnd=FIRST_FEES.same_province_vnd,
        commission_basis_points=_COMMISSION_BASIS_POINTS,
        status=ParcelStatus.SHIPPED,
        sscc=movement.to_sscc,
        packed_at=sent_at,
        shipped_at=sent_at,
        lines=[line],
    )
    return Order(
        id=uuid.UUID(keys.key(placed_at)),
        number=f"{code[:4]}-{code[4:]}",
        token=secret_token(),
        buyer_name=said.buyer,
        buyer_phone="+84912000008",
        commune_code=producer.commune_code,
        address="Thôn 3 (mẫu)",
        locale="vi",
        goods_vnd=goods_vnd,
        delivery_vnd=FIRST_FEES.same_province_vnd,
        total_vnd=goods_vnd + FIRST_FEES.same_province_vnd,
        status=OrderStatus.SHIPPED,
        placed_at=placed_at,
        paid_at=placed_at,
        parcels=[parcel],
    )


def _payment(order: Order, keys: KeySource) -> Payment:
    """How the order was paid, before the payment service of this world began to keep its books."""
    assert order.paid_at is not None
    payment_id = uuid.UUID(keys.key(order.paid_at))
    return Payment(
        id=payment_id,
        order_id=order.id,
        attempt=1,
        amount_vnd=order.total_vnd,
        status=PaymentStatus.SUCCEEDED,
        idempotency_key=f"sample-{payment_id}",
        expires_at=order.paid_at + timedelta(hours=1),
        created_at=order.placed_at,
        settled_at=order.paid_at,
    )


def _acts_for(farmer: User, producer: Producer) -> bool:
    member = select(exists().where(ProducerMember.producer_id == producer.id, ProducerMember.user_id == farmer.id))
    return bool(db.session.scalar(member))
