"""Wiring of notices."""

from flask import Flask

from core.jobs import every
from core.outbox import subscribe
from market.moderation.events import ContentModerated
from market.notices import handlers
from market.notices.tasks import tell_waiting_followers
from market.notices.views import blueprint, unread_notices
from market.notices.wording import notice_words
from market.offers.events import SaleOpened
from market.orders.events import OrderConfirmed, OrderPaid, OrderRefunded, ParcelShipped
from market.questions.events import QuestionAnswered, QuestionAsked
from market.reports.events import ReportFinished
from market.reviews.events import ReviewAnswered, ReviewWritten


def init_app(app: Flask) -> None:
    """The pages, the number in the header, the news that people are told, and the sweep."""
    app.register_blueprint(blueprint)
    subscribe(OrderPaid, handlers.tell_order_paid)
    subscribe(OrderConfirmed, handlers.tell_order_confirmed)
    subscribe(ParcelShipped, handlers.tell_parcel_shipped)
    subscribe(OrderRefunded, handlers.tell_order_refunded)
    subscribe(ReviewWritten, handlers.tell_review_written)
    subscribe(ReviewAnswered, handlers.tell_review_answered)
    subscribe(QuestionAsked, handlers.tell_question_asked)
    subscribe(QuestionAnswered, handlers.tell_question_answered)
    subscribe(ContentModerated, handlers.tell_moderated)
    subscribe(ReportFinished, handlers.tell_report_finished)
    subscribe(SaleOpened, handlers.note_sale_opened)
    every(app, seconds=60, task=tell_waiting_followers)
    app.jinja_env.globals.update(unread_notices=unread_notices, notice_words=notice_words)
