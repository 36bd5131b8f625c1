"""Links to other pages of a list."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask

from core.web.paging import Page


def test_a_link_keeps_the_address_whatever_its_arguments_are_called(app: Flask) -> None:
    arguments = [(name, "x") for name in ("endpoint", "self", "slug", "_scheme", "_method", "_anchor", "_external")]
    arguments += [("q", "bưởi & cam"), ("q", "")]
    path = "/products/buoi/reviews"
    with app.test_request_context(path, query_string=urlencode([*arguments, ("page", "3")])):
        link = urlsplit(Page([], page=3, per_page=10, total=100).url_for(4))
    assert (link.scheme, link.netloc, link.path, link.fragment) == ("", "", path, "")
    assert parse_qsl(link.query, keep_blank_values=True) == [*arguments, ("page", "4")]
