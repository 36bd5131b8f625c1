"""Decisions about certificates, without any I/O."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, Protocol

from core.errors import Conflict, Invalid, Refused
from core.i18n import gettext as _
from traceability.attestations.certificates.models import CertificateStatus

EXPIRY_STAGES: Final = (60, 30, 7)
"""So many days before a certificate ends, its holder is warned."""
LONGEST_VALIDITY: Final = timedelta(days=10 * 366)


class Change(Protocol):
    """What the rules need to know of a change of status."""

    status: CertificateStatus
    effective_on: date


def status_on(changes: Iterable[Change], day: date) -> CertificateStatus:
    """The status on `day`; `changes` are in the order they were recorded. What was recorded last prevails."""
    status = CertificateStatus.VALID
    for change in changes:
        if change.effective_on <= day:
            status = change.status
    return status


def check_validity(valid_from: date, valid_until: date) -> None:
    """At least a day, at most ten years; raises Invalid for `valid_until`."""
    if valid_until <= valid_from:
        raise Invalid(_("The last day must come after the first."), field="valid_until")
    if valid_until - valid_from > LONGEST_VALIDITY:
        raise Invalid(_("No certificate stands for more than ten years. Check the dates."), field="valid_until")


def check_change(
    present: CertificateStatus,
    wanted: CertificateStatus,
    *,
    may_reinstate: bool,
    effective_on: date,
    last_effective_on: date,
    today: date,
) -> None:
    """Whether `wanted` may follow `present` from `effective_on`.

    A withdrawn certificate stays so. Changes are recorded in the order in which they take effect (the last one did on
    `last_effective_on`) and never ahead of time. Raises Conflict, Refused, or Invalid for `effective_on`.
    """
    if present == CertificateStatus.WITHDRAWN:
        raise Conflict(_("This certificate was withdrawn. Enter the new one instead."))
    if wanted == present:
        raise Conflict(_("The certificate has this status already."))
    if wanted == CertificateStatus.VALID and not may_reinstate:
        raise Refused(_("Only an inspector can put a certificate back in force."))
    if effective_on > today:
        raise Invalid(_("The day lies in the future."), field="effective_on")
    if effective_on < last_effective_on:
        raise Invalid(_("An earlier day was recorded after that already. Check the date."), field="effective_on")
