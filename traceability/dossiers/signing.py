"""Signing the PDF of a dossier: PAdES baseline B-B (ETSI EN 319 142-1), by the key of the site."""

import contextlib
import io
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from core.config import Settings

FIELD: Final = "Signature"
_YEARS: Final = 10
_KEY_BITS: Final = 3072
_FILE: Final = "dossier_signing.pem"


def sign_pdf(content: bytes, *, settings: Settings, reason: str) -> bytes:
    """`content` with a signature over all of it; any later change of a byte breaks it.

    The whole document is signed in one more revision, with the certificate inside. Raises ValueError when the key or
    the certificate of the settings cannot be read.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # only here: it costs a third of a
    from pyhanko.sign import signers  # second at every start
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        name=settings.site_name,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    signers.PdfSigner(metadata, signer=_signer(settings)).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(content)), output=out
    )
    return out.getvalue()


def signing_certificate(settings: Settings) -> bytes:
    """The certificate in PEM that readers compare the signature with."""
    return _key_and_certificate(settings)[1]


def _signer(settings: Settings) -> Any:
    from asn1crypto import pem, x509
    from asn1crypto.keys import PrivateKeyInfo
    from cryptography.hazmat.primitives import serialization
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key_pem, certificate_pem = _key_and_certificate(settings)
    key = serialization.load_pem_private_key(key_pem, password=None)
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    first, *others = [x509.Certificate.load(block) for _kind, _headers, block in pem.unarmor(certificate_pem, True)]
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # its constructor says nothing of types
    registry.register_multiple(others)
    return SimpleSigner(signing_cert=first, signing_key=PrivateKeyInfo.load(der), cert_registry=registry)


def _key_and_certificate(settings: Settings) -> tuple[bytes, bytes]:
    """Key and certificate in PEM: as set, or made once and kept in `var/` with access for its owner only."""
    if settings.dossier_signing_key is not None and settings.dossier_signing_certificate is not None:
        # An environment file often holds the lines of a PEM with the two signs "\n" between them.
        pair = settings.dossier_signing_key, settings.dossier_signing_certificate
        key, certificate = (text.replace("\\n", "\n").encode() for text in pair)
        return key, certificate
    path = settings.var_dir / _FILE
    if not path.exists():
        _make_once(path, settings.site_name)
    key, separator, certificate = path.read_bytes().partition(b"-----BEGIN CERTIFICATE-----")
    return key, separator + certificate


def _make_once(path: Path, site_name: str) -> None:
    """Write a new key and certificate into one file, unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_bytes(_self_made(site_name))
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()


def _self_made(site_name: str) -> bytes:
    """A new RSA key and a certificate that it signed itself, for signatures only."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, site_name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
