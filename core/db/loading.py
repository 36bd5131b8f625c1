"""Objects of the session from settled statements: what the busiest paths lock and then change."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import inspect as sa_inspect
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from core.db.asking import Asked, ask, ask_each
from core.db.extension import Base, db
from core.db.plans import plan_of
from core.db.settled_statements import SettledStatement

Some = TypeVar("Some", bound=Base)


Wanted = Sequence[tuple[type[Base] | None, SettledStatement]]
"""Statements with the model whose columns each selects; those without a model come as rows."""


def load_within_transaction(
    model: type[Some], statement: SettledStatement, parameters: Mapping[str, Any]
) -> Sequence[Some]:
    """The objects of `statement`, which selects all columns of `model`, as they are in the database now.

    As the session's own `scalars` with `populate_existing`, for statements without options; relationships are loaded
    when they are asked for.
    """
    return ask_to_load(model, statement, parameters).value


def load_each(wanted: Wanted, parameters: Mapping[str, Any]) -> list[Sequence[Any]]:
    """As `load_within_transaction` for each of these in turn, with the same parameters, all in one round trip.

    Each statement sees what was committed while one before it waited for a lock.
    """
    return ask_to_load_each(wanted, parameters).value


def ask_to_load(model: type[Some], statement: SettledStatement, parameters: Mapping[str, Any]) -> Asked[Sequence[Some]]:
    """As `load_within_transaction`, asked for now and loaded when it is wanted.

    Nothing may be changed on these objects in between: they become what the database says.
    """
    return ask(statement, parameters).then(lambda rows: _objects(model, rows))


def ask_to_load_each(wanted: Wanted, parameters: Mapping[str, Any]) -> Asked[list[Sequence[Any]]]:
    """As `load_each`, asked for now and loaded when it is wanted; then what `ask_to_load` says holds."""
    models = [model for model, _statement in wanted]
    asked = ask_each([statement for _model, statement in wanted], parameters)
    return asked.then(
        lambda found: [
            rows if model is None else _objects(model, rows) for model, rows in zip(models, found, strict=True)
        ]
    )


def _objects(model: type[Some], rows: Iterable[Any]) -> Sequence[Some]:
    session = db.session()
    objects, new = [], []
    for row in rows:
        values = dict(zip(_attributes(model, row._fields), row, strict=True))
        key = identity_key(model, tuple(values[name] for name in plan_of(model).primary_key_attributes))
        known = session.identity_map.get(key)
        if known is None:
            known = _made(model, values)
            new.append(known)
        else:
            for name, value in values.items():
                set_committed_value(known, name, value)
        objects.append(known)
    session.add_all(new)
    return objects


def _made(model: type[Some], values: Mapping[str, Any]) -> Some:
    """An object as it is in the database; as with what the session loads, no constructor is run for it."""
    made = cast(Some, sa_inspect(model).class_manager.new_instance())
    sa_inspect(made).dict.update(values)
    make_transient_to_detached(made)
    return made


@cache
def _attributes(model: type[Base], columns: tuple[str, ...]) -> tuple[str, ...]:
    """The attributes that hold these columns."""
    by_column = {column.name: attribute for attribute, column in plan_of(model).columns.items()}
    return tuple(by_column[column] for column in columns)
