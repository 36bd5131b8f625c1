"""The keys that a producer gives out: GTIN, GLN and SSCC (GS1 General Specifications, section 1.4)."""

from typing import Final

from traceability.gs1.check_digits import check_digit, verify_check_digit
from traceability.gs1.errors import N_, CharacterError, LengthError

GTIN_LENGTHS: Final = (8, 12, 13, 14)
GLN_LENGTH: Final = 13
SSCC_LENGTH: Final = 18
COMPANY_PREFIX_LENGTHS: Final = range(4, 13)


def normalise_gtin(gtin: str) -> str:
    """``gtin`` (8, 12, 13 or 14 digits) as a GTIN-14 with leading zeros, its check digit verified.

    Leading zeros do not change the check digit, because its weights are counted from the right.
    """
    if len(gtin) not in GTIN_LENGTHS:
        raise LengthError(N_("A GTIN has 8, 12, 13 or 14 digits."), ai="01", value=gtin)
    return verify_check_digit(gtin).zfill(14)


def normalise_gln(gln: str) -> str:
    """``gln`` itself, 13 digits with a check digit that holds."""
    if len(gln) != GLN_LENGTH:
        raise LengthError(N_("A GLN has 13 digits."), ai="414", value=gln)
    return verify_check_digit(gln)


def normalise_sscc(sscc_digits: str) -> str:
    """``sscc_digits`` itself, 18 digits with a check digit that holds."""
    if len(sscc_digits) != SSCC_LENGTH:
        raise LengthError(N_("An SSCC has 18 digits."), ai="00", value=sscc_digits)
    return verify_check_digit(sscc_digits)


def gtin(company_prefix: str, item_reference: str | int, *, indicator: int = 0) -> str:
    """Build a GTIN-14 from a company prefix, an item reference and an indicator digit (section 2.1).

    Indicator 0 is the base unit (the number printed as GTIN-13), 1 to 8 are groupings, 9 is of variable
    measure. A number given as ``int`` is filled with zeros to the width that the prefix leaves.
    """
    if not 0 <= indicator <= 9:
        raise CharacterError(N_("The indicator is one digit."), ai="01", value=str(indicator))
    reference = _fill(company_prefix, item_reference, total=12, ai="01")
    payload = f"{indicator}{company_prefix}{reference}"
    return payload + check_digit(payload)


def gln(company_prefix: str, location_reference: str | int) -> str:
    """Build a GLN from a company prefix and a location reference (section 2.4)."""
    payload = company_prefix + _fill(company_prefix, location_reference, total=12, ai="414")
    return payload + check_digit(payload)


def sscc(company_prefix: str, serial_reference: str | int, extension_digit: int = 0) -> str:
    """Build the 18 digits of an SSCC, the number of one logistic unit such as a parcel (section 2.2.1)."""
    if not 0 <= extension_digit <= 9:
        raise CharacterError(N_("The extension is one digit."), ai="00", value=str(extension_digit))
    reference = _fill(company_prefix, serial_reference, total=16, ai="00")
    payload = f"{extension_digit}{company_prefix}{reference}"
    return payload + check_digit(payload)


def _fill(company_prefix: str, reference: str | int, *, total: int, ai: str) -> str:
    """The reference, as wide as ``company_prefix`` leaves room for in ``total`` digits."""
    if len(company_prefix) not in COMPANY_PREFIX_LENGTHS:
        raise LengthError(N_("A GS1 company prefix has 4 to 12 digits."), ai=ai, value=company_prefix)
    width = total - len(company_prefix)
    if isinstance(reference, int):
        text = str(reference).zfill(width) if width else ""
        if not width and reference:
            text = str(reference)
    else:
        text = reference
    if not (company_prefix + text).isascii() or not (company_prefix + text).isdigit():
        raise CharacterError(N_("Only digits may stand here."), ai=ai, value=text)
    if len(text) != width:
        raise LengthError(
            N_("With this company prefix the reference has %(width)s digits."), {"width": width}, ai=ai, value=text
        )
    return text
