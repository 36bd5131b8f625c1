"""Whether a lot is recalled: what its events say, before any other word on the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from core.web.templating import LOCAL_TIME_ZONE
from traceability.passport.parts import RecordPart
from traceability.passport.queries import TraceRecord


@dataclass(frozen=True, slots=True)
class Recall:
    """Since which day the lot is recalled."""

    since: date


_QUERY = """
    SELECT json_build_object('since', min(recalled.event_time))
    FROM related JOIN epcis_events recalled ON recalled.id = related.event_id
    WHERE recalled.disposition = 'recalled' AND recalled.error_declared_at IS NULL AND NOT EXISTS (
        SELECT FROM epcis_events wrong
        WHERE wrong.event_id = recalled.event_id AND wrong.error_declared_at IS NOT NULL)
    HAVING count(*) > 0
"""


def _read(value: Mapping[str, Any], record: TraceRecord) -> Recall:
    return Recall(datetime.fromisoformat(value["since"]).astimezone(LOCAL_TIME_ZONE).date())


RECALL: Final = RecordPart("recall", _QUERY, _read)
