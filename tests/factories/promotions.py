"""Promotions for tests."""

from datetime import timedelta

from core.db import db, utc_now
from market.promotions.models import Bearer, Promotion, PromotionKind


def make_promotion(**values: object) -> Promotion:
    """A running campaign of the site: ten per cent off everything. With a `code` it is a voucher."""
    kind = values.get("kind", PromotionKind.PERCENTAGE)
    promotion = Promotion(
        **{
            "name_vi": "Mừng mùa bưởi (mẫu)",
            "name_en": "Pomelo season (sample)",
            "kind": kind,
            "percent": 10 if kind == PromotionKind.PERCENTAGE else None,
            "amount_vnd": 20_000 if kind == PromotionKind.AMOUNT else None,
            "borne_by": Bearer.SITE,
            "starts_at": utc_now() - timedelta(days=1),
            "ends_at": utc_now() + timedelta(days=1),
            **values,
        }
    )
    db.session.add(promotion)
    db.session.flush()
    return promotion
