"""Pages on which lots are made of lots: graded, split, mixed, processed."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.models import Producer
from core.accounts import Actor, RoleName, current_actor
from core.errors import Invalid, NotFound
from core.i18n import format_number, ngettext
from core.i18n import gettext as _
from core.web.access import roles
from traceability.lots.amounts import format_kilograms
from traceability.lots.edges import asked_holder, asked_lot, done, with_asked_lot
from traceability.lots.guards import find_obstacles
from traceability.lots.ledger import LotContent
from traceability.lots.models import OperationKind
from traceability.lots.queries import LotAtHand, products_of
from traceability.lots.showing import lot_amount, product_name
from traceability.lots.trade_forms import MakingForm, making_form
from traceability.lots.units import UNIT_GRAMS, UNIT_NAMES
from traceability.lots.usecases import Transformation, grade_lot, mix_lots, process_lots, split_lot

blueprint = Blueprint("lots_made", __name__)


@dataclass(frozen=True, slots=True)
class Balance:
    """What goes in and what comes out, in words, before or after it is done."""

    used: str
    made: str
    lost: str
    yield_percent: str


@blueprint.route("/farm/lots/grade", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def grade() -> ResponseReturnValue:
    """Sort a lot into grades."""
    return _make(OperationKind.GRADING)


@blueprint.route("/farm/lots/split", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def split() -> ResponseReturnValue:
    """Take parts out of a lot."""
    return _make(OperationKind.SPLITTING)


@blueprint.route("/farm/lots/mix", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def mix() -> ResponseReturnValue:
    """Put lots together."""
    return _make(OperationKind.MIXING)


@blueprint.route("/farm/lots/process", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def process() -> ResponseReturnValue:
    """Make another product of lots."""
    return _make(OperationKind.PROCESSING)


def _make(kind: OperationKind) -> ResponseReturnValue:
    actor = current_actor()
    holder, holders = asked_holder(actor)
    if kind in (OperationKind.GRADING, OperationKind.SPLITTING):
        chosen: LotAtHand | None = asked_lot(holder)
        lots = [chosen] if chosen is not None else []
    else:
        lots, chosen = with_asked_lot(holder)
    products = [product for product in products_of(actor) if product.producer_id == holder.id]
    obstacles = find_obstacles([choice.lot for choice in lots])
    form = making_form(kind, lots, chosen=chosen.lot.id if chosen else None, products=products, obstacles=obstacles)
    if not form.is_submitted():
        _prefill(form, chosen)
    balance = None
    if form.validate_on_submit():
        only_try = "check" in request.form
        outcome = done(form, lambda: _done(actor, kind, holder, form, chosen), only_try=only_try)
        if outcome is not None and not only_try:
            flash(_said(outcome), "success")
            return redirect(url_for("lots.detail", lot_id=outcome[1][0]), code=303)
        balance = outcome[0] if outcome is not None else None
    page = render_template(
        "traceability/lots/make.html",
        form=form,
        kind=str(kind),
        holder=holder,
        holders=holders,
        lots=lots,
        chosen=chosen,
        obstacle=obstacles.get(chosen.lot.id) if chosen else None,
        products=products,
        balance=balance,
        lot_amount=lot_amount,
        product_name=product_name,
        unit_names=UNIT_NAMES,
        weighed_units=[str(unit) for unit in UNIT_GRAMS],
    )
    return page, 422 if form.errors else 200


def _prefill(form: MakingForm, chosen: LotAtHand | None) -> None:
    """The rows open with the product and the unit of the lot that the reader came from."""
    if chosen is None:
        return
    for row in form.outputs:
        known = {choice.value for choice in row.form.product_id.choices}
        if str(chosen.lot.product_id) in known:
            row.form.product_id.data = str(chosen.lot.product_id)
        row.form.unit.data = chosen.lot.unit


Outcome = tuple[Balance, list[object], list[str]]


def _done(actor: Actor, kind: OperationKind, holder: Producer, form: MakingForm, chosen: LotAtHand | None) -> Outcome:
    """Do it; what is needed of it is read before the transaction ends, which may be for nothing."""
    outcome = _transformation(actor, kind, holder, form, chosen)
    used, made, lost = outcome.used_grams, outcome.made_grams, outcome.loss_grams
    balance = Balance(
        format_kilograms(used),
        format_kilograms(made),
        format_kilograms(lost),
        format_number(round(made * 100 / used, 1)),
    )
    return balance, [lot.id for lot in outcome.lots], [lot.lot_number for lot in outcome.lots]


def _transformation(
    actor: Actor, kind: OperationKind, holder: Producer, form: MakingForm, chosen: LotAtHand | None
) -> Transformation:
    outputs = form.made()
    loss, tolerance = form.loss.data, form.tolerance.data or 0
    if kind is OperationKind.SPLITTING:
        if chosen is None:
            raise NotFound
        return split_lot(actor=actor, holder_id=holder.id, lot_id=chosen.lot.id, outputs=outputs)
    contents = form.contents()
    if kind is OperationKind.GRADING:
        return grade_lot(
            actor=actor,
            holder_id=holder.id,
            content=_only(contents),
            outputs=outputs,
            loss_grams=loss,
            tolerance_grams=tolerance,
        )
    if kind is OperationKind.MIXING:
        return mix_lots(
            actor=actor,
            holder_id=holder.id,
            contents=contents,
            output=outputs[0],
            loss_grams=loss,
            tolerance_grams=tolerance,
        )
    return process_lots(
        actor=actor,
        holder_id=holder.id,
        contents=contents,
        outputs=outputs,
        loss_grams=loss,
        tolerance_grams=tolerance,
    )


def _only(contents: list[LotContent]) -> LotContent:
    if not contents:
        raise Invalid(_("Choose the lot that this is taken from."))
    return contents[0]


def _said(outcome: Outcome) -> str:
    balance, _ids, numbers = outcome
    made = ngettext(
        "%(num)s lot was made: %(numbers)s.",
        "%(num)s lots were made: %(numbers)s.",
        len(numbers),
        numbers=", ".join(numbers),
    )
    balanced = _(
        "%(used)s went in, %(made)s came out, %(lost)s are loss.",
        used=balance.used,
        made=balance.made,
        lost=balance.lost,
    )
    return f"{made} {balanced}"
