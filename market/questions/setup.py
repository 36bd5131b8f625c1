"""Wiring of questions."""

from flask import Flask

from core.i18n import lazy_gettext as _l
from core.web import SignInReason, add_sign_in_reasons
from market.moderation.contents import ContentSource, register_content
from market.moderation.models import ContentKind
from market.questions.models import Question, QuestionAnswer
from market.questions.queries import find_answer_contents, find_question_contents
from market.questions.views import blueprint


def init_app(app: Flask) -> None:
    """The pages, and what officers may hide. Producers find theirs beside the reviews."""
    app.register_blueprint(blueprint)
    add_sign_in_reasons(
        app,
        SignInReason(
            "questions.new",
            _l("To ask a question, sign in: you are told when somebody answers."),
            _l("On the product's page you can read what others have asked, and buy."),
            "storefront.product",
            _l("Back to the product"),
        ),
        SignInReason(
            "questions.detail",
            _l("To answer, sign in: the producer answers, and people who bought this product with their account."),
            _l("You can read every question and its answers."),
            "questions.detail",
            _l("Back to the question"),
        ),
    )
    register_content(ContentKind.QUESTION, ContentSource(Question, find_question_contents))
    register_content(ContentKind.QUESTION_ANSWER, ContentSource(QuestionAnswer, find_answer_contents))
