"""A producer's pages of certificates."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import get_producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.web.access import roles
from traceability.attestations.certificates.forms import OwnCertificateForm
from traceability.attestations.certificates.models import Certificate
from traceability.attestations.certificates.policies import may_keep
from traceability.attestations.certificates.queries import get_certificate
from traceability.attestations.certificates.showing import offer_products, show_certificate, take_status
from traceability.attestations.certificates.usecases import enter_certificate
from traceability.attestations.files.views import allow_papers, uploaded
from traceability.attestations.forms import plot_choices
from traceability.diary.queries import plots_of
from traceability.forms import producer_choices, show_error
from traceability.lots.queries import products_of

blueprint = Blueprint("certificates", __name__, url_prefix="/farm/attestations/certificates")
blueprint.url_value_preprocessor(allow_papers)


@blueprint.route("/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Enter a certificate with its scan."""
    actor = current_actor()
    producers = get_producers_of(actor)
    plots = plots_of([producer.id for producer in producers])
    form = OwnCertificateForm()
    form.producer_id.choices = producer_choices(producers)
    form.plot_ids.choices = plot_choices(plots, producers)
    offer_products(form, products_of(actor))
    if form.validate_on_submit():
        try:
            with atomic():
                certificate_id = enter_certificate(
                    actor=actor, producer_id=form.producer, values=form.values(), scan=uploaded(form.file)
                ).id
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The certificate was entered."), "success")
            return redirect(url_for("certificates.show", certificate_id=certificate_id), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/attestations/certificates/new.html", form=form, plots=plots), status


@blueprint.get("/<uuid:certificate_id>")
@roles(RoleName.PRODUCER_MEMBER)
def show(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """One certificate with what became of it."""
    return show_certificate(_own_certificate(certificate_id), is_supervision=False)


@blueprint.post("/<uuid:certificate_id>/status")
@roles(RoleName.PRODUCER_MEMBER)
def change_status(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """Record that it was suspended or withdrawn."""
    return take_status(
        _own_certificate(certificate_id),
        is_supervision=False,
        page_url=url_for("certificates.show", certificate_id=certificate_id),
    )


def _own_certificate(certificate_id: uuid.UUID) -> Certificate:
    """The certificate, for its holder only: inspectors have pages of their own."""
    certificate = get_certificate(current_actor(), certificate_id)
    if not may_keep(current_actor(), certificate):
        raise NotFound
    return certificate
