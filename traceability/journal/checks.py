"""What every event must have before the journal takes it, whoever built it (EPCIS 2.0 §7.4)."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

from traceability.epcis.event_builders import EventRuleError
from traceability.gs1.errors import N_

EVENT_TYPES: Final = frozenset(
    {"ObjectEvent", "AggregationEvent", "AssociationEvent", "TransactionEvent", "TransformationEvent"}
)
_ACTIONS: Final = frozenset({"ADD", "OBSERVE", "DELETE"})
_OFFSET: Final = re.compile(r"[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII)


def check_event(event: Mapping[str, Any]) -> dt.datetime:
    """The event's time, aware, in UTC; raises EventRuleError with the pointer of the field that is missing or wrong."""
    kind = event.get("type")
    if kind not in EVENT_TYPES:
        raise EventRuleError("/type", N_("There is no such kind of event."))
    if _OFFSET.fullmatch(str(event.get("eventTimeZoneOffset", ""))) is None:
        raise EventRuleError("/eventTimeZoneOffset", N_("A time zone offset is written like +07:00."))
    if kind == "TransformationEvent":
        if "action" in event:
            raise EventRuleError("/action", N_("A transformation has no action."))
    elif event.get("action") not in _ACTIONS:
        raise EventRuleError("/action", N_("The action is ADD, OBSERVE or DELETE."))
    if "ilmd" in event and kind != "TransformationEvent" and event.get("action") != "ADD":
        raise EventRuleError("/ilmd", N_("Master data of a lot or item may only be given when it is created (ADD)."))
    return _moment(event.get("eventTime"))


def _moment(text: object) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise EventRuleError("/eventTime", N_("A time must say how far it is from UTC."))
    return moment.astimezone(dt.UTC)
