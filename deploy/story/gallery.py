"""Every page of the story, with the person who sees it: for the browser's tests and for the screenshots."""

from collections.abc import Sequence
from urllib.parse import urljoin

from deploy.story.cash_gallery import CASH_NAMES, cash_pages
from deploy.story.collection_gallery import COLLECTION_NAMES, collection_pages
from deploy.story.delivery_gallery import DELIVERY_NAMES, delivery_pages
from deploy.story.diary_gallery import ATTESTATION_NAMES, DIARY_NAMES, attestation_pages, diary_pages
from deploy.story.dossier import withdrawn_dossier
from deploy.story.ordering import order
from deploy.story.person import Person
from deploy.story.return_gallery import RETURN_NAMES, return_pages
from deploy.story.selling_gallery import SELLING_NAMES, selling_pages
from deploy.story.shopper import BOUGHT, pay
from deploy.story.steps import STEPS
from deploy.story.talk_gallery import TALK_NAMES, talk_pages
from deploy.story.telling import Storyteller, play
from deploy.story.view import View
from deploy.story.waiting import wait_for

REPORT_SECONDS = 30

FIRST_REFUSAL = "anonymous_is_refused"


def tell_until_refusals(story: Storyteller) -> None:
    """Play the steps that make something. Raises `StoryBroken`."""
    for step in STEPS:
        if step.name == FIRST_REFUSAL:
            return
        play(step, story)


def guest_with_basket(story: Storyteller, *, quantity: int = 1) -> Person:
    """A guest who has put pieces of the story's product into the basket."""
    guest = story.stranger()
    page = guest.open(story.product.path)
    guest.send(page.form(to="/basket/lines"), {"quantity": str(quantity)})
    return guest


def guest_at_payment_page(story: Storyteller) -> tuple[Person, str, str]:
    """A guest with an unpaid order: the guest, the order's page and the payment page."""
    guest = guest_with_basket(story, quantity=BOUGHT)
    payment_url = order(guest)
    return guest, guest.open(payment_url).link_below("/orders/").path, payment_url


def parcel_to_pack(story: Storyteller) -> str:
    """The page of a parcel that is paid and waits for the farmer."""
    guest, order_path, payment_url = guest_at_payment_page(story)
    pay(guest, payment_url)
    number = guest.open(order_path).heading.split()[-1]
    links = story.farmer.open("/farm/orders").links_below("/farm/orders/")
    return next(link.path for link in links if link.words == number)


def season_pages(story: Storyteller) -> Sequence[View]:
    """What the season, its recall and its dossier look like."""
    season, farmer, stranger = story.season, story.farmer, story.stranger()
    return (
        View("crate", f"/farm/crates/{season.sscc}", farmer),
        View("trace-recalled", season.mixed.path, stranger),
        View("recall-page", season.recall_page, stranger),
        View("recalls", "/farm/recalls", farmer),
        View("recall", season.recall_path, story.officer),
        View("recall-mock", season.mock_path, farmer),
        View("dossier", season.dossier_path, farmer),
    )


