"""Names and figures of products at scale: kinds of product, places and a word that tells two alike apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from seeds.build_data import STORAGE
from seeds.facts import ProductFacts, load_products, read

_GROWN: Final = (("loại 1", "grade 1"), ("loại 2", "grade 2"), ("đầu mùa", "early season"), ("vườn nhà", "home garden"))
_MADE: Final = (
    ("mẻ nhỏ", "small batch"),
    ("gói quà", "gift pack"),
    ("thủ công", "handmade"),
    ("truyền thống", "classic"),
)
_GROWN_CATEGORIES: Final = frozenset({"fruit", "vegetable", "grain", "tea", "spice", "mushroom"})
_GROWN_ORGANICALLY: Final = ("hữu cơ", "organic")
_KIN: Final = ("ông", "bà", "anh", "chị", "o", "chú", "cô", "bác")
_GIVEN_NAMES: Final = (
    *("An", "Bình", "Cúc", "Dũng", "Đào", "Giang", "Hà", "Hiền", "Hoa", "Hùng", "Khánh", "Lài", "Lan", "Lâm", "Liễu"),
    *("Lộc", "Mai", "Mận", "Minh", "Nga", "Ngọc", "Nhàn", "Phúc", "Quế", "Sen", "Sơn", "Tâm", "Thảo", "Thắm", "Xuân"),
)
_STARS: Final = (None, None, None, None, 3, 3, 3, 4, 4, 5)
_PRICE_SPREAD_PERCENT: Final = 25


@dataclass(frozen=True)
class Kind:
    """A kind of product: its names, and the known product that it is like in everything else."""

    name_vi: str
    name_en: str
    illustration: str
    facts: ProductFacts

    @property
    def storage(self) -> str:
        """How to keep it."""
        return STORAGE[self.facts.storage_class]


@dataclass(frozen=True)
class ProductIdea:
    """What one product of a producer is."""

    kind: Kind
    name_vi: str
    name_en: str
    ocop_stars: int | None
    standards: list[str]
    price_vnd: int


def load_kinds() -> Sequence[Kind]:
    """The kinds of product, always in the same order."""
    facts: Mapping[str, ProductFacts] = {product.slug: product for product in load_products()}
    return [
        Kind(
            name_vi=entry["vi"],
            name_en=entry["en"],
            illustration=entry.get("illustration", facts[entry["like"]].illustration),
            facts=facts[entry["like"]],
        )
        for entry in read("kinds")
    ]


def think_up(kinds: Sequence[Kind], *, place_vi: str, place_en: str, random: Random) -> ProductIdea:
    """A product of some kind from the place so named."""
    kind = random.choice(kinds)
    words = (*_GROWN, _GROWN_ORGANICALLY) if kind.facts.category in _GROWN_CATEGORIES else _MADE
    word_vi, word_en = random.choice(words)
    percent = random.randint(100 - _PRICE_SPREAD_PERCENT, 100 + _PRICE_SPREAD_PERCENT)
    usual = [entry for entry in kind.facts.standards if "hữu cơ" not in entry]
    return ProductIdea(
        kind=kind,
        name_vi=f"{kind.name_vi} {place_vi} {word_vi}",
        name_en=f"{place_en} {kind.name_en}, {word_en}",
        ocop_stars=random.choice(_STARS),
        standards=["hữu cơ"] if word_vi == "hữu cơ" else usual,
        price_vnd=max(1000, kind.facts.price_vnd * percent // 100 // 1000 * 1000),
    )


def household_name(place_vi: str, random: Random) -> str:
    """The name of an invented household, which says that it is a sample."""
    return f"Hộ {random.choice(_KIN)} {random.choice(_GIVEN_NAMES)} {place_vi} (mẫu)"
