"""Telling the followers of a producer that a harvest opened, a batch a transaction: a worker may be killed anywhere."""

import uuid
from typing import Final

from sqlalchemy import select

from catalog.products.models import Product, ProductStatus
from core.db import atomic, db, utc_now
from market.followers.models import HarvestOpening
from market.followers.queries import next_followers
from market.notices.models import NoticeKind
from market.notices.usecases import notify

BATCH: Final = 200


def tell_followers(opening_id: uuid.UUID) -> None:
    """Tell all followers who do not know yet; several workers at once share nothing out, one of them does it."""
    while _tell_next(opening_id):
        pass


def _tell_next(opening_id: uuid.UUID) -> bool:
    """Tell one batch; whether there may be another one."""
    with atomic():
        opening = db.session.scalars(
            select(HarvestOpening)
            .where(HarvestOpening.id == opening_id, HarvestOpening.finished_at.is_(None))
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        ).one_or_none()
        if opening is None:
            return False
        product = db.session.get_one(Product, opening.product_id)
        followers = (
            next_followers(product.producer_id, after=opening.told_user_id, limit=BATCH)
            if product.status == ProductStatus.PUBLISHED
            else []
        )
        if followers:
            notify(
                recipients=followers,
                kind=NoticeKind.HARVEST_OPENED,
                key=f"harvest:{opening.id}",
                path=f"/products/{product.slug}",
                parameters={
                    "product_vi": product.name_vi,
                    "product_en": product.name_en,
                    "producer": product.producer.name,
                },
            )
            opening.told_user_id = followers[-1]
        if len(followers) < BATCH:
            opening.finished_at = utc_now()
        return opening.finished_at is None
