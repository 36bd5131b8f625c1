"""Reads of reported problems."""

import uuid

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import joinedload, selectinload

from catalog.producers.queries import producers_of
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.lots.models import Lot
from traceability.problem_reports.models import ProblemAnswer, ProblemKind, ProblemReport
from traceability.problem_reports.policies import may_answer, reads_every_report


def reports_for(actor: Actor) -> Select[ProblemReport]:
    """The reports that `actor` may read: a statement to page.

    Those without an answer come first, of these where somebody felt ill, then the newest.
    """
    statement = _reports().join(ProblemReport.lot).join(Lot.product)
    if not reads_every_report(actor):
        statement = statement.where(Product.producer_id.in_([producer.id for producer in producers_of(actor)]))
    is_answered = exists().where(ProblemAnswer.report_id == ProblemReport.id)
    felt_ill = ProblemReport.kind == ProblemKind.SAFETY
    return statement.order_by(is_answered, felt_ill.desc(), ProblemReport.created_at.desc(), ProblemReport.id)


def get_report(actor: Actor, report_id: uuid.UUID) -> ProblemReport:
    """The report with its lot and answers; raises NotFound when there is none or the actor may not read it."""
    report = db.session.scalar(_reports().where(ProblemReport.id == report_id))
    if report is None or not may_answer(actor, report):
        raise NotFound
    return report


def get_report_by_token(token: str) -> ProblemReport:
    """The report behind the reporter's own link. Raises NotFound."""
    report = db.session.scalar(_reports().where(ProblemReport.token == token))
    if report is None:
        raise NotFound
    return report


def _reports() -> Select[ProblemReport]:
    return select(ProblemReport).options(
        joinedload(ProblemReport.lot).joinedload(Lot.product).joinedload(Product.producer),
        selectinload(ProblemReport.answers),
    )
