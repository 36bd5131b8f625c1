"""Forms that take photos: stored at once, so that another fault on the form does not lose them."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Final

from flask import current_app, request
from wtforms import MultipleFileField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from core.config import Settings
from core.errors import AppError, Invalid
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.storage import store_photo
from core.storage.backends import Storage
from core.web.forms import Form, SelectMultipleField

_PHOTO_KEY: Final = re.compile(r"photos/[0-9a-f]{40}", re.ASCII)


class PhotosForm(Form):
    """A form with photos, at most `most_photos`. Those stored already stay unless their tick is taken away."""

    most_photos: ClassVar[int]

    photos = MultipleFileField(_l("Photos"), validators=[Optional()])
    kept_photos = SelectMultipleField(
        _l("Photos to keep"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    @property
    def photo_keys(self) -> list[str]:
        """The stored photos that stay."""
        return [key for key in self.kept_photos.data or [] if _PHOTO_KEY.fullmatch(key)][: self.most_photos]

    def keep_photos(self, keys: Iterable[str]) -> None:
        """Let these stored photos, each once, be those that stay."""
        self.kept_photos.data = list(dict.fromkeys(keys))

    def is_complete(self, storage: Storage) -> bool:
        """Store the new photos in `storage`; whether all of the form, which was sent, is right."""
        valid = self.validate_on_submit()
        limit = _photo_limit_bytes()
        uploads = [upload for upload in request.files.getlist(self.photos.name) if upload.filename]
        keys = list(self.photo_keys)
        if len(keys) + len(uploads) > self.most_photos:
            self.photos.errors = [_("At most %(limit)s photos, please.", limit=self.most_photos)]
            return False
        for upload in uploads:
            try:
                content = upload.read(limit + 1)
                if len(content) > limit:
                    message = _(
                        "The photo is larger than %(limit)s MB. Please choose a smaller one.", limit=limit // 1_000_000
                    )
                    raise Invalid(message, field="photos")
                keys.append(store_photo(storage, content, field="photos"))
            except AppError as error:
                self.photos.errors = [*self.photos.errors, str(error.message)]
        self.keep_photos(keys)
        return valid and not self.photos.errors


def allow_photos(most_photos: int) -> None:
    """Let this request bring all photos at once, and some that are too large, so that the form can say so.

    To be called before the check of the token, which reads the form: in a blueprint's `url_value_preprocessor`.
    """
    request.max_content_length = _photo_limit_bytes() * most_photos + 1_000_000


def _photo_limit_bytes() -> int:
    settings: Settings = current_app.extensions["settings"]
    limit: Any = settings.photo_limit_bytes
    return int(limit)
