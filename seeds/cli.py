"""The command that fills a site with the demo world."""

import sys
import time
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from catalog.search.usecases import rebuild_index
from core.config import Settings
from core.db import atomic, utc_now
from core.i18n import local_today
from seeds.accounts import DEMO_ACCOUNTS, DemoAccount, add_accounts, missing_accounts, reason_against_accounts
from seeds.attestations import add_attestations
from seeds.reviews import add_reviews
from seeds.scale import NoProducts, grow
from seeds.world import plant_world


@click.command("seed")
@click.option("--demo-accounts", is_flag=True, help="Add the demo accounts even on a site that looks public.")
@click.option("--products", type=click.IntRange(0, 10_000_000), default=0, help="Sample products to have in all.")
@click.option("--lots", type=click.IntRange(0, 100_000_000), default=0, help="Sample lots to have in all.")
@with_appcontext
def seed(demo_accounts: bool, products: int, lots: int) -> None:
    """Fill the site with the demo world, once; running it again changes nothing.

    With --products and --lots, go on to that many in all: the same ones for the same numbers.
    """
    settings: Settings = current_app.extensions["settings"]
    started = time.monotonic()
    with atomic():
        planted = plant_world(site_url=settings.site_url, today=local_today(utc_now()))
    grown = _grow(settings, products, lots)
    accounts = _accounts_to_add(settings, forced=demo_accounts)
    if planted or grown or accounts:
        with atomic():
            click.echo(f"{rebuild_index()} products in the search index")
        # Last, because `make run` takes a site with accounts for one that is complete.
        with atomic():
            add_accounts(accounts)
            add_attestations(today=local_today(utc_now()))
            add_reviews(now=utc_now())
    what = "The demo world is planted" if planted else "The demo world was there already"
    click.echo(f"{what}; {len(accounts)} accounts added; {time.monotonic() - started:.1f} s")


def _grow(settings: Settings, products: int, lots: int) -> bool:
    """Bring the site to that size, with a progress bar; returns whether products were added."""
    if not products and not lots:
        return False
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]  # as Flask's documentation does
    try:
        with atomic():
            new_products, new_lots = grow(
                app,
                products=products,
                lots=lots,
                site_url=settings.site_url,
                today=local_today(utc_now()),
                show_progress=lambda label, count: click.progressbar(length=count, label=f"{count} {label}"),
            )
    except NoProducts:
        raise click.UsageError("Lots at scale need products at scale: give --products too.") from None
    click.echo(f"{new_products} products and {new_lots} lots added")
    return new_products > 0


def _accounts_to_add(settings: Settings, *, forced: bool) -> list[DemoAccount]:
    reason = reason_against_accounts(settings)
    if reason is not None and not forced:
        click.echo(
            f"No demo accounts, because {reason} and everybody knows their passwords: "
            f"`flask seed --demo-accounts` adds the {len(DEMO_ACCOUNTS)} of them all the same.",
            file=sys.stderr,
        )
        return []
    return missing_accounts()
