"""Addresses of static files, looked up once a process: the trace page names a dozen on every request."""

from functools import cache

from flask import current_app


@cache
def _address(application: str, filename: str) -> str:
    build: object = current_app.jinja_env.globals["static_url"]
    assert callable(build)
    return str(build(filename))


def static_address(filename: str) -> str:
    """As the template function `static_url`, remembered."""
    return _address(current_app.static_url_path or "", filename)
