"""Taking in what one side says, with its photos: the same for buyers, producers and the site."""

from collections.abc import Callable

from flask import flash

from core.db import atomic
from core.errors import AppError
from core.storage import private_storage
from market.returns.forms import StatementForm
from traceability.forms import show_error


def said(form: StatementForm, say: Callable[..., object], *, done: str) -> bool:
    """Hand words and photos of a sent form to `say`, and tell that it is `done`; False when the form says why not."""
    if not form.is_complete(private_storage()):
        return False
    try:
        with atomic():
            say(body=form.body.data or "", photo_keys=form.photo_keys)
    except AppError as error:
        show_error(form, error)
        return False
    flash(done, "success")
    return True
