"""Setting what the site's courier costs, and reading it."""

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from core.accounts import Actor
from core.db import db, new_id
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from market.delivery.errors import DeliveryRefused
from market.delivery.models import SiteCourierFees
from market.delivery.policies import may_set_site_fees
from market.delivery.site_courier import FIRST_FEES, SiteFees
from market.delivery.values import MOST_FEE_VND


def set_site_fees(*, actor: Actor, fees: SiteFees) -> SiteCourierFees:
    """Let the site's courier cost this from now on; orders keep what they were promised.

    Raises NotFound for who may not; DeliveryRefused by field.
    """
    if not may_set_site_fees(actor):
        raise NotFound
    wrong = {name: _l("A fee is between 0 ₫ and 10.000.000 ₫.") for name, vnd in _by_name(fees) if not _is_fee(vnd)}
    if not wrong and fees.other_province_vnd < fees.same_province_vnd:
        wrong["other_province_vnd"] = _l("Another province costs no less than the own one.")
    if wrong:
        raise DeliveryRefused(wrong)
    row = SiteCourierFees(
        id=new_id(),
        same_province_vnd=fees.same_province_vnd,
        other_province_vnd=fees.other_province_vnd,
        set_by=actor.user_id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def site_fees() -> SiteFees:
    """What the site's courier costs now."""
    near, far = db.session.execute(select(near_column(), far_column())).one()
    return SiteFees(near, far)


def all_site_fees() -> Select[SiteCourierFees]:
    """What was set, with who did it, the last first: a statement to page."""
    return select(SiteCourierFees).options(joinedload(SiteCourierFees.setter)).order_by(SiteCourierFees.id.desc())


def near_column() -> ColumnElement[int]:
    """What it costs now within a province, as a column of any statement."""
    return _now(SiteCourierFees.same_province_vnd, FIRST_FEES.same_province_vnd)


def far_column() -> ColumnElement[int]:
    """What it costs now to another province, as a column of any statement."""
    return _now(SiteCourierFees.other_province_vnd, FIRST_FEES.other_province_vnd)


def _now(column: InstrumentedAttribute[int], first_vnd: int) -> ColumnElement[int]:
    latest = select(column).order_by(SiteCourierFees.id.desc()).limit(1).scalar_subquery()
    return func.coalesce(latest, first_vnd)


def _by_name(fees: SiteFees) -> list[tuple[str, int]]:
    return [("same_province_vnd", fees.same_province_vnd), ("other_province_vnd", fees.other_province_vnd)]


def _is_fee(vnd: int) -> bool:
    return 0 <= vnd <= MOST_FEE_VND
