"""Parts of the public record: each is a piece of the page's one SQL statement, and what reads its answer.

A part is asked within the query around it, so that a scan costs one round trip however much the page shows. Whatever
a part selects stands on a public page: it names public columns only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from traceability.passport.record import TraceRecord


@dataclass(frozen=True, slots=True)
class RecordPart:
    """One part, under its `name` in the template.

    `query` gives one JSON value or NULL. It sees the rows `lot`, `products` and `producers` and these tables: `own` and
    `related` are the lot's events without and with those of its parcels, `shown` the newest of these, with how they
    were `declared` wrong; `origins` are the lot and the lots it was made of, `harvests` those of them that were picked,
    once for each plot: lot_id, lot_number, harvested_on, plot_id, product_id. A colon in it begins a parameter. `read`
    makes of the value what the template shows; None shows nothing.
    """

    name: str
    query: str
    read: Callable[[Any, TraceRecord], Any]


def read_parts(parts: tuple[RecordPart, ...], record: TraceRecord) -> dict[str, Any]:
    """What each of `parts` has to show about `record`, by name; None for one that has nothing."""
    return {
        part.name: None if record.parts[part.name] is None else part.read(record.parts[part.name], record)
        for part in parts
    }
