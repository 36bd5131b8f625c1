"""Decisions about stalls, without I/O."""

import re
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from core.i18n import LOCAL_TIME_ZONE, local_day, normalize
from market.payments.purposes import PurposeState
from market.stalls.models import StallSaleStatus

"""Takings are counted by the days of the market, not by those of UTC."""

NOTE_LIMIT = 120
_PLACARD_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}")
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})

_STATES = {
    StallSaleStatus.AWAITING_PAYMENT: PurposeState.OPEN,
    StallSaleStatus.PAID: PurposeState.PAID,
    StallSaleStatus.EXPIRED: PurposeState.CLOSED,
    StallSaleStatus.NEEDS_REVIEW: PurposeState.CLOSED,
}


def purpose_state(status: StallSaleStatus) -> PurposeState:
    """Whether a sale in this state can still be paid."""
    return _STATES[StallSaleStatus(status)]


def market_day(moment: datetime) -> date:
    """The day on the market's clocks."""
    return local_day(moment)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a market's day and that of the next, in UTC."""
    begin = datetime.combine(day, time.min, LOCAL_TIME_ZONE)
    end = datetime.combine(day + timedelta(days=1), time.min, LOCAL_TIME_ZONE)
    return begin.astimezone(UTC), end.astimezone(UTC)


def market_clock(moment: datetime) -> str:
    """The time on the market's clocks, "17:58"."""
    return f"{moment.astimezone(LOCAL_TIME_ZONE):%H:%M}"


def read_placard_code(typed: str) -> str | None:
    """The code of a placard as it is stored, from what somebody scanned or typed off the sign; None if it is none.

    Small letters and the signs that the alphabet leaves out because people confuse them (O, I, L) are put right.
    """
    code = normalize(typed).upper().translate(_MISREAD)
    return code if _PLACARD_CODE.fullmatch(code) else None


def submission_of(form_id: UUID, *, stall_id: UUID, amount_vnd: int, note: str | None) -> UUID:
    """What makes two submissions the same: the form and everything in it.

    A payer who goes back and corrects the amount sends the same form with other contents, and that is another sale.
    """
    return uuid5(form_id, f"{stall_id}\n{amount_vnd}\n{note or ''}")


def receipt_path(placard_code: str, token: str) -> str:
    """Path of a payer's receipt."""
    return f"/p/{placard_code}/sales/{token}"
