"""The farmer's part: a product, a plot, a lot, its code; later the parcel."""

import re
from urllib.parse import unquote, urlsplit

from core.gs1 import check_digit
from deploy.story.broken import StoryBroken, expect
from deploy.story.codes import read_png, read_svg
from deploy.story.pictures import draw_pomelo
from deploy.story.telling import (
    BOX_PRICE_VND,
    BOXES,
    HARVESTED,
    PIECE_PRICE_VND,
    PIECES,
    PIECES_IN_BOX,
    Lot,
    Product,
    Storyteller,
    dong,
    id_in,
)

LABEL_POINTS = (100 / 25.4 * 72, 50 / 25.4 * 72)
SMALLEST_QR_PIXELS = 600


def farmer_signs_in(story: Storyteller) -> None:
    """With the phone number, as it is written at home."""
    account = story.account("farmer")
    phone = "0" + account.phone.removeprefix("+84")
    story.farmer.sign_in(phone, account.password)
    page = story.farmer.open("/farm")
    expect(account.display_name in page.text, f"“{account.display_name}” on the farm's page", got=page.summary)
    story.say(f"{account.display_name} is in with {phone}")


def farmer_adds_product(story: Storyteller) -> None:
    """Names in two languages, by piece and by box, a photo, stars, a commune."""
    story.product = product = add_product(story, story.word)
    story.say(f"{product.name_vi}: {dong(PIECE_PRICE_VND)} a piece, {dong(BOX_PRICE_VND)} a box of {PIECES_IN_BOX}")
    story.say(f"GTIN {product.gtin}, {story.site_url}{product.path}")


def add_product(story: Storyteller, garden: str) -> Product:
    """Put pomelos of a garden into the shop, and look at them there."""
    name_vi, name_en = f"Bưởi Phúc Trạch vườn {garden}", f"Phuc Trach pomelo, garden {garden}"
    form = story.farmer.open("/farm/products/new").form(having="name_vi")
    values = {
        "name_vi": name_vi,
        "name_en": name_en,
        "category": "fruit",
        "ocop_stars": "5",
        "geographical_indication": "Phúc Trạch",
        "brand": "Bưởi Phúc Trạch",
        "standards": "VietGAP",
        "stages": "Chăm sóc\nThu hoạch\nĐóng gói",
        "storage": "Nơi khô, mát",
        "shelf_life_days": "60",
        "description_vi": "Múi hồng, ngọt thanh, hái buổi sớm.",
        "description_en": "Pink flesh, sweet and light, picked early in the day.",
        **_row(0, unit="piece", price=PIECE_PRICE_VND, on_hand=PIECES),
        **_row(1, unit="box", price=BOX_PRICE_VND, on_hand=BOXES, content=PIECES_IN_BOX),
    }
    page = story.farmer.send(form, values, photos={"photo": draw_pomelo()})
    expect(re.fullmatch(r"/farm/products/[0-9a-f-]{36}", page.path), "the product's own page", got=page.path)
    product = Product(name_vi=name_vi, name_en=name_en, garden=garden, id=id_in(page.path))
    product.slug = page.link_below("/products/").path.rpartition("/")[2]
    _check_product(story, product)
    return product


def _row(number: int, *, unit: str, price: int, on_hand: int, content: int | None = None) -> dict[str, str]:
    row = {"unit": unit, "price_vnd": f"{price:,}".replace(",", "."), "on_hand": str(on_hand)}
    if content is not None:
        row["content_quantity"] = str(content)
    return {f"offers-{number}-{name}": value for name, value in row.items()}


def _check_product(story: Storyteller, product: Product) -> None:
    said = story.stranger().json(f"/api/v1/products/{product.slug}")
    product.gtin, product.commune = said["gtin"], said["commune"]["name"]
    product.commune_code = said["commune"]["code"]
    product.producer = said["producer"]["name"]
    expect(said["name_vi"] == product.name_vi and said["name_en"] == product.name_en, "both names", got=said)
    expect(said["ocop_stars"] == 5, "5 stars", got=said["ocop_stars"])
    good = len(product.gtin) == 14 and product.gtin.isdigit() and check_digit(product.gtin[:-1]) == product.gtin[-1]
    expect(good, "a GTIN-14 with the right check digit", got=product.gtin)
    page = story.stranger().open(product.path)
    photo = next((address for address in page.images if "/media/" in address), None)
    if photo is None:
        raise StoryBroken(f"expected the farmer's photo on {product.path}, got {page.images}")
    answer = story.stranger().ask("GET", photo)
    kind = answer.headers.get("Content-Type", "")
    expect(answer.status_code == 200 and kind.startswith("image/"), "the photo", got=f"{answer.status_code} {kind}")


