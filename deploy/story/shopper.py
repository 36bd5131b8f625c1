"""The consumer's part: scan, search, basket, payment, and the order with its record."""

import re
import unicodedata
from urllib.parse import urlsplit

from deploy.story.broken import StoryBroken, expect
from deploy.story.farm import events_of_lot
from deploy.story.ordering import choose, order
from deploy.story.page import Page
from deploy.story.person import Person
from deploy.story.telling import PIECE_PRICE_VND, PIECES, Order, Storyteller, dong
from deploy.story.waiting import wait_for

GOOD_CARD, REFUSED_CARD = "4242424242424242", "4000000000000002"
BOUGHT = 3
INDEX_SECONDS, WEBHOOK_SECONDS, MAIL_SECONDS = 20, 20, 40


def without_marks(text: str) -> str:
    """As people type it: no marks, small letters."""
    bare = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def stranger_opens_record(story: Storyteller) -> None:
    """Without an account and without a cookie: every field that the law asks for, and where to buy it."""
    stranger = story.stranger()
    page = stranger.open(story.lot.link)
    expect(not stranger.cookies, "a page without cookies", got=stranger.cookies)
    product, lot = story.product, story.lot
    day = f"{lot.harvested_on:%d/%m/%Y}"
    location = lot.plot_gln
    whole_code = f"(01){product.gtin}(414){location}(10){lot.number}(11){lot.harvested_on:%y%m%d}"
    required = {
        "the product's name": product.name_vi,
        "the producer": product.producer,
        "the place": product.commune,
        "the product trace code": f"(01){product.gtin}",
        "the location trace code": f"(414){location}",
        "the lot": lot.number,
        "the whole trace code": whole_code,
        "the stages": "Chăm sóc, Thu hoạch, Đóng gói",
        "the time of production": day,
        "the standard": "VietGAP",
        "the brand": "Bưởi Phúc Trạch",
        "the storage": "Nơi khô, mát",
        "the planting area code": "VN-42-0001",
    }
    for what, words in required.items():
        expect(words in page.text, f"{what} “{words}” on the trace page", got=page.text[:200])
    expect("map-marker" in page.classes, "the plot on a map", got=sorted(page.classes)[:20])
    expect("event" in page.classes and "timeline" in page.classes, "a timeline", got=sorted(page.classes)[:20])
    expect(any("/media/" in address for address in page.images), "the product's picture", got=page.images)
    page.link_below(product.path)
    story.say(f"{page.heading}: {product.producer}, {product.commune}, {day}")
    story.say(f"trace code {whole_code}")
    english = stranger.open(f"{lot.path}?lang=en")
    expect(product.name_en in english.text, "the record in English too", got=english.summary)


def shopper_searches(story: Storyteller) -> None:
    """Without marks, with a slip of the keyboard, narrowed by commune and stars."""
    words = without_marks(f"bưởi phúc trạch vườn {story.product.garden}")
    _page, waited = wait_for(
        f"“{story.product.name_vi}” first for “{words}”",
        lambda: _found_first(story, q=words),
        seconds=INDEX_SECONDS,
    )
    story.say(f"“{words}” finds it first ({waited:.1f} s until it was in the index)")
    slip = words.replace("trach", "trahc")
    if _found_first(story, q=slip) is None:
        raise StoryBroken(f"expected “{slip}” to find it first too, got {_names(_results(story, q=slip))}")
    story.say(f"“{slip}” finds it too")
    bare = _names(_results(story, q="buoi phuc trach"))
    expect(bare and without_marks(bare[0]).startswith("buoi phuc trach"), "a pomelo of Phúc Trạch first", got=bare)
    commune, other = _communes(story, words)
    for wanted, fits in (({"commune": commune, "stars": "5"}, True), ({"commune": other}, False)):
        found = story.product.name_vi in _names(_results(story, q=words, **wanted))
        expect(found == fits, f"{'to' if fits else 'not to'} find it with {wanted}", got=found)
    story.say(f"narrowed by commune {commune} and 5 stars it stays, by commune {other} it goes")


