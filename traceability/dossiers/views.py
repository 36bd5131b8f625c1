"""A producer's pages of export dossiers."""

import uuid

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import get_producers_of
from core.accounts import RoleName, current_actor
from core.db import after_commit, atomic, db, utc_now
from core.errors import AppError, Conflict, NotFound
from core.i18n import current_locale, local_today, ngettext
from core.i18n import gettext as _
from core.jobs import enqueue
from core.storage import private_storage
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.attestations.forms import lot_choices
from traceability.attestations.laboratory.queries import lots_to_choose_from
from traceability.attestations.packing_houses.queries import packing_houses_of
from traceability.dossiers.building import fonts_folder
from traceability.dossiers.forms import DossierForm, LineForm, NewDossierForm, ShipmentForm, WithdrawalForm
from traceability.dossiers.gathering import gather
from traceability.dossiers.links import check_path
from traceability.dossiers.models import Dossier, DossierStatus
from traceability.dossiers.pdf import unprintable
from traceability.dossiers.queries import dossiers_of, get_dossier
from traceability.dossiers.rules import gaps_of
from traceability.dossiers.tasks import build
from traceability.dossiers.usecases import (
    add_line,
    change_dossier,
    remove_line,
    request_issue,
    start_dossier,
    start_replacement,
    take_lines_from_shipment,
    withdraw_dossier,
)
from traceability.dossiers.wording import gap_words
from traceability.forms import producer_choices, show_error
from traceability.journal.issuer import site_url
from traceability.lots.amounts import format_kilograms
from traceability.lots.queries import lots_at_hand, shipments_from
from traceability.lots.shipment_models import Shipment
from traceability.recalls.queries import recalled_lots

blueprint = Blueprint("dossiers", __name__, url_prefix="/farm/dossiers")
_SECONDS_BETWEEN_LOOKS = 3
SHIPMENTS_OFFERED = 20


@blueprint.get("")
@roles(RoleName.PRODUCER_MEMBER)
def index() -> ResponseReturnValue:
    """The dossiers of the reader's producers."""
    page = paginate(dossiers_of(current_actor()), page=requested_page(), per_page=20)
    return render_template("traceability/dossiers/index.html", page=page)


