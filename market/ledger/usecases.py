"""Writing into the ledger: entries are added, never changed."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from core.db import (
    SettledStatement,
    db,
    insertion,
    new_id,
    rows_of_each,
    rows_within_transaction,
    settled,
    utc_now,
    write_row_soon,
)
from core.i18n import local_day
from market.ledger.models import AccountKind, LedgerAccount, LedgerEntry, LedgerPosting, PostingPart
from market.ledger.rules import part_when_reversed

SITE = uuid.UUID(int=0)
"""Owner of the site's own accounts."""

Account = tuple[AccountKind, uuid.UUID]

PROCESSOR_PAYOUT = "processor_payout"
PROCESSOR_FEE = "processor_fee"


@dataclass(frozen=True)
class Line:
    """So many dong onto (positive) or off (negative) the account of this kind that belongs to `owner_id`.

    `part` says, on a seller's account, in which column of the statement the amount belongs.
    """

    kind: AccountKind
    owner_id: uuid.UUID
    amount_vnd: int
    part: PostingPart | None = None


class Unbalanced(ValueError):
    """The lines of an entry do not sum to zero: a fault in the program, never in what somebody typed."""


def post_entry(
    *,
    source: str,
    source_id: uuid.UUID,
    description: str,
    lines: Sequence[Line],
    reference: str | None = None,
    happened_at: datetime | None = None,
) -> uuid.UUID | None:
    """Enter one business event; its id, or None when (`source`, `source_id`) has been entered before.

    Lines on the same part of the same account are added up, lines of zero left out. `happened_at` is when the event
    took place, now unless given; what belongs to a closed month counts for the first open one. Raises Unbalanced.
    """
    amounts: defaultdict[tuple[AccountKind, uuid.UUID, PostingPart | None], int] = defaultdict(int)
    for line in lines:
        amounts[line.kind, line.owner_id, line.part] += line.amount_vnd
    if sum(amounts.values()) != 0:
        raise Unbalanced(f"{source} {source_id}: {dict(amounts)}")
    wanted = sorted({(kind, owner_id) for kind, owner_id, _part in amounts})
    now = utc_now()
    entry_id = new_id()
    entry = {
        "id": entry_id,
        "source": source,
        "source_id": source_id,
        "description": description,
        "reference": reference,
        "entered_at": now,
        "happened_on": local_day(happened_at or now),
    }
    entered, known = rows_of_each([_entered(), _accounts_of()], entry | _among(wanted))
    if not entered:
        return None
    accounts = _accounts(wanted, known)
    for (kind, owner, part), amount in amounts.items():
        if amount:
            posting = {"entry_id": entry_id, "account_id": accounts[kind, owner], "amount_vnd": amount, "part": part}
            write_row_soon(_posted(), {"id": new_id(), **posting})
    return entry_id


@cache
def _entered() -> SettledStatement:
    names = ("id", "source", "source_id", "description", "reference", "entered_at", "happened_on")
    row = insertion(LedgerEntry, *names).on_conflict_do_nothing(index_elements=["source", "source_id"])
    return settled(row.returning(LedgerEntry.id))


@cache
def _posted() -> SettledStatement:
    return settled(insertion(LedgerPosting))


def processor_id(external_id: str) -> uuid.UUID:
    """Under which id the ledger knows what the payment processor calls so."""
    return uuid.uuid5(uuid.NAMESPACE_URL, external_id)


def enter_processor_fee(*, external_id: str, amount_vnd: int, happened_at: datetime) -> uuid.UUID | None:
    """Enter that the payment processor kept so many dong for itself, once for each of its ids.

    A negative amount is what it gave back.
    """
    return post_entry(
        source=PROCESSOR_FEE,
        source_id=processor_id(external_id),
        description=f"Fee {external_id} of the payment processor",
        happened_at=happened_at,
        lines=[
            Line(AccountKind.PROCESSOR_FEES, SITE, amount_vnd),
            Line(AccountKind.PROCESSOR_BALANCE, SITE, -amount_vnd),
        ],
    )


