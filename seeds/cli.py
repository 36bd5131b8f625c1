"""The command that fills a site with the demo world."""

import sys
import time

import click
from flask import current_app
from flask.cli import with_appcontext

from catalog.search.usecases import rebuild_index
from core.config import Settings
from core.db import atomic, utc_now
from seeds.accounts import DEMO_ACCOUNTS, DemoAccount, add_accounts, missing_accounts, reason_against_accounts
from seeds.seasons import local_today
from seeds.world import plant_world


@click.command("seed")
@click.option("--demo-accounts", is_flag=True, help="Add the demo accounts even on a site that looks public.")
@with_appcontext
def seed(demo_accounts: bool) -> None:
    """Fill the site with the demo world, once; running it again changes nothing."""
    settings: Settings = current_app.extensions["settings"]
    started = time.monotonic()
    with atomic():
        planted = plant_world(site_url=settings.site_url, today=local_today(utc_now()))
    accounts = _accounts_to_add(settings, forced=demo_accounts)
    if planted or accounts:
        with atomic():
            click.echo(f"{rebuild_index()} products in the search index")
        # Last, because `make run` takes a site with accounts for one that is complete.
        with atomic():
            add_accounts(accounts)
    what = "The demo world is planted" if planted else "The demo world was there already"
    click.echo(f"{what}; {len(accounts)} accounts added; {time.monotonic() - started:.1f} s")


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
