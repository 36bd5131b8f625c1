"""Which amounts a form shows first: what the goods are worth, or the part that the buyer asks for."""

import uuid

from market.returns.models import Return, ReturnWish
from market.returns.queries import given_so_far, worth_of
from market.returns.rules import spread_wanted


def worths_of(found: Return) -> dict[uuid.UUID, int]:
    """What the lines of a return are worth in a refund now, in dong, by order line; in one query."""
    so_far = given_so_far(found.parcel.order, [line.order_line for line in found.lines])
    return {line.order_line_id: worth_of(line.order_line, line.quantity, so_far) for line in found.lines}


def suggested_amounts(found: Return) -> dict[uuid.UUID, int]:
    """What to give back by order line, in dong, if the buyer is right."""
    worths = worths_of(found)
    if found.wish != ReturnWish.PART:
        return worths
    return dict(zip(worths, spread_wanted(found.wanted_vnd or 0, worths.values()), strict=True))
