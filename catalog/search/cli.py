"""Commands for search."""

import sys
import time

import click
from flask.cli import AppGroup

from catalog.search.usecases import rebuild_index
from core.db import atomic

commands = AppGroup("search", help="The search index.")


@commands.command("rebuild")
def rebuild() -> None:
    """Make the search index anew from the database; searches go on meanwhile."""
    started = time.monotonic()
    in_place = sys.stderr.isatty()

    def progress(done: int) -> None:
        if in_place:
            click.echo(f"\r{done} products", nl=False, err=True)
        elif done % 10_000 == 0:
            click.echo(f"{done} products", err=True)

    with atomic():
        count = rebuild_index(progress=progress)
    if in_place:
        click.echo("\r", nl=False, err=True)
    click.echo(f"{count} products indexed in {time.monotonic() - started:.1f} s")
