"""Units of measure by their UN/CEFACT codes (Recommendation 20), for comparing what was measured in different ones.

EPCIS lets a query name a unit (`GE_value_KEL`) and finds what was measured in any other of the same quantity
(EPCIS 2.0 §8.2.7.1.1). Codes that are not listed are compared with themselves only.
"""

from decimal import Context, Decimal
from typing import Final

_EXACT: Final = Context(prec=28)
_COMPARED: Final = Context(prec=12)
"""Significant digits that are compared: enough for any sensor, few enough that conversion to and fro is equal."""

_SCALES: Final = {
    "KEL": "KEL 1, CEL 1",
    "KGM": "KGM 1, GRM 0.001, MGM 0.000001, MC 0.000000001, TNE 1000, KTN 1000000, DTN 100, DG 0.0001, CGM 0.00001,"
    " HGM 0.1, LBR 0.45359237, ONZ 0.028349523125, STI 6.35029318, STN 907.18474, LTN 1016.0469088,"
    " CWA 45.359237, CWI 50.80234544, GRN 0.00006479891, APZ 0.0311034768",
    "MTR": "MTR 1, DMT 0.1, CMT 0.01, MMT 0.001, 4H 0.000001, C45 0.000000001, KMT 1000, INH 0.0254, FOT 0.3048,"
    " YRD 0.9144, SMI 1609.344, NMI 1852, HMT 100, A45 10",
    "MTK": "MTK 1, CMK 0.0001, MMK 0.000001, DMK 0.01, KMK 1000000, HAR 10000, ARE 100, INK 0.00064516,"
    " FTK 0.09290304, YDK 0.83612736, ACR 4046.8564224",
    "MTQ": "MTQ 1, LTR 0.001, DLT 0.0001, CLT 0.00001, MLT 0.000001, 4G 0.000000001, HLT 0.1, DMQ 0.001, CMQ 0.000001,"
    " MMQ 0.000000001, MAL 1000, INQ 0.000016387064, FTQ 0.028316846592, YDQ 0.764554857984, GLL 0.003785411784,"
    " GLI 0.00454609, QTL 0.000946352946, PTL 0.000473176473, OZA 0.0000295735295625, OZI 0.0000284130625",
    "SEC": "SEC 1, MIN 60, HUR 3600, DAY 86400, WEE 604800, C26 0.001, B98 0.000001, C47 0.000000001",
    "PAL": "PAL 1, KPA 1000, A97 100, MPA 1000000, BAR 100000, MBR 100, ATM 101325, PS 6894.757293168,"
    " HN 133.322387415, 74 0.001, B96 0.000001",
    "MTS": "MTS 1, KMH 0.2777777777777777777777777778, HM 0.44704, KNT 0.5144444444444444444444444444, 2M 0.01,"
    " C16 0.001, FS 0.3048, FR 0.00508",
    "MSK": "MSK 1, M39 0.01, M38 1000, A73 0.3048, M40 0.9144, K40 9.80665",
    "HTZ": "HTZ 1, KHZ 1000, MHZ 1000000, A86 1000000000, D29 1000000000000",
    "NEW": "NEW 1, B47 1000, C20 0.001, B92 0.000001, DU 0.00001",
    "JOU": "JOU 1, KJO 1000, 3B 1000000, GV 1000000000, WHR 3600, KWH 3600000, MWH 3600000000, C15 0.001",
    "WTT": "WTT 1, KWT 1000, MAW 1000000, C31 0.001, D80 0.000001",
    "VLT": "VLT 1, 2Z 0.001, KVT 1000, D82 0.000001, B78 1000000",
    "AMP": "AMP 1, 4K 0.001, B84 0.000001, C39 0.000000001, B22 1000",
    "OHM": "OHM 1, B49 1000, B75 1000000, E45 0.001",
    "LUX": "LUX 1, KLX 1000, P25 10.76391041670972230833350556",
    "C34": "C34 1, C18 0.001, B45 1000, FH 0.000001",
    "C62": "C62 1, P1 0.01, NX 0.001, 59 0.000001, 61 0.000000001, DZN 12, GRO 144, PR 2, CEN 100, MIL 1000,"
    " EA 1, H87 1",
    "GM": "GM 1, 28 1000",
    "A93": "A93 1, GL 1000, M1 1, GP 0.001, GQ 0.000001, 23 1000000, KMQ 1000, B35 1000000",
    "C81": "C81 1, DD 0.01745329251994329576923690768, D61 0.0002908882086657215961539484614, C25 0.001",
    "BQL": "BQL 1, 2Q 1000, 4N 1000000, GBQ 1000000000, CUR 37000000000, MCU 37000000",
}
"""By the unit that values are kept in: the codes of the same quantity, each with how many of that unit it is."""

_OFFSETS: Final = {"CEL": Decimal("273.15")}
_FAHRENHEIT: Final = "FAH"

_FACTORS: Final[dict[str, tuple[str, Decimal]]] = {
    code: (base, Decimal(factor))
    for base, listed in _SCALES.items()
    for code, factor in (item.split() for item in listed.split(","))
}


def in_base_unit(number: float | Decimal, unit: str, *, is_difference: bool = False) -> tuple[float, str]:
    """The number in the unit that its quantity is kept in, with that unit's code.

    A difference, such as a standard deviation, is not moved by where a temperature scale begins.
    """
    given = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    if unit == _FAHRENHEIT:
        shifted = given if is_difference else _EXACT.add(given, Decimal("459.67"))
        return _rounded(_EXACT.divide(_EXACT.multiply(shifted, Decimal(5)), Decimal(9))), "KEL"
    base, factor = _FACTORS.get(unit, (unit, Decimal(1)))
    converted = given if factor == 1 else _EXACT.multiply(given, factor)
    offset = None if is_difference else _OFFSETS.get(unit)
    return _rounded(converted if offset is None else _EXACT.add(converted, offset)), base


def units_like(unit: str) -> tuple[str, ...]:
    """The codes of all units of the same quantity, `unit` itself among them."""
    base = "KEL" if unit == _FAHRENHEIT else _FACTORS.get(unit, (unit, None))[0]
    same = tuple(code for code, (kept_in, _) in _FACTORS.items() if kept_in == base)
    return (*same, _FAHRENHEIT) if base == "KEL" else same or (unit,)


def from_base_unit(number: float, unit: str) -> float:
    """The number of `unit` that is as much as `number` of the unit that its quantity is kept in."""
    given = Decimal(repr(number))
    if unit == _FAHRENHEIT:
        return _rounded(_EXACT.subtract(_EXACT.multiply(given, Decimal("1.8")), Decimal("459.67")))
    factor = _FACTORS.get(unit, (unit, Decimal(1)))[1]
    return _rounded(_EXACT.divide(_EXACT.subtract(given, _OFFSETS.get(unit, Decimal(0))), factor))


def _rounded(number: Decimal) -> float:
    return float(_COMPARED.plus(number))