def lot_pages(story: Storyteller) -> Sequence[View]:
    """What is done to lots, their genealogy, their labels, and the sensors beside them."""
    season, farmer, stranger = story.season, story.farmer, story.stranger()
    lot, made = story.lot, season.mixed
    devices = (link.path for link in farmer.open("/farm/sensors").links_below("/farm/sensors/"))
    device = next(path for path in devices if not path.endswith("/new"))
    way = {"in": "/farm/shipments", "out": "/farm/shipments?way=out"}
    sent = next(
        link.path for link in farmer.open(way["out"]).links_below("/farm/shipments/") if not link.path.endswith("/new")
    )
    return (
        View("lot-grade", f"/farm/lots/grade?lot={lot.id}", farmer),
        View("lot-split", f"/farm/lots/split?lot={lot.id}", farmer),
        View("lot-mix", f"/farm/lots/mix?lot={lot.id}", farmer),
        View("lot-process", f"/farm/lots/process?lot={lot.id}", farmer),
        View("lot-sell", f"/farm/lots/sell?lot={lot.id}", farmer),
        View("lot-destroy", f"/farm/lots/destroy?lot={lot.id}", farmer),
        View("lot-recalled", made.page, farmer),
        View("lot-genealogy", f"{made.page}/genealogy", farmer),
        View("crates", "/farm/crates", farmer),
        View("crate-new", f"/farm/crates/new?lot={lot.id}", farmer),
        View("pallet-new", "/farm/pallets/new", farmer),
        View("shipments", way["in"], farmer),
        View("shipments-sent", way["out"], farmer),
        View("shipment-new", "/farm/shipments/new?to=m%E1%BA%ABu", farmer),
        View("shipment", sent, farmer),
        View("lot-labels-sheet", f"{lot.page}/labels?design=a4-3x7", farmer),
        View("lot-labels-sign", f"{lot.page}/labels?design=sign-a4", farmer),
        View("sensors", "/farm/sensors", farmer),
        View("sensor", f"{device}?days=7", farmer),
        View("sensor-new", "/farm/sensors/new", farmer),
        View("sensor-edit", f"{device}/edit", farmer),
        View("trace-sensor", _record_with_chart(story, device), stranger),
    )


def _record_with_chart(story: Storyteller, device: str) -> str:
    """The public record of the lot that the device stands beside."""
    beside = story.farmer.open(device).link_below("/farm/lots/").path
    return story.farmer.open(beside).link_below("/01/").path


def record_pages(story: Storyteller) -> Sequence[View]:
    """What surrounds a public record: problems and their answers, a recall on its way, dossiers and their check."""
    season, farmer, officer, stranger = story.season, story.farmer, story.officer, story.stranger()
    report = stranger.open(story.lot.link).link_below("/problems/new/").path
    told = {"kind": "quality", "description": "Mở hộp thấy hai quả bị dập, mua chiều thứ bảy (mẫu)."}
    own = stranger.send(stranger.open(report).form(having="description"), told).path
    stranger.send(stranger.open(report).form(having="description"), {**told, "kind": "safety"})
    problem = next(link.path for link in officer.open("/problem-reports").links_below("/problem-reports/"))
    trace = f"from=plot&id={season.plot_id}"
    words = {"reason": "Ghi sai ngày trên nhãn (mẫu)", "notice_vi": "Nhãn ghi sai ngày.", "notice_en": "A wrong day."}
    form = farmer.open(f"/farm/recalls/new?from=lot&id={story.lot.id}").form(having="notice_vi")
    proposal = farmer.send(form, {"recall_class": "3", **words}).path
    begun = farmer.open("/farm/dossiers/new").form(having="buyer")
    gaps = farmer.send(begun, {"buyer": "Nhà nhập khẩu khác (mẫu)", "market": "CN"}).path
    check = farmer.open(season.dossier_path).link_below("/dossiers/").path
    withdrawn = withdrawn_dossier(story)
    withdrawn_check = farmer.open(withdrawn).link_below("/dossiers/").path
    return (
        View("problem-new", report, stranger),
        View("problem-own", own, stranger),
        View("problems", "/problem-reports", officer),
        View("problem", problem, officer),
        View("recall-trace", f"/farm/recalls/trace?{trace}", farmer),
        View("recall-new", f"/farm/recalls/new?{trace}", farmer),
        View("recall-proposal", proposal, officer),
        View("recalls-public", "/recalls", stranger),
        View("dossier-gaps", gaps, farmer),
        View("dossier-check", check, stranger),
        View("dossier-withdrawn", withdrawn, farmer),
        View("dossier-check-withdrawn", withdrawn_check, stranger),
        View("dossier-unknown", "/dossiers/D-00000000", stranger, status=404),
    )


