"""Commands around stock."""

import click

from core.db.cli import BooksGroup
from market.offers.stock_check import find_leaked_stock, find_stock_differences

commands = BooksGroup("stock", help="Stock of offers.")


@commands.command("check")
def check() -> None:
    """Compare every offer's stock with its movements, and what is held with the orders; fails when they differ."""
    differences = find_stock_differences()
    for found in differences:
        click.echo(
            f"{found.offer_id}  on hand {found.on_hand}, moved {found.moved_on_hand}; "
            f"reserved {found.reserved}, moved {found.moved_reserved}"
        )
    leaks = find_leaked_stock()
    for leak in leaks:
        click.echo(f"{leak.offer_id}  {leak.units} are held by order {leak.order_id}, which is over")
    click.echo(f"{len(differences)} offers differ from their movements; {len(leaks)} holds of orders that are over")
    if differences or leaks:
        raise SystemExit(1)
