"""What other features may ask about attestations. Files and the names of inspectors are in none of these answers."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from traceability.attestations.certificates.models import Certificate, CertificateStatus
from traceability.attestations.certificates.queries import (
    CertificateFacts,
    certificates_of_plots,
    certificates_of_producer,
    certificates_to_list,
    status_of,
    without_successor,
)
from traceability.attestations.certificates.rules import EXPIRY_STAGES
from traceability.attestations.inspections.queries import OpenAction, open_actions_of
from traceability.attestations.laboratory.queries import LaboratoryFacts, laboratory_results_of_lots
from traceability.attestations.packing_houses.queries import PackingHouseCodeFacts, packing_house_codes

__all__ = [
    "CertificateFacts",
    "FarmNotices",
    "LaboratoryFacts",
    "PackingHouseCodeFacts",
    "certificates_of_plots",
    "certificates_of_producer",
    "farm_notices",
    "laboratory_results_of_lots",
    "packing_house_codes",
]

EXPIRED_SHOWN = timedelta(days=30)
"""How long a certificate that has ended is still pointed out."""


@dataclass(frozen=True)
class FarmNotices:
    """What a farm's members should not overlook: certificates near or past their end, and corrections to make."""

    today: date
    ending: Sequence[Certificate]
    corrections: Sequence[OpenAction]

    def days_left(self, certificate: Certificate) -> int:
        """Days until the certificate ends; below zero when it has ended."""
        return (certificate.valid_until - self.today).days


def farm_notices(producer_ids: Sequence[uuid.UUID], *, today: date) -> FarmNotices:
    """The notices for these producers, the most urgent first."""
    certificates = certificates_to_list(producer_ids)
    first, last = today - EXPIRED_SHOWN, today + timedelta(days=max(EXPIRY_STAGES))
    ending = [
        certificate
        for certificate in without_successor(certificates, certificates, on=today)
        if first <= certificate.valid_until <= last and status_of(certificate, today) != CertificateStatus.WITHDRAWN
    ]
    ending.sort(key=lambda certificate: (certificate.valid_until, certificate.id))
    return FarmNotices(today, ending, open_actions_of(producer_ids))
