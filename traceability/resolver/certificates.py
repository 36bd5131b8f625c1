"""A look at the servers that links lead to: until when is their certificate good?"""

import uuid

from core.db import atomic, db
from core.errors import Invalid
from core.web.outbound import CertificateExpired, CertificateRefused, Unreachable, certificate_expiry
from traceability.resolver.models import CertificateProblem, ResolverLink
from traceability.resolver.usecases import record_certificate


def check_certificate(link_id: uuid.UUID) -> CertificateProblem | None:
    """Look at the target of the link and keep what was found; returns the problem, or None when all is well.

    No transaction is open while the other side is asked. Twice does no harm: the later look is kept.
    """
    with atomic():
        row = db.session.get(ResolverLink, link_id)
        href = row.href if row is not None and row.removed_at is None else None
    if href is None:
        return None
    expires_at, problem = None, None
    try:
        expires_at = certificate_expiry(href)
    except CertificateExpired:
        problem = CertificateProblem.EXPIRED
    except CertificateRefused:
        problem = CertificateProblem.NOT_TRUSTED
    except Unreachable:
        problem = CertificateProblem.UNREACHABLE
    except Invalid:
        problem = CertificateProblem.PRIVATE
    with atomic():
        record_certificate(link_id=link_id, href=href, expires_at=expires_at, problem=problem)
    return problem
