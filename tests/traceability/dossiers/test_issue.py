"""From the packing list to the signed PDF and the archive: what comes out holds, and nothing of it can be changed."""

import hashlib
import io
import json
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem, x509
from flask import Flask
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdfium2 import PdfDocument
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.config import ConfigurationError, Settings, load_settings
from core.db import db, utc_now
from core.errors import AppError, Conflict, Invalid, NotFound
from core.storage import private_storage
from tests.factories import make_user
from tests.traceability.attestations.papers import pdf
from tests.traceability.attestations.test_packing_houses import house_of
from tests.traceability.dossiers.shipment import Exporter, area_code, make_exporter
from tests.traceability.farm import actor_of, days_ago, make_farm
from traceability.attestations.laboratory.queries import laboratory_results_of_lots
from traceability.attestations.laboratory.usecases import void_laboratory_result
from traceability.dossiers import building
from traceability.dossiers.building import build_dossier
from traceability.dossiers.gathering import gather
from traceability.dossiers.models import Dossier, DossierStatus, Failure
from traceability.dossiers.queries import find_dossier, get_dossier, stalled_dossiers
from traceability.dossiers.rules import gaps_of
from traceability.dossiers.signing import sign_pdf, signing_certificate
from traceability.dossiers.tasks import build, resume
from traceability.dossiers.usecases import (
    DossierValues,
    add_line,
    change_dossier,
    remove_line,
    request_issue,
    start_dossier,
)
from traceability.epcis.validation import validate_event
from traceability.epcis.validation.heads import validate_head
from traceability.lots.ledger import LotContent
from traceability.lots.usecases import pack_crate


def requested(exporter: Exporter, **values: object) -> Dossier:
    """A dossier that waits to be built."""
    dossier = exporter.complete(**values)
    request_issue(actor=exporter.farm.actor, dossier_id=dossier.id)
    return dossier


def built(exporter: Exporter, **values: object) -> Dossier:
    """A dossier after the worker has been at it."""
    dossier_id = requested(exporter, **values).id
    db.session.commit()
    build_dossier(dossier_id)
    dossier = find_dossier(dossier_id)
    assert dossier is not None
    return dossier


def blocking(dossier: Dossier) -> set[str]:
    fresh = find_dossier(dossier.id)
    assert fresh is not None
    return {str(gap.kind) for gap in gaps_of(gather(fresh)) if gap.is_blocking}


def content(key: str | None) -> bytes:
    assert key is not None
    return private_storage().get(key)


def verify(signed: bytes, certificate_pem: bytes) -> Any:
    """What a reader of PDF says of the signature, when it trusts the site's certificate."""
    blocks = pem.unarmor(certificate_pem, True)
    roots = [x509.Certificate.load(block) for _kind, _headers, block in blocks]
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    return validate_pdf_signature(signature, context)


@pytest.fixture
def settings(app: Flask) -> Settings:
    settings: Settings = app.extensions["settings"]
    return settings


def test_a_whole_shipment_has_no_blocking_gap(session: scoped_session[Session]) -> None:
    exporter = make_exporter()
    exporter.spray("abamectin")
    dossier = exporter.complete()
    assert blocking(dossier) == set()


def test_what_is_missing_is_found_in_what_is_stored(session: scoped_session[Session]) -> None:
    exporter = make_exporter(with_code=False)
    exporter.spray("carbendazim")
    exporter.spray("abamectin", days_before=5)
    dossier = exporter.complete(packing_house_id=None, shipped_on=days_ago(-1))
    assert blocking(dossier) == {"no_area_code", "banned_ingredient", "interval_not_kept", "no_packing_house"}
    with pytest.raises(Conflict):
        request_issue(actor=exporter.farm.actor, dossier_id=dossier.id)
    assert dossier.status == DossierStatus.DRAFT
    assert blocking(exporter.complete(market="JP")) >= {"no_rules", "no_packing_house_code"}
    area_code(exporter.farm, valid_until=days_ago(1))
    assert "no_area_code" in blocking(exporter.complete())
    area_code(exporter.farm, code="VN-2")
    assert "no_area_code" not in blocking(exporter.complete())


def test_a_crate_is_held_against_what_the_journal_says(session: scoped_session[Session]) -> None:
    exporter = make_exporter()
    other = exporter.farm.harvest(lot_number="PT-2026-2")
    contents = [LotContent(exporter.lot.id, quantity=10)]
    crate = pack_crate(actor=exporter.farm.actor, holder_id=exporter.farm.producer.id, contents=contents)
    dossier = exporter.dossier()
    for lot in (exporter.lot, other):
        add_line(
            actor=exporter.farm.actor, dossier_id=dossier.id, lot_id=lot.id, weight_grams=9000, sscc=f"(00){crate.sscc}"
        )
        found = {str(gap.kind) for gap in gaps_of(gather(get_dossier(exporter.farm.actor, dossier.id)))}
        assert ("other_contents" in found) is (lot is other)
        assert "unknown_unit" not in found


