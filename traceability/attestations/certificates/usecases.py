"""Writes of certificates: enter, confirm, change their status, warn of their end."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import local_today
from traceability.attestations.certificates.models import (
    Certificate,
    CertificatePlot,
    CertificateProduct,
    CertificateStatus,
    CertificateStatusChange,
)
from traceability.attestations.certificates.policies import may_supervise
from traceability.attestations.certificates.queries import certificate_of_self_check, get_certificate, status_of
from traceability.attestations.certificates.rules import check_change, check_validity
from traceability.attestations.files.usecases import Upload, keep_file, store_file
from traceability.attestations.inspections.queries import get_self_check_to_inspect
from traceability.attestations.self_checks.models import SelfCheckStatus
from traceability.attestations.self_checks.usecases import check_plots


@dataclass(frozen=True)
class CertificateValues:
    """What stands on a certificate. The last day is included."""

    standard: str
    number: str
    issuer: str
    valid_from: date
    valid_until: date
    plot_ids: Collection[uuid.UUID]
    product_ids: Collection[uuid.UUID] = ()


def enter_certificate(
    *, actor: Actor, producer_id: uuid.UUID, values: CertificateValues, scan: Upload | None
) -> Certificate:
    """Enter a certificate that a producer was given elsewhere, with its scan.

    Nobody outside the producer has confirmed it yet. Raises NotFound for a producer that is not the actor's, Invalid,
    naming the field, Conflict when it is there already.
    """
    if not may_act_for(actor, producer_id):
        raise NotFound
    if scan is None:
        raise Invalid(_("Add a scan or photo of the certificate."), field="file")
    _check(producer_id, values)
    file = store_file(actor=actor, producer_id=producer_id, upload=scan)
    return _add(actor, producer_id, values, file_id=file.id)


def enter_certificate_after_inspection(
    *, actor: Actor, self_check_id: uuid.UUID, values: CertificateValues, scan: Upload | None
) -> Certificate:
    """Enter the certificate that follows from a self-check that passed; the inspector confirms it by that.

    Raises NotFound, Conflict when the self-check did not pass or has its certificate, Invalid, naming the field.
    """
    self_check = get_self_check_to_inspect(actor, self_check_id, lock=True)
    if self_check.status != SelfCheckStatus.PASSED:
        raise Conflict(_("A certificate follows only when the inspection was passed."))
    if certificate_of_self_check(self_check.id) is not None:
        raise Conflict(_("The certificate of this inspection is entered already."))
    _check(self_check.producer_id, values)
    if not set(values.plot_ids) <= {plot.id for plot in self_check.plots}:
        raise Invalid(_("Only plots that were inspected can be in the scope."), field="plot_ids")
    file_id = None
    if scan is not None:
        file_id = keep_file(actor=actor, producer_id=self_check.producer_id, upload=scan, field="file").id
    certificate = _add(actor, self_check.producer_id, values, file_id=file_id, self_check_id=self_check.id)
    certificate.verified_by, certificate.verified_at = actor.user_id, utc_now()
    db.session.flush()
    return certificate


def verify_certificate(*, actor: Actor, certificate_id: uuid.UUID) -> Certificate:
    """Confirm that the issuer knows the certificate as it stands here; doing it twice changes nothing."""
    certificate = get_certificate(actor, certificate_id, lock=True)
    if not may_supervise(actor, certificate):
        raise NotFound
    if certificate.verified_at is None:
        certificate.verified_by, certificate.verified_at = actor.user_id, utc_now()
        db.session.flush()
    return certificate


def change_certificate_status(
    *, actor: Actor, certificate_id: uuid.UUID, status: CertificateStatus, effective_on: date, reason: str
) -> CertificateStatusChange:
    """Record that a certificate was suspended, withdrawn or put back in force, and why.

    Raises NotFound, Conflict, Refused, Invalid, naming the field; see `rules.check_change`.
    """
    certificate = get_certificate(actor, certificate_id, lock=True)
    today = local_today(utc_now())
    last = certificate.changes[0].effective_on if certificate.changes else certificate.valid_from
    check_change(
        status_of(certificate, date.max),
        status,
        may_reinstate=may_supervise(actor, certificate),
        effective_on=effective_on,
        last_effective_on=last,
        today=today,
    )
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    change = CertificateStatusChange(
        certificate_id=certificate.id,
        status=status,
        effective_on=effective_on,
        reason=reason,
        changed_by=actor.user_id,
    )
    db.session.add(change)
    db.session.flush()
    db.session.expire(certificate)
    return change


def _check(producer_id: uuid.UUID, values: CertificateValues) -> None:
    # The lock keeps the same certificate from being entered twice at once.
    db.session.get(Producer, producer_id, with_for_update={"key_share": True})
    check_validity(values.valid_from, values.valid_until)
    check_plots(producer_id, values.plot_ids)
    known = set(
        db.session.scalars(
            select(Product.id).where(Product.producer_id == producer_id, Product.id.in_(values.product_ids))
        )
    )
    if known != set(values.product_ids):
        raise Invalid(_("Choose products from the list."), field="product_ids")
    twin = select(Certificate.id).where(
        Certificate.producer_id == producer_id,
        Certificate.issuer == values.issuer,
        Certificate.number == values.number,
    )
    if db.session.scalar(twin) is not None:
        raise Conflict(_("A certificate of this issuer with this number is entered already."), field="number")


def _add(
    actor: Actor,
    producer_id: uuid.UUID,
    values: CertificateValues,
    *,
    file_id: uuid.UUID | None,
    self_check_id: uuid.UUID | None = None,
) -> Certificate:
    certificate = Certificate(
        producer_id=producer_id,
        standard=values.standard,
        number=values.number,
        issuer=values.issuer,
        valid_from=values.valid_from,
        valid_until=values.valid_until,
        self_check_id=self_check_id,
        file_id=file_id,
        entered_by=actor.user_id,
    )
    db.session.add(certificate)
    db.session.flush()
    plots = [CertificatePlot(certificate_id=certificate.id, plot_id=plot_id) for plot_id in set(values.plot_ids)]
    products = [
        CertificateProduct(certificate_id=certificate.id, product_id=product_id)
        for product_id in set(values.product_ids)
    ]
    db.session.add_all([*plots, *products])
    db.session.flush()
    return certificate
