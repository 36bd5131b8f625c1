"""Who is told of what. Each notice has a key, so that the same news again tells nobody twice."""

import uuid
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.db import after_commit, db, utc_now
from core.jobs import enqueue
from market.followers.usecases import note_opening
from market.moderation.contents import find_contents
from market.moderation.events import ContentModerated
from market.moderation.models import ContentKind, ModerationCase, ModerationDecision
from market.notices.models import NoticeKind
from market.notices.queries import members_of
from market.notices.tasks import tell_followers_soon
from market.notices.usecases import notify, tell_guest
from market.offers.events import SaleOpened
from market.orders.events import OrderConfirmed, OrderPaid, OrderRefunded, ParcelShipped
from market.orders.models import Order, OrderLine, Parcel
from market.questions.events import QuestionAnswered, QuestionAsked
from market.questions.models import Question, QuestionAnswer
from market.reports.events import ReportFinished
from market.reports.models import Report
from market.reviews.events import ReviewAnswered, ReviewWritten
from market.reviews.models import Review

LONGEST_EXCERPT = 200


def tell_order_paid(event: OrderPaid) -> None:
    """Tell the buyer that the money is there, and the producers that there is something to pack."""
    _tell_to_pack(event.order_id)
    order = db.session.get(Order, event.order_id)
    later = db.session.scalar(
        select(func.sum(Parcel.due_vnd)).where(Parcel.order_id == event.order_id, Parcel.deposit_vnd > 0)
    )
    if order is not None:
        _tell_buyer(order, NoticeKind.ORDER_PAID, f"paid:{order.id}", amount_vnd=order.total_vnd - int(later or 0))


def tell_order_confirmed(event: OrderConfirmed) -> None:
    """Tell the producers that there is something to pack."""
    _tell_to_pack(event.order_id)


def _tell_to_pack(order_id: uuid.UUID) -> None:
    parcels = db.session.scalars(_parcels().where(Parcel.order_id == order_id).order_by(Parcel.id)).all()
    for parcel in parcels:
        notify(
            recipients=members_of(parcel.producer_id),
            kind=NoticeKind.PARCEL_TO_PACK,
            key=f"to_pack:{parcel.id}",
            path=f"/farm/orders/{parcel.id}",
            parameters={
                "number": parcel.order.number,
                "amount_vnd": parcel.goods_vnd,
                "producer": parcel.producer.name,
            },
        )


def tell_parcel_shipped(event: ParcelShipped) -> None:
    """Tell the buyer that a parcel is on its way."""
    parcel = db.session.scalars(_parcels().where(Parcel.id == event.parcel_id)).one_or_none()
    if parcel is not None:
        _tell_buyer(parcel.order, NoticeKind.PARCEL_SHIPPED, f"shipped:{parcel.id}", producer=parcel.producer.name)


def tell_order_refunded(event: OrderRefunded) -> None:
    """Tell the buyer that money comes back."""
    order = db.session.get(Order, event.order_id)
    if order is not None:
        _tell_buyer(order, NoticeKind.ORDER_REFUNDED, f"refund:{event.id}", amount_vnd=event.amount_vnd)


def tell_review_written(event: ReviewWritten) -> None:
    """Tell the producer's members."""
    review = _find_review(event.review_id)
    if review is None:
        return
    notify(
        recipients=members_of(review.producer_id),
        kind=NoticeKind.REVIEW_RECEIVED,
        key=f"review:{review.id}",
        path=f"/farm/reviews/{review.id}",
        parameters={**_names(review.product), "stars": review.stars, "author": review.author_name},
    )


def tell_review_answered(event: ReviewAnswered) -> None:
    """Tell the buyer who wrote the review; a guest by mail, at the address of the order."""
    review = _find_review(event.review_id)
    if review is None or review.answer is None:
        return
    order = review.order_line.parcel.order
    _tell_author(
        author_id=review.author_id,
        guest_email=order.buyer_email,
        guest_name=review.author_name,
        guest_locale=order.locale,
        kind=NoticeKind.ANSWER_RECEIVED,
        key=f"review_answer:{review.answer.id}",
        path=f"/orders/{order.token}/lines/{review.order_line_id}/review",
        parameters={
            **_names(review.product),
            "about": "review",
            "author": review.product.producer.name,
            "words": _excerpt(review.answer.body),
        },
    )


def tell_question_asked(event: QuestionAsked) -> None:
    """Tell the producer's members."""
    question = db.session.get(Question, event.question_id, options=[joinedload(Question.product)])
    if question is None or question.hidden_at is not None:
        return
    notify(
        recipients=[member for member in members_of(question.product.producer_id) if member != question.author_id],
        kind=NoticeKind.QUESTION_RECEIVED,
        key=f"question:{question.id}",
        path=f"/questions/{question.id}",
        parameters={
            **_names(question.product),
            "author": question.author_name,
            "words": _excerpt(question.body),
        },
    )


