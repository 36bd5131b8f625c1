"""Where the typefaces of labels lie."""

from pathlib import Path

from flask import current_app


def fonts_folder() -> Path:
    """The folder of the typefaces that are embedded in PDF files."""
    return Path(current_app.root_path) / "static" / "fonts"
