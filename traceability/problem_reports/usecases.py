"""Reporting a problem, and answering it."""

import uuid
from typing import Final

from core.accounts import Actor
from core.db import db, new_id, secret_token, utc_now
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from core.outbox import publish
from traceability.gs1.application_identifiers import check_element
from traceability.gs1.errors import Gs1Error
from traceability.lots.models import Lot
from traceability.lots.queries import find_lot_by_key
from traceability.problem_reports.events import ProblemReported
from traceability.problem_reports.models import ProblemAnswer, ProblemKind, ProblemReport
from traceability.problem_reports.policies import may_answer, reads_every_report

LONGEST_TEXT: Final = 2000
SHORTEST_TEXT: Final = 10
LONGEST_CONTACT: Final = 120


def get_reportable_lot(gtin: str, lot_number: str) -> Lot:
    """The lot with this GTIN-14 and lot number, as somebody holds it in their hand. Raises NotFound."""
    lot = find_lot_by_key(gtin, lot_number)
    if lot is None:
        raise NotFound
    return lot


def report_problem(
    *,
    gtin: str,
    lot_number: str,
    kind: str,
    description: str,
    contact: str | None = None,
    serial: str | None = None,
    locale: str = "vi",
) -> ProblemReport:
    """Keep a problem that anybody reports; its producer and the province are told, and nobody asks who it was.

    Raises NotFound for a lot that is not there, Invalid (with `field`).
    """
    lot = get_reportable_lot(gtin, lot_number)
    if kind not in set(ProblemKind):
        raise Invalid(_("Choose what is wrong."), field="kind")
    report = ProblemReport(
        id=new_id(),
        token=secret_token(),
        lot_id=lot.id,
        serial=_checked_serial(serial),
        kind=ProblemKind(kind),
        description=_checked_text(description, field="description"),
        contact=_checked_contact(contact),
        locale=locale,
        created_at=utc_now(),
    )
    db.session.add(report)
    db.session.flush()
    publish(ProblemReported(report.id))
    return report


def answer_problem(*, actor: Actor, report_id: uuid.UUID, body: str) -> ProblemAnswer:
    """Answer a report. Raises NotFound for one that is not the actor's to read, Invalid (with `field`)."""
    report = db.session.get(ProblemReport, report_id)
    if report is None or actor.user_id is None or not may_answer(actor, report):
        raise NotFound
    answer = ProblemAnswer(
        report_id=report.id,
        body=_checked_text(body, field="body"),
        by_officer=reads_every_report(actor),
        answered_by=actor.user_id,
    )
    db.session.add(answer)
    db.session.flush()
    return answer


def _checked_text(text: str, *, field: str) -> str:
    text = text.strip()
    if len(text) < SHORTEST_TEXT:
        raise Invalid(_("Say it in a sentence, please."), field=field)
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("At most %(limit)s characters, please.", limit=LONGEST_TEXT), field=field)
    return text


def _checked_contact(contact: str | None) -> str | None:
    contact = (contact or "").strip()
    if len(contact) > LONGEST_CONTACT:
        raise Invalid(_("At most %(limit)s characters, please.", limit=LONGEST_CONTACT), field="contact")
    return contact or None


def _checked_serial(serial: str | None) -> str | None:
    """The serial number as scanned (AI 21); what is none is left out, for the report counts without it."""
    try:
        return check_element("21", serial).value if serial else None
    except Gs1Error:
        return None