def money_pages(story: Storyteller) -> Sequence[View]:
    """Statements, the bank account, payouts and the ledger, with a report of its month."""
    farmer, officer, administrator = story.farmer, story.officer, story.administrator
    month = f"{story.today:%Y-%m}"
    report = administrator.send(administrator.open(f"/ledger/{month}").form(to="/reports")).path
    wait_for(
        "the report of the month",
        lambda: any(administrator.open(report).links_below(f"{report}/file")),
        seconds=REPORT_SECONDS,
    )
    return (
        View("statement", "/farm/statement", farmer),
        View("statement-empty", "/farm/statement?from=2025-01-01&to=2025-01-31", farmer),
        View("statement-stall", f"{story.stall.screen}/statement", story.stall_holder),
        View("bank-account", "/farm/bank-account", farmer),
        View("payouts", "/payouts", officer),
        View("payout-run", story.payout_path, administrator),
        View("payout-terms", "/payouts/terms", administrator),
        View("ledger", "/ledger", administrator),
        View("ledger-month", f"/ledger/{month}", administrator),
        View("reports", "/reports", administrator),
        View("report", report, administrator),
    )


def pages_of(story: Storyteller) -> Sequence[View]:
    """The pages, after `tell_until_refusals`; makes what some of them need first."""
    stranger, farmer, holder = story.stranger(), story.farmer, story.stall_holder
    shopper = guest_with_basket(story)
    guest, waiting_order, payment_url = guest_at_payment_page(story)
    parcel = parcel_to_pack(story)
    sale = story.passer_by
    plot = next(link.path for link in farmer.open("/farm/diary").links_below("/farm/diary/plots/"))
    mail = story.stranger().open("/mailbox").link_below("/mailbox/").path
    return (
        View("front", "/", stranger),
        View("search", "/search?q=buoi+phuc+trach", stranger),
        View("search-nothing", "/search?q=zzzzqqqq", stranger),
        View("product", story.product.path, stranger),
        View("product-grades", "/products/tra-xanh-son-linh", stranger),
        View("producer", stranger.open(story.product.path).link_below("/producers/").path, stranger),
        View("trace", story.lot.path, stranger),
        View("basket", "/basket", shopper),
        View("basket-empty", "/basket", story.stranger()),
        View("checkout", "/checkout", shopper),
        View("payment", payment_url, guest),
        View("sandbox", urljoin(payment_url, "/"), stranger),
        View("order-waiting", waiting_order, guest),
        View("order-cancel", f"{waiting_order}/cancel", guest),
        View("order", story.order.path, stranger),
        View("sign-in", "/sign-in", stranger),
        View("farm", "/farm", farmer),
        View("product-form", story.product.form_path, farmer),
        View("product-new", "/farm/products/new", farmer),
        View("plot-new", "/farm/plots/new", farmer),
        View("diary", "/farm/diary", farmer),
        View("diary-plot", plot, farmer),
        View("diary-choose", f"{plot}/new", farmer),
        View("diary-spray", f"{plot}/new/pesticide_spraying", farmer),
        View("diary-edit-plot", f"{plot}/edit", farmer),
        View("diary-bulk", "/farm/diary/bulk", farmer),
        View("diary-import", "/farm/diary/import", farmer),
        View("diary-export", "/farm/diary/export", farmer),
        View("store", "/farm/store", farmer),
        View("store-new", "/farm/store/new", farmer),
        View("workers", "/farm/workers", farmer),
        View("lots", "/farm/lots", farmer),
        View("lot-new", "/farm/lots/new", farmer),
        View("lot", story.lot.page, farmer),
        View("lot-correction", farmer.open(story.lot.page).link_below(f"{story.lot.page}/entries/").path, farmer),
        View("lot-items", f"{story.lot.page}/items", farmer),
        View("lot-labels", f"{story.lot.page}/labels", farmer),
        View("labels", "/farm/labels", farmer),
        View("label-run", farmer.open("/farm/labels").link_below("/farm/labels/").path, farmer),
        View("trace-item", f"{story.lot.path}/21/HK-0000000000", stranger),
        View("links", "/farm/links", farmer),
        View("link-new", "/farm/links/new", farmer),
        View("tokens", "/farm/tokens", farmer),
        View("subscriptions", "/farm/subscriptions", farmer),
        View("attestations", "/farm/attestations", farmer),
        View("self-check-new", "/farm/attestations/self-checks/new", farmer),
        View("certificate-new", "/farm/attestations/certificates/new", farmer),
        View("laboratory-result-new", "/farm/attestations/laboratory-results/new", farmer),
        View("packing-house-new", "/farm/attestations/packing-houses/new", farmer),
        View("dossiers", "/farm/dossiers", farmer),
        View("dossier-new", "/farm/dossiers/new", farmer),
        View("linkset", f"{story.lot.path}?linkType=linkset", stranger),
        View("logistic-unit", f"/00/{story.order.sscc}", stranger),
        View("farm-orders", "/farm/orders", farmer),
        View("parcel", parcel, farmer),
        View("pick-list", "/farm/orders/pick-list", farmer),
        View("packing-slips", "/farm/orders/slips", farmer),
        View("stall-pay", story.stall.pay_path, stranger),
        View("receipt", story.receipt_path, sale),
        View("stalls", "/stalls", holder),
        View("stall-screen", story.stall.screen, holder),
        View("market-today", "/markets", story.manager),
        View("mailbox", "/mailbox", stranger),
        View("mail", mail, stranger),
        View("api", "/api", stranger),
        View("not-found", "/khong-co-trang-nay", stranger, status=404),
        *season_pages(story),
        *diary_pages(story, plot),
        *attestation_pages(story),
        *lot_pages(story),
        *record_pages(story),
        *money_pages(story),
        *talk_pages(story),
        *selling_pages(story, parcel=parcel),
        *cash_pages(story),
        *collection_pages(story),
        *delivery_pages(story),
        *return_pages(story),
    )


