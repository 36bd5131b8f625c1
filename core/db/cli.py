"""Commands for the database."""

import click
from flask.cli import AppGroup

from core.db.extension import db
from core.db.site_role import UnsuitableRole, grant_site_role

commands = AppGroup("database", help="The database and its roles.")


@commands.command("grant-site-role")
@click.argument("name")
def grant(name: str) -> None:
    """Give the PostgreSQL role NAME what the running site needs, and nothing more.

    Run it as the owner of the tables (DATABASE_URL), once and after every migration.
    """
    try:
        with db.engine.begin() as connection:
            grants = grant_site_role(connection, name)
    except UnsuitableRole as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{name}: reads and adds to {', '.join(grants.append_only)}")
    click.echo(f"{name}: reads and changes {len(grants.changeable)} other tables")