def enter_processor_payout(*, external_id: str, amount_vnd: int, happened_at: datetime) -> uuid.UUID | None:
    """Enter that the payment processor paid so many dong onto our bank account, once for each of its ids.

    A negative amount is what it took from there, when refunds were more than payments, or what came back.
    """
    return post_entry(
        source=PROCESSOR_PAYOUT,
        source_id=processor_id(external_id),
        description=f"Payout {external_id} of the payment processor",
        happened_at=happened_at,
        lines=[
            Line(AccountKind.BANK_BALANCE, SITE, amount_vnd),
            Line(AccountKind.PROCESSOR_BALANCE, SITE, -amount_vnd),
        ],
    )


def reverse_entry(
    *,
    source: str,
    source_id: uuid.UUID,
    by_source: str,
    by_source_id: uuid.UUID,
    description: str,
    instead: Mapping[AccountKind, AccountKind] | None = None,
    happened_at: datetime | None = None,
) -> uuid.UUID | None:
    """Enter the opposite of what (`source`, `source_id`) entered, once; None when either is not to be done.

    `instead` names accounts in whose place others are used, `happened_at` is as in `post_entry`.
    """
    postings = postings_of(source=source, source_id=source_id)
    if not postings:
        return None
    return post_entry(
        source=by_source,
        source_id=by_source_id,
        description=description,
        reference=reference_of(source=source, source_id=source_id),
        happened_at=happened_at,
        lines=[
            Line(
                (instead or {}).get(posting.kind, posting.kind),
                posting.owner_id,
                -posting.amount_vnd,
                part_when_reversed(posting.part),
            )
            for posting in postings
        ],
    )


def postings_of(*, source: str, source_id: uuid.UUID) -> list[Line]:
    """What (`source`, `source_id`) entered, in the order of the entry; empty where there is no such entry."""
    rows = db.session.execute(
        select(LedgerAccount.kind, LedgerAccount.owner_id, LedgerPosting.amount_vnd, LedgerPosting.part)
        .join_from(LedgerPosting, LedgerAccount, LedgerPosting.account_id == LedgerAccount.id)
        .join(LedgerEntry, LedgerPosting.entry_id == LedgerEntry.id)
        .where(LedgerEntry.source == source, LedgerEntry.source_id == source_id)
        .order_by(LedgerPosting.id)
    )
    return [Line(AccountKind(row.kind), row.owner_id, row.amount_vnd, row.part) for row in rows]


def is_entered(*, source: str, source_id: uuid.UUID) -> bool:
    """Whether there is an entry of this event."""
    found = select(LedgerEntry.id).where(LedgerEntry.source == source, LedgerEntry.source_id == source_id)
    return db.session.scalar(found) is not None


def reference_of(*, source: str, source_id: uuid.UUID) -> str | None:
    """What statements call the entry of this event; None where there is no such entry, or it has no name."""
    found = select(LedgerEntry.reference).where(LedgerEntry.source == source, LedgerEntry.source_id == source_id)
    return db.session.scalar(found)


def _accounts(keys: Sequence[Account], known: Iterable[Any]) -> dict[Account, uuid.UUID]:
    """The ids of the accounts, opened where they are new: in one order, so that two entries never wait in a ring."""
    found = _by_key(known)
    missing = [key for key in keys if key not in found]
    if missing:
        db.session.execute(
            insert(LedgerAccount)
            .values([{"id": new_id(), "kind": kind, "owner_id": owner_id} for kind, owner_id in missing])
            .on_conflict_do_nothing(index_elements=["kind", "owner_id"])
        )
        found = _by_key(rows_within_transaction(_accounts_of(), _among(keys)))
    return found


def _by_key(rows: Iterable[Any]) -> dict[Account, uuid.UUID]:
    return {(AccountKind(row.kind), row.owner_id): row.id for row in rows}


def _among(keys: Sequence[Account]) -> dict[str, Any]:
    kinds, owners = {str(kind) for kind, _owner in keys}, {owner_id for _kind, owner_id in keys}
    return {"kinds": list(kinds), "owners": list(owners)}


@cache
def _accounts_of() -> SettledStatement:
    """The accounts of any of these kinds and owners: a few more than were asked for, found by one index."""
    return settled(
        select(LedgerAccount.kind, LedgerAccount.owner_id, LedgerAccount.id).where(
            LedgerAccount.kind == any_(bindparam("kinds", type_=ARRAY(Text()))),
            LedgerAccount.owner_id == any_(bindparam("owners", type_=ARRAY(Uuid()))),
        )
    )
