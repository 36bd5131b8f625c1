"""Forms of reviews."""

import re
from collections.abc import Iterable
from typing import Final

from wtforms import MultipleFileField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, RadioField, SelectMultipleField, TextField
from market.reviews.models import Review
from market.reviews.rules import LONGEST_BODY, LONGEST_NAME, MOST_PHOTOS
from market.reviews.usecases import ReviewValues

_PHOTO_KEY: Final = re.compile(r"photos/[0-9a-f]{40}", re.ASCII)
STAR_NAMES = {
    5: _l("5 stars: very good"),
    4: _l("4 stars: good"),
    3: _l("3 stars: all right"),
    2: _l("2 stars: poor"),
    1: _l("1 star: bad"),
}


class ReviewForm(Form):
    """What the buyer says. Photos that are stored already stay unless their tick is taken away."""

    stars = RadioField(
        _l("How was it?"),
        choices=[(str(stars), name) for stars, name in STAR_NAMES.items()],
        validators=[DataRequired(_l("Choose one to five stars."))],
    )
    body = ParagraphField(_l("Tell others what it was like"), validators=[Optional(), Length(max=LONGEST_BODY)])
    photos = MultipleFileField(_l("Photos"), validators=[Optional()])
    kept_photos = SelectMultipleField(
        _l("Photos to keep"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    author_name = TextField(_l("What may we call you?"), validators=[InputRequired(REQUIRED), Length(max=LONGEST_NAME)])

    @property
    def photo_keys(self) -> list[str]:
        """The stored photos that stay."""
        return [key for key in self.kept_photos.data or [] if _PHOTO_KEY.fullmatch(key)][:MOST_PHOTOS]

    def keep_photos(self, keys: Iterable[str]) -> None:
        """Let these stored photos, each once, be those that stay."""
        self.kept_photos.data = list(dict.fromkeys(keys))

    def fill_from(self, review: Review) -> None:
        """Show what was said before."""
        self.stars.data = str(review.stars)
        self.body.data = review.body
        self.author_name.data = review.author_name
        self.keep_photos(review.photo_keys)

    def values(self) -> ReviewValues:
        """What was said; only after validation."""
        return ReviewValues(
            stars=int(self.stars.data),
            author_name=self.author_name.data or "",
            body=self.body.data,
            photo_keys=tuple(self.photo_keys),
        )


class AnswerForm(Form):
    """The producer's answer."""

    body = ParagraphField(_l("Your answer"), validators=[InputRequired(REQUIRED), Length(max=LONGEST_BODY)])
