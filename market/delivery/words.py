"""Delivery in words, in the reader's language."""

from datetime import date
from typing import Final, Protocol

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.templating import local_date
from market.delivery.models import Carrier, MethodKind

KIND_NAMES: Final = {
    MethodKind.COURIER: _l("Courier"),
    MethodKind.COOL_CHAIN: _l("Cooled delivery"),
    MethodKind.PICK_UP: _l("Pick-up point"),
}
CARRIER_NAMES: Final = {
    Carrier.PRODUCER: _l("We deliver, or pay who does; the fee is ours"),
    Carrier.SITE: _l("The courier of the site; the fee is the site's"),
}
WEEKDAY_NAMES: Final = {
    1: _l("Monday"),
    2: _l("Tuesday"),
    3: _l("Wednesday"),
    4: _l("Thursday"),
    5: _l("Friday"),
    6: _l("Saturday"),
    7: _l("Sunday"),
}


class Delivered(Protocol):
    """A parcel with what was agreed about its delivery."""

    delivery_kind: MethodKind
    delivery_name: str | None
    delivery_address: str | None
    delivery_hours: str | None
    delivery_day: date | None
    delivery_from_hour: int | None
    delivery_until_hour: int | None


def method_words(kind: str, name: str | None) -> str:
    """A method by kind and name: "Courier", "Pick-up point: the shop at the market"."""
    words = str(KIND_NAMES[MethodKind(kind)])
    return f"{words}: {name}" if name else words


def day_words(day: date) -> str:
    """A day with its weekday: "Tuesday 01/12/2026"."""
    return f"{WEEKDAY_NAMES[day.isoweekday()]} {local_date(day)}"


def time_words(day: date, from_hour: int, until_hour: int) -> str:
    """A delivery time: "Tuesday 01/12/2026, 8:00–12:00"."""
    return f"{day_words(day)}, {hours_words(from_hour, until_hour)}"


def hours_words(from_hour: int, until_hour: int) -> str:
    """Two hours of a day: "8:00–12:00"."""
    return f"{from_hour}:00–{until_hour}:00"


def delivery_words(parcel: Delivered) -> list[tuple[str, str]]:
    """What was agreed about the delivery of a parcel, as pairs of label and text."""
    rows = [(_("Delivery"), method_words(parcel.delivery_kind, parcel.delivery_name))]
    if parcel.delivery_address:
        rows.append((_("Pick it up at"), parcel.delivery_address))
    if parcel.delivery_hours:
        rows.append((_("Opening hours"), parcel.delivery_hours))
    if parcel.delivery_day is not None:
        when = time_words(parcel.delivery_day, parcel.delivery_from_hour or 0, parcel.delivery_until_hour or 0)
        rows.append((_("Delivery time"), when))
    return rows
