"""Forms of certificates."""

import uuid

from flask_wtf.file import FileField, FileRequired
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from core.i18n import lazy_gettext as _l
from core.web.forms import REQUIRED, Form, ParagraphField, SelectField, TextField
from traceability.attestations.certificates.models import CertificateStatus
from traceability.attestations.certificates.usecases import CertificateValues
from traceability.forms import DayField, TickList

STATUS_NAMES = {
    CertificateStatus.VALID: _l("In force"),
    CertificateStatus.SUSPENDED: _l("Suspended"),
    CertificateStatus.WITHDRAWN: _l("Withdrawn"),
}


class CertificateForm(Form):
    """What stands on a certificate, and its scan."""

    standard = TextField(_l("Standard"), validators=[InputRequired(REQUIRED), Length(max=80)])
    number = TextField(_l("Certificate number"), validators=[InputRequired(REQUIRED), Length(max=60)])
    issuer = TextField(_l("Issued by"), validators=[InputRequired(REQUIRED), Length(max=160)])
    valid_from = DayField(_l("Valid from"), validators=[InputRequired(REQUIRED)])
    valid_until = DayField(_l("Valid until"), validators=[InputRequired(REQUIRED)])
    plot_ids = TickList(_l("Plots"), validators=[InputRequired(_l("Choose at least one plot."))])
    product_ids = TickList(_l("Products"), validators=[Optional()])
    file = FileField(_l("Scan or photo of the certificate"), validators=[Optional()])

    def values(self) -> CertificateValues:
        """What was entered; only after validation."""
        assert self.valid_from.data is not None and self.valid_until.data is not None
        return CertificateValues(
            standard=self.standard.data or "",
            number=self.number.data or "",
            issuer=self.issuer.data or "",
            valid_from=self.valid_from.data,
            valid_until=self.valid_until.data,
            plot_ids=self.plot_ids.ids(),
            product_ids=self.product_ids.ids(),
        )


class OwnCertificateForm(CertificateForm):
    """A certificate, whose it is, and a scan that must not be missing."""

    producer_id = SelectField(_l("Producer"), validators=[DataRequired(REQUIRED)])
    file = FileField(
        _l("Scan or photo of the certificate"),
        validators=[FileRequired(_l("Add a scan or photo of the certificate."))],
    )

    @property
    def producer(self) -> uuid.UUID:
        """The producer that was chosen; only after validation."""
        return uuid.UUID(self.producer_id.data)


class StatusForm(Form):
    """What became of a certificate, from when and why."""

    status = SelectField(_l("New status"), validators=[DataRequired(REQUIRED)])
    effective_on = DayField(_l("From"), validators=[InputRequired(REQUIRED)])
    reason = ParagraphField(_l("Reason"), validators=[InputRequired(REQUIRED), Length(max=500)])

    def offer(self, present: CertificateStatus, *, may_reinstate: bool) -> bool:
        """Fill the list with what may follow `present`; whether anything may."""
        offered = [
            (str(status), str(name))
            for status, name in STATUS_NAMES.items()
            if status != present and (may_reinstate or status != CertificateStatus.VALID)
        ]
        if present == CertificateStatus.WITHDRAWN:
            offered = []
        self.status.choices = [("", str(_l("Please choose"))), *offered]
        return bool(offered)
