"""PDF files that grow page by page, so that ten thousand labels never lie in memory together.

The first part is a whole PDF with everything that the pages share: fonts, and the label without what differs. The
pages come behind it as objects of an incremental update (ISO 32000-1:2008 §7.5.6), and the end names them all. Each
part can be kept as soon as it is made, and the file is nothing but the parts behind one another.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

_PAGE_TREE: Final = re.compile(rb"/Pages (\d+) 0 R")
_TRAILER: Final = re.compile(
    rb"trailer\s*<<(?P<entries>.*?/Root \d+ 0 R)\s*/Size (?P<size>\d+)\s*>>\s*startxref\s*(?P<xref>\d+)\s*%%EOF",
    re.DOTALL,
)
_PAGE: Final = re.compile(
    rb"/MediaBox (?P<box>\[[^]]*\]) /Parent \d+ 0 R /Resources (?P<resources><<.*?>>)\s*/Rotate", re.DOTALL
)
OBJECTS_A_PAGE: Final = 2


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the pages behind it need to know of the first part of a file: its object numbers and where they lie."""

    length: int
    next_object: int
    page_tree: int
    xref: int
    trailer: bytes
    box: bytes
    resources: bytes

    @classmethod
    def of(cls, first_part: bytes) -> "Beginning":
        """Read it from a PDF of one page, as reportlab writes it. That page itself will not be shown."""
        trailer, tree, page = _TRAILER.search(first_part), _PAGE_TREE.search(first_part), _PAGE.search(first_part)
        if trailer is None or tree is None or page is None:
            raise ValueError("this PDF is written in another way than expected")
        return cls(
            length=len(first_part),
            next_object=int(trailer["size"]),
            page_tree=int(tree[1]),
            xref=int(trailer["xref"]),
            trailer=trailer["entries"],
            box=page["box"],
            resources=page["resources"],
        )

    def page(self, number: int, drawing: bytes) -> bytes:
        """The objects of a page, the `number`-th (from 0), that shows `drawing` (operators of §7.8.2)."""
        first = self.next_object + OBJECTS_A_PAGE * number
        stream = zlib.compress(drawing)
        return b"%s%d 0 obj\n<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream\nendobj\n" % (
            self._page_object(first),
            first + 1,
            len(stream),
            stream,
        )

    def end(self, lengths: Sequence[int]) -> bytes:
        """The last part of the file: it lists all pages, of which `lengths` says how many bytes each takes."""
        *offsets, position = accumulate(lengths, initial=self.length)
        numbers = range(self.next_object, self.next_object + OBJECTS_A_PAGE * len(offsets), OBJECTS_A_PAGE)
        kids = b" ".join(b"%d 0 R" % number for number in numbers)
        tree = b"%d 0 obj\n<</Type/Pages/Count %d/MediaBox %s/Resources %s/Kids[%s]>>\nendobj\n" % (
            self.page_tree,
            len(offsets),
            self.box,
            self.resources,
            kids,
        )
        entries = []
        for number, offset in zip(numbers, offsets, strict=True):
            entries.append(b"%010d 00000 n \n" % offset)
            entries.append(b"%010d 00000 n \n" % (offset + len(self._page_object(number))))
        return b"%sxref\n%d 1\n%010d 00000 n \n%d %d\n%strailer\n<<%s/Size %d/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
            tree,
            self.page_tree,
            position,
            self.next_object,
            len(entries),
            b"".join(entries),
            self.trailer,
            self.next_object + len(entries),
            self.xref,
            position + len(tree),
        )

    def _page_object(self, number: int) -> bytes:
        """The first object of a page; its drawing is the second."""
        return b"%d 0 obj\n<</Type/Page/Parent %d 0 R/Contents %d 0 R>>\nendobj\n" % (
            number,
            self.page_tree,
            number + 1,
        )
