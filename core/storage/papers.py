"""Papers: PDF documents and pictures of documents, checked by content, for people to keep and show to each other."""

import io
import re
import zlib
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

from core.errors import Invalid
from core.i18n import lazy_gettext as _l
from core.storage.images import read_photo

LARGEST_PAPER_BYTES: Final = 10_000_000
_LONGEST_SIDE: Final = 2400
"""Pixels of the longer side of a picture that is kept: enough to read the small print of an A4 page."""
_MOST_PAGES: Final = 500
_MOST_OBJECTS: Final = 50_000
_LARGEST_STREAM_BYTES: Final = 50_000_000
_STRUCTURE: Final = re.compile(rb"/(?:ObjStm|XRef)\b(?:(?!endobj).){0,400}?stream\r?\n", re.DOTALL)
_ACTIVE_ACTIONS: Final = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition")


@dataclass(frozen=True)
class Paper:
    """The content to keep, its media type and the suffix of its name."""

    content: bytes
    content_type: str
    suffix: str


def read_paper(content: bytes, *, field: str) -> Paper:
    """The paper in an upload: a PDF as it is, or a JPEG, PNG or WebP picture encoded anew as JPEG.

    A picture loses what the camera wrote beside it, the place among it. A PDF may contain no script and no other file.
    Raises Invalid, naming `field`.
    """
    if not content:
        raise Invalid(_l("This file is empty. Please choose it again."), field=field)
    if len(content) > LARGEST_PAPER_BYTES:
        megabytes = LARGEST_PAPER_BYTES // 1_000_000
        raise Invalid(
            _l("The file is larger than %(limit)s MB. Please choose a smaller one.", limit=megabytes), field=field
        )
    if content.startswith(b"%PDF-"):
        _check_pdf(content, field)
        return Paper(content, "application/pdf", "pdf")
    try:
        image = read_photo(content, field=field)
    except Invalid:
        raise Invalid(
            _l("This file cannot be read. Please choose a PDF document or a JPEG, PNG or WebP picture."), field=field
        ) from None
    image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=85)
    return Paper(encoded.getvalue(), "image/jpeg", "jpg")


def _check_pdf(content: bytes, field: str) -> None:
    from pyhanko.pdf_utils.misc import PdfError  # only here: it costs a third of a second at every start
    from pyhanko.pdf_utils.reader import PdfFileReader

    if _is_a_bomb(content):
        raise Invalid(_l("This PDF is damaged. Please save or scan it again."), field=field)
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        if reader.encrypted:
            raise Invalid(_l("This PDF is locked with a password. Please save it without one."), field=field)
        catalogue = reader.root
        pages = int(catalogue["/Pages"]["/Count"])
        active = _has_active_content(reader, catalogue)
    # A broken PDF fails in as many ways as there are libraries below; all of them mean the same to its sender.
    except (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OSError):
        raise Invalid(_l("This PDF is damaged. Please save or scan it again."), field=field) from None
    if active:
        raise Invalid(
            _l("This PDF contains a program or another file. Please print it as a plain PDF and send that."),
            field=field,
        )
    if not 1 <= pages <= _MOST_PAGES:
        raise Invalid(_l("This PDF must have 1 to %(most)s pages.", most=_MOST_PAGES), field=field)


def _is_a_bomb(content: bytes) -> bool:
    """Whether the compressed tables of objects grow beyond all measure; the reader would unpack them whole."""
    room = _LARGEST_STREAM_BYTES
    view = memoryview(content)
    for found in _STRUCTURE.finditer(content):
        unpacking = zlib.decompressobj()
        try:
            room -= len(unpacking.decompress(view[found.end() :], room))
        except zlib.error:
            continue
        if unpacking.unconsumed_tail or room <= 0:
            return True
    return False


def _has_active_content(reader: Any, catalogue: Any) -> bool:
    """Whether opening the document could run or hand over something: by its catalogue, and by its other objects."""
    names = catalogue.get("/Names")
    if names is not None and ("/JavaScript" in names or "/EmbeddedFiles" in names):
        return True
    if "/AA" in catalogue:
        return True
    references = [
        reference
        for revision in range(reader.total_revisions)
        for reference in reader.xrefs.explicit_refs_in_revision(revision)
    ]
    if len(references) > _MOST_OBJECTS:
        raise ValueError(len(references))
    return any(_is_active(reader, reference) for reference in references)


def _is_active(reader: Any, reference: Any) -> bool:
    from pyhanko.pdf_utils.generic import DictionaryObject

    thing = reader.get_object(reference)
    if not isinstance(thing, DictionaryObject):
        return False
    actions = [thing, thing.get("/A"), thing.get("/OpenAction")]
    return any(isinstance(action, DictionaryObject) and action.get("/S") in _ACTIVE_ACTIONS for action in actions)