@blueprint.route("/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Begin a dossier."""
    actor = current_actor()
    producers = get_producers_of(actor)
    form = NewDossierForm(shipped_on=local_today(utc_now()), locale="en")
    form.producer_id.choices = producer_choices(producers)
    _offer_houses(form, [producer.id for producer in producers])
    if form.validate_on_submit() and _can_be_printed(form):
        try:
            with atomic():
                dossier_id = start_dossier(
                    actor=actor, producer_id=uuid.UUID(form.producer_id.data), values=form.values()
                ).id
        except AppError as error:
            show_error(form, error)
        else:
            return redirect(url_for("dossiers.show", dossier_id=dossier_id), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/dossiers/form.html", form=form, dossier=None), status


@blueprint.route("/<uuid:dossier_id>/edit", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def edit(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Change the head of a dossier."""
    actor = current_actor()
    dossier = get_dossier(actor, dossier_id)
    form = DossierForm(obj=dossier)
    _offer_houses(form, [dossier.producer_id])
    if form.validate_on_submit() and _can_be_printed(form):
        try:
            with atomic():
                change_dossier(actor=actor, dossier_id=dossier_id, values=form.values())
        except AppError as error:
            show_error(form, error)
            dossier = get_dossier(actor, dossier_id)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("dossiers.show", dossier_id=dossier_id), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/dossiers/form.html", form=form, dossier=dossier), status


@blueprint.get("/<uuid:dossier_id>")
@roles(RoleName.PRODUCER_MEMBER)
def show(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """A dossier: its packing list, what is missing, how far its building is, its files."""
    return _page(dossier_id)


@blueprint.post("/<uuid:dossier_id>/lines")
@roles(RoleName.PRODUCER_MEMBER)
def new_line(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Put a lot onto the packing list."""
    actor = current_actor()
    dossier = get_dossier(actor, dossier_id)
    form = _line_form(dossier)
    if not form.validate_on_submit():
        return _page(dossier_id, form), 422
    assert isinstance(form.weight.data, int)
    try:
        with atomic():
            add_line(
                actor=actor,
                dossier_id=dossier_id,
                lot_id=uuid.UUID(form.lot_id.data),
                weight_grams=form.weight.data,
                sscc=form.sscc.data,
            )
    except AppError as error:
        show_error(form, error)
        return _page(dossier_id, form), error.http_status
    return redirect(url_for("dossiers.show", dossier_id=dossier_id, _anchor="packing-list"), code=303)


@blueprint.post("/<uuid:dossier_id>/shipments")
@roles(RoleName.PRODUCER_MEMBER)
def take_shipment(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Take the packing list from a shipment."""
    shipment_id = request.form.get("shipment_id", type=uuid.UUID)
    if shipment_id is None:
        raise NotFound
    with atomic():
        count = take_lines_from_shipment(actor=current_actor(), dossier_id=dossier_id, shipment_id=shipment_id)
    flash(ngettext("%(num)s line was taken over.", "%(num)s lines were taken over.", count), "success")
    return redirect(url_for("dossiers.show", dossier_id=dossier_id, _anchor="packing-list"), code=303)


@blueprint.post("/<uuid:dossier_id>/lines/<uuid:line_id>/remove")
@roles(RoleName.PRODUCER_MEMBER)
def drop_line(dossier_id: uuid.UUID, line_id: uuid.UUID) -> ResponseReturnValue:
    """Take a line off the packing list."""
    with atomic():
        remove_line(actor=current_actor(), dossier_id=dossier_id, line_id=line_id)
    return redirect(url_for("dossiers.show", dossier_id=dossier_id, _anchor="packing-list"), code=303)


@blueprint.post("/<uuid:dossier_id>/issue")
@roles(RoleName.PRODUCER_MEMBER)
def issue(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Have it built and signed; while something is missing the page says so instead."""
    try:
        with atomic():
            request_issue(actor=current_actor(), dossier_id=dossier_id)
            after_commit(lambda: enqueue(build, str(dossier_id)))
    except Conflict as error:
        flash(str(error.message), "error")
    return redirect(url_for("dossiers.show", dossier_id=dossier_id), code=303)


@blueprint.post("/<uuid:dossier_id>/withdrawal")
@roles(RoleName.PRODUCER_MEMBER)
def withdraw(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Say that an issued dossier no longer stands."""
    form = WithdrawalForm()
    if not form.validate_on_submit():
        return _page(dossier_id, withdrawal_form=form), 422
    try:
        with atomic():
            withdraw_dossier(actor=current_actor(), dossier_id=dossier_id, reason=form.reason.data or "")
    except AppError as error:
        show_error(form, error)
        return _page(dossier_id, withdrawal_form=form), error.http_status
    flash(_("The dossier is withdrawn. Whoever checks its number sees that now."), "success")
    return redirect(url_for("dossiers.show", dossier_id=dossier_id), code=303)


@blueprint.post("/<uuid:dossier_id>/replacement")
@roles(RoleName.PRODUCER_MEMBER)
def replace(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """Begin the dossier that takes the place of a withdrawn one."""
    with atomic():
        replacement_id = start_replacement(actor=current_actor(), dossier_id=dossier_id).id
    return redirect(url_for("dossiers.show", dossier_id=replacement_id), code=303)


@blueprint.get("/<uuid:dossier_id>/dossier.pdf")
@roles(RoleName.PRODUCER_MEMBER)
def pdf(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The signed PDF."""
    dossier = get_dossier(current_actor(), dossier_id)
    return _file(dossier.pdf_key, f"{_file_name(dossier)}.pdf", "application/pdf")


@blueprint.get("/<uuid:dossier_id>/dossier.zip")
@roles(RoleName.PRODUCER_MEMBER)
def archive(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The archive with everything."""
    dossier = get_dossier(current_actor(), dossier_id)
    return _file(dossier.zip_key, f"{_file_name(dossier)}.zip", "application/zip")


def _file_name(dossier: Dossier) -> str:
    """The number, and that it is withdrawn: the file itself cannot say so without breaking its signature."""
    return f"{dossier.number}-withdrawn" if dossier.withdrawal else dossier.number


def _file(key: str | None, name: str, content_type: str) -> Response:
    if key is None:
        raise NotFound
    try:
        content = private_storage().get(key)
    except FileNotFoundError:
        raise NotFound from None
    response = Response(content, mimetype=content_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _offer_houses(form: DossierForm, producer_ids: list[uuid.UUID]) -> None:
    houses = packing_houses_of(producer_ids)
    form.packing_house_id.choices = [("", _("None yet")), *((str(house.id), house.name) for house in houses)]


def _can_be_printed(form: DossierForm) -> bool:
    """Whether the typeface of the document has every sign of the buyer's name; says so beside the field if not."""
    missing = unprintable(form.buyer.data or "", fonts=fonts_folder())
    if missing:
        form.buyer.errors = [*form.buyer.errors, _("The document cannot show these signs: %(signs)s", signs=missing)]
    return not missing


def _line_form(dossier: Dossier) -> LineForm:
    form = LineForm()
    own = lots_to_choose_from([dossier.producer_id])
    bought = [held.lot for held in lots_at_hand(dossier.producer_id)]
    lots = {lot.id: lot for lot in (*own, *bought)}
    form.lot_id.choices = [("", _("Please choose")), *lot_choices(list(lots.values()), recalled=recalled_lots(lots))]
    return form


def _shipment_form(dossier: Dossier) -> ShipmentForm | None:
    """The shipments of the producer to take the packing list from; None where there are none."""
    statement = (
        shipments_from(current_actor()).where(Shipment.sender_id == dossier.producer_id).limit(SHIPMENTS_OFFERED)
    )
    shipments = db.session.scalars(statement).all()
    if not shipments:
        return None
    form = ShipmentForm(formdata=None)
    form.shipment_id.choices = [
        (str(shipment.id), f"{shipment.number} – {shipment.receiver.name} ({shipment.sent_at:%d/%m/%Y})")
        for shipment in shipments
    ]
    return form


def _page(dossier_id: uuid.UUID, form: LineForm | None = None, *, withdrawal_form: WithdrawalForm | None = None) -> str:
    dossier = get_dossier(current_actor(), dossier_id)
    can_change = dossier.status in (DossierStatus.DRAFT, DossierStatus.FAILED)
    shipment = gather(dossier, locale=current_locale())
    gaps = gaps_of(shipment) if can_change else []
    return render_template(
        "traceability/dossiers/show.html",
        dossier=dossier,
        kilograms=format_kilograms,
        shipment=shipment,
        blocking=[gap_words(gap) for gap in gaps if gap.is_blocking],
        warnings=[gap_words(gap) for gap in gaps if not gap.is_blocking],
        form=(form or _line_form(dossier)) if can_change else None,
        shipment_form=_shipment_form(dossier) if can_change else None,
        can_change=can_change,
        withdrawal_form=withdrawal_form or WithdrawalForm(formdata=None),
        recalled=[lot.number for lot in shipment.lots if lot.is_recalled],
        check_link=site_url() + check_path(dossier.number),
        refresh_seconds=_SECONDS_BETWEEN_LOOKS if dossier.status == DossierStatus.BUILDING else None,
    )
