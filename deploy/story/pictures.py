"""The photo that the farmer uploads."""

import io

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from deploy.story.person import Photo


def draw_pomelo() -> Photo:
    """A photo to upload: a pomelo before its tree, drawn here with light, skin and a blurred ground."""
    picture = Image.new("RGB", (1200, 900), "#a9c98b")
    pen = ImageDraw.Draw(picture)
    for place in range(40):  # leaves out of focus
        x, y, size = (place * 397) % 1300 - 60, (place * 211) % 620 - 60, 60 + (place * 53) % 120
        pen.ellipse((x, y, x + size * 2, y + size), fill=("#5f8f4c", "#7fae63", "#cfe0a8")[place % 3])
    pen.rectangle((0, 660, 1200, 900), fill="#8c6b47")
    picture = picture.filter(ImageFilter.GaussianBlur(28))
    ImageDraw.Draw(picture).ellipse((330, 720, 920, 800), fill="#5f4a33")
    picture = picture.filter(ImageFilter.GaussianBlur(6))

    light = ImageOps.invert(Image.radial_gradient("L")).resize((1100, 1100)).crop((250, 330, 850, 930))
    skin = ImageOps.colorize(light, "#55701f", "#f2efa0", mid="#b9c145", blackpoint=90, whitepoint=250, midpoint=175)
    skin = ImageChops.add(skin, Image.effect_noise(skin.size, 22).convert("RGB"), offset=-128)
    mask = Image.new("L", skin.size, 0)
    ImageDraw.Draw(mask).ellipse((20, 30, 580, 580), fill=255)
    picture.paste(skin, (310, 190), mask.filter(ImageFilter.GaussianBlur(2)))
    pen = ImageDraw.Draw(picture)
    pen.line((606, 232, 596, 176), fill="#4a3a22", width=14)
    pen.polygon([(600, 190), (650, 90), (800, 70), (735, 170)], fill="#2f6a2c")
    pen.line((606, 186, 790, 78), fill="#5d9a4b", width=5)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=85)
    content.seek(0)
    return "buoi.jpg", content, "image/jpeg"
