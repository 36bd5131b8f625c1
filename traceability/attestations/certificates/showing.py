"""A certificate's page and its form for a new status, which the holder and inspectors share."""

from collections.abc import Iterable

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue

from catalog.products.models import Product
from core.accounts import current_actor
from core.db import atomic, utc_now
from core.errors import AppError
from core.i18n import current_locale, local_today
from core.i18n import gettext as _
from traceability.attestations.certificates.forms import STATUS_NAMES, CertificateForm, StatusForm
from traceability.attestations.certificates.models import Certificate, CertificateStatus
from traceability.attestations.certificates.queries import status_of
from traceability.attestations.certificates.usecases import change_certificate_status
from traceability.forms import show_error


def show_certificate(certificate: Certificate, form: StatusForm | None = None, *, is_supervision: bool) -> str:
    """The page of a certificate; `form` came back refused. Only supervision may put it back in force."""
    today = local_today(utc_now())
    form = form or StatusForm(formdata=None, effective_on=today)
    present = status_of(certificate, today)
    return render_template(
        "traceability/attestations/certificates/show.html",
        certificate=certificate,
        present=present,
        today=today,
        form=form,
        can_change=form.offer(present, may_reinstate=is_supervision),
        status_names=STATUS_NAMES,
        is_supervision=is_supervision,
    )


def take_status(certificate: Certificate, *, is_supervision: bool, page_url: str) -> ResponseReturnValue:
    """Record what the form says became of the certificate and go to `page_url`, or give the page back with why not."""
    form = StatusForm()
    form.offer(status_of(certificate, local_today(utc_now())), may_reinstate=is_supervision)
    if not form.validate_on_submit():
        return show_certificate(certificate, form, is_supervision=is_supervision), 422
    assert form.effective_on.data is not None  # validated
    try:
        with atomic():
            change_certificate_status(
                actor=current_actor(),
                certificate_id=certificate.id,
                status=CertificateStatus(form.status.data),
                effective_on=form.effective_on.data,
                reason=form.reason.data or "",
            )
    except AppError as error:
        show_error(form, error)
        return show_certificate(certificate, form, is_supervision=is_supervision), error.http_status
    flash(_("The new status was recorded."), "success")
    return redirect(page_url, code=303)


def offer_products(form: CertificateForm, products: Iterable[Product]) -> None:
    """Fill the form's list of products."""
    locale = current_locale()
    form.product_ids.choices = [
        (str(product.id), getattr(product, f"name_{locale}") or product.name_vi) for product in products
    ]
