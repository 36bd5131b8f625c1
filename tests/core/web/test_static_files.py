"""Static files over the wire: compressed where that helps, the same bytes afterwards, and known again by their ETag."""

import gzip

import pytest
from flask.testing import FlaskClient

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("path", ["/static/css/parts.css", "/static/img/icons.svg", "/static/js/forms.js"])
def test_text_is_compressed_and_stays_what_it_was(client: FlaskClient, path: str) -> None:
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    for _again in range(2):
        small = client.get(path, headers=GZIP)
        assert small.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in small.headers["Vary"]
        assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data) / 2
        assert gzip.decompress(small.data) == plain.data
        assert small.headers["Cache-Control"] == plain.headers["Cache-Control"]
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_fonts_are_sent_as_they_are(client: FlaskClient) -> None:
    answer = client.get("/static/fonts/be-vietnam-pro-core-400.woff2", headers=GZIP)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_who_has_it_already_gets_nothing(client: FlaskClient) -> None:
    etag = client.get("/static/css/parts.css", headers=GZIP).headers["ETag"]
    again = client.get("/static/css/parts.css", headers={**GZIP, "If-None-Match": etag})
    assert again.status_code == 304
    assert again.data == b""


def test_only_a_look_at_the_head(client: FlaskClient) -> None:
    answer = client.head("/static/css/parts.css", headers=GZIP)
    assert answer.status_code == 200
    assert answer.data == b""


def test_a_file_that_is_not_there(client: FlaskClient) -> None:
    assert client.get("/static/css/none.css", headers=GZIP).status_code == 404
