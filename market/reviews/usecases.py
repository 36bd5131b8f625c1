"""Writing, changing and answering reviews."""

import uuid
from dataclasses import dataclass, field

from sqlalchemy import select

from core.accounts import Actor
from core.db import db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.moderation.rules import checked_words
from market.orders.models import OrderLine
from market.reviews.events import ReviewAnswered, ReviewWritten
from market.reviews.models import Review, ReviewAnswer, ReviewVersion
from market.reviews.policies import may_answer
from market.reviews.queries import find_review_of, get_line
from market.reviews.rules import LONGEST_BODY, LONGEST_NAME, MOST_PHOTOS, SHORTEST_ANSWER, may_change


@dataclass(frozen=True)
class ReviewValues:
    """What a buyer says: `stars` 1 to 5, `photo_keys` as `core.storage.store_photo` gave them."""

    stars: int
    author_name: str
    body: str | None = None
    photo_keys: tuple[str, ...] = field(default=())


def write_review(*, token: str, line_id: uuid.UUID, values: ReviewValues) -> Review:
    """Keep what the buyer says about a line of the order behind the secret link, or change it within 14 days.

    The same again changes nothing. A changed review keeps its old words as a version. Raises NotFound; Conflict for a
    line that is not on its way yet, a review that is hidden, or one that is too old to change; Invalid (with `field`).
    """
    line = get_line(token, line_id)
    if not line.parcel.was_taken:
        raise Conflict(_l("You can write a review once the parcel is on its way."))
    checked = _checked(values)
    # Of two forms sent at once the second waits here, and then changes what the first one wrote.
    db.session.execute(select(OrderLine.id).where(OrderLine.id == line.id).with_for_update())
    review = find_review_of(line.id)
    if review is None:
        return _add_review(line, checked)
    if _said(review) == checked:
        return review
    if review.hidden_at is not None:
        raise Conflict(_l("This review is hidden and cannot be changed."))
    if not may_change(review.created_at, utc_now()):
        raise Conflict(_l("A review can be changed for 14 days; these are over."))
    if (review.stars, review.body, review.photo_keys) != (checked.stars, checked.body, list(checked.photo_keys)):
        _keep_version(review)
        review.changed_at = utc_now()
    review.stars, review.body, review.author_name = checked.stars, checked.body, checked.author_name
    review.photo_keys = list(checked.photo_keys)
    db.session.flush()
    return review


def answer_review(*, actor: Actor, review_id: uuid.UUID, body: str) -> ReviewAnswer:
    """Answer a review for its producer, or change that answer; the buyer is told the first time.

    Raises NotFound unless it is the actor's to answer; Conflict when the answer was hidden; Invalid (with `field`).
    """
    review = db.session.get(Review, review_id, with_for_update=True)
    if review is None or actor.user_id is None or not may_answer(actor, review):
        raise NotFound
    words = checked_words(body, field="body", shortest=SHORTEST_ANSWER, longest=LONGEST_BODY)
    answer = db.session.scalars(select(ReviewAnswer).where(ReviewAnswer.review_id == review_id)).one_or_none()
    if answer is None:
        answer = ReviewAnswer(id=new_id(), review_id=review_id, body=words, answered_by=actor.user_id)
        db.session.add(answer)
        publish(ReviewAnswered(review_id=review_id))
    elif answer.hidden_at is not None:
        raise Conflict(_l("This answer is hidden and cannot be changed."))
    elif answer.body != words:
        answer.body, answer.answered_by, answer.changed_at = words, actor.user_id, utc_now()
    db.session.flush()
    return answer


def _add_review(line: OrderLine, values: ReviewValues) -> Review:
    product = line.offer.product
    review = Review(
        id=new_id(),
        order_line_id=line.id,
        product_id=product.id,
        producer_id=product.producer_id,
        lot_id=line.lot_id,
        author_id=line.parcel.order.user_id,
        author_name=values.author_name,
        stars=values.stars,
        body=values.body,
        photo_keys=list(values.photo_keys),
        created_at=utc_now(),
    )
    db.session.add(review)
    db.session.flush()
    publish(ReviewWritten(review_id=review.id))
    return review


def _checked(values: ReviewValues) -> ReviewValues:
    if not 1 <= values.stars <= 5:
        raise Invalid(_l("Choose one to five stars."), field="stars")
    if len(values.photo_keys) > MOST_PHOTOS:
        raise Invalid(_l("At most %(limit)s photos, please.", limit=MOST_PHOTOS), field="photos")
    return ReviewValues(
        stars=values.stars,
        author_name=_checked_name(values.author_name),
        body=checked_words(values.body, field="body", shortest=0, longest=LONGEST_BODY) or None,
        photo_keys=values.photo_keys,
    )


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise Invalid(_l("Say what we may call you."), field="author_name")
    if len(name) > LONGEST_NAME:
        raise Invalid(_l("At most %(limit)s characters, please.", limit=LONGEST_NAME), field="author_name")
    return name


def _said(review: Review) -> ReviewValues:
    return ReviewValues(
        stars=review.stars,
        author_name=review.author_name,
        body=review.body,
        photo_keys=tuple(review.photo_keys),
    )


def _keep_version(review: Review) -> None:
    db.session.add(
        ReviewVersion(review_id=review.id, stars=review.stars, body=review.body, photo_keys=list(review.photo_keys))
    )
