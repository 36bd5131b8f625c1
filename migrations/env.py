"""Alembic's environment: runs the migrations on the database of the current application."""

from typing import Any

from alembic import context
from flask import current_app

from core.db import Nfc, db


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our own column types as the plain types they are in the database."""
    if kind == "type" and isinstance(item, Nfc):
        return f"sa.String(length={item.length})"
    return False


def run_migrations() -> None:
    """Run in one transaction: a migration that fails leaves nothing behind."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            compare_type=True,
            **{
                key: value
                for key, value in current_app.extensions["migrate"].configure_args.items()
                if key not in ("compare_type", "render_as_batch")
            },
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