def farmer_adds_plot_and_lot(story: Storyteller) -> None:
    """A plot with its place, then yesterday's harvest from it."""
    plot = f"Vườn {story.word}"
    form = story.farmer.open("/farm/plots/new").form(having="area_m2")
    at = {"name": plot, "area_m2": "4200", "latitude": "18.083", "longitude": "105.786"}
    at["commune_code"] = story.product.commune_code
    page = story.farmer.send(form, {**at, "planting_area_code": "VN-42-0001"})
    expect(plot in page.text, f"the plot “{plot}” in the list", got=page.summary)

    form = story.farmer.open(f"/farm/lots/new?product={story.product.id}").form(having="harvested_on")
    expect(form.value_of("product_id") == str(story.product.id), "the product to be chosen already", got=form.fields)
    harvested_on = story.yesterday
    values = {"plot_ids": _plot_called(story, plot), "harvested_on": harvested_on.isoformat()}
    page = story.farmer.send(form, {**values, "quantity": str(HARVESTED), "unit": "piece", "unit_weight": "1100"})
    link = page.link_below(f"/01/{story.product.gtin}/10/")
    number = unquote(link.path.rpartition("/")[2])
    address = f"{story.site_url}{urlsplit(link.address).path}"
    story.lot = Lot(id_in(page.path), number, address, link.path, harvested_on)
    expect(1 <= len(number) <= 20 and " " not in number, "a lot number of 1 to 20 signs without a space", got=number)
    story.say(f"lot {number}: {HARVESTED} fruits of {harvested_on:%d/%m/%Y} from {plot}")
    _check_commissioning(story)


def _plot_called(story: Storyteller, plot: str) -> str:
    """The value that the form's list of boxes has for a plot."""
    html = story.farmer.open("/farm/lots/new").html
    found = re.search(rf'value="([0-9a-f-]{{36}})"[^>]*><label[^>]*>{re.escape(plot)} ·', html)
    if found is None:
        raise StoryBroken(f"expected the plot “{plot}” on offer in the form of a new lot, got none like it")
    return found[1]


def _check_commissioning(story: Storyteller) -> None:
    said = story.stranger().json(f"/api/v1/lots/{story.product.gtin}/{story.lot.number}")
    (story.lot.plot_gln,) = said["plot_glns"]
    expect(said["uri"] == story.lot.link, f"the lot's link {story.lot.link} in the API", got=said["uri"])
    events = events_of_lot(story)
    expect(len(events) == 1, "one event in the journal", got=len(events))
    event = events[0]
    first = event["bizStep"], event["action"]
    expect(first == ("commissioning", "ADD"), "a commissioning event", got=first)
    element = event["quantityList"][0]
    expect(element["epcClass"] == story.lot.link and element["quantity"] == HARVESTED, "its amount", got=element)
    story.say(f"commissioning event {event.get('eventID', '')} at plot {story.lot.plot_gln}")


def events_of_lot(story: Storyteller) -> list[dict[str, object]]:
    """The lot's EPCIS events, the oldest first."""
    document = story.stranger().json(f"/api/v1/lots/{story.product.gtin}/{story.lot.number}/events")
    events: list[dict[str, object]] = document["epcisBody"]["eventList"]
    return sorted(events, key=lambda event: str(event["eventTime"]))


def farmer_prints_code(story: Storyteller) -> None:
    """SVG, PNG and a PDF label; the picture is read as a phone would."""
    svg = story.farmer.download(f"{story.lot.page}/qr.svg", kind="image/svg+xml")
    png = story.farmer.download(f"{story.lot.page}/qr.png", kind="image/png")
    text, width = read_png(png)
    expect(text == story.lot.link, f"{story.lot.link} in the PNG", got=text)
    expect(read_svg(svg) == text, f"{text} in the SVG", got=read_svg(svg))
    expect(width >= SMALLEST_QR_PIXELS, f"{SMALLEST_QR_PIXELS} pixels", got=width)
    pdf = story.farmer.download(f"{story.lot.page}/label.pdf", kind="application/pdf")
    box = re.search(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
    size = tuple(float(number) for number in box.groups()) if box else ()
    fits = len(size) == 2 and all(abs(one - other) < 1 for one, other in zip(size, LABEL_POINTS, strict=True))
    expect(pdf.startswith(b"%PDF-") and fits, "a PDF label of 100 × 50 mm", got=f"{pdf[:8]!r} {size}")
    story.write("label.png", png)
    story.write("label.pdf", pdf)
    story.say(f"the code says {text}")


def farmer_packs_and_ships(story: Storyteller) -> None:
    """From the lot, with a parcel number; then handed over."""
    page = story.farmer.open("/farm/orders")
    link = next((link for link in page.links_below("/farm/orders/") if link.words == story.order.number), None)
    if link is None:
        raise StoryBroken(f"expected order {story.order.number} among the parcels to pack, got {page.summary}")
    story.order.parcel_path = link.path
    parcel = story.farmer.open(link.path)
    form = parcel.form(to=f"{link.path}/pack")
    fields = [name for name in form.names if name.startswith("lot_")]
    expect(fields, "a lot to choose for each line", got=sorted(form.names))
    for name in fields:
        expect(str(story.lot.id) in form.choices[name], f"lot {story.lot.number} on offer", got=form.choices[name])
    parcel = story.farmer.send(form, dict.fromkeys(fields, str(story.lot.id)))
    expect(parcel.has_form_to(f"{link.path}/ship"), "the button that hands the parcel over", got=parcel.summary)
    sscc = re.search(r"\b\d{18}\b", parcel.text)
    if sscc is None or check_digit(sscc[0][:-1]) != sscc[0][-1]:
        raise StoryBroken(f"expected a parcel number (SSCC) with a right check digit, got {sscc and sscc[0]}")
    story.order.sscc = sscc[0]
    parcel = story.farmer.send(parcel.form(to=f"{link.path}/ship"))
    expect(not parcel.has_form_to(f"{link.path}/ship"), "the parcel to be on its way", got=parcel.summary)
    story.say(f"order {story.order.number} packed from lot {story.lot.number} and shipped as parcel {sscc[0]}")
