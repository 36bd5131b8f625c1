"""What readers report, and what officers decide about it: hidden things vanish everywhere, the count follows."""

import uuid
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS, RoleName
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from market.moderation.models import (
    CaseStatus,
    ContentKind,
    ContentReport,
    Decision,
    ModerationCase,
    ModerationDecision,
)
from market.moderation.rules import possible_decisions, status_after, status_after_report
from market.moderation.usecases import moderate, report_content
from market.questions.usecases import answer_question, ask_question
from market.reviews.usecases import answer_review
from tests.factories import make_user, sign_in
from tests.support.shopping import Shop, make_officer, make_shop
from tests.traceability.farm import actor_of

BODY = "Lời này sẽ bị báo cáo (mẫu)."
REASON = "Lời lẽ xúc phạm người khác."


@pytest.fixture
def shop(session: scoped_session[Session]) -> Shop:
    return make_shop()


@pytest.fixture
def written(shop: Shop) -> dict[ContentKind, uuid.UUID]:
    """One piece of content of each kind, all of them with BODY in it."""
    review = shop.review(body=BODY, stars=1)
    review_answer = answer_review(actor=shop.farm.actor, review_id=review.id, body=BODY)
    asker = actor_of(make_user(RoleName.CONSUMER))
    question = ask_question(actor=asker, product_id=shop.farm.product.id, body=BODY)
    question_answer = answer_question(actor=shop.farm.actor, question_id=question.id, body=BODY)
    db.session.commit()
    return {
        ContentKind.REVIEW: review.id,
        ContentKind.REVIEW_ANSWER: review_answer.id,
        ContentKind.QUESTION: question.id,
        ContentKind.QUESTION_ANSWER: question_answer.id,
    }


def report(kind: ContentKind, content_id: uuid.UUID) -> ModerationCase:
    return report_content(actor=ANONYMOUS, kind=kind, content_id=content_id, reason="insult")


def public_pages(shop: Shop) -> Iterator[str]:
    for path in ("/products/{slug}", "/products/{slug}/reviews", "/products/{slug}/questions"):
        yield path.format(slug=shop.slug)
    for path in ("/producers/{slug}", "/producers/{slug}/reviews"):
        yield path.format(slug=shop.farm.producer.slug)


def test_decisions_follow_the_table() -> None:
    allowed = {
        (CaseStatus.OPEN, Decision.HIDE),
        (CaseStatus.OPEN, Decision.KEEP),
        (CaseStatus.KEPT, Decision.HIDE),
        (CaseStatus.HIDDEN, Decision.RESTORE),
    }
    for status, decision in product(CaseStatus, Decision):
        assert (status_after(status, decision) is not None) == ((status, decision) in allowed)
        assert (decision in possible_decisions(status)) == ((status, decision) in allowed)
    assert status_after_report(CaseStatus.KEPT) == CaseStatus.OPEN
    assert status_after_report(CaseStatus.HIDDEN) == CaseStatus.HIDDEN


@pytest.mark.parametrize("kind", list(ContentKind))
def test_what_is_hidden_vanishes_everywhere_and_comes_back(
    client: FlaskClient, shop: Shop, written: dict[ContentKind, uuid.UUID], kind: ContentKind
) -> None:
    marker = f"/report/{kind}/{written[kind]}"
    shown_on = [path for path in public_pages(shop) if marker in client.get(path).text]
    assert shown_on
    case = report(kind, written[kind])
    moderate(actor=make_officer(), case_id=case.id, decision=Decision.HIDE, reason=REASON)
    db.session.commit()
    assert [path for path in public_pages(shop) if marker in client.get(path).text] == []
    assert client.get(marker).status_code == 404
    moderate(actor=make_officer(), case_id=case.id, decision=Decision.RESTORE)
    db.session.commit()
    assert [path for path in public_pages(shop) if marker in client.get(path).text] == shown_on