def _results(story: Storyteller, **query: str) -> Page:
    answer = story.stranger().ask("GET", "/search", params=query)
    page = Page(status=answer.status_code, url=answer.url, html=answer.text)
    expect(page.status == 200, "200 from /search", got=page.summary)
    return page


def _names(page: Page) -> list[str]:
    return [link.words for link in page.links_below("/products/")]


def _found_first(story: Storyteller, **query: str) -> Page | None:
    page = _results(story, **query)
    return page if _names(page)[:1] == [story.product.name_vi] else None


def _communes(story: Storyteller, words: str) -> tuple[str, str]:
    """The code of the product's commune, as the filters offer it, and that of another one."""
    offered = _results(story, q=words).form(having="commune").choices["commune"]
    said = story.product.commune_code
    expect(said in offered, f"commune {said} among the filters", got=offered)
    others = [entry["code"] for entry in story.stranger().json("/places/communes?province=42") if entry["code"] != said]
    return said, others[-1]


def buyer_orders_once(story: Storyteller) -> None:
    """A guest fills the basket and sends the order with a double click: one order, in English."""
    buyer = story.buyer
    buyer.choose_language("en")
    page = buyer.open(story.product.path)
    expect(f"{PIECES} left" in page.text, f"“{PIECES} left”", got=page.summary)
    basket = buyer.send(page.form(to="/basket/lines"), {"quantity": str(BOUGHT)})
    expect(basket.path == "/basket" and story.product.name_en in basket.text, "it in the basket", got=basket.summary)
    checkout, values = choose(buyer, email=story.buyer_email, note="Please ring twice")
    answers = buyer.send_twice(checkout.form(having="address"), values)
    statuses = [answer.status_code for answer in answers]
    expect(statuses == [303, 303], "both clicks to lead on", got=statuses)
    orders = {_order_behind(buyer, answer.headers["Location"]) for answer in answers}
    expect(len(orders) == 1, "one order for two clicks", got=f"{len(orders)} orders")
    path = orders.pop()
    page = buyer.open(path)
    number = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.heading)
    if number is None:
        raise StoryBroken(f"expected an order number in the heading, got {page.heading}")
    total = _total_of(page)
    story.order = Order(path=path, number=number[0], total_vnd=total, payment_url=answers[-1].headers["Location"])
    expect(page.has_form_to(f"{path}/pay"), "the order to wait for its payment", got=page.summary)
    story.say(
        f"order {number[0]}: {BOUGHT} × {dong(PIECE_PRICE_VND)} with delivery {dong(total)}; two clicks, one order"
    )


def _order_behind(buyer: Person, location: str) -> str:
    """The order that a payment page is for: the page's way back leads there."""
    if urlsplit(location).path.startswith("/orders/"):
        return urlsplit(location).path
    return urlsplit(buyer.open(location).link_below("/orders/").address).path


def _total_of(page: Page) -> int:
    amounts = [int(re.sub(r"\D", "", found)) for found in re.findall(r"[\d.,]*\d(?=\s?₫)|₫\s?[\d.,]*\d", page.text)]
    least = BOUGHT * PIECE_PRICE_VND
    expect(amounts and max(amounts) >= least, f"a total of at least {dong(least)}", got=amounts)
    return max(amounts)


def card(number: str) -> dict[str, str]:
    """What a person types on the payment page."""
    return {"card_number": number, "card_expiry": "12/34", "card_cvc": "123", "card_name": "KHACH MUA THU"}


def refused_card_keeps_order(story: Storyteller) -> None:
    """The bank says no: the order stays open, the basket whole."""
    buyer, order = story.buyer, story.order
    page = buyer.send(buyer.open(order.payment_url).form(having="card_number"), card(REFUSED_CARD), status=402)
    expect("failure" in page.classes, "the bank's refusal in words", got=page.summary)
    expect(buyer.open(order.path).has_form_to(f"{order.path}/pay"), "the order to stay open")
    basket = buyer.open("/basket")
    expect(story.product.name_en in basket.text, "the basket to be whole", got=basket.summary)
    story.say(f"card {REFUSED_CARD} is refused; order {order.number} stays open and the basket whole")


