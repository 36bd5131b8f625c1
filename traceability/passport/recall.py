"""Whether a lot is recalled, before any other word on the page: by a recall on this site, or by what its events say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from core.i18n import current_locale, local_day
from traceability.passport.parts import RecordPart
from traceability.passport.record import TraceRecord
from traceability.recalls.queries import RECALL_OF_LOT


@dataclass(frozen=True, slots=True)
class Recalled:
    """Since which day the lot is recalled; `number` and `notice` are those of the recall on this site, if it is one."""

    since: date
    number: str | None
    notice: str | None


_QUERY: Final = f"""
    SELECT json_build_object('since', since, 'declared', declared) FROM (
        SELECT ({RECALL_OF_LOT.format(lot_id="lot.id")}) AS declared, (
            SELECT min(recalled.event_time)
            FROM related JOIN epcis_events recalled ON recalled.id = related.event_id
            WHERE recalled.disposition = 'recalled' AND recalled.error_declared_at IS NULL AND NOT EXISTS (
                SELECT FROM epcis_events wrong
                WHERE wrong.event_id = recalled.event_id AND wrong.error_declared_at IS NOT NULL)) AS since) AS found
    WHERE declared IS NOT NULL OR since IS NOT NULL
"""  # noqa: S608 (both parts are constants)


def _read(value: Mapping[str, Any], record: TraceRecord) -> Recalled:
    declared = value["declared"] or {}
    since = datetime.fromisoformat(declared.get("decided_at") or value["since"])
    return Recalled(
        since=local_day(since),
        number=declared.get("number"),
        notice=declared.get("notice_en" if current_locale() == "en" else "notice_vi"),
    )


RECALL: Final = RecordPart("recall", _QUERY, _read)
