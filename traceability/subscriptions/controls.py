"""What a subscriber asks for: the members of a subscription as the standard names them, read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.i18n import gettext as _
from traceability.subscriptions.errors import SubscriptionInvalid
from traceability.subscriptions.schedules import QuerySchedule, ScheduleError, parse_schedule

SHORTEST_TOKEN: Final = 8
LONGEST_TOKEN: Final = 500
_MEMBERS: Final = frozenset({"dest", "signatureToken", "initialRecordTime", "reportIfEmpty", "schedule", "stream"})


@dataclass(frozen=True, slots=True)
class SubscriptionControls:
    """A subscription that was asked for. Without a schedule it is a stream; `schedule_fields` are as given."""

    dest: str
    signature_token: str | None
    initial_record_time: datetime | None
    report_if_empty: bool
    schedule: QuerySchedule | None
    schedule_fields: dict[str, str] | None


def read_controls(body: object) -> SubscriptionControls:
    """The controls in a JSON `body` (EPCIS 2.0 §8.2.5). Raises SubscriptionInvalid, which names the member.

    The address in `dest` is not looked at here.
    """
    if not isinstance(body, Mapping):
        raise SubscriptionInvalid(_("A subscription is a JSON object."))
    for name in body:
        if name not in _MEMBERS:
            raise SubscriptionInvalid(_("A subscription has no such member."), field=str(name))
    dest = body.get("dest")
    if not isinstance(dest, str) or not dest:
        raise SubscriptionInvalid(_("The https address for the reports is needed."), field="dest")
    fields = body.get("schedule")
    is_stream = _flag(body, "stream")
    if "stream" in body and not is_stream:
        raise SubscriptionInvalid(_("Where stream is given, it is true."), field="stream")
    if is_stream == (fields is not None):
        raise SubscriptionInvalid(_("Give either a schedule or stream, not both."), field="schedule")
    report_if_empty = _flag(body, "reportIfEmpty")
    if report_if_empty and is_stream:
        raise SubscriptionInvalid(_("Only a scheduled report can be empty."), field="reportIfEmpty")
    return SubscriptionControls(
        dest=dest,
        signature_token=_token(body.get("signatureToken")),
        initial_record_time=_moment(body.get("initialRecordTime")),
        report_if_empty=report_if_empty,
        schedule=None if is_stream else _schedule(fields),
        schedule_fields=None if is_stream or not isinstance(fields, Mapping) else dict(fields),
    )


def _flag(body: Mapping[str, object], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise SubscriptionInvalid(_("This is true or false."), field=name)
    return value


def _schedule(fields: object) -> QuerySchedule:
    if not isinstance(fields, Mapping):
        raise SubscriptionInvalid(_("A schedule is a JSON object."), field="schedule")
    try:
        return parse_schedule(fields)
    except ScheduleError as error:
        message = _(error.message_id)
        where = "schedule" if error.field is None else f"schedule.{error.field}"
        raise SubscriptionInvalid(message % error.params if error.params else message, field=where) from error


def _token(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.isprintable() or not SHORTEST_TOKEN <= len(value) <= LONGEST_TOKEN:
        limits = {"shortest": SHORTEST_TOKEN, "longest": LONGEST_TOKEN}
        message = _("The secret for signatures is text of %(shortest)s to %(longest)s printable signs.", **limits)
        raise SubscriptionInvalid(message, field="signatureToken")
    return value


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        offset = None if moment is None else moment.utcoffset()
    except ValueError:
        moment = offset = None
    if moment is None or offset is None or not 1970 < moment.year < 9990:
        message = _("A time is written like 2026-07-01T06:30:00Z, with its distance from UTC.")
        raise SubscriptionInvalid(message, field="initialRecordTime")
    return moment
