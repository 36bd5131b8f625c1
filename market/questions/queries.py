"""Reading questions: for everybody, and for the producer."""

import uuid
from collections.abc import Collection

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from catalog.products.models import Product, ProductStatus
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from core.web.paging import Page
from market.moderation.contents import Content
from market.moderation.models import ContentKind
from market.questions.models import Question, QuestionAnswer
from market.questions.shown import ShownQuestion, question_from, shown_questions


def page_of_questions(product_id: uuid.UUID, *, page: int, per_page: int) -> Page[ShownQuestion]:
    """The questions about a product, newest first, in two queries."""
    condition = (Question.product_id == product_id, Question.hidden_at.is_(None))
    total = db.session.scalar(select(func.count()).select_from(Question).where(*condition)) or 0
    rows = db.session.execute(
        shown_questions().where(Question.product_id == product_id).limit(per_page).offset((page - 1) * per_page)
    )
    return Page([question_from(row._asdict()) for row in rows], page, per_page, total)


def get_question(question_id: uuid.UUID) -> Question:
    """A question that everybody can read, with its product and all answers, hidden ones too. Raises NotFound."""
    question = db.session.scalars(
        select(Question)
        .join(Question.product)
        .where(Question.id == question_id, Question.hidden_at.is_(None), Product.status == ProductStatus.PUBLISHED)
        .options(
            joinedload(Question.product).joinedload(Product.producer).lazyload(Producer.commune),
            selectinload(Question.answers),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if question is None:
        raise NotFound
    return question


def questions_to_answer(actor: Actor) -> Select[Question]:
    """The questions about the products of the actor's producers: those the producer has not answered come first."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    is_answered = exists().where(QuestionAnswer.question_id == Question.id, QuestionAnswer.by_producer)
    return (
        select(Question)
        .join(Question.product)
        .where(
            Product.producer_id.in_(producer_ids),
            Product.status == ProductStatus.PUBLISHED,
            Question.hidden_at.is_(None),
        )
        .options(joinedload(Question.product), selectinload(Question.answers))
        .order_by(is_answered, Question.id.desc())
    )


def find_question_contents(ids: Collection[uuid.UUID]) -> list[Content]:
    """Questions as officers read them, in one query."""
    rows = db.session.execute(
        select(Question, Product).join(Product, Product.id == Question.product_id).where(Question.id.in_(ids))
    )
    return [
        Content(
            kind=ContentKind.QUESTION,
            id=question.id,
            words=question.body,
            author_id=question.author_id,
            author_name=question.author_name,
            product_vi=product.name_vi,
            product_en=product.name_en,
            path=f"/products/{product.slug}/questions",
            own_path=f"/products/{product.slug}/questions",
            created_at=question.created_at,
            hidden_at=question.hidden_at,
        )
        for question, product in rows
    ]


def find_answer_contents(ids: Collection[uuid.UUID]) -> list[Content]:
    """Answers to questions as officers read them, in one query; below a hidden question nobody reads them either."""
    rows = db.session.execute(
        select(QuestionAnswer, Question, Product)
        .join(Question, Question.id == QuestionAnswer.question_id)
        .join(Product, Product.id == Question.product_id)
        .where(QuestionAnswer.id.in_(ids))
    )
    return [
        Content(
            kind=ContentKind.QUESTION_ANSWER,
            id=answer.id,
            words=answer.body,
            author_id=answer.author_id,
            author_name=answer.author_name,
            product_vi=product.name_vi,
            product_en=product.name_en,
            path=f"/questions/{question.id}",
            own_path=f"/questions/{question.id}",
            created_at=answer.created_at,
            hidden_at=answer.hidden_at or question.hidden_at,
        )
        for answer, question, product in rows
    ]
