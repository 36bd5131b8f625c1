"""The reader's language, and the switch."""

import pytest
from flask.testing import FlaskClient

from core.i18n.locale import safe_next


def test_vietnamese_unless_chosen_otherwise(client: FlaskClient) -> None:
    answer = client.get("/no-such-page", headers={"Accept-Language": "en-US", "Accept": "text/html"})
    assert '<html lang="vi"' in answer.text


def test_the_choice_is_remembered(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "en", "next": "/search?q=buoi"})
    assert answer.status_code == 303
    assert answer.location == "/search?q=buoi"
    assert '<html lang="en"' in client.get("/no-such-page").text


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    client.post("/language", data={"language": "xx"})
    assert '<html lang="vi"' in client.get("/no-such-page").text


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "", None, "javascript:x"]
)
def test_nobody_is_led_to_another_host(target: str | None) -> None:
    assert safe_next(target, "/") == "/"
