"""Forms of serial numbers."""

from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, TextField, WholeNumberField
from traceability.items.rules import LARGEST_BLOCK, LONGEST_PREFIX


class IssueForm(Form):
    """A new block of serial numbers."""

    count = WholeNumberField(
        _l("How many serial numbers"),
        validators=[
            InputRequired(REQUIRED),
            NumberRange(1, LARGEST_BLOCK, _l("Enter how many serial numbers you need, from 1 to 100,000.")),
        ],
    )
    prefix = TextField(
        _l("They begin with"),
        validators=[
            Optional(),
            Length(
                max=LONGEST_PREFIX,
                message=_l(
                    "A prefix has at most 10 letters without marks, digits or signs such as - / . and no space."
                ),
            ),
        ],
    )
