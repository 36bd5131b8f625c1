"""Writes of officers' overrides: one harvest of one plot inside a pre-harvest interval, permitted and signed."""

import uuid
from datetime import date, timedelta

from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Invalid, NotFound
from core.i18n import fold, local_today, normalize
from core.i18n import gettext as _
from traceability.diary.entry_queries import sprays_closing
from traceability.diary.harvest_gate import locked_plots
from traceability.diary.models import HarvestOverride
from traceability.diary.policies import may_override_interval

LONGEST = timedelta(days=13)
"""From the first to the last day of a permission: two weeks."""
EARLIEST = timedelta(days=30)
SHORTEST_REASON = 10


def grant_harvest_override(
    *, actor: Actor, plot_id: uuid.UUID, valid_from: date, valid_until: date, reason: str, signed_name: str
) -> HarvestOverride:
    """Permit the harvest of a plot on the days from `valid_from` to `valid_until`, despite the sprays known now.

    A spray that is written down or corrected afterwards closes the plot again. The officer signs by typing their
    name as it stands on their account. Raises NotFound for who may not and for an unknown plot, Invalid (with
    `field`) for what makes no sense.
    """
    if not may_override_interval(actor) or actor.user_id is None:
        raise NotFound
    plot = locked_plots([plot_id])[plot_id]
    now = utc_now()
    today = local_today(now)
    if valid_until < valid_from:
        raise Invalid(_("The last day lies before the first."), field="valid_until")
    if valid_until - valid_from > LONGEST:
        raise Invalid(_("Permit at most 14 days at a time."), field="valid_until")
    if valid_from < today - EARLIEST or valid_until > today + EARLIEST:
        raise Invalid(_("Choose days within a month of today."), field="valid_from")
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Invalid(_("Give the reason in a sentence: it stands on the public record."), field="reason")
    signed_name = normalize(signed_name)
    if fold(signed_name) != fold(normalize(actor.display_name)):
        raise Invalid(
            _("Sign with your name as it stands on your account: %(name)s.", name=actor.display_name),
            field="signed_name",
        )
    sprays = sprays_closing([plot.id], on=valid_from)
    if not sprays:
        raise Invalid(_("No spray forbids a harvest on these days: nothing has to be permitted."), field="valid_from")
    override = HarvestOverride(
        plot_id=plot.id,
        valid_from=valid_from,
        valid_until=valid_until,
        reason=reason,
        spray_entry_ids=[spray.entry_id for spray in sprays],
        granted_by=actor.user_id,
        signed_name=signed_name,
        granted_at=now,
    )
    db.session.add(override)
    db.session.flush()
    return override
