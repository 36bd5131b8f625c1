"""How a refund is cut. Pure, in whole dong."""

from collections.abc import Sequence

from market.orders.shares import spread


def price_of_units(*, line_total_vnd: int, quantity: int, units: int, units_before: int) -> int:
    """The price of `units` of a line when `units_before` were given back already; all pieces add up to the line."""
    return line_total_vnd * (units_before + units) // quantity - line_total_vnd * units_before // quantity


def set_off_heavier(differences: Sequence[int]) -> list[int]:
    """What each line of a parcel that weighs less in all is charged more, or below zero less: it adds up to nothing.

    `differences` are what the lines cost more at their packed weight. Heavier lines are charged in full; it is taken
    off what the lighter ones would give back.
    """
    heavier = sum(difference for difference in differences if difference > 0)
    taken = spread(heavier, [max(-difference, 0) for difference in differences])
    return [max(difference, 0) - off for difference, off in zip(differences, taken, strict=True)]
