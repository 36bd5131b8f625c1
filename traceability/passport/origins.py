"""Which harvests a lot was made from, in words a consumer understands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from core.i18n import gettext as _
from core.i18n import ngettext
from traceability.passport.parts import RecordPart
from traceability.passport.record import TraceRecord


@dataclass(frozen=True, slots=True)
class Origin:
    """One harvest that went in: its lot, its day, and the commune of its garden."""

    lot_number: str
    harvested_on: date
    place: str
    producer: str


@dataclass(frozen=True, slots=True)
class Origins:
    """All harvests that went in: `sentence` counts them, `harvests` lists the newest."""

    sentence: str
    harvests: Sequence[Origin]
    hidden: int


_QUERY = """
    SELECT CASE WHEN count(*) > 1 OR bool_or(harvests.lot_id <> lot.id) THEN json_build_object(
        'harvests', count(DISTINCT harvests.lot_id), 'gardens', count(DISTINCT harvests.plot_id),
        'listed', (SELECT json_agg(origin) FROM (
            SELECT picked.lot_number, picked.harvested_on, communes.name AS commune, grower.name AS producer
            FROM harvests picked JOIN plots garden ON garden.id = picked.plot_id
            JOIN communes ON communes.code = garden.commune_code
            JOIN producers grower ON grower.id = garden.producer_id
            ORDER BY picked.harvested_on DESC, picked.lot_number, garden.id LIMIT 20) AS origin)
    ) END
    FROM harvests
"""


def _read(value: Mapping[str, Any], record: TraceRecord) -> Origins:
    harvests = ngettext("%(num)s harvest", "%(num)s harvests", value["harvests"])
    gardens = ngettext("%(num)s garden", "%(num)s gardens", value["gardens"])
    listed = [
        Origin(row["lot_number"], date.fromisoformat(row["harvested_on"]), row["commune"], row["producer"])
        for row in value["listed"]
    ]
    return Origins(
        str(_("Packed from %(harvests)s of %(gardens)s.", harvests=harvests, gardens=gardens)),
        listed,
        max(0, value["harvests"] - len(listed)),
    )


ORIGINS: Final = RecordPart("origins", _QUERY, _read)