def buyer_pays(story: Storyteller) -> None:
    """The webhook makes the order paid before the buyer is even back; then the mail, and the stock."""
    buyer, order = story.buyer, story.order
    answer = buyer.send_and_stay(buyer.open(order.payment_url).form(having="card_number"), card(GOOD_CARD))
    expect(answer.status_code == 303, "the payment page to lead back", got=f"{answer.status_code}")
    _paid, waited = wait_for(
        "the signed webhook to make the order paid",
        lambda: not story.stranger().open(order.path).has_form_to(f"{order.path}/pay"),
        seconds=WEBHOOK_SECONDS,
    )
    story.say(f"paid by the webhook after {waited:.1f} s")
    page = buyer.open(answer.headers["Location"])
    expect(page.path == order.path, "the way back to lead to the order", got=page.path)
    expect(story.product.name_en not in buyer.open("/basket").text, "the basket to be empty")
    _check_mail(story)
    _check_stock(story)


def _check_mail(story: Storyteller) -> None:
    if story.stranger().ask("GET", "/mailbox").status_code == 404:
        story.say("this site has a mail server, so its mails cannot be read here")
        return
    name, waited = wait_for(f"a mail to {story.buyer_email}", lambda: _mail_to(story), seconds=MAIL_SECONDS)
    mail = story.stranger().open(name)
    expect(story.order.number in mail.text, f"order {story.order.number} in the mail", got=mail.summary)
    english = story.product.name_en in mail.text and story.product.name_vi not in mail.text
    expect(english, "the mail in the buyer's language, English", got=mail.text[-300:])
    story.say(f"mail “{mail.heading}” to {story.buyer_email} after {waited:.1f} s")


def _mail_to(story: Storyteller) -> str | None:
    page = story.stranger().open("/mailbox")
    return next((link.path for link in page.links_below("/mailbox/") if story.buyer_email in link.words), None)


def _check_stock(story: Storyteller) -> None:
    left = PIECES - BOUGHT
    page = story.buyer.open(story.product.path)
    expect(f"{left} left" in page.text, f"“{left} left” in the shop", got=page.summary)
    form = story.farmer.open(story.product.form_path).form(having="offers-0-on_hand")
    on_hand = {form.value_of(f"offers-{row}-unit"): form.value_of(f"offers-{row}-on_hand") for row in (0, 1)}
    expect(on_hand.get("piece") == str(left), f"{left} pieces on hand", got=on_hand)
    story.say(f"stock is down from {PIECES} to {left}")


def pay_for_pieces(guest: Person, product_path: str, *, pieces: int, email: str) -> str:
    """The path of a guest's order of so many pieces, once it is paid."""
    page = guest.open(product_path)
    guest.send(page.form(to="/basket/lines"), {"quantity": str(pieces)})
    to = {"name": "Khách mua vụ (mẫu)", "phone": "0912 345 679", "address": "14 Nguyễn Du", "email": email}
    return pay(guest, order(guest, **to))


def pay(guest: Person, payment_url: str) -> str:
    """The path of a guest's order whose payment page is here, once it is paid."""
    hosted = guest.open(payment_url)
    order_path = hosted.link_below("/orders/").path
    guest.send_and_stay(hosted.form(having="card_number"), card(GOOD_CARD))
    wait_for(
        "the order to be paid",
        lambda: not guest.open(order_path).has_form_to(f"{order_path}/pay"),
        seconds=WEBHOOK_SECONDS,
    )
    return order_path


def buyer_sees_lot(story: Storyteller) -> None:
    """The order's page names the lot and leads to its record, which tells of packing and shipping."""
    page = story.buyer.open(story.order.path)
    link = page.link_below(story.lot.path)
    record = story.stranger().open(link.path)
    steps = [str(event["bizStep"]) for event in events_of_lot(story)]
    expect(steps == ["commissioning", "packing", "shipping"], "three events in order", got=steps)
    expect(record.html.count('class="event ') == len(steps), "all of them on the timeline", got=record.summary)
    story.write("receipt.html", page.html.encode())
    story.say(f"the order's page links to {link.path}; its record: {', '.join(steps)}")
