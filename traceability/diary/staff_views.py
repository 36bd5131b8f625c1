"""Pages of the people who work on a farm and of its equipment."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from catalog.producers.models import Producer
from catalog.producers.queries import get_producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.web.access import roles
from traceability.diary.models import Equipment, EquipmentKind, FarmWorker
from traceability.diary.queries import equipment_of, workers_of
from traceability.diary.staff import add_equipment, add_worker, update_equipment, update_worker
from traceability.diary.store_forms import EQUIPMENT_NAMES, EquipmentForm, WorkerForm
from traceability.forms import producer_choices, show_error

blueprint = Blueprint("staff", __name__)


@blueprint.route("/farm/workers", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def workers() -> ResponseReturnValue:
    """Who works on the plots; add somebody."""
    producers = get_producers_of(current_actor())
    form = WorkerForm()
    form.producer_id.choices = producer_choices(producers)

    def add() -> object:
        return add_worker(
            actor=current_actor(),
            producer_id=uuid.UUID(form.producer_id.data),
            name=form.name.data or "",
            phone=form.phone.data,
            trained_on=form.trained_on.data,
        )

    if _saved(form, add):
        flash(_("%(name)s was added.", name=form.name.data), "success")
        return redirect(url_for("staff.workers"), code=303)
    rows = workers_of([producer.id for producer in producers])
    status = 422 if form.errors else 200
    return render_template("traceability/diary/workers.html", form=form, workers=rows, worker=None), status


@blueprint.route("/farm/workers/<uuid:worker_id>", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def worker(worker_id: uuid.UUID) -> ResponseReturnValue:
    """Change what is said of a worker."""
    producers = get_producers_of(current_actor())
    rows = workers_of([producer.id for producer in producers])
    row: FarmWorker | None = next((found for found in rows if found.id == worker_id), None)
    if row is None:
        raise NotFound
    form = WorkerForm(obj=row)
    form.producer_id.choices = [(str(row.producer_id), "")]
    form.producer_id.data = str(row.producer_id)

    def change() -> object:
        return update_worker(
            actor=current_actor(),
            worker_id=worker_id,
            name=form.name.data or "",
            phone=form.phone.data,
            trained_on=form.trained_on.data,
            left_on=form.left_on.data,
        )

    if _saved(form, change):
        flash(_("%(name)s was changed.", name=form.name.data), "success")
        return redirect(url_for("staff.workers"), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/diary/workers.html", form=form, workers=rows, worker=row), status


@blueprint.route("/farm/equipment", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def equipment() -> ResponseReturnValue:
    """What the farm works with; add something."""
    producers = get_producers_of(current_actor())
    form = EquipmentForm()
    form.producer_id.choices = producer_choices(producers)

    def add() -> object:
        return add_equipment(
            actor=current_actor(),
            producer_id=uuid.UUID(form.producer_id.data),
            name=form.name.data or "",
            kind=EquipmentKind(form.kind.data),
            serviced_on=form.serviced_on.data,
        )

    if _saved(form, add):
        flash(_("%(name)s was added.", name=form.name.data), "success")
        return redirect(url_for("staff.equipment"), code=303)
    return _equipment_page(form, producers, None)


@blueprint.route("/farm/equipment/<uuid:equipment_id>", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def one_equipment(equipment_id: uuid.UUID) -> ResponseReturnValue:
    """Change what is said of a piece of equipment."""
    producers = get_producers_of(current_actor())
    rows = equipment_of([producer.id for producer in producers])
    row: Equipment | None = next((found for found in rows if found.id == equipment_id), None)
    if row is None:
        raise NotFound
    form = EquipmentForm(obj=row)
    form.producer_id.choices = [(str(row.producer_id), "")]
    form.producer_id.data = str(row.producer_id)

    def change() -> object:
        return update_equipment(
            actor=current_actor(),
            equipment_id=equipment_id,
            name=form.name.data or "",
            kind=EquipmentKind(form.kind.data),
            serviced_on=form.serviced_on.data,
            retired_on=form.retired_on.data,
        )

    if _saved(form, change):
        flash(_("%(name)s was changed.", name=form.name.data), "success")
        return redirect(url_for("staff.equipment"), code=303)
    return _equipment_page(form, producers, row)


def _equipment_page(form: EquipmentForm, producers: list[Producer], row: Equipment | None) -> ResponseReturnValue:
    rows = equipment_of([producer.id for producer in producers])
    status = 422 if form.errors else 200
    return render_template(
        "traceability/diary/equipment.html", form=form, equipment=rows, row=row, kind_names=EQUIPMENT_NAMES
    ), status


def _saved(form: FlaskForm, write: Callable[[], object]) -> bool:
    """Whether the form was sent and its use case accepted it; a refusal is in the form then."""
    if not form.validate_on_submit():
        return False
    try:
        with atomic():
            write()
    except AppError as error:
        show_error(form, error)
        return False
    return True
