"""A producer with a member, for reports."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import Producer
from core.accounts import RoleName, User
from core.db import db
from market.reports import sources
from market.reports.models import ReportKind
from tests.factories import make_producer, make_user, sign_in


@dataclass
class Farm:
    """Who asks, and whose figures."""

    user: User
    producer: Producer


@pytest.fixture
def farm(session: scoped_session[Session]) -> Farm:
    user = make_user(RoleName.PRODUCER_MEMBER)
    producer = make_producer(user)
    db.session.commit()
    return Farm(user, producer)


@pytest.fixture
def administrator_in(session: scoped_session[Session]) -> Callable[[FlaskClient], None]:
    """Signs an administrator in."""
    user = make_user(RoleName.ADMINISTRATOR)
    db.session.commit()
    return lambda client: sign_in(client, user)


@pytest.fixture
def left_to_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No statement of a producer is short."""
    source = sources.source_of(ReportKind.PRODUCER_STATEMENT)
    monkeypatch.setitem(sources._sources, ReportKind.PRODUCER_STATEMENT, replace(source, most_at_once=0))
