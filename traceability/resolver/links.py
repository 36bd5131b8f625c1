"""The links of a thing: GS1 link types, and the linkset (RFC 9264, GS1-Conformant Resolver 1.2)."""

from typing import Any, Final

VOCABULARY: Final = "https://gs1.org/voc/"
PRODUCT_PAGE: Final = "pip"
TRACEABILITY: Final = "traceability"
DEFAULT: Final = "defaultLink"
LINKSET: Final = "linkset"
LINKSET_TYPE: Final = "application/linkset+json"

_PREFIXES: Final = ("gs1:", VOCABULARY, "https://ref.gs1.org/voc/", "https://www.gs1.org/voc/")


def link_type_name(text: str) -> str:
    """The bare name of a link type: "gs1:pip", "https://gs1.org/voc/pip" and "pip" are the same."""
    for prefix in _PREFIXES:
        if text.startswith(prefix):
            return text[len(prefix) :]
    return "linkset" if text == "all" else text


def linkset(*, anchor: str, description: str, product_url: str, trace_url: str | None) -> dict[str, Any]:
    """The links of `anchor` with those of the coarser level; a lot's default is its record, else the product's page."""

    def target(href: str, title: str) -> dict[str, Any]:
        return {"href": href, "title": title, "type": "text/html", "hreflang": ["vi", "en"]}

    page = target(product_url, description)
    links = {VOCABULARY + PRODUCT_PAGE: [page]}
    if trace_url is not None:
        record = target(trace_url, description)
        links[VOCABULARY + TRACEABILITY] = [record]
    links[VOCABULARY + DEFAULT] = [record if trace_url is not None else page]
    return {"linkset": [{"anchor": anchor, "itemDescription": description, **links}]}
