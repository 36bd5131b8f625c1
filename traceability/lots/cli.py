"""Commands around genealogy."""

import click
from flask.cli import with_appcontext

from core.db import atomic
from traceability.lots.genealogy_ends import count_differences, repair


@click.command("check-genealogy")
@click.option("--repair", "repairs", is_flag=True, help="Put right what is off.")
@with_appcontext
def check_genealogy(repairs: bool) -> None:
    """Compare the index that genealogy reads with the journal; end with 1 when anything is off and stays so."""
    with atomic():
        found = count_differences()
        if any(found) and repairs:
            repair()
    click.echo(f"{found.missing} missing, {found.surplus} too many{', repaired' if any(found) and repairs else ''}")
    if any(found) and not repairs:
        raise SystemExit(1)
