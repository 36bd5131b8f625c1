"""Forms of reviews."""

from wtforms.validators import DataRequired, InputRequired, Length, Optional

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, RadioField, TextField
from core.web.photos import PhotosForm
from market.reviews.models import Review
from market.reviews.rules import LONGEST_BODY, LONGEST_NAME, MOST_PHOTOS
from market.reviews.usecases import ReviewValues

STAR_NAMES = {
    5: _l("5 stars: very good"),
    4: _l("4 stars: good"),
    3: _l("3 stars: all right"),
    2: _l("2 stars: poor"),
    1: _l("1 star: bad"),
}


class ReviewForm(PhotosForm):
    """What the buyer says."""

    most_photos = MOST_PHOTOS

    stars = RadioField(
        _l("How was it?"),
        choices=[(str(stars), name) for stars, name in STAR_NAMES.items()],
        validators=[DataRequired(_l("Choose one to five stars."))],
    )
    body = ParagraphField(_l("Tell others what it was like"), validators=[Optional(), Length(max=LONGEST_BODY)])
    author_name = TextField(_l("What may we call you?"), validators=[InputRequired(REQUIRED), Length(max=LONGEST_NAME)])

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
