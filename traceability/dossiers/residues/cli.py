"""Commands for dossiers."""

from pathlib import Path

import click
from flask.cli import AppGroup

from core.db import atomic
from core.errors import AppError
from traceability.dossiers.residues.rules import read_rule_set
from traceability.dossiers.residues.usecases import REFERENCE, import_residue_rules

commands = AppGroup("dossiers", help="Export dossiers and the rules they are checked against.")


@commands.command("import-residue-rules")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=REFERENCE)
@click.option("--dry-run", is_flag=True, help="Only say what is wrong in the file.")
def import_command(file: Path, dry_run: bool) -> None:
    """Load the residue rules in FILE (JSON), or the sample that comes with the site.

    Repeating it changes nothing. Dossiers that were issued keep the version they were checked against.
    """
    try:
        data = read_rule_set(file.read_text(encoding="utf-8"))
        if dry_run:
            click.echo(f"version {data.version}: {len(data.rules)} rules, nothing wrong")
            return
        with atomic():
            _rule_set, is_new = import_residue_rules(data)
    except UnicodeDecodeError:
        raise click.ClickException(f"{file}: the file is not UTF-8 text") from None
    except AppError as error:
        raise click.ClickException(f"{file}:\n{error.message}") from error
    click.echo(f"version {data.version}: {len(data.rules)} rules {'added' if is_new else 'unchanged'}")
