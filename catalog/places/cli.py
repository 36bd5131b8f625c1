"""Commands for places."""

import click
from flask.cli import AppGroup

from catalog.places.usecases import load_places
from core.db import atomic

commands = AppGroup("places", help="Provinces and communes.")


@commands.command("load")
def load() -> None:
    """Bring the official list of provinces and communes into the database."""
    with atomic():
        provinces, communes = load_places()
    click.echo(f"{provinces} provinces, {communes} communes, wards and special zones")
