"""Reads of certificates."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import joinedload, selectinload

from catalog.producers.models import ProducerMember
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.attestations.certificates.models import (
    Certificate,
    CertificatePlot,
    CertificateStatus,
)
from traceability.attestations.certificates.policies import may_keep, may_supervise
from traceability.attestations.certificates.rules import status_on


@dataclass(frozen=True)
class CertificateFacts:
    """What everybody may know of a certificate: not who entered it, not its scan.

    `status` is that of the day that was asked for; whether the day lies within `valid_from` to `valid_until` is
    `is_in_force`. `is_verified` says that somebody outside the producer has confirmed it.
    """

    id: uuid.UUID
    producer_id: uuid.UUID
    standard: str
    number: str
    issuer: str
    valid_from: date
    valid_until: date
    status: CertificateStatus
    is_in_force: bool
    is_verified: bool
    plot_ids: frozenset[uuid.UUID]
    product_ids: frozenset[uuid.UUID]


def certificates_of_plots(plot_ids: Collection[uuid.UUID], *, on: date, limit: int = 200) -> list[CertificateFacts]:
    """The certificates whose scope has one of the plots and whose time includes the day, the longest valid first.

    Suspended and withdrawn ones are among them, with their status of that day; see `is_in_force`.
    """
    in_scope = exists().where(CertificatePlot.certificate_id == Certificate.id, CertificatePlot.plot_id.in_(plot_ids))
    return _facts(_standing(on).where(in_scope).limit(limit), on)


def certificates_of_producer(producer_id: uuid.UUID, *, on: date, limit: int = 200) -> list[CertificateFacts]:
    """The certificates of a producer whose time includes the day, as `certificates_of_plots` gives them."""
    return _facts(_standing(on).where(Certificate.producer_id == producer_id).limit(limit), on)


def status_of(certificate: Certificate, day: date) -> CertificateStatus:
    """The status of a certificate with its changes (newest first) on that day."""
    return status_on(reversed(certificate.changes), day)


def certificates_to_list(producer_ids: Collection[uuid.UUID], *, limit: int = 100) -> list[Certificate]:
    """The certificates of these producers with scope and changes, those that end last first; at most `limit`."""
    return list(db.session.scalars(_whole().where(Certificate.producer_id.in_(producer_ids)).limit(limit)))


def certificates_to_supervise(actor: Actor, *, unverified_only: bool) -> Select[Certificate]:
    """Certificates of producers that the actor does not belong to: a statement to page, newest entries first."""
    own = select(ProducerMember.producer_id).where(ProducerMember.user_id == actor.user_id)
    statement = _whole().where(Certificate.producer_id.not_in(own)).order_by(None).order_by(Certificate.id.desc())
    return statement.where(Certificate.verified_at.is_(None)) if unverified_only else statement


def get_certificate(actor: Actor, certificate_id: uuid.UUID, *, lock: bool = False) -> Certificate:
    """The certificate for its holder or an inspector; raises NotFound for everybody else."""
    statement = _whole().where(Certificate.id == certificate_id)
    if lock:
        statement = statement.with_for_update(of=Certificate).execution_options(populate_existing=True)
    certificate = db.session.scalar(statement)
    if certificate is None or not (may_keep(actor, certificate) or may_supervise(actor, certificate)):
        raise NotFound
    return certificate


def certificate_of_self_check(self_check_id: uuid.UUID) -> Certificate | None:
    """The certificate that followed from a self-check."""
    return db.session.scalar(select(Certificate).where(Certificate.self_check_id == self_check_id))


def products_in_scope(producer_id: uuid.UUID, *, limit: int = 200) -> list[Product]:
    """The products that a certificate of the producer can be about, by name; at most `limit`."""
    statement = (
        select(Product)
        .where(Product.producer_id == producer_id, Product.status != "archived")
        .order_by(Product.name_vi, Product.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def certificates_ending(*, first: date, last: date, limit: int) -> list[Certificate]:
    """Certificates that end from `first` to `last` and have no successor, the most urgent first; at most `limit`."""
    statement = (
        _whole()
        .where(Certificate.valid_until.between(first, last))
        .order_by(None)
        .order_by(Certificate.valid_until, Certificate.id)
        .limit(limit)
    )
    ending = list(db.session.scalars(statement))
    producer_ids = {certificate.producer_id for certificate in ending}
    later = list(
        db.session.scalars(
            _whole().where(Certificate.producer_id.in_(producer_ids), Certificate.valid_until > first).limit(limit * 10)
        )
    )
    return without_successor(ending, later, on=first)


def without_successor(
    certificates: Iterable[Certificate], others: Iterable[Certificate], *, on: date
) -> list[Certificate]:
    """Those of `certificates` that none of `others` takes the place of.

    A successor is of the same producer and standard, stands longer, was not withdrawn, and covers the same plots:
    whoever has it need not be warned.
    """
    candidates = [other for other in others if status_of(other, on) != CertificateStatus.WITHDRAWN]
    return [
        certificate
        for certificate in certificates
        if not any(_takes_the_place_of(other, certificate) for other in candidates)
    ]


def _takes_the_place_of(other: Certificate, certificate: Certificate) -> bool:
    return (
        (other.producer_id, other.standard) == (certificate.producer_id, certificate.standard)
        and other.valid_until > certificate.valid_until
        and {plot.id for plot in other.plots} >= {plot.id for plot in certificate.plots}
    )


def _standing(on: date) -> Select[Certificate]:
    return _whole().where(Certificate.valid_from <= on, Certificate.valid_until >= on)


def _whole() -> Select[Certificate]:
    return (
        select(Certificate)
        .options(
            joinedload(Certificate.producer),
            joinedload(Certificate.file),
            selectinload(Certificate.plots),
            selectinload(Certificate.products),
            selectinload(Certificate.changes),
        )
        .order_by(Certificate.valid_until.desc(), Certificate.id.desc())
    )


def _facts(statement: Select[Certificate], on: date) -> list[CertificateFacts]:
    certificates: Iterable[Certificate] = db.session.scalars(statement)
    return [
        CertificateFacts(
            id=certificate.id,
            producer_id=certificate.producer_id,
            standard=certificate.standard,
            number=certificate.number,
            issuer=certificate.issuer,
            valid_from=certificate.valid_from,
            valid_until=certificate.valid_until,
            status=(status := status_of(certificate, on)),
            is_in_force=status == CertificateStatus.VALID and certificate.valid_from <= on <= certificate.valid_until,
            is_verified=certificate.verified_at is not None,
            plot_ids=frozenset(plot.id for plot in certificate.plots),
            product_ids=frozenset(product.id for product in certificate.products),
        )
        for certificate in certificates
    ]
