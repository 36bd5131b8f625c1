"""The producers' pages of returns."""

import uuid
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import AppError
from core.i18n import gettext as _
from core.storage import private_storage
from core.web.access import roles
from core.web.paging import paginate, requested_page
from core.web.photos import allow_photos
from market.disputes.queries import disputes_of_order
from market.orders.forms import LotsForm
from market.orders.replacing import lots_to_replace_from
from market.returns import answering
from market.returns.forms import (
    REASON_NAMES,
    AnswerForm,
    GoodsForm,
    StatementForm,
    amounts_form,
    goods_form,
    replacement_form,
)
from market.returns.models import Return, ReturnStatus, ReturnWish
from market.returns.photos import photo_answer
from market.returns.policies import PARTIES
from market.returns.queries import find_photo_key, get_return_to_answer, require_reader, returns_of_producers
from market.returns.rules import CLOSED, MOST_PHOTOS
from market.returns.saying import said
from market.returns.suggesting import suggested_amounts, worths_of
from traceability.forms import show_error
from traceability.lots.queries import LotAtHand

PER_PAGE = 20
blueprint = Blueprint("farm_returns", __name__)


@blueprint.url_value_preprocessor
def allow_large_uploads(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take all photos of a statement at once."""
    allow_photos(MOST_PHOTOS)


@blueprint.get("/farm/returns")
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """The returns of the actor's producers: what waits for an answer first, or what is closed."""
    only_open = request.args.get("state") != "closed"
    found = returns_of_producers(current_actor(), only_open=only_open)
    page = paginate(found, page=requested_page(), per_page=PER_PAGE)
    return render_template("market/returns/farm_index.html", page=page, only_open=only_open, reason_names=REASON_NAMES)


@blueprint.route("/farm/returns/<uuid:return_id>", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def answer(return_id: uuid.UUID) -> ResponseReturnValue:
    """What the buyer says, and the producer's answer."""
    actor = current_actor()
    found = get_return_to_answer(actor, return_id)
    form = _answer_form(found)
    if form.is_submitted() and form.is_complete(private_storage()):
        try:
            with atomic():
                answering.answer_return(
                    actor=actor, return_id=return_id, answer=form.values(), photo_keys=form.photo_keys
                )
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("Your answer is with the buyer."), "success")
            return redirect(url_for("farm_returns.answer", return_id=return_id), code=303)
    return _page(return_id, answer_form=form)


@blueprint.post("/farm/returns/<uuid:return_id>/statements")
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def add_statement(return_id: uuid.UUID) -> ResponseReturnValue:
    """Add words and photos."""
    actor = current_actor()
    get_return_to_answer(actor, return_id)
    form = StatementForm()
    say = partial(answering.add_producer_statement, actor=actor, return_id=return_id)
    if said(form, say, done=_("It is added; the others have been told.")):
        return redirect(url_for("farm_returns.answer", return_id=return_id), code=303)
    return _page(return_id, statement_form=form)


@blueprint.post("/farm/returns/<uuid:return_id>/goods")
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def receive(return_id: uuid.UUID) -> ResponseReturnValue:
    """The goods came back: how many can be sold again."""
    actor = current_actor()
    form = goods_form(get_return_to_answer(actor, return_id).lines)
    if form.validate_on_submit():
        try:
            with atomic():
                answering.receive_goods(actor=actor, return_id=return_id, fit=form.fit)
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The goods are on your stock card."), "success")
            return redirect(url_for("farm_returns.answer", return_id=return_id), code=303)
    return _page(return_id, goods=form)


@blueprint.post("/farm/returns/<uuid:return_id>/replacement")
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def send_replacement(return_id: uuid.UUID) -> ResponseReturnValue:
    """The goods are packed again and on their way."""
    actor = current_actor()
    form = replacement_form(_lots_of(get_return_to_answer(actor, return_id)))
    if form.validate_on_submit():
        try:
            with atomic():
                answering.send_replacement(actor=actor, return_id=return_id, lots=form.chosen_lots())
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("Noted: they are on their way, and the lots have so much less."), "success")
            return redirect(url_for("farm_returns.answer", return_id=return_id), code=303)
    return _page(return_id, replacement=form)


@blueprint.get("/returns/<uuid:return_id>/photos/<uuid:statement_id>/<int:number>/<int:width>")
@roles(*PARTIES)
def photo(return_id: uuid.UUID, statement_id: uuid.UUID, number: int, width: int) -> ResponseReturnValue:
    """A photo of a return, for its producer and for who decides."""
    require_reader(current_actor(), return_id)
    return photo_answer(find_photo_key(statement_id, return_id, number), width)


def _answer_form(found: Return) -> AnswerForm:
    form = amounts_form(AnswerForm, found.lines, suggested_amounts(found))
    if found.wish != ReturnWish.REPLACEMENT:
        form.leave_out_replacing()
    return form


def _lots_of(found: Return) -> dict[uuid.UUID, list[LotAtHand]]:
    """What the goods of a return can be sent again from; nothing unless they are to be sent."""
    return lots_to_replace_from({line.order_line: line.quantity for line in found.lines if found.may_be_sent_again})


def _page(
    return_id: uuid.UUID,
    *,
    answer_form: AnswerForm | None = None,
    statement_form: StatementForm | None = None,
    goods: GoodsForm | None = None,
    replacement: LotsForm | None = None,
) -> ResponseReturnValue:
    found = get_return_to_answer(current_actor(), return_id)
    forms = (answer_form, statement_form, goods, replacement)
    expects_goods = found.goods_back and found.goods_received_at is None
    page = render_template(
        "market/returns/farm.html",
        found=found,
        order=found.parcel.order,
        form=answer_form if answer_form is not None else _answer_form(found),
        statement_form=statement_form if statement_form is not None else StatementForm(formdata=None),
        goods=goods if goods is not None else goods_form(found.lines),
        replacement=replacement if replacement is not None else replacement_form(_lots_of(found)),
        worths=worths_of(found),
        may_answer=found.status == ReturnStatus.OPEN,
        is_closed=found.status in CLOSED,
        expects_goods=expects_goods
        and found.status in (ReturnStatus.SETTLED, ReturnStatus.DECIDED, ReturnStatus.REPLACING),
        disputes=disputes_of_order(found.parcel.order_id),
    )
    return page, 422 if any(form is not None and form.errors for form in forms) else 200
