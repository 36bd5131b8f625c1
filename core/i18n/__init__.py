"""Languages: Vietnamese by default and complete, English beside it; folding of Vietnamese text for search."""

from flask_babel import gettext, lazy_gettext, ngettext

from core.i18n.local_time import LOCAL_TIME_ZONE, local_day, local_today
from core.i18n.locale import DEFAULT_LOCALE, LOCALES, current_locale, init_app, use_locale
from core.i18n.numbers import format_number
from core.i18n.text import fold, natural_key, normalize, slugify

__all__ = [
    "DEFAULT_LOCALE",
    "LOCALES",
    "LOCAL_TIME_ZONE",
    "current_locale",
    "fold",
    "format_number",
    "gettext",
    "init_app",
    "lazy_gettext",
    "local_day",
    "local_today",
    "natural_key",
    "ngettext",
    "normalize",
    "slugify",
    "use_locale",
]
