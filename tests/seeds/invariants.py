"""What holds for every site, seeded or not."""

from sqlalchemy import select, text

from core.db import db
from core.gs1 import check_digit
from traceability.epcis.hashing import event_hash
from traceability.journal.identifiers import identifiers_of
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier


def assert_stock_is_what_moved() -> None:
    """The movements of an offer sum to its counters."""
    different = db.session.execute(
        text(
            "SELECT o.id FROM offers o LEFT JOIN stock_movements m ON m.offer_id = o.id GROUP BY o.id "
            "HAVING o.on_hand <> coalesce(sum(m.on_hand_change), 0) "
            "OR o.reserved <> coalesce(sum(m.reserved_change), 0)"
        )
    ).all()
    assert different == []


def assert_numbers_check() -> None:
    """GTINs and GLNs end in their check digit and stand below the site's prefix."""
    numbers = db.session.scalars(
        text("SELECT substr(gtin, 2) FROM products UNION ALL SELECT gln FROM producers UNION ALL SELECT gln FROM plots")
    ).all()
    assert numbers
    assert [number for number in numbers if not number.startswith("9521")] == []
    assert [number for number in numbers if check_digit(number[:-1]) != number[-1]] == []


def assert_journal_is_true(limit: int) -> None:
    """For up to `limit` events: the hash is that of the payload, the columns say what it says, nothing is missing."""
    events = db.session.scalars(select(EpcisEvent).order_by(EpcisEvent.event_hash).limit(limit)).all()
    assert events
    for event in events:
        bare = {name: value for name, value in event.payload.items() if name != "eventID"}
        assert event.event_hash == event.event_id == event.payload["eventID"] == event_hash(bare)
        assert event.payload["bizStep"] == event.biz_step
        assert event.record_time >= event.event_time
        stored = db.session.execute(
            select(
                EpcisEventIdentifier.role,
                EpcisEventIdentifier.identifier,
                EpcisEventIdentifier.quantity,
                EpcisEventIdentifier.unit_of_measure,
            )
            .where(EpcisEventIdentifier.event_id == event.id)
            .order_by(EpcisEventIdentifier.position)
        ).all()
        expected = [(item.role, item.identifier, item.quantity, item.unit_of_measure) for item in identifiers_of(bare)]
        assert [tuple(row) for row in stored] == expected


def assert_lots_balance() -> None:
    """What came into being of a lot is its weight, what left for other places is what the journal says, in grams.

    What was packed and unpacked of a lot is in its events; the holdings are the sums of the movements.
    """
    different = db.session.execute(
        text(
            """
            SELECT l.lot_number FROM lots l JOIN products p ON p.id = l.product_id
            LEFT JOIN epcis_event_identifiers i
                ON i.identifier = 'https://id.gs1.org/01/' || p.gtin || '/10/' || l.lot_number
            GROUP BY l.id, l.lot_number
            HAVING count(*) FILTER (WHERE i.role IN ('quantity', 'output_quantity')) < 1
                OR (l.made_by_id IS NULL AND round((min(i.quantity) FILTER (WHERE i.role = 'quantity'))
                    * CASE l.unit WHEN '100g' THEN 10 ELSE 1 END) > l.quantity)
                OR round(coalesce(sum(CASE WHEN i.unit_of_measure = 'KGM' THEN i.quantity * 1000 ELSE i.quantity END)
                    FILTER (WHERE i.role = 'child_quantity'), 0))
                    <> coalesce((SELECT sum(CASE WHEN l.unit IN ('kg', '100g') THEN m.grams ELSE m.units END)
                                 FROM lot_movements m JOIN lot_operations o ON o.id = m.operation_id
                                 WHERE m.lot_id = l.id AND o.kind IN ('packing', 'unpacking')
                                     AND 'packed' IN (m.from_status, m.to_status)), 0)
            """
        )
    ).all()
    assert different == []
    heavy = db.session.execute(
        text(
            "SELECT l.lot_number FROM lots l LEFT JOIN lot_holdings h ON h.lot_id = l.id GROUP BY l.id "
            "HAVING coalesce(sum(h.grams), 0) NOT BETWEEN l.weight_grams AND l.weight_grams + l.tolerance_grams"
        )
    ).all()
    assert heavy == []
    strange = db.session.execute(
        text(
            """
            WITH moved AS (
                SELECT lot_id, to_holder_id AS holder_id, to_status AS status, to_sscc AS sscc, grams, units
                FROM lot_movements WHERE to_status IS NOT NULL
                UNION ALL
                SELECT lot_id, from_holder_id, from_status, from_sscc, -grams, -units
                FROM lot_movements WHERE from_status IS NOT NULL
            ), summed AS (
                SELECT lot_id, holder_id, status, sscc, sum(grams)::bigint AS grams, sum(units)::int AS units
                FROM moved GROUP BY 1, 2, 3, 4)
            (SELECT * FROM summed EXCEPT SELECT * FROM lot_holdings)
            UNION ALL (SELECT * FROM lot_holdings EXCEPT SELECT * FROM summed)
            """
        )
    ).all()
    assert strange == []
