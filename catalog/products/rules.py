"""What a product's values must be."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from catalog.products.errors import VariantsRefused
from catalog.products.models import Category, ProductStatus
from catalog.products.values import ProductValues, VariantValues
from core.errors import Invalid, RowErrors
from core.i18n import lazy_gettext as _l
from core.i18n import normalize, slugify

NAME_LENGTH = 120
VARIANT_NAME_LENGTH = 60
MOST_VARIANTS = 10
SHORT_TEXTS = {"ocop_group": 80, "geographical_indication": 120, "brand": 120, "storage": 200}
LONG_TEXTS = {"description_vi": 2000, "description_en": 2000}
LISTS = ("standards", "stages")
LIST_ENTRIES = 20
LIST_ENTRY_LENGTH = 80
OCOP_STARS = (3, 4, 5)
MAX_SHELF_LIFE_DAYS = 3650
SLUG_LENGTH = 90
"""Longest slug made from a name; the column leaves room for a suffix."""

_ILLUSTRATION = re.compile(r"[a-z0-9_-]{1,40}")
_PHOTO_KEY = re.compile(r"photos/[a-z0-9-]{1,70}")


def checked(values: ProductValues) -> ProductValues:
    """`values` with its texts tidied: NFC, no stray white space, empty ones None, the English name the Vietnamese one.

    Raises Invalid, naming the field, for the first value that makes no sense.
    """
    tidy: dict[str, object] = dict(_names(values.name_vi, values.name_en, NAME_LENGTH))
    tidy |= {name: _short_text(name, getattr(values, name), length) for name, length in SHORT_TEXTS.items()}
    tidy |= {name: _long_text(name, getattr(values, name), length) for name, length in LONG_TEXTS.items()}
    tidy |= {name: _entries(name, getattr(values, name)) for name in LISTS}
    _check_choices(values)
    return replace(values, **tidy)  # type: ignore[arg-type]  # the names above are its own


def checked_variants(variants: Sequence[VariantValues]) -> list[VariantValues]:
    """`variants` with their names tidied: NFC, no stray white space; without an English name, the Vietnamese one.

    Names differ in each language, whatever their case: buyers tell the variants by them. Raises VariantsRefused with
    messages by row.
    """
    tidy: list[VariantValues] = []
    errors: RowErrors = {}
    seen: set[tuple[str, str]] = set()
    for position, variant in enumerate(variants):
        try:
            names = _names(variant.name_vi, variant.name_en, VARIANT_NAME_LENGTH)
        except Invalid as error:
            errors[position] = {error.field or "name_vi": error.message}
            continue
        for field, text in names.items():
            if (field, text.casefold()) in seen:
                errors.setdefault(position, {})[field] = _l("Another grade or size is called so already.")
            seen.add((field, text.casefold()))
        if position >= MOST_VARIANTS:
            errors.setdefault(position, {})["name_vi"] = _l(
                "A product has at most %(count)s grades and sizes.", count=MOST_VARIANTS
            )
        tidy.append(VariantValues(**names, id=variant.id))
    if errors:
        raise VariantsRefused(errors)
    return tidy


def slug_base(name_vi: str) -> str:
    """The address part for a product called `name_vi`; "san-pham" where no letter of it can stand in one."""
    return slugify(name_vi, length=SLUG_LENGTH) or "san-pham"


def _check_choices(values: ProductValues) -> None:
    if values.category not in tuple(Category):
        raise Invalid(_l("Please choose a category from the list."), field="category")
    if values.status not in tuple(ProductStatus):
        raise Invalid(_l("Please choose a status from the list."), field="status")
    if values.ocop_stars is not None and values.ocop_stars not in OCOP_STARS:
        raise Invalid(_l("OCOP stars are 3, 4 or 5."), field="ocop_stars")
    if values.shelf_life_days is not None and not 0 <= values.shelf_life_days <= MAX_SHELF_LIFE_DAYS:
        raise Invalid(
            _l("The shelf life must be between 0 and %(days)s days.", days=MAX_SHELF_LIFE_DAYS),
            field="shelf_life_days",
        )
    if not _ILLUSTRATION.fullmatch(values.illustration):
        raise Invalid(_l("Please choose a picture from the list."), field="illustration")
    if values.photo_key is not None and not _PHOTO_KEY.fullmatch(values.photo_key):
        raise Invalid(_l("Please choose the photo again."), field="photo_key")


def _names(name_vi: str, name_en: str, length: int) -> dict[str, str]:
    """Both names. Who has no English one need not invent it: the Vietnamese one stands for it, wherever it is read."""
    vietnamese = _name("name_vi", name_vi, length)
    has_english = normalize(_printable(name_en))
    return {"name_vi": vietnamese, "name_en": _name("name_en", name_en, length) if has_english else vietnamese}


def english_name_shown(name_vi: str, name_en: str) -> str:
    """What a form shows as the English name: nothing where the Vietnamese one stands for it."""
    return "" if name_en == name_vi else name_en


def _name(field: str, text: str, length: int) -> str:
    name = normalize(_printable(text))
    if not name:
        raise Invalid(_l("Please enter a name."), field=field)
    return _no_longer_than(length, field, name)


def _short_text(field: str, text: str | None, length: int) -> str | None:
    return _no_longer_than(length, field, normalize(_printable(text or ""))) or None


def _long_text(field: str, text: str | None, length: int) -> str | None:
    paragraphs = unicodedata.normalize("NFC", _printable((text or "").replace("\r\n", "\n"))).strip()
    return _no_longer_than(length, field, paragraphs) or None


def _entries(field: str, entries: Iterable[str]) -> tuple[str, ...]:
    named = tuple(
        dict.fromkeys(
            _no_longer_than(LIST_ENTRY_LENGTH, field, tidy)
            for entry in entries
            if (tidy := normalize(_printable(entry)))
        )
    )
    if len(named) > LIST_ENTRIES:
        raise Invalid(_l("At most %(count)s entries can be kept.", count=LIST_ENTRIES), field=field)
    return named


def _no_longer_than(length: int, field: str, text: str) -> str:
    if len(text) > length:
        raise Invalid(_l("Please use at most %(length)s signs.", length=length), field=field)
    return text


def _printable(text: str) -> str:
    """`text` without control characters, which PostgreSQL or a label printer may refuse; line ends and tabs stay."""
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
