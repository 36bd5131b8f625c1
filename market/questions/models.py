"""Tables of questions about products and their answers."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.products.models import Product
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.moderation.models import Moderated


class Question(Moderated, Model):
    """What somebody with an account asks about a product; `author_name` is how they were called then."""

    __tablename__ = "questions"
    __table_args__ = (
        CheckConstraint("body <> ''", name="asked"),
        Index("ix_questions_product_id", "product_id", "id", postgresql_where=text("hidden_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    author_name: Mapped[str] = mapped_column(Nfc(120))
    body: Mapped[str] = mapped_column(Nfc(1000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    product: Mapped[Product] = relationship(lazy="raise")
    answers: Mapped[list["QuestionAnswer"]] = relationship(
        order_by="QuestionAnswer.id", back_populates="question", lazy="raise"
    )


class QuestionAnswer(Moderated, Model):
    """An answer: by a member of the producer (`by_producer`), else by somebody who bought the product."""

    __tablename__ = "question_answers"
    __table_args__ = (
        CheckConstraint("body <> ''", name="said"),
        Index("ix_question_answers_question_id", "question_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    question_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("questions.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    author_name: Mapped[str] = mapped_column(Nfc(160))
    by_producer: Mapped[bool]
    body: Mapped[str] = mapped_column(Nfc(1000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    question: Mapped[Question] = relationship(back_populates="answers", lazy="raise")
