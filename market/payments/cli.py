"""Commands around payments."""

import uuid
from datetime import timedelta

import click
from flask.cli import AppGroup

from core.errors import AppError
from market.payments import flow
from market.payments.configuration import payment_gateway
from market.payments.queries import list_payments_to_review

commands = AppGroup("payments", help="Payments.")


@commands.command("reconcile")
@click.option("--days", default=3, show_default=True, help="How far back to look.")
def reconcile(days: int) -> None:
    """Make the payment service and this site agree now, instead of waiting for the clock."""
    changed = flow.reconcile(gateway=payment_gateway(), since=timedelta(days=days))
    click.echo(f"{changed} payments changed")


@commands.command("review")
def review() -> None:
    """List the payments that a person has to look at."""
    payments = list_payments_to_review()
    for payment in payments:
        click.echo(f"{payment.id}  {payment.purpose_kind} {payment.purpose_id}  {payment.review_reason}")
    click.echo(f"{len(payments)} payments to look at")


@commands.command("refund")
@click.argument("payment_id", type=click.UUID)
def refund(payment_id: uuid.UUID) -> None:
    """Give back in full what a payment under review took."""
    try:
        flow.refund_reviewed(payment_id=payment_id, gateway=payment_gateway())
    except AppError as error:
        raise click.ClickException(str(error)) from error
    click.echo("done")
