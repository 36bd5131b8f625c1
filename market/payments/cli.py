"""Commands around payments."""

import uuid
from datetime import timedelta

import click
from flask import current_app

from core.config import Settings
from core.db import atomic
from core.db.cli import BooksGroup
from core.errors import AppError
from market.payments import flow
from market.payments.checking import Grade, check_setup, webhook_address
from market.payments.configuration import payment_configuration, payment_gateway, webhook_url
from market.payments.movements import expected_balance
from market.payments.queries import list_payments_to_review

commands = BooksGroup("payments", help="Payments.")


@commands.command("reconcile")
@click.option("--days", default=3, show_default=True, help="How far back to look.")
def reconcile(days: int) -> None:
    """Make the payment service and this site agree now, instead of waiting for the clock."""
    changed = flow.reconcile(gateway=payment_gateway(), since=timedelta(days=days))
    click.echo(f"{changed} payments changed")


@commands.command("check")
def check() -> None:
    """Say whether payments are set up right, and what to do where they are not."""
    settings: Settings = current_app.extensions["settings"]
    configuration = payment_configuration(settings)
    with atomic():
        balance_vnd = expected_balance()
    findings = list(
        check_setup(
            configuration=configuration,
            gateway=payment_gateway(),
            webhook_url=webhook_address(configuration, site_url=settings.site_url, loopback_url=webhook_url(settings)),
            site_url=settings.site_url,
            balance_vnd=balance_vnd,
        )
    )
    for finding in findings:
        click.echo(f"{finding.grade:5}  {finding.text}")
    if any(finding.grade is Grade.BAD for finding in findings):
        raise click.exceptions.Exit(1)


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
