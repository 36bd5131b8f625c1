"""Writing into the ledger: entries are added, never changed."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.db import db, new_id, utc_now
from market.ledger.models import AccountKind, LedgerAccount, LedgerEntry, LedgerPosting

SITE = uuid.UUID(int=0)
"""Owner of the site's own accounts."""


@dataclass(frozen=True)
class Line:
    """So many dong onto (positive) or off (negative) the account of this kind that belongs to `owner_id`."""

    kind: AccountKind
    owner_id: uuid.UUID
    amount_vnd: int


class Unbalanced(ValueError):
    """The lines of an entry do not sum to zero: a fault in the program, never in what somebody typed."""


def post_entry(*, source: str, source_id: uuid.UUID, description: str, lines: Sequence[Line]) -> uuid.UUID | None:
    """Enter one business event; its id, or None when (`source`, `source_id`) has been entered before.

    Lines on the same account are added up, lines of zero left out. Raises Unbalanced.
    """
    amounts: defaultdict[tuple[AccountKind, uuid.UUID], int] = defaultdict(int)
    for line in lines:
        amounts[line.kind, line.owner_id] += line.amount_vnd
    if sum(amounts.values()) != 0:
        raise Unbalanced(f"{source} {source_id}: {dict(amounts)}")
    accounts = _accounts(amounts)
    entry_id = _claim(source, source_id, description)
    if entry_id is None:
        return None
    db.session.add_all(
        LedgerPosting(entry_id=entry_id, account_id=accounts[account], amount_vnd=amount)
        for account, amount in amounts.items()
        if amount
    )
    db.session.flush()
    return entry_id


def reverse_entry(
    *, source: str, source_id: uuid.UUID, by_source: str, by_source_id: uuid.UUID, description: str
) -> uuid.UUID | None:
    """Enter the opposite of what (`source`, `source_id`) entered, once; None when either is not to be done."""
    lines = db.session.execute(
        select(LedgerAccount.kind, LedgerAccount.owner_id, LedgerPosting.amount_vnd)
        .join_from(LedgerPosting, LedgerAccount, LedgerPosting.account_id == LedgerAccount.id)
        .join(LedgerEntry, LedgerPosting.entry_id == LedgerEntry.id)
        .where(LedgerEntry.source == source, LedgerEntry.source_id == source_id)
        .order_by(LedgerPosting.id)
    ).all()
    if not lines:
        return None
    return post_entry(
        source=by_source,
        source_id=by_source_id,
        description=description,
        lines=[Line(AccountKind(kind), owner_id, -amount_vnd) for kind, owner_id, amount_vnd in lines],
    )


def _claim(source: str, source_id: uuid.UUID, description: str) -> uuid.UUID | None:
    statement = (
        insert(LedgerEntry)
        .values(id=new_id(), source=source, source_id=source_id, description=description, entered_at=utc_now())
        .on_conflict_do_nothing(index_elements=["source", "source_id"])
        .returning(LedgerEntry.id)
    )
    return db.session.scalar(statement)


def _accounts(wanted: Iterable[tuple[AccountKind, uuid.UUID]]) -> dict[tuple[AccountKind, uuid.UUID], uuid.UUID]:
    """The ids of the accounts, opened where they are new: in one order, so that two entries never wait in a ring."""
    found = {}
    for kind, owner_id in sorted(wanted):
        account = select(LedgerAccount.id).where(LedgerAccount.kind == kind, LedgerAccount.owner_id == owner_id)
        account_id = db.session.scalar(account)
        if account_id is None:
            db.session.execute(
                insert(LedgerAccount)
                .values(id=new_id(), kind=kind, owner_id=owner_id)
                .on_conflict_do_nothing(index_elements=["kind", "owner_id"])
            )
            account_id = db.session.scalars(account).one()
        found[kind, owner_id] = account_id
    return found
