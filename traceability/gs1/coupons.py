"""The inner structure of North American coupon codes (GS1 General Specifications, sections 3.9.19 and 3.9.21).

A coupon code is a chain of fields; many are preceded by one digit (a "variable length indicator", VLI) that says
how long the field after it is.
"""

from collections.abc import Callable
from typing import Final

from traceability.gs1.check_digits import require_digits
from traceability.gs1.dates import check_day
from traceability.gs1.errors import N_, DateError, Gs1ValueError, LengthError

_REQUIREMENT_CODES: Final = "012349"


class _Reader:
    """Takes fields off the front of a coupon code and remembers the offset for the error.

    Of its two dates the expiry comes first, then the start: ``expires`` is the one that has been read.
    """

    def __init__(self, text: str) -> None:
        require_digits(text)
        self.text = text
        self.offset = 0
        self.expires: str | None = None

    @property
    def at_end(self) -> bool:
        return self.offset == len(self.text)

    def take(self, length: int) -> str:
        field = self.text[self.offset : self.offset + length]
        if len(field) < length:
            raise LengthError(N_("The coupon code ends too early."), value=self.text, position=len(self.text))
        self.offset += length
        return field

    def one_of(self, allowed: str) -> str:
        digit = self.take(1)
        if digit not in allowed:
            raise Gs1ValueError(
                N_("The coupon code may not have the digit %(digit)s here."),
                {"digit": digit},
                value=self.text,
                position=self.offset - 1,
            )
        return digit

    def sized(self, allowed: str, extra: int = 0) -> None:
        """Take a VLI out of ``allowed`` and the field of VLI + ``extra`` digits after it."""
        self.take(int(self.one_of(allowed)) + extra)

    def date(self) -> None:
        start = self.offset
        day = self.take(6)
        check_day(day, start)
        if self.expires is not None and day > self.expires:
            raise DateError(N_("The coupon would start after its end."), value=self.text, position=start)
        self.expires = day


def check_coupon_code(text: str) -> None:
    """Check the data of AI 8110: prefix, offer, saving and purchase requirement, then optional fields in order."""
    reader = _Reader(text)
    reader.sized("0123456", 6)
    reader.take(6)
    reader.sized("12345")
    reader.sized("12345")
    reader.one_of(_REQUIREMENT_CODES)
    reader.take(3)
    previous = 0
    while not reader.at_end:
        field = int(reader.one_of("".join(name for name in _OPTIONAL if int(name) > previous)))
        _OPTIONAL[str(field)](reader)
        previous = field


def check_positive_offer(text: str) -> None:
    """Check the data of AI 8112: format, funder, offer code and serial number, and nothing after them."""
    reader = _Reader(text)
    reader.one_of("01")
    reader.sized("0123456", 6)
    reader.take(6)
    reader.sized("0123456789", 6)
    if not reader.at_end:
        raise LengthError(N_("The coupon code goes on after its end."), value=text, position=reader.offset)


def _second_purchase(reader: _Reader) -> None:
    reader.one_of("0123")
    _further_purchase(reader)


def _further_purchase(reader: _Reader) -> None:
    reader.sized("12345")
    reader.one_of(_REQUIREMENT_CODES)
    reader.take(3)
    prefix = reader.one_of("01234569")
    if prefix != "9":
        reader.take(int(prefix) + 6)


def _miscellaneous(reader: _Reader) -> None:
    reader.one_of("01256")
    reader.one_of("012")
    reader.take(1)
    reader.one_of("01")


_OPTIONAL: Final[dict[str, Callable[[_Reader], None]]] = {
    "1": _second_purchase,
    "2": _further_purchase,
    "3": _Reader.date,
    "4": _Reader.date,
    "5": lambda reader: reader.sized("0123456789", 6),
    "6": lambda reader: reader.sized("1234567", 6),
    "9": _miscellaneous,
}
