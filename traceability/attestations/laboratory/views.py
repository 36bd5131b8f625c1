"""A producer's pages of laboratory results."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import get_producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.web.access import roles
from traceability.attestations.files.views import allow_papers, uploaded
from traceability.attestations.forms import lot_choices
from traceability.attestations.laboratory.forms import LaboratoryResultForm, VoidForm
from traceability.attestations.laboratory.models import LaboratoryResult
from traceability.attestations.laboratory.policies import may_keep
from traceability.attestations.laboratory.queries import get_result, lots_to_choose_from
from traceability.attestations.laboratory.usecases import enter_laboratory_result, void_laboratory_result
from traceability.forms import show_error

blueprint = Blueprint("laboratory_results", __name__, url_prefix="/farm/attestations/laboratory-results")
blueprint.url_value_preprocessor(allow_papers)


@blueprint.route("/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Enter a report."""
    actor = current_actor()
    producers = get_producers_of(actor)
    form = LaboratoryResultForm()
    lots = lots_to_choose_from([producer.id for producer in producers])
    form.lot_id.choices = [("", _("Please choose")), *lot_choices(lots)]
    if request.method == "GET":
        form.lot_id.process_data(request.args.get("lot"))
    elif "more_rows" in request.form:
        form.add_rows()
    elif form.validate():
        try:
            with atomic():
                result_id = enter_laboratory_result(
                    actor=actor,
                    lot_id=uuid.UUID(form.lot_id.data),
                    values=form.values(),
                    analytes=form.given_analytes(),
                    report=uploaded(form.file),
                ).id
        except NotFound:
            raise
        except AppError as error:
            show_refusal(form, error)
        else:
            flash(_("The result was entered."), "success")
            return redirect(url_for("laboratory_results.show", result_id=result_id), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/attestations/laboratory/new.html", form=form, lots=lots), status


@blueprint.get("/<uuid:result_id>")
@roles(RoleName.PRODUCER_MEMBER)
def show(result_id: uuid.UUID) -> ResponseReturnValue:
    """One result."""
    return _page(_own_result(result_id), VoidForm(formdata=None))


@blueprint.post("/<uuid:result_id>/void")
@roles(RoleName.PRODUCER_MEMBER)
def void(result_id: uuid.UUID) -> ResponseReturnValue:
    """Mark it as entered wrongly."""
    form = VoidForm()
    if not form.validate_on_submit():
        return _page(_own_result(result_id), form), 422
    with atomic():
        void_laboratory_result(actor=current_actor(), result_id=result_id, reason=form.reason.data or "")
    flash(_("The result is marked as void."), "success")
    return redirect(url_for("laboratory_results.show", result_id=result_id), code=303)


def show_refusal(form: LaboratoryResultForm, error: AppError) -> None:
    """Show what was refused; the list of rows has no place of its own for a message, so that goes on top."""
    show_error(form, AppError(error.message) if error.field == "analytes" else error)


def _own_result(result_id: uuid.UUID) -> LaboratoryResult:
    result = get_result(current_actor(), result_id)
    if not may_keep(current_actor(), result):
        raise NotFound
    return result


def _page(result: LaboratoryResult, form: VoidForm) -> str:
    return render_template("traceability/attestations/laboratory/show.html", result=result, form=form)
