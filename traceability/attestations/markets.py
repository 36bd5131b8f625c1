"""Countries that fruit of the province is sold to, with their codes of ISO 3166-1; EU stands for its common market."""

from typing import Final

from core.i18n import lazy_gettext as _l

MARKETS: Final = {
    "CN": _l("China"),
    "JP": _l("Japan"),
    "KR": _l("South Korea"),
    "US": _l("United States"),
    "EU": _l("European Union"),
    "GB": _l("United Kingdom"),
    "AU": _l("Australia"),
    "NZ": _l("New Zealand"),
    "CA": _l("Canada"),
    "SG": _l("Singapore"),
    "TH": _l("Thailand"),
    "LA": _l("Laos"),
    "AE": _l("United Arab Emirates"),
    "VN": _l("Vietnam"),
}


def market_name(code: str) -> str:
    """The name of a market in the reader's language, or its code where it is none of ours."""
    return str(MARKETS.get(code, code))
