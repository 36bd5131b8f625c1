"""Reported problems' part in the news."""

from datetime import timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from catalog.producers.queries import members_to_mail
from catalog.products.models import Product
from core.db import db
from core.mail import mail_user
from traceability.lots.models import Lot
from traceability.problem_reports.events import ProblemReported
from traceability.problem_reports.models import ProblemReport

QUIET: Final = timedelta(hours=1)
"""After a mail about a lot: whoever reports it a hundred times sends one mail."""


def mail_problem(event: ProblemReported) -> None:
    """Tell the members of the lot's producer, at most once an hour for each lot."""
    loaded = joinedload(ProblemReport.lot).joinedload(Lot.product).joinedload(Product.producer)
    report = db.session.get(ProblemReport, event.report_id, options=[loaded])
    if report is None:
        return
    earlier = exists().where(
        ProblemReport.lot_id == report.lot_id,
        ProblemReport.id < report.id,
        ProblemReport.created_at > report.created_at - QUIET,
    )
    if db.session.scalar(select(earlier)):
        return
    product = report.lot.product
    for member in members_to_mail(product.producer_id):
        mail_user(
            member,
            "problem_reported",
            product=product.name_en if member.locale == "en" else product.name_vi,
            lot_number=report.lot.lot_number,
            description=report.description,
            path=f"/problem-reports/{report.id}",
        )
