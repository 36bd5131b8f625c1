"""Cash that was given back outside a return and did not come: the buyer says so, and the site looks at it.

What a return agreed upon goes the same way in `market/returns`, with the words of the return.
"""

import uuid

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from core.outbox import publish
from market.cash.events import CashMissed
from market.cash.giving_back import close_missed, miss_cash, pay_for_producer
from market.cash.locking import lock_cash_row
from market.cash.models import CashReturn
from market.cash.policies import require_list_keeper
from market.cash.queries import require_given_apart
from market.moderation.rules import checked_words
from market.orders.usecases import lock_order

SHORTEST_WORDS = 3
LONGEST_WORDS = 500
LONGEST_NOTE = 300


def say_missing(*, token: str, cash_return_id: uuid.UUID, words: str) -> CashReturn:
    """The buyer, who holds the secret link, says that what the producer noted as given back did not come.

    Raises NotFound; Conflict when it was said already; Invalid by field.
    """
    found = require_given_apart(cash_return_id, token=token)
    lock_order(found.parcel.order_id)
    lock_cash_row(found.parcel_id)
    db.session.refresh(found)
    miss_cash(returned=found)
    found.missing_words = checked_words(words, field="words", shortest=SHORTEST_WORDS, longest=LONGEST_WORDS)
    db.session.flush()
    publish(CashMissed(cash_return_id=found.id))
    return found


def settle_missing(*, actor: Actor, cash_return_id: uuid.UUID, paid_by_site: bool, words: str) -> CashReturn:
    """The site has looked at it: it came after all, or the site paid the buyer, and the producer owes it.

    Both sides read `words`. Raises NotFound for who may not; Conflict when it is not missed; Invalid by field.
    """
    require_list_keeper(actor)
    found = require_given_apart(cash_return_id)
    said = checked_words(words, field="words", shortest=SHORTEST_WORDS, longest=LONGEST_WORDS)
    if paid_by_site:
        found = pay_for_producer(actor=actor, cash_return_id=cash_return_id, note=said[:LONGEST_NOTE])
    else:
        found = close_missed(actor=actor, cash_return_id=cash_return_id)
    found.closed_words = said
    db.session.flush()
    return found


def require_missing(actor: Actor, cash_return_id: uuid.UUID) -> CashReturn:
    """What was given back outside a return and was missed, for who looks at it. Raises NotFound."""
    require_list_keeper(actor)
    found = require_given_apart(cash_return_id)
    if found.missing_at is None:
        raise NotFound
    return found
