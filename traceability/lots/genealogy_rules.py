"""Genealogy as values: what was made from what, what was put into what. Pure; the look-up is beside it."""

import uuid
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, NamedTuple, Protocol
from urllib.parse import unquote

from traceability.gs1.digital_link import CANONICAL_STEM

Direction = Literal["back", "forward"]
TRADE_ITEM: Final = f"{CANONICAL_STEM}/01/"
_LOGISTIC_UNIT: Final = f"{CANONICAL_STEM}/00/"
GTIN_BEGIN: Final = len(TRADE_ITEM)
GTIN_END: Final = GTIN_BEGIN + 14
"""Where the GTIN-14 stands in the canonical identifier of a trade item."""


class NodeKind(StrEnum):
    """What an object of the journal is."""

    LOT = "lot"
    ITEM = "item"
    LOGISTIC_UNIT = "logistic_unit"
    OTHER = "other"


class EdgeKind(StrEnum):
    """How one object came to be part of another: EPCIS 2.0 §7.4.6, §7.4.3, and a class with its instances."""

    TRANSFORMATION = "transformation"
    AGGREGATION = "aggregation"
    ITEM_OF_LOT = "item_of_lot"


class Edge(NamedTuple):
    """`source` went into `target`: it was used up to make it, was put into it, or is the lot that it is an item of.

    `event_uri` is the eventID of the event in which `source` went in. `quantity` in `unit_of_measure` (UN/CEFACT, None
    for pieces) is how much of `source` the event names; where several things came out it stands on each edge, so it
    must not be summed over them. An item of its lot has no event.
    """

    source: str
    target: str
    kind: EdgeKind
    event_uri: str | None = None
    event_time: datetime | None = None
    biz_step: str | None = None
    quantity: float | None = None
    unit_of_measure: str | None = None


class Joining(Protocol):
    """What joins two things, however much is known of it."""

    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...


class Node(NamedTuple):
    """One object, by canonical identifier, `depth` steps from where the trace began.

    `lot_id`, `product_name_vi`, `product_name_en` and `producer_name` are what the site knows, None for others' goods.
    """

    identifier: str
    kind: NodeKind
    depth: int
    lot_id: uuid.UUID | None = None
    producer_id: uuid.UUID | None = None
    product_name_vi: str | None = None
    product_name_en: str | None = None
    producer_name: str | None = None

    @property
    def lot_number(self) -> str | None:
        """The lot number (AI 10) in the identifier."""
        return key_part(self.identifier, "10")

    def product_name(self, locale: str) -> str | None:
        """The product's name in `locale`."""
        return self.product_name_en if locale == "en" else self.product_name_vi


@dataclass(frozen=True, slots=True)
class Genealogy:
    """A trace: nodes by depth, edges by time. `truncated` when there was more than the limit let through."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    truncated: bool = False


def kind_of(identifier: str) -> NodeKind:
    """What the canonical `identifier` stands for."""
    if identifier.startswith(_LOGISTIC_UNIT):
        return NodeKind.LOGISTIC_UNIT
    if identifier.startswith(TRADE_ITEM):
        if identifier.startswith("/10/", GTIN_END):
            return NodeKind.LOT
        if identifier.startswith("/21/", GTIN_END):
            return NodeKind.ITEM
    return NodeKind.OTHER


def key_part(identifier: str, ai: str) -> str | None:
    """The value of `ai` (01, 10 or 21) in the canonical identifier of a trade item; None where it has none."""
    if not identifier.startswith(TRADE_ITEM):
        return None
    if ai == "01":
        return identifier[GTIN_BEGIN:GTIN_END]
    return unquote(identifier[GTIN_END + 4 :]) if identifier.startswith(f"/{ai}/", GTIN_END) else None


def is_traced_through(identifier: str) -> bool:
    """Whether what happened to `identifier` says something about the same goods.

    A product without lot or serial number names any goods of its kind: a trace shows it, and ends there.
    """
    return not identifier.startswith(TRADE_ITEM) or is_lot_or_item(identifier)


def is_lot_or_item(identifier: str) -> bool:
    """Whether the canonical `identifier` is of a lot or an item of a product, and not of the product alone."""
    return identifier.startswith(TRADE_ITEM) and len(identifier) > GTIN_END


def depths(starts: Collection[str], edges: Iterable[Joining], direction: Direction) -> Mapping[str, int]:
    """How many steps each identifier is from the nearest of `starts`; the unreachable are left out."""
    following: dict[str, list[str]] = {}
    for edge in edges:
        here, there = (edge.source, edge.target) if direction == "forward" else (edge.target, edge.source)
        following.setdefault(here, []).append(there)
    found = dict.fromkeys(starts, 0)
    waiting = deque(starts)
    while waiting:
        here = waiting.popleft()
        for there in following.get(here, ()):
            if there not in found:
                found[there] = found[here] + 1
                waiting.append(there)
    return found


def both_ways(back: Mapping[str, int], forward: Mapping[str, int]) -> Mapping[str, int]:
    """The depths of both directions in one: what came before has negative ones."""
    return {identifier: -depth for identifier, depth in back.items()} | dict(forward)
