"""The story, step by step, in the order in which it is played."""

from deploy.story.dossier import dossier_is_issued, dossier_names_gaps
from deploy.story.farm import (
    farmer_adds_plot_and_lot,
    farmer_adds_product,
    farmer_packs_and_ships,
    farmer_prints_code,
    farmer_signs_in,
)
from deploy.story.items import farmer_numbers_items
from deploy.story.market_day import manager_sees_takings, passer_by_pays, stall_opens
from deploy.story.money_back import lighter_parcel_is_repriced, spoilt_fruit_is_refunded
from deploy.story.payout import farmer_is_paid_out
from deploy.story.recall import (
    guest_gets_mixed_lot,
    mock_recall_accounts_for_all,
    recall_is_approved,
    recall_reaches_buyer,
)
from deploy.story.refusals import (
    anonymous_is_refused,
    manager_of_other_market_is_refused,
    other_farmer_is_refused,
    other_stall_holder_is_refused,
)
from deploy.story.season import (
    farmer_keeps_diary,
    harvest_waits_for_interval,
    labels_lead_to_origins,
    lots_are_mixed_and_packed,
)
from deploy.story.shopper import (
    buyer_orders_once,
    buyer_pays,
    buyer_sees_lot,
    refused_card_keeps_order,
    shopper_searches,
    stranger_opens_record,
)
from deploy.story.telling import Step
from deploy.story.ways import parcel_comes_at_an_hour, parcel_is_picked_up

STEPS = (
    Step("A farmer signs in with a phone number", farmer_signs_in),
    Step("The farmer adds a product with photo, stars and two units", farmer_adds_product),
    Step("The farmer records a plot and a lot", farmer_adds_plot_and_lot),
    Step("The lot's QR code as SVG, PNG and label; it is read", farmer_prints_code),
    Step("Fruits get serial numbers and labels; a made-up number shows", farmer_numbers_items),
    Step("A stranger opens the lot's record", stranger_opens_record),
    Step("A shopper searches without marks and with a slip", shopper_searches),
    Step("A guest orders; a double click makes one order", buyer_orders_once),
    Step("A refused card leaves order and basket as they were", refused_card_keeps_order),
    Step("The guest pays: webhook, mail, stock", buyer_pays),
    Step("The farmer packs from the lot and ships", farmer_packs_and_ships),
    Step("The buyer's order leads to the lot's record", buyer_sees_lot),
    Step("A guest chooses day and hours of the delivery", parcel_comes_at_an_hour),
    Step("Another guest picks the parcel up", parcel_is_picked_up),
    Step("A stall holder's placard is read", stall_opens),
    Step("A passer-by pays at the stall; its open screen shows it", passer_by_pays),
    Step("The market's manager sees the takings", manager_sees_takings),
    Step("A plot's season: a table of its work and a spray", farmer_keeps_diary),
    Step("A harvest too early is refused, a later one is not", harvest_waits_for_interval),
    Step("Three lots are mixed and packed into a crate", lots_are_mixed_and_packed),
    Step("Its labels lead to a record with sprays and origins", labels_lead_to_origins),
    Step("A guest buys of the mixed lot; the farmer ships", guest_gets_mixed_lot),
    Step("A mock recall accounts for all of it", mock_recall_accounts_for_all),
    Step("The farmer proposes a recall, the officer approves", recall_is_approved),
    Step("The recall reaches shelf and buyer: banner, page, mail", recall_reaches_buyer),
    Step("An export dossier says what is missing", dossier_names_gaps),
    Step("With that entered the dossier is built and signed", dossier_is_issued),
    Step("A parcel weighs less than was paid: repriced, money back", lighter_parcel_is_repriced),
    Step("A spoilt fruit is refunded by its line", spoilt_fruit_is_refunded),
    Step("The farmer is paid out: two people, a bank file, a statement", farmer_is_paid_out),
    Step("An anonymous visitor is refused", anonymous_is_refused),
    Step("Another farmer is refused", other_farmer_is_refused),
    Step("Another stall holder is refused", other_stall_holder_is_refused),
    Step("The manager of another market is refused", manager_of_other_market_is_refused),
)
