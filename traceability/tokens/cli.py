"""Commands for API tokens, for whoever runs the site: partners from outside have no page of their own."""

import uuid

import click
from flask.cli import AppGroup

from core.accounts import Actor, RoleName
from core.db import atomic, db, utc_now
from core.errors import AppError
from traceability.journal.parties import READ, SCOPES
from traceability.tokens.queries import every_token
from traceability.tokens.rules import MAX_DAYS
from traceability.tokens.usecases import issue_partner_token, revoke_token

commands = AppGroup("tokens", help="API tokens of partners and producers.")
_OPERATOR = Actor(None, frozenset({RoleName.ADMINISTRATOR}), "")
"""Who has the command line of the site has the site."""


@commands.command("issue")
@click.argument("partner")
@click.option("--name", default="", help="What the token is for; the partner's name when empty.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), default=(READ,), show_default=True)
@click.option("--days", type=click.IntRange(1, MAX_DAYS), default=90, show_default=True, help="How long it is valid.")
@click.option("--gln", help="The partner's GLN: it is a party to events that name it.")
@click.option("--company-prefix", "company_prefixes", multiple=True, help="A GS1 company prefix of the partner.")
@click.option("--prefix", "capture_prefixes", multiple=True, help="A beginning of canonical URIs, https://id.gs1.org/…")
def issue(
    partner: str,
    name: str,
    scopes: tuple[str, ...],
    days: int,
    gln: str | None,
    company_prefixes: tuple[str, ...],
    capture_prefixes: tuple[str, ...],
) -> None:
    """Make a token for PARTNER and print it, this once."""
    try:
        with atomic():
            issued = issue_partner_token(
                actor=_OPERATOR,
                partner_name=partner,
                name=name or partner[:80],
                scopes=scopes,
                valid_days=days,
                gln=gln,
                company_prefixes=company_prefixes,
                capture_prefixes=capture_prefixes,
            )
            token_id, secret = issued.token.id, issued.secret
    except AppError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"id {token_id}, shown only now:", err=True)
    click.echo(secret)


@commands.command("list")
@click.option("--all", "also_ended", is_flag=True, help="Also those that expired or were revoked.")
def list_tokens(also_ended: bool) -> None:
    """List the tokens, newest first: id, holder, name, scopes, end, last use, the last four characters."""
    now = utc_now()
    for token in db.session.scalars(every_token()):
        if not (also_ended or token.is_valid_at(now)):
            continue
        holder = token.partner_name or (token.producer.name if token.producer else "")
        ended = "revoked" if token.revoked_at else f"until {token.expires_at:%Y-%m-%d}"
        used = f"used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
        cells = (str(token.id), holder, token.name, ",".join(token.scopes), ended, used, f"…{token.last_four}")
        click.echo("\t".join(cells))


@commands.command("revoke")
@click.argument("token_id", type=click.UUID)
def revoke(token_id: uuid.UUID) -> None:
    """End the token with this id at once."""
    try:
        with atomic():
            name = revoke_token(actor=_OPERATOR, token_id=token_id).name
    except AppError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{name}: revoked")
