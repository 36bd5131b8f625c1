"""Inspectors' pages of certificates: what nobody has confirmed yet, confirming, and what became of one."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import current_actor
from core.db import atomic, utc_now
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.i18n import local_today
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.attestations.certificates.forms import CertificateForm
from traceability.attestations.certificates.models import Certificate
from traceability.attestations.certificates.policies import may_supervise
from traceability.attestations.certificates.queries import (
    certificates_to_supervise,
    get_certificate,
    products_in_scope,
    status_of,
)
from traceability.attestations.certificates.showing import offer_products, show_certificate, take_status
from traceability.attestations.certificates.usecases import (
    enter_certificate_after_inspection,
    verify_certificate,
)
from traceability.attestations.files.views import allow_papers, uploaded
from traceability.attestations.inspections.policies import INSPECTORS
from traceability.attestations.inspections.queries import get_self_check_to_inspect
from traceability.attestations.self_checks.models import SelfCheck, SelfCheckStatus
from traceability.forms import show_error

blueprint = Blueprint("certificate_supervision", __name__, url_prefix="/inspections")
blueprint.url_value_preprocessor(allow_papers)


@blueprint.get("/certificates")
@roles(*INSPECTORS)
def index() -> ResponseReturnValue:
    """Certificates that producers entered: first those that nobody has confirmed."""
    unverified_only = request.args.get("all") != "1"
    today = local_today(utc_now())
    statement = certificates_to_supervise(current_actor(), unverified_only=unverified_only)
    return render_template(
        "traceability/attestations/certificates/supervision.html",
        page=paginate(statement, page=requested_page(), per_page=20),
        unverified_only=unverified_only,
        today=today,
        status=lambda certificate: status_of(certificate, today),
    )


@blueprint.get("/certificates/<uuid:certificate_id>")
@roles(*INSPECTORS)
def show(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """One certificate with its scan and what became of it."""
    return show_certificate(_certificate(certificate_id), is_supervision=True)


@blueprint.post("/certificates/<uuid:certificate_id>/verify")
@roles(*INSPECTORS)
def verify(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """Confirm it."""
    with atomic():
        verify_certificate(actor=current_actor(), certificate_id=certificate_id)
    flash(_("The certificate is confirmed."), "success")
    return redirect(url_for("certificate_supervision.show", certificate_id=certificate_id), code=303)


@blueprint.post("/certificates/<uuid:certificate_id>/status")
@roles(*INSPECTORS)
def change_status(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """Record that it was suspended, withdrawn or put back in force."""
    return take_status(
        _certificate(certificate_id),
        is_supervision=True,
        page_url=url_for("certificate_supervision.show", certificate_id=certificate_id),
    )


@blueprint.route("/self-checks/<uuid:self_check_id>/certificate", methods=["GET", "POST"])
@roles(*INSPECTORS)
def new(self_check_id: uuid.UUID) -> ResponseReturnValue:
    """Enter the certificate that follows from a self-check that passed."""
    actor = current_actor()
    self_check = get_self_check_to_inspect(actor, self_check_id)
    if self_check.status != SelfCheckStatus.PASSED:
        raise NotFound
    form = _form_of(self_check)
    if form.validate_on_submit():
        try:
            with atomic():
                certificate_id = enter_certificate_after_inspection(
                    actor=actor, self_check_id=self_check_id, values=form.values(), scan=uploaded(form.file)
                ).id
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The certificate was entered."), "success")
            return redirect(url_for("certificate_supervision.show", certificate_id=certificate_id), code=303)
    status = 422 if form.errors else 200
    page = render_template(
        "traceability/attestations/certificates/after_inspection.html", form=form, self_check=self_check
    )
    return page, status


def _form_of(self_check: SelfCheck) -> CertificateForm:
    """The form with the plots that were inspected ticked."""
    plot_ids = [str(plot.id) for plot in self_check.plots]
    form = CertificateForm(standard=self_check.checklist.standard, plot_ids=plot_ids)
    form.plot_ids.choices = [(str(plot.id), plot.name) for plot in self_check.plots]
    offer_products(form, products_in_scope(self_check.producer_id))
    return form


def _certificate(certificate_id: uuid.UUID) -> Certificate:
    certificate = get_certificate(current_actor(), certificate_id)
    if not may_supervise(current_actor(), certificate):
        raise NotFound
    return certificate
