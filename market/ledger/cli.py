"""Commands around the ledger."""

import click

from core.db.cli import BooksGroup
from core.i18n import use_locale
from market.ledger.audit import audit_ledger
from market.ledger.words import ACCOUNT_NAMES

commands = BooksGroup("ledger", help="The double-entry ledger.")


@commands.command("check")
def check() -> None:
    """Print the trial balance and 0; end with 1 and name it when anything is off."""
    audit = audit_ledger()
    with use_locale("en"):
        rows = [(str(ACCOUNT_NAMES[balance.kind]), balance.closing_vnd) for balance in audit.balances]
    width = max(len(name) for name, _amount in rows)
    for name, amount in rows:
        click.echo(f"{name:<{width}}  {amount:>20,}")
    click.echo(f"{'-' * (width + 22)}")
    for fault in audit.faults:
        click.echo(f"OFF  {fault}", err=True)
    click.echo(audit.total_vnd)
    if not audit.is_sound:
        raise SystemExit(1)
