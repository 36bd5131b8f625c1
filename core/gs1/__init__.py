"""GS1 keys as arithmetic: building numbers below a company prefix, with their check digit."""

from core.gs1.keys import NumbersExhausted, check_digit, gln13, gtin14

__all__ = ["NumbersExhausted", "check_digit", "gln13", "gtin14"]
