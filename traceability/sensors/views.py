"""A producer's pages of sensors."""

import uuid
from datetime import timedelta

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import get_producers_of
from core.accounts import Actor, RoleName, current_actor
from core.db import atomic, db, utc_now
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.forms import producer_choices, show_error
from traceability.lots.queries import lots_of
from traceability.lots.showing import product_name
from traceability.sensors import usecases
from traceability.sensors.forms import AttachForm, ConfirmForm, DeviceForm, add_defaults
from traceability.sensors.models import SensorDevice
from traceability.sensors.panels import charts_of_device
from traceability.sensors.queries import (
    alarms_of,
    attachments_of,
    corrected_readings,
    devices_of,
    get_device,
    standings,
)
from traceability.sensors.words import beside_words, range_words, value_words

blueprint = Blueprint("sensors", __name__)
PERIODS = {"1": _l("1 day"), "7": _l("7 days"), "30": _l("30 days"), "90": _l("90 days")}
MOST_LOTS = 50
WORDS = {"value_words": value_words, "range_words": range_words, "beside_words": beside_words}


@blueprint.get("/farm/sensors")
@roles(RoleName.PRODUCER_MEMBER)
def index() -> ResponseReturnValue:
    """The sensors of the reader's producers and how they are doing."""
    page = paginate(devices_of(current_actor()), page=requested_page(), per_page=20)
    return render_template(
        "traceability/sensors/index.html",
        page=page,
        standings=standings([device.id for device in page.items]),
        now=utc_now(),
        **WORDS,
    )


