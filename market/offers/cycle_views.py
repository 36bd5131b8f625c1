"""The producers' page of harvests that can be ordered beforehand."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from core.accounts import RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import Conflict, Invalid
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web import roles
from core.web.forms import REQUIRED, Form, TextField, WholeNumberField
from core.web.paging import paginate, requested_page
from market.offers.cycles import (
    CycleValues,
    cancel_cycle,
    cycles_of,
    get_cycle,
    open_cycle,
    ordered_in,
    to_refund,
)
from market.offers.policies import require_own_offer
from traceability.forms import DayField, show_error
from traceability.sensors.forms import MomentField

PER_PAGE = 20
PRODUCERS = (RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
blueprint = Blueprint("cycles", __name__)


class CycleForm(Form):
    """When a harvest can be ordered, and when it is picked."""

    opens_at = MomentField(_l("Orders from"), validators=[InputRequired(REQUIRED)])
    closes_at = MomentField(_l("Orders until"), validators=[InputRequired(REQUIRED)])
    harvest_from = DayField(_l("Picked from"), validators=[InputRequired(REQUIRED)])
    harvest_until = DayField(_l("Picked until"), validators=[InputRequired(REQUIRED)])
    deposit_percent = WholeNumberField(
        _l("Deposit"), validators=[Optional(), NumberRange(10, 90, message=_l("From 10 to 90 per cent."))]
    )

    def values(self) -> CycleValues:
        """What the valid form says."""
        assert self.opens_at.data and self.closes_at.data and self.harvest_from.data and self.harvest_until.data
        return CycleValues(
            self.opens_at.data,
            self.closes_at.data,
            self.harvest_from.data,
            self.harvest_until.data,
            self.deposit_percent.data,
        )


class CancelForm(Form):
    """Why a harvest failed; buyers read it."""

    reason = TextField(_l("What happened"), validators=[DataRequired(REQUIRED), Length(max=300)])


@blueprint.get("/farm/offers/<uuid:offer_id>/cycles")
@roles(*PRODUCERS)
def index(offer_id: uuid.UUID) -> ResponseReturnValue:
    """The harvests of an offer."""
    return _page(offer_id)


@blueprint.post("/farm/offers/<uuid:offer_id>/cycles")
@roles(*PRODUCERS)
def create(offer_id: uuid.UUID) -> ResponseReturnValue:
    """Open a harvest for orders."""
    form = CycleForm()
    if not form.validate_on_submit():
        return _page(offer_id, form=form, status=422)
    try:
        with atomic():
            open_cycle(actor=current_actor(), offer_id=offer_id, values=form.values())
    except (Invalid, Conflict) as error:
        show_error(form, error)
        return _page(offer_id, form=form, status=error.http_status)
    flash(_("The harvest can be ordered at that time."), "success")
    return redirect(url_for("cycles.index", offer_id=offer_id), code=303)


@blueprint.route("/farm/cycles/<uuid:cycle_id>/cancel", methods=["GET", "POST"])
@roles(*PRODUCERS)
def cancel(cycle_id: uuid.UUID) -> ResponseReturnValue:
    """Say that a harvest failed; asked for on a page of its own, since it cannot be taken back."""
    cycle = get_cycle(current_actor(), cycle_id)
    form = CancelForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with atomic():
                    cancel_cycle(actor=current_actor(), cycle_id=cycle_id, reason=form.reason.data or "")
            except Conflict as error:
                show_error(form, error)
                status = error.http_status
            else:
                flash(_("Cancelled. Everybody who paid gets the money back."), "success")
                return redirect(url_for("cycles.index", offer_id=cycle.offer_id), code=303)
    ordered = ordered_in([cycle_id]).get(cycle_id)
    return render_template("market/offers/cancel_cycle.html", cycle=cycle, form=form, ordered=ordered), status


def _page(offer_id: uuid.UUID, *, form: CycleForm | None = None, status: int = 200) -> ResponseReturnValue:
    offer = require_own_offer(current_actor(), offer_id)
    page = paginate(cycles_of(offer_id), page=requested_page(), per_page=PER_PAGE)
    ids = [cycle.id for cycle in page.items]
    html = render_template(
        "market/offers/cycles.html",
        offer=offer,
        page=page,
        ordered=ordered_in(ids),
        to_refund=to_refund(ids),
        form=form or CycleForm(formdata=None),
        now=utc_now(),
    )
    return html, status
