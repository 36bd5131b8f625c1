"""A document as both engines store it: fields to search, fields to filter and sort, and the card."""

import json
import uuid
from dataclasses import fields
from typing import Any

from catalog.products.models import Category
from catalog.search.engine import ProductDocument, SearchHit
from catalog.search.ranking import exact_words, folded_words

SCHEMA_VERSION = 3
"""Raised with every change of the fields: an index of another version counts as never filled."""

_CARD_FIELDS = tuple(field.name for field in fields(SearchHit))
_NO_PRICE_UP = 1 << 40
_NO_PRICE_DOWN = -1
_LABEL_SEPARATOR = "|"


def searched_fields(document: ProductDocument) -> dict[str, str]:
    """Words separated by spaces, by field.

    The English name counts as a name too, but never as typed exactly: it writes places without their marks, and "cam"
    (orange) would stand in every fish sauce of Thiên Cầm.
    """
    names = f"{document.name_vi} {document.name_en}"
    others = " ".join(
        text
        for text in (document.producer_name, document.commune_name, document.gi, document.brand)
        if text is not None
    )
    return {
        "name_exact": " ".join(exact_words(document.name_vi)),
        "name_folded": " ".join(folded_words(names)),
        "other_exact": " ".join(exact_words(others)),
        "other_folded": " ".join(folded_words(others)),
    }


def whole_names(document: ProductDocument) -> dict[str, list[str]]:
    """The names as single values, to tell a query that is the whole name."""
    names = (document.name_vi, document.name_en)
    return {
        "whole_exact": [" ".join(exact_words(document.name_vi))],
        "whole_folded": [" ".join(folded_words(name)) for name in names],
    }


def filter_fields(document: ProductDocument) -> dict[str, str]:
    """Values that are filtered by and counted, as they are."""
    return {
        "id": str(document.id),
        "commune_code": document.commune_code,
        "commune": f"{document.commune_code}{_LABEL_SEPARATOR}{document.commune_name}",
        "category": str(document.category),
    }


def number_fields(document: ProductDocument) -> dict[str, int]:
    """Whole numbers to filter and sort by; a product without a price comes last in both directions."""
    price = document.price_from_vnd
    return {
        "stars": document.stars or 0,
        "in_stock": int(document.available > 0),
        "created_at": int(document.created_at.timestamp() * 1_000_000),
        "price_up": _NO_PRICE_UP if price is None else price,
        "price_down": _NO_PRICE_DOWN if price is None else price,
    }


def card(document: ProductDocument) -> str:
    """What a card shows, as JSON."""
    values: dict[str, Any] = {name: getattr(document, name) for name in _CARD_FIELDS}
    return json.dumps(values | {"id": str(document.id)}, ensure_ascii=False, separators=(",", ":"))


def hit_from(card_json: str | bytes) -> SearchHit:
    """The hit whose card was stored."""
    values = json.loads(card_json)
    return SearchHit(**values | {"id": uuid.UUID(values["id"]), "category": Category(values["category"])})


def split_commune(key: str) -> tuple[str, str]:
    """Code and name out of the value that communes are counted by."""
    code, _, name = key.partition(_LABEL_SEPARATOR)
    return code, name
