"""Money: integer dong (VND), the only currency; ISO 4217 gives it no minor unit."""

from core.money.money import MAX_AMOUNT_VND, format_vnd, parse_vnd

__all__ = ["MAX_AMOUNT_VND", "format_vnd", "parse_vnd"]
