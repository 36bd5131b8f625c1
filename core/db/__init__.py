"""PostgreSQL through SQLAlchemy: the extension, column types, transactions and locks."""

from core.db.asking import Asked, ask, ask_each, ask_value, known
from core.db.codes import readable_code, secret_token
from core.db.extension import Base, Model, db, init_app
from core.db.json_rows import as_json
from core.db.loading import ask_to_load, ask_to_load_each, load_each, load_within_transaction
from core.db.reading import (
    read_planned_once,
    read_value,
    read_within_transaction,
    rows_of_each,
    rows_within_transaction,
    use_reading_connections,
)
from core.db.settled_statements import SettledStatement, insertion, settled
from core.db.transactions import after_commit, atomic, separately
from core.db.types import Nfc, UtcDateTime, new_id, utc_now
from core.db.writing import insert_soon, write_row_soon, write_soon

__all__ = [
    "Asked",
    "Base",
    "Model",
    "Nfc",
    "SettledStatement",
    "UtcDateTime",
    "after_commit",
    "as_json",
    "ask",
    "ask_each",
    "ask_to_load",
    "ask_to_load_each",
    "ask_value",
    "atomic",
    "db",
    "init_app",
    "insert_soon",
    "insertion",
    "known",
    "load_each",
    "load_within_transaction",
    "new_id",
    "read_planned_once",
    "read_value",
    "read_within_transaction",
    "readable_code",
    "rows_of_each",
    "rows_within_transaction",
    "secret_token",
    "separately",
    "settled",
    "use_reading_connections",
    "utc_now",
    "write_row_soon",
    "write_soon",
]
