"""Mails about certificates that end and corrections that are due; each stage once."""

import uuid
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from catalog.producers.models import ProducerMember
from core.accounts import User
from core.db import Model, db, utc_now
from core.mail import request_mail
from traceability.attestations.certificates.models import CertificateStatus, CertificateWarning
from traceability.attestations.certificates.queries import certificates_ending, status_of
from traceability.attestations.certificates.rules import EXPIRY_STAGES
from traceability.attestations.deadlines.rules import stage_reached
from traceability.attestations.inspections.models import CorrectiveActionWarning
from traceability.attestations.inspections.queries import actions_due_until
from traceability.attestations.inspections.rules import DUE_STAGES
from traceability.journal.issuer import site_url

SWEEP_LIMIT: Final = 2000


def warn_of_ending_certificates(*, today: date) -> int:
    """Mail the members of producers whose certificates end soon; returns how many mails were asked for.

    Harmless when run twice: the stage that was reached is written down in the same transaction.
    """
    ending = certificates_ending(first=today, last=today + timedelta(days=max(EXPIRY_STAGES)), limit=SWEEP_LIMIT)
    members = _members_of({certificate.producer_id for certificate in ending})
    sent = 0
    for certificate in ending:
        stage = stage_reached((certificate.valid_until - today).days, EXPIRY_STAGES)
        withdrawn = status_of(certificate, today) == CertificateStatus.WITHDRAWN
        if stage is None or withdrawn or not _is_first(CertificateWarning, certificate_id=certificate.id, days=stage):
            continue
        context = {
            "standard": certificate.standard,
            "number": certificate.number,
            "producer": certificate.producer.name,
            "last_day": _day(certificate.valid_until),
            "days": (certificate.valid_until - today).days,
            "path": f"/farm/attestations/certificates/{certificate.id}",
        }
        sent += _mail("certificate_ending", members.get(certificate.producer_id, ()), context)
    return sent


def warn_of_due_corrections(*, today: date) -> int:
    """Mail the members of producers who have to mend something soon; as `warn_of_ending_certificates` does."""
    due = actions_due_until(today + timedelta(days=max(DUE_STAGES)), limit=SWEEP_LIMIT)
    members = _members_of({entry.self_check.producer_id for entry in due})
    sent = 0
    for entry in due:
        stage = stage_reached(entry.days_left(today), DUE_STAGES)
        if stage is None or not _is_first(CorrectiveActionWarning, action_id=entry.action.id, days=stage):
            continue
        context = {
            "item_vi": entry.item.title_vi,
            "item_en": entry.item.title_en,
            "correction": entry.action.description,
            "producer": entry.self_check.producer.name,
            "last_day": _day(entry.action.due_on),
            "path": f"/farm/attestations/self-checks/{entry.self_check.id}",
        }
        sent += _mail("correction_due", members.get(entry.self_check.producer_id, ()), context)
    return sent


def _is_first(table: type[Model], **key: Any) -> bool:
    """Whether this warning is written down now, and not before."""
    statement = insert(table).values(**key, sent_at=utc_now()).on_conflict_do_nothing().returning(table.days)  # type: ignore[attr-defined]
    return db.session.execute(statement).first() is not None


def _members_of(producer_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, list[User]]:
    """The members with an e-mail address, by producer."""
    statement = (
        select(ProducerMember.producer_id, User)
        .join(User, User.id == ProducerMember.user_id)
        .where(ProducerMember.producer_id.in_(producer_ids), User.email.is_not(None), User.active)
        .order_by(ProducerMember.producer_id, User.id)
        .limit(SWEEP_LIMIT * 10)
    )
    found: dict[uuid.UUID, list[User]] = {}
    for producer_id, user in db.session.execute(statement):
        found.setdefault(producer_id, []).append(user)
    return found


def _mail(template: str, members: Collection[User], context: dict[str, Any]) -> int:
    for member in members:
        assert member.email is not None
        request_mail(
            template=template,
            recipient=member.email,
            locale=member.locale,
            context={**context, "name": member.display_name, "site_url": site_url()},
        )
    return len(members)


def _day(day: date) -> str:
    """The day as both languages write it here."""
    return f"{day:%d/%m/%Y}"
