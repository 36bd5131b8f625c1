"""News of questions."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class QuestionAsked:
    """Somebody asked about a product."""

    question_id: uuid.UUID


@dataclass(frozen=True)
class QuestionAnswered:
    """Somebody answered a question."""

    answer_id: uuid.UUID
