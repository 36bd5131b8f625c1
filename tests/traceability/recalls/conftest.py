"""A recall to work with: a farm with a lot, an officer, and what each does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from core.accounts import Actor, RoleName, User
from tests.factories import make_user
from tests.traceability.farm import Farm, actor_of, make_farm
from traceability.lots.models import Lot
from traceability.recalls.models import Recall
from traceability.recalls.sources import find_origin
from traceability.recalls.usecases import approve_recall, propose_recall

TEXTS = {
    "reason": "Phòng thử nghiệm mẫu tìm thấy dư lượng.",
    "notice_vi": "Không ăn bưởi của lô này, hãy gọi cho người bán.",
    "notice_en": "Do not eat pomelos of this lot; call the seller.",
}


@dataclass
class Scene:
    """A farm, one of its lots (200 pieces of 1.2 kg), and an officer."""

    farm: Farm
    lot: Lot
    officer_user: User

    @property
    def officer(self) -> Actor:
        return actor_of(self.officer_user)

    def propose(self, **values: Any) -> Recall:
        given = {"lot_ids": [self.lot.id], "recall_class": 1, **TEXTS, **values}
        origin = find_origin(self.farm.actor, "lot", str(self.lot.id))
        return propose_recall(actor=self.farm.actor, origin=origin, **given)

    def approve(self, recall: Recall | None = None) -> Recall:
        return approve_recall(actor=self.officer, recall_id=(recall or self.propose()).id)


@pytest.fixture
def scene(session: scoped_session[Session]) -> Scene:
    farm = make_farm()
    return Scene(farm, farm.harvest(200), make_user(RoleName.PROVINCE_OFFICER))


@pytest.fixture
def make_scene(session: scoped_session[Session]) -> Callable[[], Scene]:
    return lambda: Scene(farm := make_farm(), farm.harvest(200), make_user(RoleName.PROVINCE_OFFICER))
