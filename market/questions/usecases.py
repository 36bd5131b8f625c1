"""Asking about a product, and answering."""

import uuid
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from catalog.products.models import Product, ProductStatus
from core.accounts import Actor
from core.db import db, new_id, utc_now
from core.errors import NotFound, Refused
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.moderation.rules import checked_words
from market.questions.events import QuestionAnswered, QuestionAsked
from market.questions.models import Question, QuestionAnswer
from market.questions.policies import answers_as_buyer, answers_as_producer
from market.questions.queries import get_question

LONGEST_TEXT: Final = 1000
SHORTEST_QUESTION: Final = 10
SHORTEST_ANSWER: Final = 2
SAME_WITHIN: Final = timedelta(minutes=10)
"""The same words by the same person again so soon are the same form, sent twice."""


def ask_question(*, actor: Actor, product_id: uuid.UUID, body: str) -> Question:
    """Ask about a published product; its producer is told. The same words sent twice are one question.

    Raises NotFound for a product that is not there, or without an account; Invalid (with `field`).
    """
    product = db.session.get(Product, product_id)
    if product is None or product.status != ProductStatus.PUBLISHED or actor.user_id is None:
        raise NotFound
    words = checked_words(body, field="body", shortest=SHORTEST_QUESTION, longest=LONGEST_TEXT)
    before = db.session.scalars(
        select(Question)
        .where(
            Question.product_id == product_id,
            Question.author_id == actor.user_id,
            Question.body == words,
            Question.created_at > utc_now() - SAME_WITHIN,
        )
        .limit(1)
    ).first()
    if before is not None:
        return before
    question = Question(
        id=new_id(), product_id=product_id, author_id=actor.user_id, author_name=actor.display_name, body=words
    )
    db.session.add(question)
    db.session.flush()
    publish(QuestionAsked(question_id=question.id))
    return question


def answer_question(*, actor: Actor, question_id: uuid.UUID, body: str) -> QuestionAnswer:
    """Answer a question as the producer, or as somebody who got the product; whoever asked is told.

    Raises NotFound for a question that is not there or hidden; Refused for everybody else; Invalid (with `field`).
    """
    question = get_question(question_id)
    by_producer = answers_as_producer(actor, question)
    if actor.user_id is None or not (by_producer or answers_as_buyer(actor, question)):
        raise Refused(_l("The producer answers, and people who bought this product with their account."))
    words = checked_words(body, field="body", shortest=SHORTEST_ANSWER, longest=LONGEST_TEXT)
    for before in question.answers:
        if before.author_id == actor.user_id and before.body == words:
            return before
    answer = QuestionAnswer(
        id=new_id(),
        question_id=question.id,
        author_id=actor.user_id,
        author_name=question.product.producer.name if by_producer else actor.display_name,
        by_producer=by_producer,
        body=words,
    )
    db.session.add(answer)
    db.session.flush()
    publish(QuestionAnswered(answer_id=answer.id))
    return answer