def test_the_signature_holds_and_a_changed_byte_breaks_it(session: scoped_session[Session], settings: Settings) -> None:
    dossier = built(make_exporter())
    assert dossier.status == DossierStatus.ISSUED
    signed = content(dossier.pdf_key)
    assert hashlib.sha256(signed).hexdigest() == dossier.pdf_sha256
    status = verify(signed, signing_certificate(settings))
    assert status.intact and status.valid and status.trusted and status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"

    place = signed.index(b"stream\r\n") + 20 if b"stream\r\n" in signed else signed.index(b"stream\n") + 20
    changed = signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]
    assert not verify(changed, signing_certificate(settings)).intact


def test_another_certificate_is_not_trusted(tmp_path: Path) -> None:
    first, second = (load_settings(var_dir=tmp_path / name, secret_key="x" * 40) for name in ("one", "two"))
    signed = sign_pdf(pdf(), settings=first, reason="Test")
    assert verify(signed, signing_certificate(first)).trusted
    assert not verify(signed, signing_certificate(second)).trusted


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path, secret_key="x" * 40)
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(signing_certificate(settings))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_from_the_environment_is_used(tmp_path: Path) -> None:
    own = load_settings(var_dir=tmp_path, secret_key="x" * 40)
    signing_certificate(own)
    (file,) = tmp_path.iterdir()
    key, separator, certificate = file.read_text().partition("-----BEGIN CERTIFICATE-----")
    given = load_settings(
        var_dir=tmp_path / "elsewhere",
        secret_key="x" * 40,
        dossier_signing_key=key.replace("\n", "\\n"),
        dossier_signing_certificate=separator + certificate,
    )
    assert verify(sign_pdf(pdf(), settings=given, reason="Test"), signing_certificate(own)).bottom_line
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(ConfigurationError, match="belong together"):
        load_settings(var_dir=tmp_path, secret_key="x" * 40, dossier_signing_key=key)


def test_the_archive_holds_what_its_manifest_says(session: scoped_session[Session]) -> None:
    exporter = make_exporter()
    dossier = built(exporter)
    archive = content(dossier.zip_key)
    assert hashlib.sha256(archive).hexdigest() == dossier.zip_sha256
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["dossier"] == dossier.number
    assert {entry["name"]: entry["sha256"] for entry in manifest["files"]} == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items()
    }
    assert files["dossier.pdf"] == content(dossier.pdf_key)
    assert {"certificates/chung-nhan.pdf", "laboratory/kn.pdf", "signing-certificate.pem"} <= files.keys()
    document = json.loads(files["epcis.jsonld"])
    assert validate_head(document) == []
    events = document["epcisBody"]["eventList"]
    assert events and all(validate_event(event) == [] for event in events)
    assert any(exporter.lot.lot_number in json.dumps(event) for event in events)


def words_of(pdf_content: bytes) -> str:
    document = PdfDocument(pdf_content)
    return " ".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.parametrize(("locale", "title"), [("en", "Packing list"), ("vi", "Danh sách đóng gói")])
def test_the_pdf_says_what_was_checked(session: scoped_session[Session], locale: str, title: str) -> None:
    exporter = make_exporter()
    exporter.spray("abamectin")
    dossier = built(exporter, locale=locale)
    words = " ".join(words_of(content(dossier.pdf_key)).split())
    named = (
        title,
        dossier.number,
        "Nanning Fruit Trading",
        "PT-2026-1",
        "VN-HTOR-0012",
        "VN-HTPH-001",
        "abamectin",
        "KN-1",
    )
    for name in named:
        assert name in words, name
    assert ("1,234.5 kg" if locale == "en" else "1.234,5 kg") in words
    with zipfile.ZipFile(io.BytesIO(content(dossier.zip_key))) as opened:
        digest = hashlib.sha256(opened.read("epcis.jsonld")).hexdigest()
    assert digest in words.replace(" ", "")


def test_building_twice_is_harmless(session: scoped_session[Session]) -> None:
    dossier = built(make_exporter())
    before = dossier.issued_at, dossier.pdf_key, dossier.zip_key
    build(str(dossier.id))
    build_dossier(dossier.id)
    after = find_dossier(dossier.id)
    assert after is not None and (after.issued_at, after.pdf_key, after.zip_key) == before


def test_asking_twice_is_harmless(session: scoped_session[Session]) -> None:
    exporter = make_exporter()
    dossier = requested(exporter)
    first = dossier.requested_at
    assert request_issue(actor=exporter.farm.actor, dossier_id=dossier.id).requested_at == first


