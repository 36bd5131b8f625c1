"""Sessions in signed cookies."""

import pytest
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface

from core.accounts.sessions import Sessions


def shop(key: str, *older: str) -> Flask:
    app = Flask(__name__)
    app.session_interface = Sessions()
    app.secret_key = key
    app.config["SECRET_KEY_FALLBACKS"] = list(older)

    @app.get("/<name>")
    def remember(name: str) -> str:
        before = session.get("name", "nobody")
        session["name"] = name
        return str(before)

    return app


@pytest.mark.parametrize("name", ["an", "an" * 1000])
def test_what_flask_wrote_is_read_and_the_other_way_round(name: str) -> None:
    ours, flask_s_own = shop("first"), shop("first")
    flask_s_own.session_interface = SecureCookieSessionInterface()
    for first, second in ((ours, flask_s_own), (flask_s_own, ours)):
        _nobody, cookie = ask(first, name)
        assert len(cookie) < 200
        assert ask(second, "binh", cookie)[0] == name


def ask(app: Flask, name: str, cookie: str = "") -> tuple[str, str]:
    """What was remembered, and the new cookie."""
    client = app.test_client()
    if cookie:
        client.set_cookie("session", cookie)
    text = client.get(f"/{name}").text
    kept = client.get_cookie("session")
    assert kept is not None
    return text, kept.value


def test_a_session_is_read_with_the_key_it_was_signed_with() -> None:
    app = shop("first")
    _nobody, cookie = ask(app, "an")
    assert ask(app, "binh", cookie)[0] == "an"
    assert ask(shop("second"), "binh", cookie)[0] == "nobody"


def test_a_key_that_was_replaced_still_reads_until_it_is_taken_out() -> None:
    app = shop("first")
    _nobody, cookie = ask(app, "an")
    app.secret_key, app.config["SECRET_KEY_FALLBACKS"] = "second", ["first"]
    said, signed_anew = ask(app, "binh", cookie)
    assert said == "an"
    app.config["SECRET_KEY_FALLBACKS"] = None
    assert ask(app, "chi", cookie)[0] == "nobody"
    assert ask(app, "chi", signed_anew)[0] == "binh"
