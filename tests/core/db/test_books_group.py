"""Commands that read tables which are not there."""

from click.testing import Result
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from core.db import db
from core.db.cli import BooksGroup


def ask(app: Flask, statement: str) -> Result:
    books = BooksGroup("books")

    @books.command("read")
    def read() -> None:
        """Ask the database."""
        db.session.execute(text(statement))

    return app.test_cli_runner().invoke(books, ["read"])


def test_a_database_without_tables_is_said_in_one_line(app: Flask) -> None:
    answer = ask(app, "SELECT 1 FROM no_such_table")
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: The database has no tables")


def test_another_fault_of_a_command_is_not_hidden(app: Flask) -> None:
    answer = ask(app, "SELECT no_such_function()")
    assert isinstance(answer.exception, ProgrammingError)
