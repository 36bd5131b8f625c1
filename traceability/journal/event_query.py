"""Simple event queries: from the parameters of a URL or a JSON object to pages of events (EPCIS 2.0 §8.2.7.1).

`parse_query` and `query_from_json` read the parameters, `find_events` answers them. Named queries are kept as they
were given and run through the same functions.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.i18n import gettext as _
from traceability.epcis.contexts import declarations
from traceability.journal.errors import QueryParameterError, QueryTooComplex
from traceability.journal.event_pages import EventPage, PageRequest, find_page
from traceability.journal.parties import Party
from traceability.journal.query_conditions import Condition
from traceability.journal.query_parameters import ParameterReader, unknown
from traceability.journal.query_prefixes import namespaces_known_as
from traceability.journal.query_values import single
from traceability.journal.terms import storable

__all__ = ["EventPage", "EventQuery", "PageRequest", "find_events", "parse_query", "query_from_json"]

MOST_PARAMETERS: Final = 100
MOST_VALUES: Final = 1000
LONGEST_NAME: Final = 1000
LARGEST_COUNT: Final = 2**31 - 1
_CONTROLS: Final = frozenset({"orderBy", "orderDirection", "eventCountLimit", "maxEventCount"})

Pairs = Iterable[tuple[str, str]]
KnownAs = Callable[[str], Collection[str]]


@dataclass(frozen=True, slots=True)
class EventQuery:
    """A query that makes sense.

    `order_by` is `eventTime`, `recordTime`, or the names under which an extension field is indexed; None leaves the
    events in the order in which they were recorded. `digest` stands for everything that was asked.
    """

    conditions: tuple[Condition, ...]
    order_by: tuple[str, ...] | None = None
    descending: bool = True
    event_count_limit: int | None = None
    max_event_count: int | None = None
    digest: str = ""


def parse_query(
    pairs: Pairs,
    *,
    prefixes: Mapping[str, str] | None = None,
    within: Pairs = (),
    known_as: KnownAs = namespaces_known_as,
) -> EventQuery:
    """The query that `pairs` of parameter names and values ask.

    The values of a list are parted by `|`, or the parameter is repeated. `prefixes` are declared namespaces of
    extension fields; an undeclared prefix means what recorded events declare it to be (`known_as`). `within` are
    further parameters that must hold too, with one value each, taken as it is.

    Raises QueryParameterError with the name of the parameter, QueryTooComplex.
    """
    listed: dict[str, list[str]] = {}
    for name, value in pairs:
        listed.setdefault(name, []).extend(value.split("|"))
    return _query(listed, prefixes or {}, list(within), known_as)


def query_from_json(query: Mapping[str, Any], *, known_as: KnownAs = namespaces_known_as) -> EventQuery:
    """The query in its JSON form: the object that stands under `query` in `POST /queries`, or what stands around it.

    Its `@context` declares prefixes. Raises QueryParameterError, QueryTooComplex.
    """
    inner = query.get("query")
    asked: Mapping[str, Any] = inner if isinstance(inner, Mapping) else query
    listed = {name: _texts(name, value) for name, value in asked.items() if name != "@context"}
    return _query(listed, dict(declarations(asked.get("@context"))), [], known_as)


def find_events(query: EventQuery, party: Party, page: PageRequest | None = None) -> EventPage:
    """One page of the events that `party` may read, redacted for it.

    Raises QueryParameterError when the page's token is not of this query, QueryTooLarge.
    """
    return find_page(query, party, page or PageRequest())


def _query(
    listed: Mapping[str, list[str]], prefixes: Mapping[str, str], within: list[tuple[str, str]], known_as: KnownAs
) -> EventQuery:
    if len(listed) > MOST_PARAMETERS or sum(map(len, listed.values())) > MOST_VALUES:
        raise QueryTooComplex
    asked = {storable(name): tuple(storable(value) for value in values) for name, values in listed.items()}
    reader = ParameterReader(prefixes, known_as)
    conditions = [
        condition
        for name, values in [*asked.items(), *((name, (storable(value),)) for name, value in within)]
        if name not in _CONTROLS and (condition := _condition(reader, name, values)) is not None
    ]
    descending, limit, most = _controls(asked)
    return EventQuery(
        conditions=tuple(conditions),
        order_by=_order(reader, asked),
        descending=descending,
        event_count_limit=limit,
        max_event_count=most,
        digest=_digest(asked, prefixes, within),
    )


def _condition(reader: ParameterReader, name: str, values: tuple[str, ...]) -> Condition | None:
    if len(name) > LONGEST_NAME:
        raise unknown(f"{name[:100]}…")
    if not values:
        raise QueryParameterError(name, _("This needs a value."))
    return reader.read(name, values)


def _controls(asked: Mapping[str, tuple[str, ...]]) -> tuple[bool, int | None, int | None]:
    """The order's direction and the two limits, which exclude each other."""
    direction = single("orderDirection", asked.get("orderDirection", ("DESC",)))
    if direction not in ("ASC", "DESC"):
        raise QueryParameterError("orderDirection", _("This is one of: %(words)s.", words="ASC, DESC"))
    limit, most = _count(asked, "eventCountLimit"), _count(asked, "maxEventCount")
    if limit is not None and most is not None:
        raise QueryParameterError("maxEventCount", _("eventCountLimit and maxEventCount exclude each other."))
    if limit is not None and "orderBy" not in asked:
        raise QueryParameterError("eventCountLimit", _("This needs orderBy beside it."))
    return direction == "DESC", limit, most


def _count(asked: Mapping[str, tuple[str, ...]], name: str) -> int | None:
    if name not in asked:
        return None
    text = single(name, asked[name])
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= LARGEST_COUNT):
        raise QueryParameterError(name, _("This is a whole number above zero."))
    return int(text)


def _order(reader: ParameterReader, asked: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    if "orderBy" not in asked:
        return None
    field = single("orderBy", asked["orderBy"])
    if field in ("eventTime", "recordTime"):
        return (field,)
    if ":" not in field or len(field) > LONGEST_NAME:
        detail = _("This is eventTime, recordTime or the full name of an extension field.")
        raise QueryParameterError("orderBy", detail)
    return reader.field_names("orderBy", field)


def _texts(name: str, value: object) -> list[str]:
    """The values of one member of a query in JSON."""
    if isinstance(value, list):
        return [text for member in value for text in _texts(name, member) if not isinstance(member, list)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if value is None:
        return ["null"]
    if isinstance(value, str):
        return [value]
    if isinstance(value, int | float):
        return [str(value)[:400]]
    raise QueryParameterError(name, _("This is a text, a number, or a list of them."))


def _digest(asked: Mapping[str, tuple[str, ...]], prefixes: Mapping[str, str], within: list[tuple[str, str]]) -> str:
    everything = [sorted(asked.items()), sorted(prefixes.items()), sorted(within)]
    return hashlib.sha256(json.dumps(everything).encode()).hexdigest()[:32]
