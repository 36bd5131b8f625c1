"""Looking at the servers that links lead to: what is found is kept, and who is away is asked again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from celery.exceptions import Retry
from sqlalchemy.orm import Session, scoped_session

from core.db import db, utc_now
from core.errors import Invalid
from core.web.outbound import CertificateExpired, CertificateRefused, Unreachable
from tests.traceability.farm import make_farm
from tests.traceability.resolver.asking import make_link
from traceability.resolver import certificates, tasks
from traceability.resolver.models import CertificateProblem, ResolverLink
from traceability.resolver.usecases import Target, change_link

EXPIRY = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture
def link(session: scoped_session[Session]) -> ResolverLink:
    made = make_link(make_farm())
    db.session.commit()
    return made


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What the next looks find: a date, or an error."""
    answers: list[object] = []

    def look(href: str) -> datetime:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, datetime)
        return answer

    monkeypatch.setattr(certificates, "certificate_expiry", look)
    yield answers
    assert answers == []


def test_the_date_is_kept_and_a_second_look_changes_nothing(link: ResolverLink, found: list[object]) -> None:
    found += [EXPIRY, EXPIRY]
    for _ in range(2):
        tasks.check_link(str(link.id))
        db.session.refresh(link)
        assert (link.certificate_expires_at, link.certificate_problem) == (EXPIRY, None)
        assert link.certificate_checked_at is not None


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (CertificateExpired(), CertificateProblem.EXPIRED),
        (CertificateRefused(), CertificateProblem.NOT_TRUSTED),
        (Invalid(), CertificateProblem.PRIVATE),
    ],
)
def test_problems_are_told_apart(
    link: ResolverLink, found: list[object], error: Exception, problem: CertificateProblem
) -> None:
    found.append(error)
    assert certificates.check_certificate(link.id) is problem
    assert (link.certificate_expires_at, link.certificate_problem) == (None, problem)


def test_who_does_not_answer_is_asked_again(link: ResolverLink, found: list[object]) -> None:
    found.append(Unreachable())
    with pytest.raises(Retry):
        tasks.check_link.apply(args=[str(link.id)], throw=True)
    db.session.refresh(link)
    assert link.certificate_problem == CertificateProblem.UNREACHABLE


def test_the_look_is_dropped_where_the_link_leads_elsewhere_by_now(
    link: ResolverLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = make_farm().actor
    monkeypatch.setattr("traceability.resolver.queries.may_keep_links", lambda actor, key: True)
    monkeypatch.setattr("core.web.outbound._resolve", lambda host, port: [])

    def look(href: str) -> datetime:
        change_link(actor=actor, link_id=link.id, target=Target("recipeInfo", "https://x.example.com/new"))
        return EXPIRY

    monkeypatch.setattr(certificates, "certificate_expiry", look)
    assert certificates.check_certificate(link.id) is None
    assert (link.href, link.certificate_checked_at) == ("https://x.example.com/new", None)


def test_nothing_is_looked_at_for_links_that_are_gone(link: ResolverLink, found: list[object]) -> None:
    link.removed_at = utc_now()
    db.session.flush()
    assert certificates.check_certificate(link.id) is None


def test_the_clock_asks_for_links_that_nobody_looked_at_for_a_day(
    link: ResolverLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    farm = make_farm()
    now = utc_now()
    old = make_link(farm, certificate_checked_at=now - timedelta(days=2))
    make_link(farm, link_type="faqs", certificate_checked_at=now - timedelta(hours=2))
    make_link(farm, link_type="review", valid_until=now - timedelta(hours=2))
    make_link(farm, link_type="support", removed_at=now - timedelta(hours=2))
    sent: list[str] = []
    monkeypatch.setattr(tasks, "enqueue", lambda task, link_id: sent.append(link_id))
    tasks.check_links()
    assert sent == [str(link.id), str(old.id)]