@blueprint.route("/farm/sensors/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Add a sensor; its page then shows the token, in this one answer only."""
    actor = current_actor()
    form = _device_form(actor)
    if request.method == "GET":
        add_defaults(form)
    if form.validate_on_submit():
        try:
            with atomic():
                issued = usecases.register_device(
                    actor=actor,
                    producer_id=uuid.UUID(form.producer_id.data),
                    name=form.name.data or "",
                    serial=form.serial.data,
                    ranges=form.ranges(),
                )
                device_id, secret = issued.device.id, issued.secret
        except AppError as error:
            show_error(form, error)
        else:
            return _detail(actor, get_device(actor, device_id), secret=secret)
    return render_template("traceability/sensors/form.html", form=form, device=None), 422 if form.errors else 200


@blueprint.route("/farm/sensors/<uuid:device_id>/edit", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def edit(device_id: uuid.UUID) -> ResponseReturnValue:
    """Change a sensor's name and what is good."""
    actor = current_actor()
    device = get_device(actor, device_id)
    form = _device_form(actor)
    form.producer_id.data = str(device.producer_id)
    if request.method == "GET":
        form.fill(device)
    if form.validate_on_submit():
        try:
            with atomic():
                usecases.change_device(
                    actor=actor,
                    device_id=device_id,
                    name=form.name.data or "",
                    serial=form.serial.data,
                    ranges=form.ranges(),
                )
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The sensor was changed."), "success")
            return redirect(url_for("sensors.detail", device_id=device_id), code=303)
    return render_template("traceability/sensors/form.html", form=form, device=device), 422 if form.errors else 200


@blueprint.get("/farm/sensors/<uuid:device_id>")
@roles(RoleName.PRODUCER_MEMBER)
def detail(device_id: uuid.UUID) -> ResponseReturnValue:
    """One sensor: its charts, alarms, what it stands beside, and its token."""
    actor = current_actor()
    return _detail(actor, get_device(actor, device_id))


@blueprint.post("/farm/sensors/<uuid:device_id>/attach")
@roles(RoleName.PRODUCER_MEMBER)
def attach(device_id: uuid.UUID) -> ResponseReturnValue:
    """Say what the sensor stands beside."""
    actor = current_actor()
    device = get_device(actor, device_id)
    form = _attach_form(actor, device)
    if form.validate_on_submit():
        try:
            with atomic():
                usecases.attach_device(
                    actor=actor,
                    device_id=device_id,
                    lot_id=uuid.UUID(form.lot_id.data) if form.lot_id.data else None,
                    sscc=form.sscc.data,
                    attached_from=form.attached_from.data,
                )
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("Noted: readings from then on belong to it."), "success")
            return redirect(url_for("sensors.detail", device_id=device_id), code=303)
    return _detail(actor, get_device(actor, device_id), attach_form=form), 422


@blueprint.post("/farm/sensors/<uuid:device_id>/detach")
@roles(RoleName.PRODUCER_MEMBER)
def detach(device_id: uuid.UUID) -> ResponseReturnValue:
    """Say that the sensor stands beside nothing any more."""
    with atomic():
        usecases.detach_device(actor=current_actor(), device_id=device_id)
    flash(_("The sensor stands beside nothing now."), "success")
    return redirect(url_for("sensors.detail", device_id=device_id), code=303)


@blueprint.post("/farm/sensors/<uuid:device_id>/token")
@roles(RoleName.PRODUCER_MEMBER)
def renew(device_id: uuid.UUID) -> ResponseReturnValue:
    """Give the sensor a new token and show it in this one answer; the old one ends."""
    actor = current_actor()
    try:
        with atomic():
            secret = usecases.renew_token(actor=actor, device_id=device_id).secret
    except NotFound:
        raise
    except AppError as error:
        flash(str(error), "warning")
        return redirect(url_for("sensors.detail", device_id=device_id), code=303)
    return _detail(actor, get_device(actor, device_id), secret=secret)


@blueprint.post("/farm/sensors/<uuid:device_id>/revoke")
@roles(RoleName.PRODUCER_MEMBER)
def revoke(device_id: uuid.UUID) -> ResponseReturnValue:
    """End the sensor's token."""
    with atomic():
        usecases.revoke_device_token(actor=current_actor(), device_id=device_id)
    flash(_("The sensor can send nothing any more, until you make a new token."), "success")
    return redirect(url_for("sensors.detail", device_id=device_id), code=303)


@blueprint.post("/farm/sensors/alarms/<uuid:alarm_id>/acknowledge")
@roles(RoleName.PRODUCER_MEMBER)
def acknowledge(alarm_id: uuid.UUID) -> ResponseReturnValue:
    """Note that the reader has seen an alarm."""
    with atomic():
        device_id = usecases.acknowledge_alarm(actor=current_actor(), alarm_id=alarm_id).device_id
    flash(_("Noted that you have seen the alarm."), "success")
    return redirect(url_for("sensors.detail", device_id=device_id), code=303)


def _device_form(actor: Actor) -> DeviceForm:
    """The form with the reader's producers in it; somebody without a producer has no sensors."""
    producers = get_producers_of(actor)
    form = DeviceForm()
    form.producer_id.choices = producer_choices(producers)
    return form


def _attach_form(actor: Actor, device: SensorDevice, **given: object) -> AttachForm:
    form = AttachForm(**given)
    lots = [lot for lot in db.session.scalars(lots_of(actor).limit(MOST_LOTS)) if _is_of(lot, device)]
    names = [(str(lot.id), f"{lot.lot_number} · {product_name(lot.product)}") for lot in lots]
    form.lot_id.choices = [("", _("— none —")), *names]
    return form


def _is_of(lot: object, device: SensorDevice) -> bool:
    return bool(lot.product.producer_id == device.producer_id)  # type: ignore[attr-defined]


def _detail(
    actor: Actor, device: SensorDevice, *, secret: str | None = None, attach_form: AttachForm | None = None
) -> Response:
    now = utc_now()
    chosen = request.args.get("days", "7")
    days = int(chosen) if chosen in PERIODS else 7
    alarms, since = alarms_of(device.id), now - timedelta(days=days)
    body = render_template(
        "traceability/sensors/detail.html",
        device=device,
        secret=secret,
        form=attach_form or _attach_form(actor, device, formdata=None),
        confirm=ConfirmForm(formdata=None),
        attachments=attachments_of(device.id),
        alarms=alarms,
        shown=charts_of_device(device, since=since, until=now, alarms=alarms),
        corrected=corrected_readings(device.id, since=since, until=now),
        standing=standings([device.id])[device.id],
        days=days,
        periods=PERIODS,
        now=now,
        **WORDS,
    )
    response = make_response(body)
    response.cache_control.no_store = True
    return response
