"""Stylesheets, scripts and drawings go over the wire compressed: on a weak signal they are most of a page.

Flask sends files as streams, which the compression of answers leaves alone. Here each file is compressed once a process
and kept; files that are compressed in themselves (fonts, photos) stay as they are.
"""

import gzip
from threading import Lock
from typing import Final

from flask import Flask, Response, request

_MIMETYPES: Final = frozenset(
    {"text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/manifest+json"}
)
_SMALLEST_BYTES: Final = 500
_LEVEL: Final = 9


class CompressedFiles:
    """Files by path and ETag, compressed. What changed has another ETag, and takes the place of what was kept."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, bytes]] = {}
        self._lock = Lock()

    def __call__(self, response: Response) -> Response:
        """The answer compressed, where it is a file that this pays for, and the browser can read it."""
        if request.endpoint != "static" or response.mimetype not in _MIMETYPES:
            return response
        response.vary.add("Accept-Encoding")
        if response.status_code != 200 or not request.accept_encodings["gzip"]:
            return response
        etag = response.get_etag()[0] or ""
        content = self._compressed(request.path, etag, response)
        if content is not None:
            response.set_data(content)
            response.headers["Content-Encoding"] = "gzip"
            response.set_etag(etag, weak=True)  # the same file in other bytes
        return response

    def _compressed(self, path: str, etag: str, response: Response) -> bytes | None:
        kept = self._kept.get(path)
        if kept is not None and kept[0] == etag:
            response.close()
            return kept[1]
        response.direct_passthrough = False
        content = response.get_data()
        if len(content) < _SMALLEST_BYTES:
            return None
        compressed = gzip.compress(content, _LEVEL, mtime=0)
        with self._lock:
            self._kept[path] = etag, compressed
        return compressed


def init_app(app: Flask) -> None:
    """Compress static files."""
    app.after_request(CompressedFiles())
