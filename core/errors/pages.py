"""The page that an error shows; it must not depend on anything that may itself have failed."""

from flask import render_template

from core.i18n import gettext as _


def error_page(status: int, message: str) -> str:
    """HTML of the page for `status` with what happened and what to do next."""
    titles = {
        404: _("Not found"),
        403: _("Not allowed"),
        409: _("Changed meanwhile"),
        413: _("Too large"),
        429: _("A little too fast"),
        500: _("Our mistake"),
        503: _("Back in a moment"),
    }
    return render_template(
        "errors/error.html", status=status, title=titles.get(status, _("That did not work")), message=message
    )
