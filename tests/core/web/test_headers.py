"""Security headers on every answer, and errors without traces."""

import pytest
from flask import Flask
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/healthz", "/no-such-page", "/api/v1/no-such-thing", "/sign-in"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Request-Id"]


def test_a_sane_request_id_is_kept_and_another_replaced(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "abc-12345678"}).headers["X-Request-Id"] == "abc-12345678"
    assert client.get("/healthz", headers={"X-Request-Id": "a b<script>"}).headers["X-Request-Id"] != "a b<script>"


def test_an_unforeseen_error_is_a_polite_page_without_a_trace(app: Flask, client: FlaskClient) -> None:
    app.testing = False
    view = app.view_functions["health.healthz"]

    def fail() -> str:
        raise RuntimeError("secret detail")

    fail.access = "public"
    app.view_functions["health.healthz"] = fail
    try:
        page = client.get("/healthz", headers={"Accept": "text/html"})
        data = client.get("/healthz", headers={"Accept": "application/json"})
    finally:
        app.view_functions["health.healthz"] = view
        app.testing = True
    assert page.status_code == data.status_code == 500
    assert "secret detail" not in page.text + data.text
    assert data.get_json()["code"] == 500


def test_a_form_without_its_token_is_refused(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = client.post("/language", data={"language": "en"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400


def test_a_part_that_fails_makes_the_site_not_ready(app: Flask, client: FlaskClient) -> None:
    checks = app.extensions["readiness_checks"]

    def fail() -> None:
        raise ConnectionError("10.0.0.1 refused")

    checks["broken"] = fail
    try:
        answer = client.get("/readyz")
    finally:
        del checks["broken"]
    assert answer.status_code == 503
    assert answer.get_json()["parts"]["broken"] == "failed"
    assert "10.0.0.1" not in answer.text
