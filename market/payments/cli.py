"""Commands around payments."""

import uuid
from datetime import timedelta

import click
from flask import current_app
from flask.cli import AppGroup
from werkzeug.serving import make_server

from core.config import Settings
from core.errors import AppError
from market.payments import flow
from market.payments.configuration import payment_configuration, payment_gateway, webhook_url
from market.payments.queries import list_payments_to_review
from market.payments.sandbox.server import create_sandbox

commands = AppGroup("payments", help="Payments and the payment sandbox.")


@commands.command("sandbox")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; by default as SANDBOX_PORT says.")
def sandbox(host: str, port: int | None) -> None:
    """Serve the payment sandbox until it is stopped."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.uses_sandbox:
        raise click.ClickException("STRIPE_API_KEY is set, so payments go to Stripe and no sandbox is needed.")
    configuration = payment_configuration(settings)
    application = create_sandbox(
        database_url=current_app.config["SQLALCHEMY_DATABASE_URI"],
        api_key=configuration.api_key,
        webhook_secret=configuration.webhook_secret,
        webhook_url=webhook_url(settings),
        public_url=settings.sandbox_url,
    )
    server = make_server(host, port or settings.effective_sandbox_port, application, threaded=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


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
