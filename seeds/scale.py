"""Bringing a site to any size, for trying it out and for benchmarks."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol

from flask import Flask
from sqlalchemy import func, select, text

from catalog.products.models import Product
from core.db import db
from seeds.batches import Tables, write_batches
from seeds.bulk_lots import lot_batches
from seeds.bulk_products import bulk_product_count, product_batches
from seeds.lot_rows import LotRow
from seeds.rows import TABLES, ProductRow
from seeds.world import SEED_LOCK
from traceability.lots.genealogy_models import GenealogyEnd
from traceability.lots.models import Lot


class Bar(Protocol):
    """What shows how far it has come."""

    def update(self, n_steps: int) -> None:
        """So many rows more."""


class NoProducts(Exception):
    """Lots at scale need products at scale."""


ShowProgress = Callable[[str, int], AbstractContextManager[Bar]]
"""Takes a label and the number of rows to come."""


def grow(
    app: Flask, *, products: int, lots: int, site_url: str, today: date, show_progress: ShowProgress
) -> tuple[int, int]:
    """Add sample products and lots until there are `products` and `lots` in all; return how many were added.

    Every batch is committed, so an interrupted run can be taken up again. The caller's transaction only reads, and
    keeps other seedings out. Raises
    NoProducts when lots are wanted and there is no product made at scale to have them.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(SEED_LOCK)))
    new_products = max(0, products - _count(Product))
    _write(app, product_batches(new_products, today=today), "products", new_products, ProductRow, show_progress)
    new_lots = max(0, lots - _count(Lot))
    if new_lots and not bulk_product_count():
        raise NoProducts
    _write(app, lot_batches(new_lots, site_url=site_url, today=today), "lots", new_lots, LotRow, show_progress)
    if new_products or new_lots:
        for table in (*TABLES.values(), GenealogyEnd.__tablename__):
            db.session.execute(text(f"ANALYZE {table}"))
    return new_products, new_lots


def _count(model: type[Product | Lot]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _write(
    app: Flask,
    batches: Iterator[Tables],
    label: str,
    count: int,
    counted: type[ProductRow | LotRow],
    show_progress: ShowProgress,
) -> None:
    if count == 0:
        return
    with show_progress(label, count) as bar:
        write_batches(app, batches, after_each=lambda batch: bar.update(len(batch[counted])))
