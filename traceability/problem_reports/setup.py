"""Wiring of reported problems."""

from flask import Flask

from core.accounts import RoleName
from core.i18n import lazy_gettext as _l
from core.outbox import subscribe
from core.web import NavigationItem, add_navigation
from traceability.problem_reports.events import ProblemReported
from traceability.problem_reports.handlers import mail_problem


def init_app(app: Flask) -> None:
    """Listen for reports, and lead officers to their list; producers find theirs on the farm's home."""
    subscribe(ProblemReported, mail_problem)
    officers = frozenset({RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR})
    item = NavigationItem("problem_reports.index", _l("Reported problems"), "exclamation-circle-fill", officers)
    add_navigation(app, item)
