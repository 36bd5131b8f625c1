"""The form of how somebody wants to be told."""

from collections.abc import Mapping
from typing import cast

from wtforms.validators import InputRequired

from core.web.forms import REQUIRED, Form, SelectField
from market.notices.models import NoticeChannel, NoticeKind
from market.notices.rules import channels_of
from market.notices.wording import CHANNEL_NAMES, KIND_NAMES


class PreferencesForm(Form):
    """A choice for each kind, by its name; `preferences_form` adds them."""

    def chosen(self) -> dict[NoticeKind, NoticeChannel]:
        """What was chosen; only after validation."""
        return {kind: NoticeChannel(cast(str, self._fields[kind].data)) for kind in NoticeKind if kind in self._fields}


def preferences_form(current: Mapping[NoticeKind, NoticeChannel]) -> PreferencesForm:
    """The form for these kinds, with what holds now chosen."""
    fields = {
        str(kind): SelectField(
            KIND_NAMES[kind],
            choices=[(str(channel), CHANNEL_NAMES[channel]) for channel in channels_of(kind)],
            validators=[InputRequired(REQUIRED)],
        )
        for kind in current
    }
    form_class = type("PreferencesForm", (PreferencesForm,), fields)
    form: PreferencesForm = form_class(data={str(kind): str(channel) for kind, channel in current.items()})
    return form
