"""The Flask-SQLAlchemy extension and the base class of all models."""

from typing import TYPE_CHECKING

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from core.config import Settings
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


def init_app(app: Flask, settings: Settings) -> None:
    """Connect `app` to the database of `settings`, starting the embedded PostgreSQL where none is named."""
    url = settings.database_url or embedded_database_url(settings.var_dir)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"pool_size": 20, "max_overflow": 20, "pool_pre_ping": False})
    db.init_app(app)
    migrate.init_app(app, db, directory="migrations")
