"""The inbox: a message takes effect once, also when it comes twice at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy.orm import Session, scoped_session

from app import create_app
from core.config import Settings
from core.db import atomic
from core.inbox import accept
from tests.support.databases import TestDatabases


def test_the_second_time_is_refused(session: scoped_session[Session]) -> None:
    assert accept(source="stripe", external_id="evt_1", kind="x")
    assert not accept(source="stripe", external_id="evt_1", kind="x")
    assert accept(source="other", external_id="evt_1", kind="x")


def test_a_failed_effect_leaves_nothing_behind(session: scoped_session[Session]) -> None:
    with pytest.raises(ValueError), atomic():
        accept(source="stripe", external_id="evt_2", kind="x")
        raise ValueError
    assert accept(source="stripe", external_id="evt_2", kind="x")


def test_twelve_at_once_are_one(databases: TestDatabases, make_settings: Callable[..., Settings]) -> None:
    app = create_app(make_settings(databases.clone()))
    barrier = Barrier(12)

    def receive(_: int) -> bool:
        with app.app_context():
            barrier.wait()
            with atomic():
                return accept(source="stripe", external_id="evt_3", kind="x")

    with ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(receive, range(12))) == [False] * 11 + [True]