PAGE_NAMES = (
    *("front", "search", "search-nothing", "product", "producer", "trace", "basket", "basket-empty", "checkout"),
    *("payment", "sandbox", "order-waiting", "order", "sign-in", "farm", "product-form", "product-new", "plot-new"),
    *("lots", "lot-new", "lot", "farm-orders", "parcel", "stall-pay", "receipt", "stalls", "stall-screen"),
    "market-today",
    *("mailbox", "mail", "api", "not-found", "lot-correction", "links", "link-new", "tokens", "subscriptions"),
    *("lot-items", "lot-labels", "labels", "label-run", "trace-item"),
    *("linkset", "logistic-unit", "diary", "diary-plot", "diary-choose", "diary-spray", "diary-edit-plot", "store"),
    *("diary-bulk", "diary-import", "diary-export"),
    *("store-new", "workers", "product-grades"),
    *("attestations", "self-check-new", "certificate-new", "laboratory-result-new", "packing-house-new"),
    *("dossiers", "dossier-new", "dossier"),
    *("crate", "trace-recalled", "recall-page", "recalls", "recall", "recall-mock"),
    *DIARY_NAMES,
    *ATTESTATION_NAMES,
    *TALK_NAMES,
    *SELLING_NAMES,
    *CASH_NAMES,
    *COLLECTION_NAMES,
    *DELIVERY_NAMES,
    *RETURN_NAMES,
    *("pick-list", "packing-slips", "order-cancel"),
    *("lot-grade", "lot-split", "lot-mix", "lot-process", "lot-sell", "lot-destroy", "lot-recalled", "lot-genealogy"),
    *("crates", "crate-new", "pallet-new", "shipments", "shipments-sent", "shipment-new", "shipment"),
    *("lot-labels-sheet", "lot-labels-sign", "sensors", "sensor", "sensor-new", "sensor-edit", "trace-sensor"),
    *("problem-new", "problem-own", "problems", "problem", "recall-trace", "recall-new", "recall-proposal"),
    *("recalls-public", "dossier-gaps", "dossier-check", "dossier-unknown"),
    *("dossier-withdrawn", "dossier-check-withdrawn"),
    *("statement", "statement-empty", "statement-stall", "bank-account", "payouts", "payout-run", "payout-terms"),
    *("ledger", "ledger-month", "reports", "report"),
)
