"""The buyer's pages of returns, below the order's secret link."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from core.accounts import current_actor
from core.db import atomic, utc_now
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.storage import private_storage
from core.web.access import secret_link
from core.web.photos import allow_photos
from core.web.setup import limiter
from market.disputes.queries import disputes_of_order
from market.returns import usecases
from market.returns.forms import ReturnForm, StatementForm, return_form
from market.returns.models import Return, ReturnStatus
from market.returns.photos import photo_answer
from market.returns.queries import (
    asked_units,
    find_photo_key,
    find_return_by_key,
    get_return_by_token,
    get_shipped_parcel,
    given_so_far,
    require_return_of_token,
)
from market.returns.rules import CLOSED, MOST_PHOTOS, may_ask_until, may_become, may_escalate
from market.returns.saying import said
from traceability.forms import show_error

blueprint = Blueprint("returns", __name__)
WRITES_OF_AN_ADDRESS = "10/minute;60/day"


@blueprint.url_value_preprocessor
def allow_large_uploads(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take all photos of a statement at once."""
    allow_photos(MOST_PHOTOS)


@blueprint.route("/orders/<token>/parcels/<uuid:parcel_id>/return", methods=["GET", "POST"])
@limiter.limit(WRITES_OF_AN_ADDRESS, methods=["POST"])
@secret_link
def new(token: str, parcel_id: uuid.UUID) -> ResponseReturnValue:
    """The buyer says what is wrong with goods of a parcel, and what they would like."""
    parcel = get_shipped_parcel(token, parcel_id)
    form = _form_for(token, parcel_id)
    # The second of two clicks finds fewer units left than it asks for, because the first has asked for them.
    sent_before = find_return_by_key(parcel_id, form.request_key.data) if form.is_submitted() else None
    if sent_before is not None:
        return redirect(url_for("returns.page", token=token, return_id=sent_before.id), code=303)
    if form.is_submitted() and form.is_complete(private_storage()):
        try:
            with atomic():
                found = usecases.ask_for_return(
                    actor=current_actor(), token=token, parcel_id=parcel_id, values=form.values()
                )
                return_id = found.id
        except AppError as error:
            show_error(form, error)
            parcel = get_shipped_parcel(token, parcel_id)
        else:
            flash(_("The producer has been told, and answers within three working days."), "success")
            return redirect(url_for("returns.page", token=token, return_id=return_id), code=303)
    until = {
        line.id: may_ask_until(parcel.shipped_at, line.offer.product.category)
        for line in parcel.lines
        if parcel.shipped_at is not None
    }
    page = render_template("market/returns/new.html", parcel=parcel, form=form, token=token, until=until, now=utc_now())
    return _unkept(page, 422 if form.errors else 200)


def _form_for(token: str, parcel_id: uuid.UUID) -> ReturnForm:
    parcel = get_shipped_parcel(token, parcel_id)
    so_far, asked = given_so_far(parcel.order, parcel.lines), asked_units(parcel_id)
    return return_form(parcel.lines, {line.id: asked.left_of(line, so_far) for line in parcel.lines})


@blueprint.get("/orders/<token>/returns/<uuid:return_id>")
@secret_link
def page(token: str, return_id: uuid.UUID) -> ResponseReturnValue:
    """How a return stands, and what the buyer can do."""
    return _page(token, get_return_by_token(token, return_id), StatementForm())


@blueprint.post("/orders/<token>/returns/<uuid:return_id>/accept")
@secret_link
def accept(token: str, return_id: uuid.UUID) -> ResponseReturnValue:
    """Take what the producer offers."""
    return _do(usecases.accept_offer, token, return_id, _("The money is on its way back to you."))


@blueprint.post("/orders/<token>/returns/<uuid:return_id>/arrived")
@secret_link
def arrived(token: str, return_id: uuid.UUID) -> ResponseReturnValue:
    """Say that the replacement has come."""
    return _do(usecases.confirm_replacement, token, return_id, _("Thank you. This is settled."))


@blueprint.post("/orders/<token>/returns/<uuid:return_id>/withdraw")
@secret_link
def withdraw(token: str, return_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for nothing any more."""
    return _do(usecases.withdraw_return, token, return_id, _("You ask for nothing any more."))


@blueprint.post("/orders/<token>/returns/<uuid:return_id>/escalate")
@limiter.limit(WRITES_OF_AN_ADDRESS)
@secret_link
def escalate(token: str, return_id: uuid.UUID) -> ResponseReturnValue:
    """Ask the site to decide, and say why."""
    return _say(usecases.escalate_return, token, return_id, _("The site looks at it now and decides."))


@blueprint.post("/orders/<token>/returns/<uuid:return_id>/missing")
@limiter.limit(WRITES_OF_AN_ADDRESS)
@secret_link
def missing(token: str, return_id: uuid.UUID) -> ResponseReturnValue:
    """Say that money which was to come by hand did not come."""
    return _say(usecases.miss_money, token, return_id, _("The site has been told, and looks at it."))


@blueprint.post("/orders/<token>/returns/<uuid:return_id>/statements")
@limiter.limit(WRITES_OF_AN_ADDRESS)
@secret_link
def add_statement(token: str, return_id: uuid.UUID) -> ResponseReturnValue:
    """Add words and photos."""
    return _say(usecases.add_buyer_statement, token, return_id, _("It is added; the others have been told."))


@blueprint.get("/orders/<token>/returns/<uuid:return_id>/photos/<uuid:statement_id>/<int:number>/<int:width>")
@secret_link
def photo(token: str, return_id: uuid.UUID, statement_id: uuid.UUID, number: int, width: int) -> ResponseReturnValue:
    """A photo of the return, for the buyer."""
    require_return_of_token(token, return_id)
    return photo_answer(find_photo_key(statement_id, return_id, number), width)


def _do(verb: Callable[..., object], token: str, return_id: uuid.UUID, done: str) -> ResponseReturnValue:
    try:
        with atomic():
            verb(actor=current_actor(), token=token, return_id=return_id)
    except NotFound:
        raise
    except AppError as error:
        flash(str(error.message), "error")
    else:
        flash(done, "success")
    return redirect(url_for("returns.page", token=token, return_id=return_id), code=303)


def _say(verb: Callable[..., object], token: str, return_id: uuid.UUID, done: str) -> ResponseReturnValue:
    require_return_of_token(token, return_id)
    form = StatementForm()
    if said(form, partial(verb, actor=current_actor(), token=token, return_id=return_id), done=done):
        return redirect(url_for("returns.page", token=token, return_id=return_id), code=303)
    return _page(token, get_return_by_token(token, return_id), form)


def _page(token: str, found: Return, form: StatementForm) -> ResponseReturnValue:
    status = ReturnStatus(found.status)
    html = render_template(
        "market/returns/buyer.html",
        found=found,
        form=form,
        token=token,
        order=found.parcel.order,
        may_escalate=may_escalate(status, found.due_at, utc_now()),
        may_withdraw=may_become(status, ReturnStatus.WITHDRAWN),
        is_closed=status in CLOSED,
        may_miss_money=found.cash_return is not None and found.cash_return.may_be_missed(utc_now()),
        disputes=disputes_of_order(found.parcel.order_id),
    )
    return _unkept(html, 422 if form.errors else 200)


def _unkept(page: str, status: int) -> BaseResponse:
    """Whoever has the address can read it: no cache and no search engine may keep it."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