def test_the_rating_follows(client: FlaskClient, shop: Shop, written: dict[ContentKind, uuid.UUID]) -> None:
    shop.review(stars=5)
    assert "3,0" in client.get(f"/products/{shop.slug}").text
    case = report(ContentKind.REVIEW, written[ContentKind.REVIEW])
    moderate(actor=make_officer(), case_id=case.id, decision=Decision.HIDE, reason=REASON)
    db.session.commit()
    for path in (f"/products/{shop.slug}", f"/producers/{shop.farm.producer.slug}"):
        page = client.get(path).text
        assert "5,0" in page
        assert "1 đánh giá" in page


def test_below_a_hidden_question_its_page_is_gone_too(
    client: FlaskClient, written: dict[ContentKind, uuid.UUID]
) -> None:
    question_id = written[ContentKind.QUESTION]
    moderate(
        actor=make_officer(),
        case_id=report(ContentKind.QUESTION, question_id).id,
        decision=Decision.HIDE,
        reason=REASON,
    )
    db.session.commit()
    assert client.get(f"/questions/{question_id}").status_code == 404
    with pytest.raises(NotFound):
        report(ContentKind.QUESTION_ANSWER, written[ContentKind.QUESTION_ANSWER])


def test_anybody_reports_and_one_account_once(
    client: FlaskClient, shop: Shop, written: dict[ContentKind, uuid.UUID]
) -> None:
    path = f"/report/review/{written[ContentKind.REVIEW]}"
    assert BODY in client.get(path).text
    answer = client.post(path, data={"reason": "untrue", "note": "Không đúng (mẫu)."})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/products/{shop.slug}/reviews")
    sign_in(client, make_user(RoleName.CONSUMER))
    for _ in range(2):
        client.post(path, data={"reason": "insult"})
    assert len(db.session.scalars(select(ModerationCase)).all()) == 1
    assert len(db.session.scalars(select(ContentReport)).all()) == 2


@pytest.mark.parametrize("data", [{}, {"reason": "nonsense"}, {"reason": "untrue", "note": "x" * 501}])
def test_a_report_says_what_is_wrong(
    client: FlaskClient, written: dict[ContentKind, uuid.UUID], data: dict[str, str]
) -> None:
    assert client.post(f"/report/review/{written[ContentKind.REVIEW]}", data=data).status_code == 422
    assert db.session.scalars(select(ModerationCase)).all() == []


def test_what_is_not_there_cannot_be_reported(client: FlaskClient, shop: Shop) -> None:
    for path in (f"/report/review/{uuid.uuid4()}", f"/report/order/{uuid.uuid4()}"):
        assert client.get(path).status_code == 404
        assert client.post(path, data={"reason": "untrue"}).status_code == 404


def test_a_new_report_opens_a_kept_case_again(written: dict[ContentKind, uuid.UUID]) -> None:
    case = report(ContentKind.REVIEW, written[ContentKind.REVIEW])
    moderate(actor=make_officer(), case_id=case.id, decision=Decision.KEEP)
    assert case.status == CaseStatus.KEPT
    report(ContentKind.REVIEW, written[ContentKind.REVIEW])
    assert case.status == CaseStatus.OPEN


@pytest.mark.parametrize("reason", [None, "", "ngắn", "x" * 501])
def test_hiding_needs_a_reason(written: dict[ContentKind, uuid.UUID], reason: str | None) -> None:
    case = report(ContentKind.REVIEW, written[ContentKind.REVIEW])
    with pytest.raises(Invalid):
        moderate(actor=make_officer(), case_id=case.id, decision=Decision.HIDE, reason=reason)


def test_two_officers_decide_once(client: FlaskClient, written: dict[ContentKind, uuid.UUID]) -> None:
    case = report(ContentKind.REVIEW, written[ContentKind.REVIEW])
    moderate(actor=make_officer(), case_id=case.id, decision=Decision.HIDE, reason=REASON)
    with pytest.raises(Conflict):
        moderate(actor=make_officer(), case_id=case.id, decision=Decision.KEEP)
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    db.session.commit()
    answer = client.post(f"/moderation/{case.id}", data={"decision": "keep"})
    assert answer.status_code == 409


