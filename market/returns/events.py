"""News about returns."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class ReturnChanged:
    """A return was asked for, answered, escalated, settled or decided; `status` is what it is now.

    `side` did it. `change_id` is this change's own.
    """

    change_id: uuid.UUID
    return_id: uuid.UUID
    status: str
    side: str


@dataclass(frozen=True)
class StatementAdded:
    """One side added a statement to a return that was not closed."""

    statement_id: uuid.UUID
    return_id: uuid.UUID
    side: str


@dataclass(frozen=True)
class MoneyMissed:
    """A buyer said, in a statement, that money that was to be given back by hand did not come."""

    statement_id: uuid.UUID
    return_id: uuid.UUID


@dataclass(frozen=True)
class ReplacementSent:
    """The goods of a return are on their way again."""

    return_id: uuid.UUID
