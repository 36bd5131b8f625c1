"""Pages of the ledger: how it stands, and its months."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.accounts import current_actor
from core.db import atomic, utc_now
from core.errors import Conflict, NotFound
from core.i18n import gettext as _
from core.i18n import local_today
from core.web.access import roles
from market.ledger.audit import audit_ledger
from market.ledger.closing import close_month
from market.ledger.policies import BOOKKEEPERS
from market.ledger.queries import find_month_close, list_months, next_month_to_close, trial_balance
from market.ledger.rules import is_month_of_books, last_day_of, month_of
from market.ledger.usecases import SITE
from market.ledger.words import ACCOUNT_NAMES

blueprint = Blueprint("ledger", __name__, url_prefix="/ledger")


@blueprint.get("")
@roles(*BOOKKEEPERS)
def index() -> ResponseReturnValue:
    """The trial balance of now, whether it is sound, and the months."""
    return _index()


@blueprint.get("/<int:year>-<int:number>")
@roles(*BOOKKEEPERS)
def month(year: int, number: int) -> ResponseReturnValue:
    """One month: the turnover of each account, and whether it is closed."""
    first = _month(year, number)
    return render_template(
        "market/ledger/month.html",
        site=SITE,
        month=first,
        last_day=last_day_of(first),
        lines=trial_balance(first_day=first, last_day=last_day_of(first)),
        names=ACCOUNT_NAMES,
        close=find_month_close(first),
        may_close=next_month_to_close(local_today(utc_now())) == first,
    )


@blueprint.post("/<int:year>-<int:number>/close")
@roles(*BOOKKEEPERS)
def close(year: int, number: int) -> ResponseReturnValue:
    """Close a month."""
    first = _month(year, number)
    try:
        with atomic():
            close_month(actor=current_actor(), month=first)
    except Conflict as error:
        flash(str(error.message), "error")
        return _index(status=error.http_status)
    flash(_("The month is closed. What comes late is booked in the next one."), "success")
    return redirect(url_for("ledger.month", year=year, number=number), code=303)


def _index(*, status: int = 200) -> ResponseReturnValue:
    today = local_today(utc_now())
    page = render_template(
        "market/ledger/index.html",
        audit=audit_ledger(),
        names=ACCOUNT_NAMES,
        months=list_months(today),
        next_to_close=next_month_to_close(today),
        this_month=month_of(today),
    )
    return page, status


def _month(year: int, number: int) -> date:
    """The first day of the month in the address. Raises NotFound for one that is not in the calendar."""
    try:
        month = date(year, number, 1)
    except (ValueError, OverflowError):
        raise NotFound from None
    if not is_month_of_books(month, local_today(utc_now())):
        raise NotFound
    return month
