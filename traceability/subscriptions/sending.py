"""Sending a report to its subscriber."""

from datetime import datetime
from typing import Final

from core.errors import Invalid
from core.web.outbound import CertificateExpired, CertificateRefused, Unreachable, open_public
from traceability.subscriptions.delivering import Answer, Claim
from traceability.subscriptions.rules import signature

SECONDS: Final = 20.0


def send(claim: Claim, *, now: datetime) -> Answer:
    """POST the report to the subscriber's address, which is looked at again: it may lead elsewhere by now.

    The id of the delivery is in `Idempotency-Key`, and with the time and the signature in `GS1-Signature` when the
    subscriber gave a secret (see `rules.signature`). Redirects are answers like any other, and not followed.
    """
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "cho-nguon-subscriptions/1",
        "Idempotency-Key": f'"{claim.delivery_id}"',
        "GS1-EPCIS-Version": "2.0.0",
        "GS1-CBV-Version": "2.0.0",
    }
    if claim.signature_token is not None:
        headers["GS1-Signature"] = signature(
            claim.signature_token, delivery_id=claim.delivery_id, sent_at=now, body=claim.body
        )
    try:
        answer = open_public(claim.dest, method="POST", headers=headers, body=claim.body, seconds=SECONDS)
    except CertificateExpired:
        return Answer(None, "certificate_expired")
    except CertificateRefused:
        return Answer(None, "certificate_refused")
    except Unreachable:
        return Answer(None, "unreachable")
    except Invalid:
        return Answer(None, "address_refused")
    return Answer(answer.status)
