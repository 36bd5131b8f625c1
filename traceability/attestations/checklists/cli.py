"""Commands for attestations."""

from pathlib import Path

import click
from flask.cli import AppGroup

from core.db import atomic
from core.errors import AppError
from traceability.attestations.checklists.rules import read_checklist
from traceability.attestations.checklists.usecases import REFERENCE, import_checklist

commands = AppGroup("attestations", help="Checklists of standards.")


@commands.command("import-checklist")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=REFERENCE)
@click.option("--dry-run", is_flag=True, help="Only say what is wrong in the file.")
def import_command(file: Path, dry_run: bool) -> None:
    """Load the checklist in FILE (JSON), or the sample that comes with the site.

    Repeating it changes nothing. Self-checks that run keep the version they began with.
    """
    try:
        data = read_checklist(file.read_text(encoding="utf-8"))
        if dry_run:
            click.echo(f"{data.standard}, version {data.version}: {len(data.items)} items, nothing wrong")
            return
        with atomic():
            _checklist, is_new = import_checklist(data)
    except UnicodeDecodeError:
        raise click.ClickException(f"{file}: the file is not UTF-8 text") from None
    except AppError as error:
        raise click.ClickException(f"{file}:\n{error.message}") from error
    click.echo(f"{data.standard}, version {data.version}: {len(data.items)} items {'added' if is_new else 'unchanged'}")
