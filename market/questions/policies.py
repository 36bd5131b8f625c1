"""Who answers questions: the producer's members, and people with an account who got the product."""

import uuid

from sqlalchemy import exists, select

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db
from market.offers.models import Offer
from market.orders.models import Order, OrderLine, Parcel
from market.questions.models import Question


def answers_as_producer(actor: Actor, question: Question) -> bool:
    """Whether `actor` speaks for the producer of the product."""
    return may_act_for(actor, question.product.producer_id)


def answers_as_buyer(actor: Actor, question: Question) -> bool:
    """Whether `actor` got the product by an order of their account, and did not ask the question."""
    if actor.user_id is None or actor.user_id == question.author_id:
        return False
    return has_received(actor.user_id, question.product_id)


def may_answer(actor: Actor, question: Question) -> bool:
    """Whether `actor` answers `question`, unless it is hidden."""
    return question.hidden_at is None and (answers_as_producer(actor, question) or answers_as_buyer(actor, question))


def has_received(user_id: uuid.UUID, product_id: uuid.UUID) -> bool:
    """Whether a parcel with the product went to this person."""
    received = (
        exists()
        .where(Order.user_id == user_id)
        .where(Parcel.order_id == Order.id, Parcel.shipped_at.is_not(None))
        .where(OrderLine.parcel_id == Parcel.id)
        .where(Offer.id == OrderLine.offer_id, Offer.product_id == product_id)
    )
    return bool(db.session.scalar(select(received)))
