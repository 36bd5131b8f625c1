"""Every design, printed in the dots of a thermal printer: each code is read, whatever it and its lot are called."""

import io
from collections import Counter

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdfium2 import PdfDocument
from reportlab.lib.units import mm

from core.db.codes import READABLE_ALPHABET
from tests.traceability.labels.printing import (
    FONTS,
    LONG_NAME,
    LONG_PRODUCER,
    label_content,
    page_picture,
    scanned,
    text_of,
)
from traceability.gs1.links import item_uri
from traceability.labels.alignment import alignment_page, ticks
from traceability.labels.content import LabelContent
from traceability.labels.designs import DESIGNS, Design, DesignKind
from traceability.labels.drawing import text_width
from traceability.labels.errors import LabelTooSmall
from traceability.labels.growing_pdf import Beginning
from traceability.labels.layout import DOT, FEWEST_DOTS, SMALLEST_TYPE
from traceability.labels.pdf import Labels, prepare_labels, single_page
from traceability.labels.svg import label_svg

pytestmark = pytest.mark.usefixtures("session")

PLAIN = label_content()
ITEM = label_content(serial="4T7ZKQ0M2X", mark="bản in lại 2")
LONGEST = label_content(
    name=LONG_NAME,
    producer=LONG_PRODUCER,
    lot="HUONG-KHE-26-09-15-A",
    serial="VUON-07-AB4T7ZKQ0M2X",
    mark="bản in lại 12",
)
CONTENTS = {"lot": PLAIN, "item": ITEM, "longest": LONGEST}
designs = pytest.mark.parametrize("design", DESIGNS.values(), ids=list(DESIGNS))
contents = pytest.mark.parametrize("content", CONTENTS.values(), ids=list(CONTENTS))


def prepared(design: Design, content: LabelContent) -> Labels:
    return prepare_labels(design, content, fonts=FONTS)


@designs
@contents
def test_every_code_of_a_page_is_read_at_203_dpi(design: Design, content: LabelContent) -> None:
    pdf = single_page(prepared(design, content), range(design.labels_a_page))
    assert scanned(page_picture(pdf)) == Counter({content.link: design.labels_a_page})


@designs
@contents
def test_modules_are_whole_dots_and_at_least_three(design: Design, content: LabelContent) -> None:
    place = prepared(design, content).layout.code
    for length in (place.module, place.x, place.y):
        assert length / DOT == pytest.approx(round(length / DOT))
    assert place.module / DOT >= FEWEST_DOTS


@designs
@contents
def test_nothing_leaves_the_label_or_enters_the_quiet_zone(design: Design, content: LabelContent) -> None:
    labels = prepared(design, content)
    modules = labels.family.size_with_quiet_zone if labels.family else len(labels.code or ()) + 8
    place = labels.layout.code
    right, bottom = place.x + modules * place.module, place.y + modules * place.module
    assert place.x >= 0 and place.y >= 0 and right <= design.width and bottom <= design.height
    for text in labels.layout.texts:
        width = text_width(text.text, text.is_bold, text.size)
        left = text.x - width / 2 if text.is_centred else text.x
        assert left >= 0 and left + width <= design.width + 0.01
        assert text.size * 25.4 / 72 * 0.7 <= text.y <= design.height
        beside = left >= right - 0.01
        above_or_below = text.y <= place.y + 0.01 or text.y - text.size * 25.4 / 72 * 0.95 >= bottom - 0.01
        assert beside or above_or_below
        assert text.size >= SMALLEST_TYPE - 0.02


@designs
def test_a_label_says_what_it_must(design: Design) -> None:
    words = text_of(single_page(prepared(design, ITEM), [0]))
    flat = "".join(words.split())
    for part in (
        "BưởiPhúcTrạch",
        "Hạndùng15/11/2026",
        "(01)09521000000018",
        "(10)260915-1",
        "(21)4T7ZKQ0M2X",
        "bảninlại2",
    ):
        assert part in flat


@designs
def test_a_long_name_shrinks_before_it_is_cut(design: Design) -> None:
    words = "".join(text_of(single_page(prepared(design, label_content(name=LONG_NAME)), [0])).split())
    assert "".join(LONG_NAME.split()) in words


def test_a_name_that_fits_at_no_size_is_cut_and_says_so() -> None:
    words = text_of(single_page(prepared(DESIGNS["a4-5x13"], LONGEST), [0]))
    assert "Bưởi Phúc Trạch" in " ".join(words.split()) and "…" in words and LONG_NAME not in " ".join(words.split())


def test_fonts_are_embedded() -> None:
    pdf = single_page(prepared(DESIGNS["roll-100x50"], PLAIN), [0])
    assert b"BeVietnamPro" in pdf and b"/FontFile2" in pdf


