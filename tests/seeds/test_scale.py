"""Sample products and lots at scale."""

import time
import unicodedata
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from core.db import db
from seeds.batches import write_batches
from seeds.rows import ProducerRow
from tests.seeds.conftest import run_seed
from tests.seeds.fingerprints import counts, fingerprints
from tests.seeds.invariants import (
    assert_journal_is_true,
    assert_lots_balance,
    assert_numbers_check,
    assert_stock_is_what_moved,
)

BULK = ("--products", "500", "--lots", "2000")


@pytest.fixture(scope="module")
def grown_site(make_site: Callable[..., Flask]) -> Flask:
    """A site with 500 products and 2,000 lots in all."""
    site = make_site()
    run_seed(site)
    started = time.process_time()  # not the clock, which other tests on the machine slow down
    result = run_seed(site, *BULK)
    assert result.exit_code == 0, result.output
    assert time.process_time() - started < 10
    return site


def test_it_makes_that_many_in_all_and_keeps_every_promise(grown_site: Flask) -> None:
    with grown_site.app_context():
        assert counts("products", "lots") == {"products": 500, "lots": 2000}
        assert_numbers_check()
        assert_stock_is_what_moved()
        assert_lots_balance()
        assert_journal_is_true(limit=300)
        without_offer = text(
            "SELECT count(*) FROM products p WHERE NOT EXISTS (SELECT FROM offers WHERE product_id = p.id)"
        )
        assert db.session.scalar(without_offer) == 0
        unmarked = text("SELECT count(*) FROM producers WHERE NOT is_sample OR name NOT LIKE '%(mẫu)'")
        assert db.session.scalar(unmarked) == 0
        names = db.session.scalars(text("SELECT name_vi || name_en FROM products")).all()
        assert all(unicodedata.is_normalized("NFC", name) for name in names)
        assert len(set(names)) > 300


def test_a_second_run_adds_nothing(grown_site: Flask) -> None:
    with grown_site.app_context():
        before = fingerprints()
    result = run_seed(grown_site, *BULK)
    assert "0 products and 0 lots added" in result.output
    with grown_site.app_context():
        assert fingerprints() == before


def test_the_same_numbers_give_the_same_site(grown_site: Flask, make_site: Callable[..., Flask]) -> None:
    again = make_site()
    run_seed(again, *BULK)
    tables = ("producers", "plots", "products", "offers", "stock_movements", "lots", "epcis_events")
    with grown_site.app_context():
        first = fingerprints(*tables)
    with again.app_context():
        assert fingerprints(*tables) == first


def test_growing_in_steps_goes_on_where_the_last_step_ended(make_site: Callable[..., Flask]) -> None:
    site = make_site()
    for products, lots in (("111", "300"), ("260", "300"), ("260", "1500")):
        result = run_seed(site, "--products", products, "--lots", lots)
        assert result.exit_code == 0, result.output
    with site.app_context():
        assert counts("products", "lots") == {"products": 260, "lots": 1500}
        assert_lots_balance()
        crowded = text("SELECT count(*) FROM (SELECT FROM products GROUP BY producer_id HAVING count(*) > 50) crowded")
        assert db.session.scalar(crowded) == 0


def test_lots_without_products_are_refused_in_words(make_site: Callable[..., Flask]) -> None:
    result = run_seed(make_site(), "--lots", "5000")
    assert result.exit_code == 2
    assert "give --products too" in result.output


def test_what_the_database_refuses_stops_the_run(make_site: Callable[..., Flask]) -> None:
    site = make_site()
    broken = ProducerRow(*("x" for _ in ProducerRow._fields))
    with site.app_context(), pytest.raises(Exception, match="invalid input syntax for type uuid"):
        write_batches(site, [{ProducerRow: [broken]}], after_each=lambda batch: pytest.fail("it was not written"))
