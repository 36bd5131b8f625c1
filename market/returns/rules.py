"""Decisions about returns, without I/O."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Final

from catalog.products.models import Category
from core.i18n import LOCAL_TIME_ZONE, local_day
from market.refunds.rules import price_of_units
from market.returns.models import ReturnReason, ReturnStatus, ReturnWish
from traceability.recalls.working_days import after_working_days

TRANSITIONS: Final[dict[ReturnStatus, frozenset[ReturnStatus]]] = {
    ReturnStatus.OPEN: frozenset(
        {
            ReturnStatus.SETTLED,
            ReturnStatus.OFFERED,
            ReturnStatus.REPLACING,
            ReturnStatus.REJECTED,
            ReturnStatus.ESCALATED,
            ReturnStatus.WITHDRAWN,
        }
    ),
    ReturnStatus.OFFERED: frozenset({ReturnStatus.SETTLED, ReturnStatus.ESCALATED, ReturnStatus.WITHDRAWN}),
    ReturnStatus.REPLACING: frozenset({ReturnStatus.SETTLED, ReturnStatus.ESCALATED}),
    ReturnStatus.REJECTED: frozenset({ReturnStatus.ESCALATED}),
    ReturnStatus.ESCALATED: frozenset({ReturnStatus.DECIDED, ReturnStatus.WITHDRAWN}),
    ReturnStatus.SETTLED: frozenset(),
    ReturnStatus.DECIDED: frozenset(),
    ReturnStatus.WITHDRAWN: frozenset(),
}
CLOSED: Final = tuple(status for status, following in TRANSITIONS.items() if not following)
PERISHABLE: Final = frozenset(
    {Category.FRUIT, Category.VEGETABLE, Category.SEAFOOD, Category.MUSHROOM, Category.PROCESSED_MEAT}
)
MAY_ASK_FOR_PERISHABLE: Final = timedelta(days=5)
MAY_ASK_FOR_OTHER: Final = timedelta(days=14)
ANSWER_WORKING_DAYS: Final = 3
OFFER_STANDS_FOR: Final = timedelta(days=7)
REPLACEMENT_COMES_WITHIN: Final = timedelta(days=14)
MAY_ESCALATE_FOR: Final = timedelta(days=14)
MOST_PHOTOS: Final = 5
SHORTEST_WORDS: Final = 5
LONGEST_WORDS: Final = 2000


def may_become(current: ReturnStatus, new: ReturnStatus) -> bool:
    """Whether a return may go from one state to the other."""
    return new in TRANSITIONS[ReturnStatus(current)]


def may_ask_until(shipped_at: datetime, category: Category, reason: ReturnReason | None = None) -> datetime | None:
    """Until when a buyer may ask about goods shipped then; None without an end, as for recalled ones."""
    if reason is ReturnReason.RECALLED:
        return None
    return shipped_at + (MAY_ASK_FOR_PERISHABLE if category in PERISHABLE else MAY_ASK_FOR_OTHER)


def next_due(status: ReturnStatus, now: datetime) -> datetime | None:
    """When whoever's turn it is in `status` must have acted; None where nobody is waited for by the clock."""
    if status is ReturnStatus.OPEN:
        last_day = after_working_days(local_day(now), ANSWER_WORKING_DAYS)
        return datetime.combine(last_day + timedelta(days=1), time.min, LOCAL_TIME_ZONE)
    waits = {
        ReturnStatus.OFFERED: OFFER_STANDS_FOR,
        ReturnStatus.REPLACING: REPLACEMENT_COMES_WITHIN,
        ReturnStatus.REJECTED: MAY_ESCALATE_FOR,
    }
    return now + waits[status] if status in waits else None


def follows_silence(status: ReturnStatus) -> ReturnStatus | None:
    """What a return becomes when `due_at` has passed in silence; None where it stays as it is.

    A producer who does not answer is answered for by the site. A buyer who says nothing to an offer gets the money of
    it, and one who says nothing about a replacement has it.
    """
    return {
        ReturnStatus.OPEN: ReturnStatus.ESCALATED,
        ReturnStatus.OFFERED: ReturnStatus.SETTLED,
        ReturnStatus.REPLACING: ReturnStatus.SETTLED,
    }.get(status)


def may_escalate(status: ReturnStatus, due_at: datetime | None, now: datetime) -> bool:
    """Whether the buyer may now ask the site to decide: about an answer they do not agree with, for 14 days."""
    if status in (ReturnStatus.OFFERED, ReturnStatus.REPLACING):
        return True
    return status == ReturnStatus.REJECTED and (due_at is None or now <= due_at)


def worth_of_units(*, charged_vnd: int, quantity: int, units: int, refunded_units: int, refunded_vnd: int) -> int:
    """What `units` of a line are worth in a refund, in dong, when some of it was given back before."""
    price = price_of_units(line_total_vnd=charged_vnd, quantity=quantity, units=units, units_before=refunded_units)
    return max(min(price, charged_vnd - refunded_vnd), 0)


def is_enough(wish: ReturnWish, *, offered_vnd: int, worth_vnd: int, wanted_vnd: int | None) -> bool:
    """Whether an offer is what the buyer asked for, so that nobody needs to ask back."""
    if wish is ReturnWish.PART:
        return offered_vnd >= (wanted_vnd or 0)
    return offered_vnd >= worth_vnd


def spread_wanted(wanted_vnd: int, worths: Iterable[int]) -> list[int]:
    """A sum over lines in their order, each filled up to what it is worth before the next."""
    shares, left = [], wanted_vnd
    for worth in worths:
        shares.append(min(worth, left))
        left -= shares[-1]
    return shares
