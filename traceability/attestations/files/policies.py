"""Who may see a private file: the producer's members, and inspectors of what it was handed in for."""

import uuid

from sqlalchemy import exists, or_, select

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db
from traceability.attestations.certificates.models import Certificate
from traceability.attestations.files.models import PrivateFile
from traceability.attestations.inspections.policies import is_inspector, is_member
from traceability.attestations.laboratory.models import LaboratoryResult
from traceability.attestations.self_checks.models import SelfCheck, SelfCheckEvidence, SelfCheckStatus


def may_read(actor: Actor, file: PrivateFile) -> bool:
    """Whether `actor` may have the content of `file`.

    Inspectors and officers read what was handed in: scans of certificates, reports of laboratories, and evidence of
    self-checks that were submitted. A draft is the producer's own, and nobody inspects a producer of their own.
    """
    if may_act_for(actor, file.producer_id):
        return True
    return is_inspector(actor) and not is_member(actor.user_id, file.producer_id) and _handed_in(file.id)


def _handed_in(file_id: uuid.UUID) -> bool:
    evidence = (
        exists()
        .where(SelfCheckEvidence.file_id == file_id)
        .where(SelfCheck.id == SelfCheckEvidence.self_check_id, SelfCheck.status != SelfCheckStatus.DRAFT)
    )
    certificate = exists().where(Certificate.file_id == file_id)
    result = exists().where(LaboratoryResult.file_id == file_id)
    return bool(db.session.scalar(select(or_(evidence, certificate, result))))
