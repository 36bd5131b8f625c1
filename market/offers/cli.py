"""Commands around stock."""

import click

from core.db.cli import BooksGroup
from market.offers.stock_check import find_stock_differences

commands = BooksGroup("stock", help="Stock of offers.")


@commands.command("check")
def check() -> None:
    """Compare every offer's stock with the sums over its movements; fails when they differ."""
    differences = find_stock_differences()
    for found in differences:
        click.echo(
            f"{found.offer_id}  on hand {found.on_hand}, moved {found.moved_on_hand}; "
            f"reserved {found.reserved}, moved {found.moved_reserved}"
        )
    click.echo(f"{len(differences)} offers differ from their movements")
    if differences:
        raise SystemExit(1)