def tell_question_answered(event: QuestionAnswered) -> None:
    """Tell whoever asked, unless they answered themselves."""
    loaded = joinedload(QuestionAnswer.question).joinedload(Question.product)
    answer = db.session.get(QuestionAnswer, event.answer_id, options=[loaded])
    if answer is None or answer.hidden_at is not None or answer.author_id == answer.question.author_id:
        return
    notify(
        recipients=[answer.question.author_id],
        kind=NoticeKind.ANSWER_RECEIVED,
        key=f"question_answer:{answer.id}",
        path=f"/questions/{answer.question_id}",
        parameters={
            **_names(answer.question.product),
            "about": "question",
            "author": answer.author_name,
            "words": _excerpt(answer.body),
        },
    )


def tell_moderated(event: ContentModerated) -> None:
    """Tell the author what was decided, and why."""
    decision = db.session.get(ModerationDecision, event.decision_id)
    case = db.session.get(ModerationCase, decision.case_id) if decision is not None else None
    if decision is None or case is None:
        return
    key = (ContentKind(case.content_kind), case.content_id)
    content = find_contents([key]).get(key)
    if content is None:
        return
    _tell_author(
        author_id=content.author_id,
        guest_email=content.guest_email,
        guest_name=content.author_name,
        guest_locale=content.guest_locale,
        kind=NoticeKind.MODERATION_RESULT,
        key=f"moderation:{decision.id}",
        path=content.own_path,
        parameters={
            "product_vi": content.product_vi,
            "product_en": content.product_en,
            "decision": decision.decision,
            "reason": decision.reason,
        },
    )


def tell_report_finished(event: ReportFinished) -> None:
    """Tell whoever asked for the report."""
    report = db.session.get(Report, event.report_id)
    if report is not None:
        notify(
            recipients=[report.requested_by],
            kind=NoticeKind.REPORT_FINISHED,
            key=f"report:{report.id}",
            path=f"/reports/{report.id}",
            parameters={
                "report": report.kind,
                "subject": report.subject,
                "first_day": report.first_day.isoformat(),
                "last_day": report.last_day.isoformat(),
                "is_ready": event.is_ready,
            },
        )


def note_sale_opened(event: SaleOpened) -> None:
    """Write the opening down, and let a worker tell the followers; the sweep by the clock would find it too."""
    if note_opening(opening_id=event.opening_id, product_id=event.product_id, opened_at=utc_now()):
        after_commit(lambda: enqueue(tell_followers_soon, str(event.opening_id)))


def _tell_buyer(order: Order, kind: NoticeKind, key: str, **parameters: object) -> None:
    if order.user_id is not None:
        notify(
            recipients=[order.user_id],
            kind=kind,
            key=key,
            path=f"/orders/{order.token}",
            parameters={"number": order.number, **parameters},
        )


def _tell_author(
    *,
    author_id: uuid.UUID | None,
    guest_email: str | None,
    guest_name: str,
    guest_locale: str,
    kind: NoticeKind,
    key: str,
    path: str,
    parameters: dict[str, Any],
) -> None:
    if author_id is not None:
        notify(recipients=[author_id], kind=kind, key=key, path=path, parameters=parameters)
    elif guest_email is not None:
        tell_guest(
            address=guest_email, name=guest_name, locale=guest_locale, kind=kind, path=path, parameters=parameters
        )


def _parcels() -> Any:
    return select(Parcel).options(
        joinedload(Parcel.order).lazyload(Order.commune), joinedload(Parcel.producer).lazyload(Producer.commune)
    )


def _find_review(review_id: uuid.UUID) -> Review | None:
    """The review with all that its notices say, unless it is hidden."""
    review = db.session.scalars(
        select(Review)
        .where(Review.id == review_id, Review.hidden_at.is_(None))
        .options(
            joinedload(Review.product).joinedload(Product.producer).lazyload(Producer.commune),
            joinedload(Review.order_line).joinedload(OrderLine.parcel).joinedload(Parcel.order),
            joinedload(Review.answer),
        )
    ).one_or_none()
    return review


def _names(product: Product) -> dict[str, str]:
    return {"product_vi": product.name_vi, "product_en": product.name_en}


def _excerpt(words: str) -> str:
    return words if len(words) <= LONGEST_EXCERPT else f"{words[: LONGEST_EXCERPT - 1]}…"
