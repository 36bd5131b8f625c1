"""Building a dossier in the background: gather, check, draw, sign, pack. Harmless when run twice.

Whoever builds holds an advisory lock until its transaction ends, so a second worker leaves at once; the progress is
written beside it. The files have keys of their own content, so that building again writes the same or other files and
never half of one.
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import func, select, update

from core.config import Settings
from core.db import atomic, db, separately, utc_now
from core.i18n import gettext as _
from core.i18n import use_locale
from core.storage import private_storage, storage
from traceability.attestations.certificates.models import Certificate
from traceability.attestations.files.models import PrivateFile
from traceability.attestations.laboratory.models import LaboratoryResult
from traceability.dossiers.archive import CERTIFICATE_FILE, DOSSIER_FILE, EPCIS_FILE, Attachment, pack, unique_names
from traceability.dossiers.epcis_export import genealogy_of, shipment_document
from traceability.dossiers.facts import ShipmentFacts
from traceability.dossiers.gathering import gather
from traceability.dossiers.models import Dossier, DossierStatus, Failure
from traceability.dossiers.pdf import Paper, draw_dossier
from traceability.dossiers.queries import find_dossier
from traceability.dossiers.rules import Gap, gaps_of
from traceability.dossiers.signing import sign_pdf, signing_certificate

log = structlog.get_logger("dossiers")
Tell = Callable[[int], None]


class NotComplete(Exception):
    """A blocking gap has come up since the issue was asked for."""


def build_dossier(dossier_id: uuid.UUID) -> None:
    """Build the dossier if it waits for it and nobody is at it; note why, when that fails."""
    try:
        with atomic():
            dossier = find_dossier(dossier_id) if _is_ours(dossier_id) else None
            if dossier is None or dossier.status != DossierStatus.BUILDING:
                return
            issued = _build(dossier, lambda percent: _tell(dossier_id, percent))
            _issue(dossier, issued)
    except NotComplete:
        _fail(dossier_id, Failure.INCOMPLETE)
    except Exception:  # whatever it is, the farmer sees that it failed and can try again; the log says why
        log.exception("dossier could not be built", dossier_id=str(dossier_id))
        _fail(dossier_id, Failure.BROKEN)


def _is_ours(dossier_id: uuid.UUID) -> bool:
    """Whether no other worker is at this dossier; until the end of the transaction none will be."""
    lock = select(func.pg_try_advisory_xact_lock(func.hashtextextended(str(dossier_id), 1)))
    return bool(db.session.scalar(lock))


def _build(dossier: Dossier, tell: Tell) -> Mapping[str, Any]:
    """Everything that an issued dossier has. Raises NotComplete, DocumentInvalid."""
    settings: Settings = current_app.extensions["settings"]
    shipment = gather(dossier)
    gaps = gaps_of(shipment)
    if any(gap.is_blocking for gap in gaps):
        raise NotComplete
    tell(15)
    genealogy = genealogy_of(shipment)
    epcis = Attachment(EPCIS_FILE, shipment_document(shipment, genealogy))
    tell(35)
    attachments = [epcis, *unique_names([*_papers(dossier, shipment), *_photos(dossier)])]
    tell(55)
    issued_at = utc_now().replace(microsecond=0)
    paper = Paper(shipment, gaps, genealogy, attachments, issued_at, settings.site_name, settings.site_url)
    with use_locale(dossier.locale):
        unsigned = draw_dossier(paper, fonts=fonts_folder())
        reason = _("Export dossier %(number)s", number=dossier.number)
    tell(75)
    signed = Attachment(DOSSIER_FILE, sign_pdf(unsigned, settings=settings, reason=reason))
    certificate = Attachment(CERTIFICATE_FILE, signing_certificate(settings))
    archive = pack(dossier.number, [signed, certificate, *attachments], issued_at=issued_at)
    tell(90)
    return {
        **_kept("pdf", signed.content, "application/pdf"),
        **_kept("zip", archive, "application/zip"),
        "issued_at": issued_at,
        "statement": _statement(shipment, gaps),
    }


def _papers(dossier: Dossier, shipment: ShipmentFacts) -> list[Attachment]:
    """The scans of the certificates in force and the reports of the laboratories; files of suppliers are not ours."""
    certificates = [certificate.id for certificate in shipment.certificates if certificate.is_in_force]
    results = [result.id for found in shipment.laboratory.values() for result in found]
    scans = db.session.scalars(
        select(PrivateFile)
        .join(Certificate, Certificate.file_id == PrivateFile.id)
        .where(Certificate.id.in_(certificates), PrivateFile.producer_id == dossier.producer_id)
        .order_by(PrivateFile.id)
    )
    reports = db.session.scalars(
        select(PrivateFile)
        .join(LaboratoryResult, LaboratoryResult.file_id == PrivateFile.id)
        .where(LaboratoryResult.id.in_(results), PrivateFile.producer_id == dossier.producer_id)
        .order_by(PrivateFile.id)
    )
    kept = private_storage()
    return [
        Attachment(f"{folder}/{file.name}", kept.get(file.storage_key))
        for folder, files in (("certificates", scans), ("laboratory", reports))
        for file in files
    ]


def _photos(dossier: Dossier) -> list[Attachment]:
    """The photos of the products, in the larger of the kept widths."""
    keys = dict.fromkeys(line.lot.product.photo_key for line in dossier.lines if line.lot.product.photo_key)
    return [
        Attachment(f"photos/{number}.webp", storage().get(f"{key}-1200.webp")) for number, key in enumerate(keys, 1)
    ]


def _kept(kind: str, content: bytes, content_type: str) -> Mapping[str, str]:
    """Store the file under a key of its content; returns what the dossier's columns say of it."""
    digest = hashlib.sha256(content).hexdigest()
    key = f"dossiers/{digest}.{kind}"
    private_storage().put(key, content, content_type)
    return {f"{kind}_key": key, f"{kind}_sha256": digest}


def _statement(shipment: ShipmentFacts, gaps: list[Gap]) -> dict[str, Any]:
    """What was stated, as JSON: the packing list, the rules' version, and the remarks."""
    return {
        "lines": [
            {"sscc": line.sscc, "lot": shipment.lot(line.lot_id).number, "weight_grams": line.weight_grams}
            for line in shipment.lines
        ],
        "residue_rules": shipment.rules.version if shipment.rules else None,
        "remarks": [asdict(gap) for gap in gaps],
    }


def _issue(dossier: Dossier, issued: Mapping[str, Any]) -> None:
    for name, value in issued.items():
        setattr(dossier, name, value)
    dossier.status, dossier.progress, dossier.failure = DossierStatus.ISSUED, 100, None
    db.session.flush()


def _tell(dossier_id: uuid.UUID, percent: int) -> None:
    """Let everybody see how far it is, while the transaction of the building is still open."""
    with separately() as session:
        session.execute(
            update(Dossier)
            .where(Dossier.id == dossier_id, Dossier.status == DossierStatus.BUILDING)
            .values(progress=percent)
        )


def _fail(dossier_id: uuid.UUID, failure: Failure) -> None:
    with atomic() as session:
        session.execute(
            update(Dossier)
            .where(Dossier.id == dossier_id, Dossier.status == DossierStatus.BUILDING)
            .values(status=DossierStatus.FAILED, failure=failure)
        )


def fonts_folder() -> Path:
    """Where the typefaces of documents are."""
    return Path(current_app.static_folder or "") / "fonts"
