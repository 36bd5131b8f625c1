"""Numbers as the reader's language writes them."""

from core.i18n.locale import current_locale


def format_number(value: float) -> str:
    """`value` as people here write it, to three decimals: "1.200", "12,5" in Vietnamese; "1,200", "12.5" in English."""
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return text if current_locale() == "en" else text.translate(str.maketrans(",.", ".,"))
