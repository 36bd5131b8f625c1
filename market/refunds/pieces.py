"""What a refund is made of: so much of a line or of a delivery, cut to what each payment of an order still holds."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.errors import Invalid
from core.i18n import lazy_gettext as _l
from market.collections.rules import OpenLine, WithdrawnLine, withdraw
from market.orders.models import Order, OrderLine, Parcel, ParcelStatus
from market.orders.shares import Paid, Shares, money_of, share_of_refund, spread, withdrawn_of
from market.payments.models import RefundLine
from market.refunds.errors import MoreThanWasPaid, RestNotPaid, RestTooSmall
from market.refunds.queries import GivenBack, RefundedSoFar
from market.refunds.rules import price_of_units


@dataclass(frozen=True)
class RefundPart:
    """What to give back of one line: so many units at their price, or `amount_vnd` where another sum is agreed."""

    order_line_id: uuid.UUID
    quantity: int
    amount_vnd: int | None = None


@dataclass(frozen=True)
class Piece:
    """So many dong, and units, of one line of a parcel, or of its delivery (no line).

    `by_line` is what becomes of all lines of a parcel whose rest is not paid.
    """

    parcel: Parcel
    line: OrderLine | None
    quantity: int
    amount_vnd: int
    by_line: Mapping[uuid.UUID, WithdrawnLine] | None = None


def pieces_of_lines(order: Order, parts: Sequence[RefundPart], so_far: RefundedSoFar) -> list[Piece]:
    """The lines that are asked for, priced. Raises Invalid and MoreThanWasPaid with the line as field."""
    wanted = {part.order_line_id: part for part in parts if part.quantity or part.amount_vnd}
    found: list[Piece] = []
    for parcel in order.parcels:
        own = [(line, wanted[line.id]) for line in parcel.lines if line.id in wanted]
        if own and parcel.deposit_vnd:
            found += _withdrawn_pieces(parcel, own)
        else:
            found += [
                Piece(parcel, line, part.quantity, _amount(line, part, so_far.of_line(line))) for line, part in own
            ]
    return found


def _withdrawn_pieces(parcel: Parcel, own: Sequence[tuple[OrderLine, RefundPart]]) -> list[Piece]:
    """Units that are given back while the rest of their parcel is not paid: of each what is paid of it."""
    for line, part in own:
        field = f"quantity_{line.id}"
        if part.amount_vnd is not None:
            raise RestNotPaid(field=field)
        _check_units(part, line.quantity - line.cancelled_quantity)
    lines = {
        line.id: OpenLine(
            line.charged_vnd, line.quantity, line.balance_vnd, line.cancelled_quantity, line.withdrawn_vnd
        )
        for line in parcel.lines
    }
    try:
        by_line = withdraw(lines, {line.id: part.quantity for line, part in own})
    except ValueError:
        raise RestTooSmall from None
    return [Piece(parcel, line, part.quantity, by_line[line.id].back_vnd, by_line) for line, part in own]


def _check_units(part: RefundPart, left: int) -> None:
    field = f"quantity_{part.order_line_id}"
    if part.quantity < 0 or (part.amount_vnd or 0) < 0:
        raise Invalid(_l("Enter a whole number above zero."), field=field)
    if part.quantity > left:
        raise MoreThanWasPaid(field=field)


def _amount(line: OrderLine, part: RefundPart, given: GivenBack) -> int:
    """In dong; nothing for units that a voucher paid for, or whose price went back as a goodwill."""
    _check_units(part, line.quantity - given.quantity)
    left = max(line.charged_vnd - given.amount_vnd, 0)
    if part.amount_vnd is None:
        return min(_price_of_units(line, part.quantity, given), left)
    if part.amount_vnd > left:
        raise MoreThanWasPaid(field=f"quantity_{line.id}")
    return part.amount_vnd


def _price_of_units(line: OrderLine, units: int, given: GivenBack) -> int:
    """What so many units of a line cost; of goods that were weighed, an equal share of what is left of their price."""
    if line.final_vnd is not None:
        left = line.charged_vnd - given.amount_vnd
        return price_of_units(line_total_vnd=left, quantity=line.quantity - given.quantity, units=units, units_before=0)
    return price_of_units(
        line_total_vnd=line.charged_vnd, quantity=line.quantity, units=units, units_before=given.quantity
    )


def pieces_of_delivery(order: Order, delivery_of: Mapping[uuid.UUID, int], so_far: RefundedSoFar) -> list[Piece]:
    """The deliveries that are asked for, and those of parcels that are not sent. Raises MoreThanWasPaid."""
    found = []
    for parcel in order.parcels:
        left = so_far.left_of_delivery(parcel)
        amount = left if parcel.status == ParcelStatus.CANCELLED else delivery_of.get(parcel.id, 0)
        if amount and parcel.deposit_vnd and parcel.status != ParcelStatus.CANCELLED:
            raise RestNotPaid(field=f"delivery_{parcel.id}")
        if not 0 <= amount <= left:
            raise MoreThanWasPaid(field=f"delivery_{parcel.id}")
        paid = money_of(parcel).delivery
        was_free = paid.amount_vnd == 0 < paid.fee_vnd + paid.voucher_vnd
        goes_back_free = (
            was_free
            and not parcel.deposit_vnd
            and parcel.status == ParcelStatus.CANCELLED
            and parcel.id not in so_far.delivery
        )
        if amount or goes_back_free:
            found.append(Piece(parcel, None, 0, amount))
    return found


def spread_over_order(order: Order, amount_vnd: int, so_far: RefundedSoFar) -> list[Piece]:
    """A sum in proportion to what is left of each line and delivery. Raises MoreThanWasPaid."""
    places: list[tuple[Parcel, OrderLine | None, int]] = []
    for parcel in order.parcels:
        if parcel.deposit_vnd:
            continue  # given back as a whole
        places += [(parcel, line, line.charged_vnd - so_far.of_line(line).amount_vnd) for line in parcel.lines]
        places.append((parcel, None, so_far.left_of_delivery(parcel)))
    if not 0 < amount_vnd <= sum(left for _parcel, _line, left in places):
        raise MoreThanWasPaid(field="amount")
    amounts = spread(amount_vnd, [left for _parcel, _line, left in places])
    return [
        Piece(parcel, line, 0, amount) for (parcel, line, _left), amount in zip(places, amounts, strict=True) if amount
    ]


def cut_to_payments(pieces: Sequence[Piece], held_vnd: Sequence[int]) -> list[list[Piece]]:
    """For each payment, of which `held_vnd` can still be given back, the pieces that it gives back.

    The first payment gives as much as it can, then the next; a piece that is larger than what is left of one is cut.
    Pieces of nothing go along with the first payment that gives something; where none does, nowhere. Raises
    MoreThanWasPaid when all together do not hold so much.
    """
    found: list[list[Piece]] = [[] for _ in held_vnd]
    number, left = 0, held_vnd[0]
    for piece in pieces:
        if not piece.amount_vnd:
            continue
        rest = piece
        while rest.amount_vnd > left:
            if left > 0:
                found[number].append(replace(rest, amount_vnd=left))
                rest = replace(rest, quantity=0, amount_vnd=rest.amount_vnd - left)
            number += 1
            if number == len(held_vnd):
                raise MoreThanWasPaid
            left = held_vnd[number]
        found[number].append(rest)
        left -= rest.amount_vnd
    for of_payment in found:
        if of_payment:
            of_payment += [piece for piece in pieces if not piece.amount_vnd]
            break
    return found


class LineBuilder:
    """Builds refund lines one after the other, so that each share counts those before it."""

    def __init__(self, so_far: RefundedSoFar) -> None:
        self._goods, self._delivery = dict(so_far.goods), dict(so_far.delivery)
        self._units = {line_id: given.quantity for line_id, given in so_far.lines.items()}

    def build(self, piece: Piece) -> RefundLine:
        """The refund line of the next piece."""
        parcel, line = piece.parcel, piece.line
        if parcel.deposit_vnd:
            return _deposit_line(piece)
        given = self._delivery if line is None else self._goods
        before = given.get(parcel.id, GivenBack())
        if line is None:
            shares = _share(piece.amount_vnd, money_of(parcel).delivery, before)
        else:
            shares = self._share_of_goods(piece, line, before)
            self._units[line.id] = self._units.get(line.id, 0) + piece.quantity
        given[parcel.id] = before + GivenBack(piece.quantity, piece.amount_vnd, shares.fee_vnd, shares.voucher_vnd)
        return RefundLine(
            parcel_id=parcel.id,
            producer_id=parcel.producer_id,
            order_line_id=line.id if line is not None else None,
            quantity=piece.quantity if line is not None else None,
            amount_vnd=piece.amount_vnd,
            seller_vnd=shares.seller_vnd,
            commission_vnd=shares.fee_vnd if line is not None else 0,
            delivery_vnd=0 if line is not None else shares.fee_vnd,
            voucher_vnd=shares.voucher_vnd,
            deposit_vnd=0,
        )

    def _share_of_goods(self, piece: Piece, line: OrderLine, before: GivenBack) -> Shares:
        paid = money_of(piece.parcel).goods
        if paid.amount_vnd == 0:
            return self._share_of_free_goods(piece, line, paid, before)
        withdrawn_vnd, nobodys = withdrawn_of(piece.parcel)
        withdrawn = GivenBack(0, withdrawn_vnd, nobodys.fee_vnd, nobodys.voucher_vnd)
        return _share(piece.amount_vnd, paid, before + withdrawn)

    def _share_of_free_goods(self, piece: Piece, line: OrderLine, paid: Paid, before: GivenBack) -> Shares:
        """Of goods for which the buyer paid nothing, shares go back in proportion to the price before the discount."""

        def price(of: OrderLine, units: int, units_before: int) -> int:
            return price_of_units(
                line_total_vnd=of.line_total_vnd, quantity=of.quantity, units=units, units_before=units_before
            )

        prices_before = sum(price(each, self._units.get(each.id, 0), 0) for each in piece.parcel.lines)
        shares = _share(
            price(line, piece.quantity, self._units.get(line.id, 0)),
            replace(paid, amount_vnd=sum(each.line_total_vnd for each in piece.parcel.lines)),
            replace(before, amount_vnd=prices_before),
        )
        return replace(shares, seller_vnd=shares.voucher_vnd - shares.fee_vnd)


def _deposit_line(piece: Piece) -> RefundLine:
    return RefundLine(
        parcel_id=piece.parcel.id,
        producer_id=piece.parcel.producer_id,
        order_line_id=piece.line.id if piece.line is not None else None,
        quantity=piece.quantity if piece.line is not None else None,
        amount_vnd=piece.amount_vnd,
        seller_vnd=0,
        commission_vnd=0,
        delivery_vnd=0,
        voucher_vnd=0,
        deposit_vnd=piece.amount_vnd,
    )


def _share(amount_vnd: int, paid: Paid, before: GivenBack) -> Shares:
    return share_of_refund(
        amount_vnd,
        paid=paid,
        refunded_vnd=before.amount_vnd,
        returned_fee_vnd=before.fee_vnd,
        returned_voucher_vnd=before.voucher_vnd,
    )
