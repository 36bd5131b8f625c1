"""Which days, and whose account."""

from datetime import date
from typing import Any

from wtforms.validators import Optional

from core.i18n import lazy_gettext as _l
from core.web.forms import Form, SelectField
from market.statements.queries import Period
from market.statements.rules import LONGEST, fault_of_day, fault_of_days
from traceability.forms import DayField


class PeriodForm(Form):
    """The days of a statement; without any, the current month."""

    class Meta(Form.Meta):
        """Only looks, changes nothing."""

        csrf = False

    first_day = DayField(_l("From"), validators=[Optional()], name="from")
    last_day = DayField(_l("Until"), validators=[Optional()], name="to")

    def validate(self, extra_validators: Any = None) -> bool:
        """Days that follow each other, at most a year of them."""
        if not super().validate(extra_validators):
            return False
        first, last = self.first_day.data, self.last_day.data
        for field in (self.first_day, self.last_day):
            if field.data is not None and (fault := fault_of_day(field.data)) is not None:
                field.errors = [*field.errors, fault]
        if first and last and (fault := fault_of_days(first, last)) is not None:
            self.last_day.errors = [*self.last_day.errors, fault]
        return not self.errors

    def period(self, today: date, *, valid: bool) -> Period:
        """The days to show; where they are missing or make no sense, the month of `today`."""
        first = self.first_day.data if valid else None
        last = self.last_day.data if valid else None
        if first is None and last is None:
            return Period(today.replace(day=1), today)
        if first is None:
            assert last is not None
            first = last.replace(day=1)
        if last is None:
            last = min(max(today, first), first + LONGEST)
        return Period(first, last)


class ProducerPeriodForm(PeriodForm):
    """The same for somebody who acts for several producers."""

    producer = SelectField(_l("Producer"), validators=[Optional()], validate_choice=False)
