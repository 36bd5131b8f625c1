"""The producers' pages of how their parcels reach their buyers."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import Conflict, NotFound
from core.i18n import gettext as _
from core.web import roles
from core.web.paging import paginate, requested_page
from market.delivery import usecases
from market.delivery.errors import DeliveryRefused
from market.delivery.forms import (
    MethodForm,
    SiteCourierForm,
    WindowsForm,
    ZoneForm,
    chosen_producer,
    initial_method,
    initial_windows,
    initial_zone,
    show_fields,
)
from market.delivery.models import Carrier, DeliveryMethod, DeliveryZone, MethodKind
from market.delivery.queries import get_method, get_zone, methods_of, slots_in_use
from market.delivery.site_fees import site_fees
from traceability.forms import producer_choices, show_error

PER_PAGE = 20
PRODUCERS = (RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
blueprint = Blueprint("delivery", __name__, url_prefix="/farm/delivery")


@blueprint.get("")
@roles(*PRODUCERS)
def index() -> ResponseReturnValue:
    """The methods of the actor's producers, or what the site does while there are none."""
    page = paginate(methods_of(current_actor()), page=requested_page(), per_page=PER_PAGE)
    form = SiteCourierForm(formdata=None)
    form.producer.choices = producer_choices(producers_of(current_actor()))
    return render_template("market/delivery/index.html", page=page, form=form, site_fees=site_fees())


@blueprint.route("/new", methods=["GET", "POST"])
@roles(*PRODUCERS)
def new() -> ResponseReturnValue:
    """Add a method."""
    form = MethodForm()
    form.producer.choices = producer_choices(producers_of(current_actor()))
    status = 200
    if request.method == "POST" and "show_communes" not in request.form:
        status = 422
        if form.validate():
            try:
                with atomic():
                    made = usecases.create_method(
                        actor=current_actor(), producer_id=chosen_producer(form), values=form.values()
                    )
                    address = _after_creation(made)
            except DeliveryRefused as refusal:
                show_fields(form, refusal.fields)
            except Conflict as error:
                show_error(form, error)
                status = error.http_status
            else:
                return redirect(address, code=303)
    return render_template("market/delivery/new.html", form=form), status


@blueprint.post("/site-courier")
@roles(*PRODUCERS)
def keep_site_courier() -> ResponseReturnValue:
    """Make the site's courier a method of one's own, so that it stands beside the others."""
    form = SiteCourierForm()
    form.producer.choices = producer_choices(producers_of(current_actor()))
    if not form.validate_on_submit():
        raise NotFound
    try:
        with atomic():
            made = usecases.keep_site_courier(
                actor=current_actor(), producer_id=chosen_producer(form), name=_("Courier of the site")
            ).id
    except Conflict as error:
        flash(str(error.message), "error")
        return redirect(url_for("delivery.index"), code=303)
    return redirect(url_for("delivery.detail", method_id=made), code=303)


@blueprint.route("/<uuid:method_id>", methods=["GET", "POST"])
@roles(*PRODUCERS)
def detail(method_id: uuid.UUID) -> ResponseReturnValue:
    """One method with its zones and times; changing its name and place."""
    method = get_method(current_actor(), method_id)
    form = MethodForm(data=initial_method(method))
    form.keep_kind(method)
    status = 200
    if request.method == "POST" and "show_communes" not in request.form:
        status = 422
        if form.validate():
            try:
                with atomic():
                    usecases.change_method(actor=current_actor(), method_id=method_id, values=form.values())
            except DeliveryRefused as refusal:
                show_fields(form, refusal.fields)
            except Conflict as error:
                show_error(form, error)
                status = error.http_status
            else:
                return _saved(method_id)
    method = get_method(current_actor(), method_id)
    page = render_template(
        "market/delivery/detail.html",
        method=method,
        form=form,
        slots=slots_in_use(method),
        site_fees=site_fees(),
    )
    return page, status


@blueprint.post("/<uuid:method_id>/end")
@roles(*PRODUCERS)
def end(method_id: uuid.UUID) -> ResponseReturnValue:
    """Offer a method no more."""
    with atomic():
        usecases.end_method(actor=current_actor(), method_id=method_id)
    flash(_("This method is offered no more. Orders that have it keep it."), "success")
    return redirect(url_for("delivery.index"), code=303)


@blueprint.post("/<uuid:method_id>/resume")
@roles(*PRODUCERS)
def resume(method_id: uuid.UUID) -> ResponseReturnValue:
    """Offer an ended method again."""
    try:
        with atomic():
            usecases.resume_method(actor=current_actor(), method_id=method_id)
    except Conflict as error:
        flash(str(error.message), "error")
    return redirect(url_for("delivery.detail", method_id=method_id), code=303)


@blueprint.route("/<uuid:method_id>/times", methods=["GET", "POST"])
@roles(*PRODUCERS)
def times(method_id: uuid.UUID) -> ResponseReturnValue:
    """All times of a method, in one form."""
    method = get_method(current_actor(), method_id)
    form = WindowsForm(data=initial_windows(slots_in_use(method)))
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                with atomic():
                    usecases.set_windows(actor=current_actor(), method_id=method_id, windows=form.values())
            except DeliveryRefused as refusal:
                form.show(refusal)
            except Conflict as error:
                show_error(form, error)
                status = error.http_status
            else:
                return _saved(method_id)
    return render_template("market/delivery/times.html", method=method, form=form), status


@blueprint.route("/<uuid:method_id>/zones/new", methods=["GET", "POST"])
@roles(*PRODUCERS)
def new_zone(method_id: uuid.UUID) -> ResponseReturnValue:
    """Add a zone to a method."""
    return _zone_page(method_id, None, ZoneForm())


@blueprint.route("/zones/<uuid:zone_id>", methods=["GET", "POST"])
@roles(*PRODUCERS)
def edit_zone(zone_id: uuid.UUID) -> ResponseReturnValue:
    """Change a zone."""
    zone = get_zone(current_actor(), zone_id)
    return _zone_page(zone.method_id, zone, ZoneForm(data=initial_zone(zone)))


@blueprint.post("/zones/<uuid:zone_id>/remove")
@roles(*PRODUCERS)
def remove_zone(zone_id: uuid.UUID) -> ResponseReturnValue:
    """Serve a zone no more."""
    with atomic():
        method_id = usecases.remove_zone(actor=current_actor(), zone_id=zone_id)
    return _saved(method_id)


def _zone_page(method_id: uuid.UUID, zone: DeliveryZone | None, form: ZoneForm) -> ResponseReturnValue:
    method = get_method(current_actor(), method_id)
    usecases.check_has_own_zones(method)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                with atomic():
                    usecases.save_zone(
                        actor=current_actor(),
                        method_id=method_id,
                        zone_id=zone.id if zone is not None else None,
                        values=form.values(),
                    )
            except DeliveryRefused as refusal:
                form.show(refusal)
            except Conflict as error:
                show_error(form, error)
                status = error.http_status
            else:
                return _saved(method_id)
    return render_template("market/delivery/zone.html", method=method, zone=zone, form=form), status


def _after_creation(made: DeliveryMethod) -> str:
    """A courier needs a zone first; a pick-up point is complete, and so is what the site's courier drives."""
    is_complete = made.kind == MethodKind.PICK_UP or made.carrier == Carrier.SITE
    return url_for("delivery.detail" if is_complete else "delivery.new_zone", method_id=made.id)


def _saved(method_id: uuid.UUID) -> ResponseReturnValue:
    flash(_("Saved."), "success")
    return redirect(url_for("delivery.detail", method_id=method_id), code=303)