def test_progress_is_seen_while_it_is_built(session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    tell = building._tell

    def telling(dossier_id: Any, percent: int) -> None:
        tell(dossier_id, percent)
        seen.append(
            int(session.execute(text("SELECT progress FROM dossiers WHERE id = :id"), {"id": dossier_id}).scalar_one())
        )

    monkeypatch.setattr(building, "_tell", telling)
    dossier = built(make_exporter())
    assert seen == sorted(seen) and len(seen) >= 4
    assert dossier.progress == 100


def test_what_comes_up_meanwhile_stops_it(session: scoped_session[Session]) -> None:
    exporter = make_exporter()
    dossier = requested(exporter)
    exporter.spray("carbendazim")
    session.commit()
    build_dossier(dossier.id)
    fresh = find_dossier(dossier.id)
    assert fresh is not None
    assert (fresh.status, fresh.failure) == (DossierStatus.FAILED, Failure.INCOMPLETE)
    assert fresh.pdf_key is None


def test_what_breaks_can_be_tried_again(session: scoped_session[Session]) -> None:
    exporter = make_exporter()
    dossier = requested(exporter)
    session.commit()
    key = session.execute(text("SELECT storage_key FROM private_files WHERE name = 'kn.pdf'")).scalar_one()
    kept = private_storage().get(key)
    private_storage().delete(key)
    build_dossier(dossier.id)
    session.expire_all()
    assert (dossier.status, dossier.failure) == (DossierStatus.FAILED, Failure.BROKEN)
    private_storage().put(key, kept, "application/pdf")
    request_issue(actor=exporter.farm.actor, dossier_id=dossier.id)
    session.commit()
    build_dossier(dossier.id)
    session.expire_all()
    assert dossier.status == DossierStatus.ISSUED and dossier.failure is None


def test_an_issued_dossier_never_changes(session: scoped_session[Session]) -> None:
    exporter = make_exporter()
    dossier = built(exporter)
    values = DossierValues("X", "CN", days_ago(0), "en")
    actor = exporter.farm.actor
    for attempt in (
        lambda: change_dossier(actor=actor, dossier_id=dossier.id, values=values),
        lambda: add_line(actor=actor, dossier_id=dossier.id, lot_id=exporter.lot.id, weight_grams=1),
        lambda: remove_line(actor=actor, dossier_id=dossier.id, line_id=dossier.lines[0].id),
        lambda: request_issue(actor=actor, dossier_id=dossier.id),
    ):
        with pytest.raises(Conflict):
            attempt()
    for statement in (
        "UPDATE dossiers SET buyer = 'x'", "DELETE FROM dossiers", "UPDATE dossier_lines SET weight_grams = 1",
        "DELETE FROM dossier_lines",
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="issued"), session.begin_nested():
            session.execute(text(statement))
    void_laboratory_result(actor=actor, result_id=laboratory_results_of_lots([exporter.lot.id])[0].id, reason="Nhầm")
    assert dossier.statement is not None and dossier.statement["residue_rules"] == "t-1"


def test_a_dossier_that_nobody_builds_is_sent_again(
    session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = requested(make_exporter())
    assert stalled_dossiers(now=utc_now()) == []
    session.execute(text("UPDATE dossiers SET requested_at = requested_at - interval '2 minutes'"))
    assert stalled_dossiers(now=utc_now()) == [dossier.id]
    sent: list[Any] = []
    monkeypatch.setattr(
        "traceability.dossiers.tasks.enqueue", lambda task, *arguments: sent.append((task.name, arguments))
    )
    resume()
    assert sent == [(build.name, (str(dossier.id),))]


@pytest.mark.parametrize("role", list(RoleName))
def test_who_puts_dossiers_together(session: scoped_session[Session], role: RoleName) -> None:
    exporter = make_exporter()
    dossier = exporter.dossier()
    actor = actor_of(make_user(role))
    if role is RoleName.ADMINISTRATOR:
        assert get_dossier(actor, dossier.id).id == dossier.id
        return
    with pytest.raises(NotFound):
        get_dossier(actor, dossier.id)
    with pytest.raises(NotFound):
        start_dossier(
            actor=actor,
            producer_id=exporter.farm.producer.id,
            values=DossierValues("X", "CN", days_ago(0), "en"),
        )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"market": "XX"}, "market"),
        ({"locale": "zh"}, "locale"),
        ({"shipped_on": days_ago(400)}, "shipped_on"),
        ({"shipped_on": days_ago(-400)}, "shipped_on"),
    ],
)
def test_a_head_that_makes_no_sense_is_refused(
    session: scoped_session[Session], values: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        make_exporter().dossier(**values)
    assert refused.value.field == field


def test_lines_that_make_no_sense_are_refused(session: scoped_session[Session]) -> None:
    exporter, other = make_exporter(), make_farm()
    dossier = exporter.dossier()
    actor, own = exporter.farm.actor, exporter.lot.id
    for field, values in {
        "lot_id": {"lot_id": other.harvest().id, "weight_grams": 5},
        "weight": {"lot_id": own, "weight_grams": 0},
        "sscc": {"lot_id": own, "weight_grams": 5, "sscc": "395210000000000001"},
    }.items():
        with pytest.raises(Invalid) as refused:
            add_line(actor=actor, dossier_id=dossier.id, **values)
        assert refused.value.field == field
    add_line(actor=actor, dossier_id=dossier.id, lot_id=own, weight_grams=5)
    with pytest.raises(AppError):
        add_line(actor=actor, dossier_id=dossier.id, lot_id=own, weight_grams=5)


def test_packing_houses_of_others_are_refused(session: scoped_session[Session]) -> None:
    exporter = make_exporter()
    with pytest.raises(Invalid):
        exporter.dossier(packing_house_id=house_of(make_farm()).id)
