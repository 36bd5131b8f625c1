"""What the ledger must hold of balances of which nothing was left to pay, for its check."""

import uuid

from sqlalchemy import Select, literal, select

from market.collections.models import Collection, CollectionStatus
from market.collections.usecases import LEDGER_SETTLED
from market.ledger.audit import EntrySource
from market.ledger.models import AccountKind


def _settled() -> Select[uuid.UUID]:
    return select(Collection.id).where(Collection.status == CollectionStatus.SETTLED)


def _due() -> Select[uuid.UUID, int]:
    """No money moves: the deposit only becomes somebody's."""
    return _settled().add_columns(literal(0))


SETTLED_BALANCES = EntrySource(source=LEDGER_SETTLED, kind=AccountKind.PROCESSOR_BALANCE, due=_due, possible=_settled)