def test_a_link_that_is_too_long_for_a_small_label_is_refused() -> None:
    content = label_content(lot="%" * 20, serial="%" * 10 + "0" * 10)
    with pytest.raises(LabelTooSmall) as refusal:
        prepared(DESIGNS["a4-5x13"], content)
    assert refusal.value.field == "design"
    assert scanned(page_picture(single_page(prepared(DESIGNS["roll-100x50"], content), [0])))[content.link] == 1


@designs
def test_cells_lie_on_the_page_and_apart(design: Design) -> None:
    places = [design.place(cell) for cell in range(design.labels_a_page)]
    assert all(x >= 0 and x + design.width <= design.page_width + 0.01 for x, _y in places)
    assert all(y >= 0 and y + design.height <= design.page_height + 0.01 for _x, y in places)
    for number, (x, y) in enumerate(places):
        for other_x, other_y in places[:number]:
            assert abs(x - other_x) >= design.width - 0.01 or abs(y - other_y) >= design.height - 0.01
    if design.kind is DesignKind.SHEET:
        assert design.left == pytest.approx(210 - places[-1][0] - design.width, abs=0.6)


def test_items_on_many_pages_each_have_their_own_code_and_number() -> None:
    """Pages that grow behind one another: the file opens, and every label is another's."""
    design = DESIGNS["a4-4x10"]
    serials = [f"{READABLE_ALPHABET[n // 32]}{READABLE_ALPHABET[n % 32]}KQ0M2X7Z" for n in range(100)]
    labels = prepared(design, label_content(serial=serials[0]))
    first = labels.first_part()
    beginning = Beginning.of(first)
    pages = [
        beginning.page(number, labels.page(enumerate(serials[number * 40 : number * 40 + 40]))) for number in range(3)
    ]
    pdf = first + b"".join(pages) + beginning.end([len(page) for page in pages])
    document = PdfDocument(pdf)
    assert len(document) == 3
    assert document[2].get_size() == pytest.approx((210 * mm, 297 * mm), abs=0.01)
    found = scanned(page_picture(pdf, 0)) + scanned(page_picture(pdf, 1)) + scanned(page_picture(pdf, 2))
    base = "https://cho-nguon.example.vn"
    assert found == Counter(item_uri(base, "09521000000018", serial, lot="260915-1") for serial in serials)
    words = [text_of(pdf, page) for page in range(3)]
    assert all(f"(21){serial}" in words[number // 40] for number, serial in enumerate(serials))


def test_the_file_is_what_the_standard_says() -> None:
    """To a reader that forgives nothing: an update that adds pages and replaces the tree of pages."""
    labels = prepared(DESIGNS["a4-5x13"], ITEM)
    first = labels.first_part()
    beginning = Beginning.of(first)
    pages = [beginning.page(number, labels.page([(number, ITEM.serial)])) for number in range(3)]
    pdf = first + b"".join(pages) + beginning.end([len(page) for page in pages])
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    assert reader.xrefs.total_revisions == 2
    tree = reader.root["/Pages"]
    assert tree["/Count"] == len(tree["/Kids"]) == 3
    for number in range(3):
        page = tree["/Kids"][number]
        assert page["/Contents"].data == labels.page([(number, ITEM.serial)])
        assert page.raw_get("/Parent").idnum == reader.root.raw_get("/Pages").idnum


def test_a_pdf_of_another_make_is_refused() -> None:
    with pytest.raises(ValueError, match="another way"):
        Beginning.of(b"%PDF-1.4\n")


@designs
def test_the_test_page_has_the_size_of_the_paper(design: Design) -> None:
    (page,) = PdfDocument(alignment_page(design, fonts=FONTS))
    assert page.get_size() == pytest.approx((design.page_width * mm, design.page_height * mm), abs=0.01)


def test_rulers_have_a_mark_each_millimetre() -> None:
    marks = list(ticks(21.2))
    assert [position for position, _length in marks] == list(range(22))
    assert dict(marks)[10] > dict(marks)[5] > dict(marks)[1]


def test_the_preview_shows_the_same_and_holds_no_markup_of_others() -> None:
    labels = prepared(DESIGNS["roll-50x30"], label_content(name="<script>alert(1)</script>", serial="4T7ZKQ0M2X"))
    picture = label_svg(labels, title='"><b>')
    assert "<script" not in picture and "<b>" not in picture
    assert "4T7ZKQ0M2X" in picture and 'viewBox="0 0 50 30"' in picture


@designs
def test_the_words_of_the_test_page_stay_on_its_first_label(design: Design) -> None:
    document = PdfDocument(alignment_page(design, fonts=FONTS))
    x, y = design.place(0)
    right, bottom = (x + design.width) * mm, (design.page_height - y - design.height) * mm
    top = bottom + (design.height / 2 - 2) * mm
    inside = document[0].get_textpage().get_text_bounded(left=x * mm, right=right, bottom=bottom, top=top)
    assert "In đúng 100 %. Mỗi vạch là một milimét. Đường kẻ phải trùng mép tem." in " ".join(inside.split())
