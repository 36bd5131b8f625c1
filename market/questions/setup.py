"""Wiring of questions."""

from flask import Flask

from market.moderation.contents import ContentSource, register_content
from market.moderation.models import ContentKind
from market.questions.models import Question, QuestionAnswer
from market.questions.queries import find_answer_contents, find_question_contents
from market.questions.views import blueprint


def init_app(app: Flask) -> None:
    """The pages, and what officers may hide. Producers find theirs beside the reviews."""
    app.register_blueprint(blueprint)
    register_content(ContentKind.QUESTION, ContentSource(Question, find_question_contents))
    register_content(ContentKind.QUESTION_ANSWER, ContentSource(QuestionAnswer, find_answer_contents))
