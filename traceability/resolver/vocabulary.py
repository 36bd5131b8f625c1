"""The link types of the GS1 Web Vocabulary, and the other names that linksets use."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

VOCABULARY: Final = "https://ref.gs1.org/voc/"
PRODUCT_PAGE: Final = "pip"
TRACEABILITY: Final = "traceability"
EPCIS: Final = "epcis"
HOMEPAGE: Final = "homepage"
RECALL_STATUS: Final = "recallStatus"
DEFAULT: Final = "defaultLink"
DEFAULT_MULTI: Final = "defaultLinkMulti"
LINKSET: Final = "linkset"

LINKSET_TYPE: Final = "application/linkset+json"
LINKSET_CONTEXT: Final = "https://ref.gs1.org/standards/resolver/linkset-context"
CONTEXT_RELATION: Final = "http://www.w3.org/ns/json-ld#context"

_PREFIXES: Final = ("gs1:", VOCABULARY, "https://gs1.org/voc/", "https://www.gs1.org/voc/")
_DATA: Final[Mapping[str, Any]] = json.loads(Path(__file__).with_name("link_types.json").read_text())
_TITLES: Final[Mapping[str, Mapping[str, str]]] = _DATA["link_types"]

LINK_TYPES: Final = frozenset(_TITLES)
"""Every link type that a link may have."""

OFFERED: Final = tuple(sorted(LINK_TYPES - frozenset(_DATA["reserved"])))
"""Those that a producer may choose: not what is reserved for medicines, signatures or whole resolvers."""


def link_type_name(text: str) -> str:
    """The bare name of a link type: "gs1:pip", "https://ref.gs1.org/voc/pip" and "pip" are the same.

    "all" is the older word for "linkset" (deprecated since version 1.0 of the standard, still in use).
    """
    for prefix in _PREFIXES:
        if text.startswith(prefix):
            return text[len(prefix) :]
    return LINKSET if text == "all" else text


def link_type_title(name: str, locale: str) -> str:
    """What a person reads for the link type."""
    titles = _TITLES.get(name, {})
    return titles.get(locale) or titles.get("en") or name
