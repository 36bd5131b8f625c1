"""A route that says nothing is refused; roles are held."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from app import create_app
from core.accounts import RoleName
from core.db import db
from core.web.access import public, roles, signed_in
from tests.factories import make_user, sign_in


@pytest.fixture
def guarded(app: Flask, session: scoped_session[Session]) -> Iterator[FlaskClient]:
    """An application with one route of each kind, on the test's own transaction."""
    application = create_app(app.extensions["settings"])
    application.testing = True
    application.add_url_rule("/silent", "silent", lambda: "silent")
    application.add_url_rule("/open", "open", public(lambda: "open"))
    application.add_url_rule("/members", "members", signed_in(lambda: "members"))
    application.add_url_rule("/farmers", "farmers", roles(RoleName.PRODUCER_MEMBER)(lambda: "farmers"))
    with application.app_context():
        db._app_engines[application][None] = db._app_engines[app][None]
        yield application.test_client()


def test_a_route_that_declares_nothing_does_not_exist(guarded: FlaskClient) -> None:
    assert guarded.get("/silent").status_code == 404


def test_strangers_are_asked_to_sign_in_whatever_is_behind_the_door(guarded: FlaskClient) -> None:
    assert guarded.get("/open").status_code == 200
    for path in ("/members", "/farmers"):
        answer = guarded.get(f"{path}?x=1")
        assert answer.status_code == 303
        assert answer.location.startswith("/sign-in?next=")


@pytest.mark.parametrize("role", list(RoleName))
def test_only_the_named_roles_enter(guarded: FlaskClient, role: RoleName) -> None:
    sign_in(guarded, make_user(role))
    assert guarded.get("/members").status_code == 200
    assert guarded.get("/farmers").status_code == (200 if role is RoleName.PRODUCER_MEMBER else 404)
