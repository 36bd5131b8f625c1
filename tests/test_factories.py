"""The factories themselves make rows that the database accepts."""

from sqlalchemy.orm import Session, scoped_session

from tests.factories import make_lot, make_offer, make_plot, make_stall


def test_rows_satisfy_every_constraint(session: scoped_session[Session]) -> None:
    lot, offer, plot, stall = make_lot(), make_offer(), make_plot(), make_stall()
    session.commit()
    assert all(row.id for row in (lot, offer, plot, stall))
