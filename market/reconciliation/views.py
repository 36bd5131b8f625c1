"""Pages of what the payment service and this site do not agree about."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import Actor, current_actor
from core.db import atomic
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.web.access import roles
from core.web.paging import paginate, requested_page
from market.disputes.queries import disputes_for_officers
from market.payments.configuration import payment_gateway
from market.payments.gateway import PaymentGateway
from market.payments.policies import OFFICERS
from market.reconciliation import settling
from market.reconciliation.forms import NoteForm, TransferForm
from market.reconciliation.models import DiscrepancyKind, Resolution
from market.reconciliation.queries import count_open, discrepancies, get_discrepancy
from market.reconciliation.rules import can_accept, can_refund, can_resume
from market.reconciliation.showing import KIND_NAMES, RESOLUTION_NAMES, WHAT_TO_DO, shown_facts
from market.reconciliation.usecases import resolve_discrepancy
from traceability.forms import show_error

blueprint = Blueprint("reconciliation", __name__, url_prefix="/payments/review")
PER_PAGE = 20
STATES: dict[str, bool | None] = {"open": True, "resolved": False, "all": None}


@blueprint.get("")
@roles(*OFFICERS)
def index() -> ResponseReturnValue:
    """What waits for a person, by state and kind."""
    state = request.args.get("state", "open")
    kind = request.args.get("kind", "")
    chosen = DiscrepancyKind(kind) if kind in list(DiscrepancyKind) else None
    statement = discrepancies(is_open=STATES.get(state, True), kind=chosen)
    return render_template(
        "market/reconciliation/index.html",
        page=paginate(statement, page=requested_page(), per_page=PER_PAGE),
        open_count=count_open(),
        state=state if state in STATES else "open",
        kind=chosen,
        kind_names=KIND_NAMES,
        what_to_do=WHAT_TO_DO,
        resolution_names=RESOLUTION_NAMES,
        shown_facts=shown_facts,
    )


@blueprint.get("/disputes")
@roles(*OFFICERS)
def disputes() -> ResponseReturnValue:
    """All disputes, those to be answered first."""
    page = paginate(disputes_for_officers(only_open=False), page=requested_page(), per_page=PER_PAGE)
    return render_template("market/reconciliation/disputes.html", page=page)


@blueprint.route("/<uuid:discrepancy_id>", methods=["GET", "POST"])
@roles(*OFFICERS)
def detail(discrepancy_id: uuid.UUID) -> ResponseReturnValue:
    """One discrepancy with both sides' facts; a note ends it."""
    actor = current_actor()
    get_discrepancy(actor, discrepancy_id)
    form = NoteForm()
    if form.validate_on_submit():
        try:
            with atomic():
                resolve_discrepancy(
                    actor=actor, discrepancy_id=discrepancy_id, resolution=Resolution.NOTED, note=form.note.data
                )
        except NotFound:
            raise
        except AppError as error:
            flash(str(error.message), "error")
            return _page(discrepancy_id, form, error.http_status)
        flash(_("Resolved, with your note."), "success")
        return redirect(url_for("reconciliation.index"), code=303)
    return _page(discrepancy_id, form, 422 if form.errors else 200)


@blueprint.post("/<uuid:discrepancy_id>/refund")
@roles(*OFFICERS)
def refund(discrepancy_id: uuid.UUID) -> ResponseReturnValue:
    """Give back what it is about."""
    return _act(discrepancy_id, settling.refund_discrepancy, _("The money goes back to where it came from."))


@blueprint.post("/<uuid:discrepancy_id>/accept")
@roles(*OFFICERS)
def accept(discrepancy_id: uuid.UUID) -> ResponseReturnValue:
    """Take what the payment service says into our books."""
    return _act(discrepancy_id, settling.accept_discrepancy, _("It stands in the books now."))


@blueprint.post("/<uuid:discrepancy_id>/retry")
@roles(*OFFICERS)
def retry(discrepancy_id: uuid.UUID) -> ResponseReturnValue:
    """Try a failed refund again."""
    return _act(discrepancy_id, settling.retry_discrepancy, _("Asked for again. If it fails too, it is on this list."))


@blueprint.post("/<uuid:discrepancy_id>/transfer")
@roles(*OFFICERS)
def transfer(discrepancy_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a failed refund was paid by bank transfer."""
    form = TransferForm(prefix="transfer")
    if not form.validate_on_submit():
        return _page(discrepancy_id, NoteForm(formdata=None), 422, transfer_form=form)
    try:
        settling.transfer_discrepancy(actor=current_actor(), discrepancy_id=discrepancy_id, transfer=form.transfer())
    except AppError as error:
        show_error(form, error)
        return _page(discrepancy_id, NoteForm(formdata=None), error.http_status, transfer_form=form)
    flash(_("Noted: the buyer has been told, and it stands in the books."), "success")
    return redirect(url_for("reconciliation.detail", discrepancy_id=discrepancy_id), code=303)


def _act(discrepancy_id: uuid.UUID, work: Callable[..., None], done: str) -> ResponseReturnValue:
    actor: Actor = current_actor()
    gateway: PaymentGateway = payment_gateway()
    try:
        work(actor=actor, discrepancy_id=discrepancy_id, gateway=gateway)
    except NotFound:
        raise
    except AppError as error:
        flash(str(error.message), "error")
        return _page(discrepancy_id, NoteForm(formdata=None), error.http_status)
    flash(done, "success")
    return redirect(url_for("reconciliation.detail", discrepancy_id=discrepancy_id), code=303)


def _page(
    discrepancy_id: uuid.UUID, form: NoteForm, status: int, *, transfer_form: TransferForm | None = None
) -> ResponseReturnValue:
    found = get_discrepancy(current_actor(), discrepancy_id)
    page = render_template(
        "market/reconciliation/detail.html",
        found=found,
        form=form,
        transfer_form=transfer_form or TransferForm(formdata=None, prefix="transfer"),
        kind_names=KIND_NAMES,
        what_to_do=WHAT_TO_DO,
        resolution_names=RESOLUTION_NAMES,
        shown_facts=shown_facts,
        can_refund=can_refund(found.kind),
        can_resume=can_resume(found.kind) and found.payment_id is not None,
        can_accept=can_accept(found.kind, has_payment=found.payment_id is not None),
    )
    return page, status
