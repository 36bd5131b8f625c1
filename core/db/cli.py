"""Commands for the database."""

from typing import Any

import click
from flask.cli import AppGroup
from psycopg.errors import UndefinedTable
from sqlalchemy.exc import ProgrammingError

from core.db.extension import db
from core.db.site_role import UnsuitableRole, grant_site_role


class BooksGroup(AppGroup):
    """Commands that read the site's tables: that there are none yet is said in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises ClickException in a database without tables."""
        try:
            return super().invoke(ctx)
        except ProgrammingError as error:
            if isinstance(error.orig, UndefinedTable):
                raise click.ClickException(
                    "The database has no tables, or old ones. Bring it up to date with `flask db upgrade`, or start "
                    "the site once with `make run`."
                ) from error
            raise


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
