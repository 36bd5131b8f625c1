"""A producer's pages of packing houses."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import get_producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.i18n import local_today
from core.web.access import roles
from traceability.attestations.packing_houses.forms import (
    CODE_STATUS_NAMES,
    CodeForm,
    CodeStatusForm,
    PackingHouseForm,
)
from traceability.attestations.packing_houses.models import CodeStatus
from traceability.attestations.packing_houses.queries import get_packing_house
from traceability.attestations.packing_houses.usecases import (
    add_packing_house_code,
    change_code_status,
    create_packing_house,
)
from traceability.forms import producer_choices, show_error

blueprint = Blueprint("packing_houses", __name__, url_prefix="/farm/attestations/packing-houses")


@blueprint.route("/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Add a packing house."""
    actor = current_actor()
    producers = get_producers_of(actor)
    form = PackingHouseForm()
    form.producer_id.choices = producer_choices(producers)
    form.offer_places()
    if form.validate_on_submit():
        try:
            with atomic():
                house_id = create_packing_house(
                    actor=actor,
                    producer_id=uuid.UUID(form.producer_id.data),
                    name=form.name.data or "",
                    commune_code=form.commune_code.data,
                ).id
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The packing house was added. Now enter its codes."), "success")
            return redirect(url_for("packing_houses.show", packing_house_id=house_id), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/attestations/packing_houses/new.html", form=form), status


@blueprint.route("/<uuid:packing_house_id>", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def show(packing_house_id: uuid.UUID) -> ResponseReturnValue:
    """One packing house with its codes, and a form to enter one more."""
    actor = current_actor()
    house = get_packing_house(actor, packing_house_id)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            with atomic():
                add_packing_house_code(actor=actor, packing_house_id=packing_house_id, values=form.values())
        except AppError as error:
            show_error(form, error)
            house = get_packing_house(actor, packing_house_id)
        else:
            flash(_("The code was entered."), "success")
            return redirect(url_for("packing_houses.show", packing_house_id=packing_house_id), code=303)
    page = render_template(
        "traceability/attestations/packing_houses/show.html",
        house=house,
        form=form,
        today=local_today(utc_now()),
        status_names=CODE_STATUS_NAMES,
    )
    return page, 422 if form.errors else 200


@blueprint.route("/<uuid:packing_house_id>/codes/<uuid:code_id>", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def code_status(packing_house_id: uuid.UUID, code_id: uuid.UUID) -> ResponseReturnValue:
    """Record what the issuer says of a code now."""
    actor = current_actor()
    house = get_packing_house(actor, packing_house_id)
    code = next((code for code in house.codes if code.id == code_id), None)
    if code is None:
        raise NotFound
    form = CodeStatusForm(status=code.status)
    if form.validate_on_submit():
        try:
            with atomic():
                change_code_status(
                    actor=actor,
                    packing_house_id=packing_house_id,
                    code_id=code_id,
                    status=CodeStatus(form.status.data),
                )
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The new status was recorded."), "success")
            return redirect(url_for("packing_houses.show", packing_house_id=packing_house_id), code=303)
    page = render_template("traceability/attestations/packing_houses/code.html", house=house, code=code, form=form)
    return page, 422 if form.errors else 200
