"""The pages of entries in bulk: what and where, what would become of it, and done."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.models import Producer
from catalog.producers.queries import get_producers_of
from core.accounts import RoleName, current_actor
from core.db import new_id, utc_now
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import local_today, ngettext
from core.web.access import roles
from traceability.diary.amounts import format_decimal
from traceability.diary.models import Plot
from traceability.diary.queries import equipment_of, workers_of
from traceability.diary.store_queries import receipts_with_something_left
from traceability.diary.words import activity_name, crop_name
from traceability.diary.writing import atomic_soon
from traceability.diary_bulk.forms import BulkForm
from traceability.diary_bulk.plan import OWN_AMOUNT, Plan, amounts_text, make_plan
from traceability.diary_bulk.queries import plots_to_tick
from traceability.diary_bulk.usecases import PlotResult, record_for_plots, try_for_plots
from traceability.forms import producer_choices, show_error

blueprint = Blueprint("diary_bulk", __name__)

_CHECKS = ("check", "save", "drop")
_CONFIRMATIONS = {
    "area": _l("The areas are right."),
    "dose": _l("The doses are right."),
    "harvested": _l("The days are right, and what was harvested is not sold."),
    "yield": _l("The harvested quantities are right."),
    "fertiliser": _l("It may be harvested all the same."),
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A plot on the page of results."""

    plot: Plot
    amounts: str
    result: PlotResult


@blueprint.route("/farm/diary/bulk", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def bulk() -> ResponseReturnValue:
    """The same activity on many plots. One form; its buttons say what comes next, and nothing typed is lost."""
    actor = current_actor()
    producers = get_producers_of(actor)
    form = BulkForm()
    form.producer_id.choices = producer_choices(producers)
    producer = next((each for each in producers if str(each.id) == form.producer_id.data), producers[0])
    form.producer_id.data = str(producer.id)
    _offer(form, producer)
    step = request.form.get("step", "list")
    ticked = _ticked()
    plots = plots_to_tick(
        producer.id,
        crop=form.crop.data or None,
        words=form.words.data or "",
        ticked=set() if step == "none" else ticked,
    )
    if step == "all":
        ticked = {plot.id for plot in plots}
    elif step == "none":
        ticked = set()
    if step not in _CHECKS or not form.is_submitted():
        return _choose(form, plots, ticked)
    if not form.validate():
        return _choose(form, plots, ticked), 422
    chosen = [plot for plot in plots if plot.id in ticked]
    return _check_or_save(form, step, plots, chosen)


def _check_or_save(form: BulkForm, step: str, plots: Sequence[Plot], chosen: Sequence[Plot]) -> ResponseReturnValue:
    actor = current_actor()
    plan = make_plan(form, chosen, _own_amounts())
    confirmed = request.form.getlist("confirmed")
    if step == "save" and not plan.refused:
        try:
            with atomic_soon():
                count = len(
                    record_for_plots(
                        actor=actor,
                        plots=plan.plots,
                        confirmed=confirmed,
                        submission_id=uuid.UUID(form.submission_id.data),
                    )
                )
        except NotFound:
            raise
        except AppError:
            pass  # the page of results says of which plot, and why
        else:
            flash(ngettext("Written down for %(num)d plot.", "Written down for %(num)d plots.", count), "success")
            return redirect(url_for("diary.home"), code=303)
    try:
        with atomic_soon():
            tried = [] if plan.refused and not plan.plots else try_for_plots(actor=actor, plots=plan.plots)
    except AppError as error:
        show_error(form, error)
        return _choose(form, plots, {plot.id for plot in chosen}), 422
    results = {result.plot_id: result for result in (*plan.refused, *tried)}
    if step == "drop":
        good = [plot for plot in chosen if results[plot.id].error is None]
        if good and len(good) < len(chosen):
            return _check_or_save(form, "check", plots, good)
    return _results(form, plan, [plot for plot in chosen if plot.id in results], results, confirmed)


def _offer(form: BulkForm, producer: Producer) -> None:
    today = local_today(utc_now())
    if form.done_on.data is None and not form.done_on.raw_data:
        form.done_on.data = today
    if not _is_id(form.submission_id.data):
        form.submission_id.data = str(new_id())
    form.offer(
        receipts_with_something_left(producer.id),
        [worker for worker in workers_of([producer.id]) if worker.left_on is None],
        [each for each in equipment_of([producer.id]) if each.retired_on is None],
    )


def _choose(form: BulkForm, plots: Sequence[Plot], ticked: Collection[uuid.UUID]) -> str:
    return render_template(
        "traceability/diary_bulk/choose.html",
        form=form,
        plots=plots,
        ticked=ticked,
        own_amounts=_own_amounts(),
        crop_name=crop_name,
        number=_number,
    )


def _results(
    form: BulkForm,
    plan: Plan,
    plots: Sequence[Plot],
    results: dict[uuid.UUID, PlotResult],
    confirmed: Sequence[str],
) -> ResponseReturnValue:
    names = {
        receipt.id: receipt.trade_name for receipt in receipts_with_something_left(uuid.UUID(form.producer_id.data))
    }
    facts = {planned.plot_id: planned.facts for planned in plan.plots}
    lines = [
        _Line(plot, amounts_text(facts[plot.id], names) if plot.id in facts else "", results[plot.id]) for plot in plots
    ]
    # What asks for a decision comes first: forty plots are more than a screen holds.
    lines.sort(key=lambda line: (line.result.error is None, not line.result.doubts))
    doubts = {doubt.code for line in lines for doubt in line.result.doubts}
    kept = {str(plot.id) for plot in plots}
    carried = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("step", "confirmed", "csrf_token", "submission_id") and (name != "plot" or value in kept)
    ]
    refused = sum(line.result.error is not None for line in lines)
    page = render_template(
        "traceability/diary_bulk/results.html",
        form=form,
        lines=lines,
        doubts=sorted(doubts),
        doubt_labels={code: _CONFIRMATIONS.get(code, _("I have checked it, and it is right.")) for code in doubts},
        activity_label=activity_name(form.activity.data),
        number=_number,
        unconfirmed=bool(doubts - set(confirmed)) and request.form.get("step") == "save",
        carried=carried,
        refused=refused,
    )
    return page, 422 if refused else 200


def _number(value: int) -> str:
    return format_decimal(Decimal(value))


def _ticked() -> set[uuid.UUID]:
    return {uuid.UUID(value) for value in request.form.getlist("plot") if _is_id(value)}


def _own_amounts() -> dict[uuid.UUID, str]:
    return {
        uuid.UUID(name.removeprefix(OWN_AMOUNT)): value
        for name, value in request.form.items()
        if name.startswith(OWN_AMOUNT) and _is_id(name.removeprefix(OWN_AMOUNT))
    }


def _is_id(text: str | None) -> bool:
    try:
        uuid.UUID(text or "")
    except ValueError:
        return False
    return True
