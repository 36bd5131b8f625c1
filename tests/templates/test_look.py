"""The look keeps its promises: readable colours in both themes, icons that exist, drawings that stay small."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")

LIGHT = TOKENS.split(":root {", 1)[1].split("}", 1)[0]
DARK_BY_SYSTEM = TOKENS.split(':root:not([data-bs-theme="light"]) {', 1)[1].split("}", 1)[0]
DARK_BY_CHOICE = TOKENS.split(':root[data-bs-theme="dark"] {', 1)[1].split("}", 1)[0]

# Text colour, background colour: every pair the stylesheets put on each other.
READABLE = [
    ("ink", "paper"), ("ink", "surface"), ("ink", "sunken"),
    ("ink-soft", "paper"), ("ink-soft", "surface"), ("ink-soft", "sunken"),
    ("on-leaf", "leaf"), ("on-leaf", "leaf-strong"), ("on-citrus", "citrus"), ("on-danger", "danger"),
    ("leaf-text", "paper"), ("leaf-text", "surface"), ("leaf-text", "leaf-soft"),
    ("citrus-text", "paper"), ("citrus-text", "surface"), ("citrus-text", "citrus-soft"),
    ("rose-text", "rose-soft"), ("water-text", "water-soft"), ("water-text", "map-sea"),
    ("danger", "surface"), ("danger", "paper"), ("map-name", "map-beyond"), ("ink", "map-land"),
]  # fmt: skip


def colours(block: str) -> dict[str, str]:
    """Token name (without the dashes) to its #rrggbb value."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2, "relative luminance")."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("text", "background"), READABLE)
@pytest.mark.parametrize("block", [LIGHT, DARK_BY_CHOICE], ids=["light", "dark"])
def test_text_meets_contrast_aa(block: str, text: str, background: str) -> None:
    tokens = colours(block)
    assert contrast(tokens[text], tokens[background]) >= 4.5


@pytest.mark.parametrize("background", ["surface", "sunken"])
@pytest.mark.parametrize("block", [LIGHT, DARK_BY_CHOICE], ids=["light", "dark"])
def test_borders_of_form_controls_can_be_seen(block: str, background: str) -> None:
    tokens = colours(block)
    assert contrast(tokens["line-strong"], tokens[background]) >= 3


def test_dark_is_the_same_with_and_without_script() -> None:
    assert DARK_BY_SYSTEM.split() == DARK_BY_CHOICE.split()


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img" / "icons.svg").read_text(encoding="utf-8")))
    named = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"\bicon\('([^']+)'", template.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= sprite


@pytest.mark.parametrize("drawing", sorted(STATIC.glob("img/products/*.svg")), ids=lambda path: path.stem)
def test_product_drawing_is_well_formed_and_small(drawing: Path) -> None:
    root = ElementTree.fromstring(drawing.read_bytes())
    assert root.attrib["viewBox"] == "0 0 400 300"
    assert drawing.stat().st_size < 6_000


def test_stylesheets_ask_nobody_else() -> None:
    for stylesheet in STATIC.glob("css/*.css"):
        assert not re.search(r"url\(\s*[\"']?(?:https?:)?//", stylesheet.read_text(encoding="utf-8")), stylesheet.name


def test_templates_carry_no_inline_style_or_script() -> None:
    for template in (ROOT / "templates").rglob("*.html"):
        if "email" in template.parts:
            continue  # mail programs drop stylesheets
        text = template.read_text(encoding="utf-8")
        assert not re.search(
            r"\sstyle=|\son\w+=\"|<style\b|<script(?![^>]*(?:\bsrc=|type=\"application/ld\+json\"))", text
        ), template.name
