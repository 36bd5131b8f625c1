"""Wiring of reviews."""

from flask import Flask

from core.accounts import RoleName
from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from core.web import NavigationItem, add_navigation
from market.moderation.contents import ContentSource, register_content
from market.moderation.models import ContentKind
from market.reviews.models import Review, ReviewAnswer
from market.reviews.queries import find_answer_contents, find_review_contents, reviewed_lines
from market.reviews.rules import Rating
from market.reviews.views import blueprint


def init_app(app: Flask) -> None:
    """The pages, the producers' place in the header, and what officers may hide."""
    app.register_blueprint(blueprint)
    register_content(ContentKind.REVIEW, ContentSource(Review, find_review_contents))
    register_content(ContentKind.REVIEW_ANSWER, ContentSource(ReviewAnswer, find_answer_contents))
    producers = frozenset({RoleName.PRODUCER_MEMBER})
    add_navigation(app, NavigationItem("reviews.farm_index", _l("What buyers say"), "star", producers))
    app.jinja_env.globals["reviewed_lines"] = reviewed_lines
    app.jinja_env.filters["average"] = average_words


def average_words(rating: Rating) -> str:
    """The average of a rating as people here write numbers: "4,7", in English "4.7"."""
    words = str(rating.average)
    return words.replace(".", ",") if current_locale() == "vi" else words
