"""The rules for the content of components ("linters" in the GS1 Barcode Syntax Dictionary), by their names there.

Each rule takes the text of one component and raises a :class:`~traceability.gs1.errors.Gs1ValueError` with the
offset of what is wrong in that text.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from traceability.gs1.check_digits import (
    check_characters,
    has_valid_check_characters,
    require_check_digit,
)
from traceability.gs1.coupons import check_coupon_code, check_positive_offer
from traceability.gs1.dates import check_day, check_day_or_month
from traceability.gs1.errors import N_, CharacterError, CheckDigitError, Gs1ValueError

Rule = Callable[[str], None]

_CODE_LISTS: Final[dict[str, frozenset[str]]] = {
    name: frozenset(codes.split())
    for name, codes in json.loads(Path(__file__).with_name("code_lists.json").read_text("ascii")).items()
}
_MINIMAL_COMPANY_PREFIX: Final = 4


def _check_characters(text: str) -> None:
    if not has_valid_check_characters(text):
        raise CheckDigitError(
            N_("The check characters are wrong: the last two should be %(expected)s."),
            {"expected": check_characters(text[:-2])},
            position=max(len(text) - 2, 0),
        )


def _company_prefix(start: int) -> Rule:
    def rule(text: str) -> None:
        prefix = text[start : start + _MINIMAL_COMPANY_PREFIX]
        if len(prefix) < _MINIMAL_COMPANY_PREFIX or not prefix.isdigit():
            offset = next((i for i, character in enumerate(prefix) if not character.isdigit()), len(prefix))
            raise CharacterError(
                N_("A GS1 company prefix, at least four digits, must stand here."), position=start + offset
            )

    return rule


def _listed(name: str, also: frozenset[str] = frozenset()) -> Rule:
    allowed = _CODE_LISTS[name] | also

    def rule(text: str) -> None:
        if text not in allowed:
            raise Gs1ValueError(N_("%(code)s is not in the list of codes for this field."), {"code": text}, position=0)

    return rule


def _matching(pattern: str) -> Rule:
    compiled = re.compile(pattern)

    def rule(text: str) -> None:
        if compiled.fullmatch(text) is None:
            raise Gs1ValueError(
                N_("“%(text)s” does not have the form that this field needs."), {"text": text}, position=0
            )

    return rule


def _up_to(limit: int) -> Rule:
    def rule(text: str) -> None:
        if int(text) > limit:
            raise Gs1ValueError(N_("%(text)s is out of range."), {"text": text}, position=0)

    return rule


def _hours_and_minutes(text: str) -> None:
    _up_to(23)(text[:2])
    _up_to(59)(text[2:])


def _piece_of_total(text: str) -> None:
    piece, total = int(text[:2]), int(text[2:])
    if not 1 <= piece <= total:
        raise Gs1ValueError(N_("%(piece)s is not a piece of %(total)s."), {"piece": piece, "total": total}, position=0)


def _position_in_sequence(text: str) -> None:
    _matching(r"[1-9]/[1-9]")(text)
    _piece_of_total(f"0{text[0]}0{text[2]}")


def _iban(text: str) -> None:
    _matching(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{1,30}")(text)
    _listed("iso3166alpha2", frozenset({"XK"}))(text[:2])
    number = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    if int(number) % 97 != 1:
        raise CheckDigitError(N_("The check digits of this account number are wrong."), position=2)


RULES: Final[dict[str, Rule]] = {
    "csum": require_check_digit,
    "csumalpha": _check_characters,
    "cset64": _matching("[A-Za-z0-9_-]+={0,2}"),
    "gcppos1": _company_prefix(0),
    "gcppos2": _company_prefix(1),
    "yymmdd": check_day,
    "yymmd0": check_day_or_month,
    "yyyymmdd": check_day,
    "hhmi": _hours_and_minutes,
    "hh": _up_to(23),
    "mi": _up_to(59),
    "ss": _up_to(59),
    "latitude": _up_to(1_800_000_000),
    "longitude": _up_to(3_600_000_000),
    "iso3166": _listed("iso3166"),
    "iso3166999": _listed("iso3166", frozenset({"999"})),
    "iso3166alpha2": _listed("iso3166alpha2"),
    "iso4217": _listed("iso4217"),
    "iso5218": _matching("[0129]"),
    "mediatype": _listed("mediatype"),
    "packagetype": _listed("packagetype"),
    "pcenc": _matching("(?:[^%]|%[0-9A-Fa-f]{2})*"),
    "yesno": _matching("[01]"),
    "zero": _matching("0+"),
    "nonzero": _matching("[0-9]*[1-9][0-9]*"),
    "nozeroprefix": _matching("[1-9][0-9]*"),
    "winding": _matching("[019]"),
    "hyphen": _matching("-"),
    "hasnondigit": _matching("[0-9]*[^0-9].*"),
    "importeridx": _matching("[0-9A-Za-z_-]"),
    "pieceoftotal": _piece_of_total,
    "posinseqslash": _position_in_sequence,
    "iban": _iban,
    "couponcode": check_coupon_code,
    "couponposoffer": check_positive_offer,
}
