"""What can stand in the way of a voucher."""

from datetime import datetime

from core.errors import Conflict, Invalid
from core.i18n import lazy_gettext as _l
from core.money import format_vnd
from core.web.templating import local_time


class VoucherRefused(Conflict):
    """A voucher cannot be used now; the message says why. Nothing in the basket has changed."""

    def __init__(self, message: object) -> None:
        super().__init__(message, field="code")


class UnknownVoucher(Invalid):
    """There is no voucher with this code."""

    def __init__(self) -> None:
        super().__init__(_l("We know no voucher with this code. Please check how it is written."), field="code")


def not_yet(code: str, starts_at: datetime) -> VoucherRefused:
    """The voucher begins later."""
    return VoucherRefused(_l("Voucher %(code)s counts from %(time)s on.", code=code, time=local_time(starts_at)))


def over(code: str) -> VoucherRefused:
    """The voucher has ended."""
    return VoucherRefused(_l("Voucher %(code)s is over.", code=code))


def used_up(code: str) -> VoucherRefused:
    """Others were faster."""
    return VoucherRefused(_l("Voucher %(code)s is used up.", code=code))


def used_by_you(code: str) -> VoucherRefused:
    """This person has used it as often as one person may."""
    return VoucherRefused(_l("You have used voucher %(code)s already.", code=code))


def too_small(code: str, missing_vnd: int, locale: str) -> VoucherRefused:
    """The basket holds too little of what the voucher counts for."""
    amount = format_vnd(missing_vnd, locale)
    return VoucherRefused(_l("For voucher %(code)s, goods for %(amount)s more are needed.", code=code, amount=amount))


def nothing_to_reduce(code: str) -> VoucherRefused:
    """The basket holds nothing that the voucher counts for."""
    return VoucherRefused(_l("Voucher %(code)s is not for anything in your basket.", code=code))
