"""The Flask-SQLAlchemy extension and the base class of all models."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import URL, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase

from core.config import Settings
from core.db.connection import use_site_connections
from core.embedded.postgresql import embedded_database_url


class Base(DeclarativeBase):
    """Base of every model; constraint names are fixed, so that migrations are the same on every machine."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model
"""Base of every model: `Base` to type checkers, which cannot follow the extension's making of it."""

migrate = Migrate()
NOT_YET_KNOWN = "postgresql+psycopg://"
"""The address of an embedded server that nobody has asked for yet."""


_NO_COMPILING: Final = "-c jit=off"
"""The server runs statements as they are. Compiling one takes longer than any statement of a page may run, and the
server would do it wherever a plan looks costly to it, however few rows there are in the end."""


def another_engine(app: Flask, *, server_options: str = "", **options: Any) -> Engine:
    """An engine on the database of `app` with a pool and `options` of its own.

    `server_options` are settings of the server for its connections, as `-c name=value`.
    """
    settings: Settings = app.extensions["settings"]
    connect_args = {"options": f"{_NO_COMPILING} {server_options}".strip(), **options.pop("connect_args", {})}
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"], connect_args=connect_args, **options)
    if settings.database_url is None:
        _start_at_first_connection(engine, settings.var_dir)
    return engine


@cache
def _started(var_dir: Path) -> URL:
    return make_url(embedded_database_url(var_dir))


def _start_at_first_connection(engine: Engine, var_dir: Path) -> None:
    @event.listens_for(engine, "do_connect")
    def start(dialect: Dialect, record: Any, arguments: Any, parameters: dict[str, Any]) -> None:
        parameters.update(dialect.create_connect_args(_started(var_dir))[1])


def init_app(app: Flask, settings: Settings) -> None:
    """Connect `app` to the database of `settings`, or to the embedded PostgreSQL where none is named.

    The embedded server starts with the first connection: commands that read files only need none.
    """
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url or NOT_YET_KNOWN
    app.config.setdefault(
        "SQLALCHEMY_ENGINE_OPTIONS",
        {
            "pool_size": 20,
            "max_overflow": 20,
            "pool_use_lifo": True,  # the connections that were used last have planned the most
            "connect_args": {"options": _NO_COMPILING},
        },
    )
    db.init_app(app)
    with app.app_context():
        if settings.database_url is None:
            _start_at_first_connection(db.engine, settings.var_dir)
        use_site_connections(db.engine)
    migrate.init_app(app, db, directory="migrations")
