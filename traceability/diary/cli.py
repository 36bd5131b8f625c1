"""Commands of the diary, for whoever runs the site."""

from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from core.accounts import Actor, RoleName
from core.db import atomic
from core.errors import AppError
from traceability.plant_protection.errors import UnreadableList
from traceability.plant_protection.usecases import import_list, read_list_file

commands = AppGroup("diary", help="The production diary.")
LARGEST_FILE = 20_000_000
_OPERATOR = Actor(None, frozenset({RoleName.ADMINISTRATOR}), "")
"""Who has the command line of the site has the site."""
_DAY = click.DateTime(["%Y-%m-%d"])


@commands.command("import-plant-protection")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="Which decision or circular it is, when the file does not say so.")
@click.option("--published-on", type=_DAY, help="The day on which it was signed.")
@click.option("--in-force-from", type=_DAY, help="The first day on which it applies.")
@click.option("--dry-run", is_flag=True, help="Only check the file.")
def import_plant_protection(
    file: Path, source: str | None, published_on: datetime | None, in_force_from: datetime | None, dry_run: bool
) -> None:
    """Load the list of permitted plant-protection ingredients and their intervals from the JSON in FILE.

    Sprays from its first day on are judged by it; what is written down already keeps the list that it was judged by.
    The same file is taken in once. Exit status 1 with every problem by row when something is wrong.
    """
    if file.stat().st_size > LARGEST_FILE:
        raise click.ClickException(f"{file}: larger than {LARGEST_FILE // 1_000_000} MB")
    content = file.read_bytes()
    published, in_force = _date(published_on), _date(in_force_from)
    try:
        if dry_run:
            read = read_list_file(content, source=source, published_on=published, in_force_from=in_force)
            click.echo(
                f"{len(read.ingredients)} ingredients, in force from {read.facts.in_force_from}; nothing written"
            )
            return
        with atomic():
            imported = import_list(
                actor=_OPERATOR, content=content, source=source, published_on=published, in_force_from=in_force
            )
            version, count = imported.version, imported.ingredient_count
            said = f"{count} ingredients, in force from {version.in_force_from}: {version.source}"
    except UnreadableList as error:
        for problem in error.problems:
            where = f"row {problem.row}" if problem.row else "file"
            field = f", {problem.field}" if problem.field else ""
            click.echo(f"{where}{field}: {problem.message}", err=True)
        raise click.ClickException(str(error)) from error
    except AppError as error:
        raise click.ClickException(str(error)) from error
    click.echo(said if imported.is_new else f"already there: {said}")


def _date(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
