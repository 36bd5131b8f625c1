"""Questions as pages show them: columns only, whichever page asks."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Select, func, literal_column, select

from market.questions.models import Question, QuestionAnswer

ANSWERS_SHOWN = 3


@dataclass(frozen=True)
class ShownAnswer:
    """An answer that everybody can read."""

    id: uuid.UUID
    author_name: str
    by_producer: bool
    body: str
    created_at: datetime


@dataclass(frozen=True)
class ShownQuestion:
    """A question that everybody can read, with its first answers."""

    id: uuid.UUID
    author_name: str
    body: str
    created_at: datetime
    answers: list[ShownAnswer]


def shown_questions() -> Select[*tuple[Any, ...]]:
    """The columns of a ShownQuestion, newest first; callers add conditions and a limit."""
    answers = (
        select(
            QuestionAnswer.id,
            QuestionAnswer.author_name,
            QuestionAnswer.by_producer,
            QuestionAnswer.body,
            QuestionAnswer.created_at,
        )
        .where(QuestionAnswer.question_id == Question.id, QuestionAnswer.hidden_at.is_(None))
        .order_by(QuestionAnswer.by_producer.desc(), QuestionAnswer.id)
        .limit(ANSWERS_SHOWN)
        .correlate(Question)
        .subquery("shown_answers")
    )
    as_list = select(func.json_agg(literal_column("shown_answers"), type_=JSON)).select_from(answers).scalar_subquery()
    return (
        select(Question.id, Question.author_name, Question.body, Question.created_at, as_list.label("answers"))
        .where(Question.hidden_at.is_(None))
        .order_by(Question.id.desc())
    )


def question_from(values: Mapping[str, Any]) -> ShownQuestion:
    """The question in a row of `shown_questions`, or in that row as JSON, where ids and times are text."""
    given = dict(values)
    answers = [ShownAnswer(**_parsed(answer)) for answer in given.pop("answers") or ()]
    return ShownQuestion(**_parsed(given), answers=answers)


def _parsed(given: Mapping[str, Any]) -> dict[str, Any]:
    key, moment = given["id"], given["created_at"]
    return {
        **given,
        "id": uuid.UUID(key) if isinstance(key, str) else key,
        "created_at": datetime.fromisoformat(moment) if isinstance(moment, str) else moment,
    }