def test_an_officer_works_through_the_queue(client: FlaskClient, written: dict[ContentKind, uuid.UUID]) -> None:
    case = report(ContentKind.REVIEW, written[ContentKind.REVIEW])
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    db.session.commit()
    assert f"/moderation/{case.id}" in client.get("/moderation").text
    assert client.post(f"/moderation/{case.id}", data={"decision": "hide"}).status_code == 422
    assert client.post(f"/moderation/{case.id}", data={"decision": "burn"}).status_code == 409
    answer = client.post(f"/moderation/{case.id}", data={"decision": "hide", "reason": REASON})
    assert answer.status_code == 303
    assert f"/moderation/{case.id}" not in client.get("/moderation").text
    assert f"/moderation/{case.id}" in client.get("/moderation?state=hidden").text
    assert REASON in client.get(f"/moderation/{case.id}").text
    assert [made.decision for made in db.session.scalars(select(ModerationDecision))] == ["hide"]


@pytest.mark.parametrize(
    ("role", "status"),
    [(role, 200 if role in (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR) else 404) for role in RoleName],
)
def test_only_officers_moderate(
    client: FlaskClient, written: dict[ContentKind, uuid.UUID], role: RoleName, status: int
) -> None:
    case_id = report(ContentKind.REVIEW, written[ContentKind.REVIEW]).id
    db.session.commit()
    user = make_user(role)
    sign_in(client, user)
    assert client.get("/moderation").status_code == status
    assert client.get(f"/moderation/{case_id}").status_code == status
    if status == 404:
        assert client.post(f"/moderation/{case_id}", data={"decision": "keep"}).status_code == 404
        with pytest.raises(NotFound):
            moderate(actor=actor_of(user), case_id=case_id, decision=Decision.KEEP)


def test_nobody_decides_about_their_own_words(shop: Shop) -> None:
    officer = make_user(RoleName.PROVINCE_OFFICER)
    question = ask_question(actor=actor_of(officer), product_id=shop.farm.product.id, body=BODY)
    case = report(ContentKind.QUESTION, question.id)
    with pytest.raises(NotFound):
        moderate(actor=actor_of(officer), case_id=case.id, decision=Decision.KEEP)


def test_the_author_of_a_hidden_review_reads_why_and_cannot_change_it(client: FlaskClient, shop: Shop) -> None:
    bought = shop.buy()
    review = shop.review(bought)
    case = report(ContentKind.REVIEW, review.id)
    moderate(actor=make_officer(), case_id=case.id, decision=Decision.HIDE, reason=REASON)
    db.session.commit()
    page = client.get(bought.review_path).text
    assert REASON in page
    assert 'name="stars"' not in page
    data = {"stars": "5", "body": "Lời khác (mẫu).", "author_name": "Mẫu"}
    assert client.post(bought.review_path, data=data).status_code == 422


@pytest.mark.parametrize("path", ["/moderation", "/moderation?state=hidden"])
def test_the_queue_costs_a_constant_number_of_queries(
    client: FlaskClient,
    shop: Shop,
    written: dict[ContentKind, uuid.UUID],
    count_queries: Callable,
    path: str,
) -> None:
    officer = make_officer()

    def add(kind: ContentKind, content_id: uuid.UUID) -> None:
        case = report(kind, content_id)
        if "hidden" in path and kind != ContentKind.QUESTION:
            moderate(actor=officer, case_id=case.id, decision=Decision.HIDE, reason=REASON)
        db.session.commit()

    # The answers first: what stands below something hidden cannot be reported.
    for kind in (ContentKind.QUESTION_ANSWER, ContentKind.REVIEW_ANSWER, ContentKind.REVIEW, ContentKind.QUESTION):
        add(kind, written[kind])
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    client.get(path)
    db.session.expire_all()
    with count_queries() as few:
        client.get(path)
    for _ in range(3):
        add(ContentKind.REVIEW, shop.review().id)
    db.session.expire_all()
    with count_queries() as many:
        client.get(path)
    assert len(few) == len(many)
