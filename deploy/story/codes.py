"""Reading QR codes as a phone does."""

import io
import re
from xml.etree import ElementTree

import zxingcpp
from PIL import Image, ImageDraw

from deploy.story.broken import StoryBroken, expect

PIXELS_PER_MODULE = 8
LARGEST_MODULES = 100
_STEP = re.compile(r"([Mmh])\s*(-?[\d.]+)(?:[\s,]+(-?[\d.]+))?")


def read_picture(picture: Image.Image) -> str:
    """The text of the one code in a picture. Raises `StoryBroken`."""
    found = zxingcpp.read_barcodes(picture.convert("L"))
    expect(len(found) == 1, "one QR code in the picture", got=[code.text for code in found])
    return str(found[0].text)


def read_png(content: bytes) -> tuple[str, int]:
    """The text of the code in a PNG picture, and how many pixels wide the picture is."""
    with Image.open(io.BytesIO(content)) as picture:
        return read_picture(picture), picture.width


def read_svg(content: bytes) -> str:
    """The text of the code in an SVG picture made of one stroked path, a row a line. Raises `StoryBroken`."""
    drawing = ElementTree.fromstring(content)
    expect(drawing.tag.endswith("svg"), "an SVG drawing", got=drawing.tag)
    path = next((element for element in drawing.iter() if "stroke" in element.attrib), None)
    if path is None or "d" not in path.attrib:
        raise StoryBroken("expected a stroked path in the SVG drawing, got none")
    side = LARGEST_MODULES * PIXELS_PER_MODULE
    picture = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(picture)
    x = y = 0.0
    for letter, first, second in _STEP.findall(path.attrib["d"]):
        if letter == "h":
            left, top = x * PIXELS_PER_MODULE, (y - 0.5) * PIXELS_PER_MODULE
            length = float(first) * PIXELS_PER_MODULE
            pen.rectangle((left, top, left + length - 1, top + PIXELS_PER_MODULE - 1), fill=0)
            x += float(first)
        elif letter == "M":
            x, y = float(first), float(second)
        else:
            x, y = x + float(first), y + float(second)
    if picture.getextrema()[0] != 0:
        raise StoryBroken("expected a code in the SVG drawing, got an empty one")
    return read_picture(picture)
