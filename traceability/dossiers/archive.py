"""The ZIP of a dossier: the signed PDF, the EPCIS document, the attachments, and a manifest with their digests."""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

DOSSIER_FILE: Final = "dossier.pdf"
EPCIS_FILE: Final = "epcis.jsonld"
CERTIFICATE_FILE: Final = "signing-certificate.pem"
MANIFEST_FILE: Final = "manifest.json"


@dataclass(frozen=True)
class Attachment:
    """A file of the archive by its name there, "laboratory/KN-1.pdf"."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The digest of the content in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def pack(number: str, files: Sequence[Attachment], *, issued_at: datetime) -> bytes:
    """The archive of `files` with their manifest. The same files give the same bytes.

    Names are unique; moments inside are those of the issue, in UTC, since ZIP has no time zones.
    """
    manifest = {
        "dossier": number,
        "issued_at": issued_at.isoformat(timespec="seconds"),
        "digest": "SHA-256",
        "files": [{"name": file.name, "bytes": len(file.content), "sha256": file.sha256} for file in files],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (*files, Attachment(MANIFEST_FILE, text.encode())):
            entry = zipfile.ZipInfo(file.name, date_time=issued_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.content)
    return out.getvalue()


def unique_names(files: Sequence[Attachment]) -> list[Attachment]:
    """The files with names that no two share: the second "a.pdf" becomes "a-2.pdf"."""
    seen: dict[str, int] = {}
    named = []
    for file in files:
        count = seen[file.name] = seen.get(file.name, 0) + 1
        stem, dot, suffix = file.name.rpartition(".")
        named.append(file if count == 1 else Attachment(f"{stem}-{count}{dot}{suffix}", file.content))
    return named
