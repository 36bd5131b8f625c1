"""Steps of the stateful test of lots that are about recalls."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.errors import NotFound, Refused
from tests.traceability.lots.ledger_model import Errors
from tests.traceability.lots.lot_history import LotHistory
from traceability.recalls.errors import AlreadyDecided, DecidedByProposer
from traceability.recalls.models import Recall, RecallStatus
from traceability.recalls.sources import find_origin
from traceability.recalls.usecases import approve_recall, propose_recall, reject_recall, run_mock_recall

NOTICES = {
    "recall_class": 1,
    "reason": "Phòng thử nghiệm mẫu tìm thấy dư lượng.",
    "notice_vi": "Không ăn hàng của lô này, hãy gọi cho người bán.",
    "notice_en": "Do not eat goods of this lot; call the seller.",
}
NOTE = "Không đủ căn cứ để thu hồi."

picks = st.integers(0, 99)


class RecallSteps(LotHistory):
    """Recalls rehearsed, proposed, approved and rejected; and who must not."""

    @rule(which=st.integers(0, 1), pick=picks)
    def rehearse_recall(self, which: int, pick: int) -> None:
        lot = list(self.model.lots.values())[pick % len(self.model.lots)]
        party = self.world.parties[which]
        refusals: Errors = set() if lot.owner == party.id else {NotFound}
        mock = self.attempt(
            refusals,
            lambda: run_mock_recall(actor=party.actor, origin=find_origin(party.actor, "lot", str(lot.id))),
        )
        if mock is not None:
            reach = [self.model.lots[lot_id] for lot_id in {lot.id} | self.model.descendants(lot.id)]
            assert mock.total_grams == sum(one.weight for one in reach)
            assert mock.accounted_grams == sum(self.model.accounted(one) for one in reach)

    @rule(pick=picks, by=st.sampled_from(("owner", "stranger", "administrator")), whole_reach=st.booleans())
    def propose_recall(self, pick: int, by: str, whole_reach: bool) -> None:
        lot = list(self.model.lots.values())[pick % len(self.model.lots)]
        owner, stranger = sorted(self.world.parties, key=lambda party: party.id != lot.owner)
        actor = {"owner": owner.actor, "stranger": stranger.actor, "administrator": self.world.administrator}[by]
        chosen = {lot.id} | (self.model.descendants(lot.id) if whole_reach else set())
        given = {"actor": actor, "lot_ids": sorted(chosen), **NOTICES}
        refusals: Errors = {NotFound} if by == "stranger" else set()
        recall: Recall | None = self.attempt(
            refusals, lambda: propose_recall(**given, origin=find_origin(actor, "lot", str(lot.id)))
        )
        if recall is not None:
            self.recalls[recall.id] = (actor, chosen, RecallStatus.PROPOSED)

    @precondition(lambda self: self.recalls)
    @rule(pick=picks, by_proposer=st.booleans(), approves=st.sampled_from((True, True, False)))
    def decide_recall(self, pick: int, by_proposer: bool, approves: bool) -> None:
        recall_id = list(self.recalls)[-1 - pick % len(self.recalls)]
        proposer, lot_ids, status = self.recalls[recall_id]
        refusals: Errors = set() if status == RecallStatus.PROPOSED else {AlreadyDecided}
        if by_proposer:
            refusals = {DecidedByProposer if proposer == self.world.administrator else Refused}
        given = {"actor": proposer if by_proposer else self.world.officer, "recall_id": recall_id, "note": NOTE}
        if self.attempt(refusals, lambda: (approve_recall if approves else reject_recall)(**given)) is None:
            return
        status = RecallStatus.ACTIVE if approves else RecallStatus.REJECTED
        self.recalls[recall_id] = (proposer, lot_ids, status)
        for lot_id in lot_ids if approves else ():
            self.model.lots[lot_id].is_recalled = True
