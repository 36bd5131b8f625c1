"""Any history of mixing, packing and unpacking: the statement finds exactly what a walk through the days finds."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, scoped_session

from core.db import db
from tests.traceability.histories import crate, lot, packed, transformed, unpacked
from traceability.lots.genealogy import trace

LOTS = tuple(lot(f"L{number}") for number in range(3))
CRATES = tuple(crate(number) for number in (1,))
PALLET = crate(9)


class Step(NamedTuple):
    """What is done on one day: `sources` into `target`, or out of it."""

    kind: Literal["transform", "pack", "unpack"]
    sources: tuple[str, ...]
    target: str


transformations = st.builds(
    Step,
    st.just("transform"),
    st.lists(st.sampled_from((*LOTS, *CRATES, PALLET)), min_size=1, max_size=2, unique=True).map(tuple),
    st.sampled_from(LOTS),
).filter(lambda step: step.target not in step.sources)
fillings = st.builds(
    Step, st.sampled_from(["pack", "unpack"]), st.sampled_from(LOTS).map(lambda uri: (uri,)), st.sampled_from(CRATES)
)
stackings = st.builds(
    Step,
    st.sampled_from(["pack", "unpack"]),
    st.sampled_from((*CRATES, *LOTS)).map(lambda uri: (uri,)),
    st.just(PALLET),
)
emptyings = st.builds(Step, st.just("unpack"), st.just(()), st.sampled_from((*CRATES, PALLET)))
histories = st.lists(st.one_of(transformations, fillings, stackings, emptyings), min_size=4, max_size=12)


@dataclass
class Walk:
    """The same history told day by day: what each lot is made of, and what stands in each container."""

    made_of: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    holds: defaultdict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    ever_held: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def within(self, uri: str) -> set[str]:
        """`uri` and all that is part of it now."""
        if uri in LOTS:
            return {uri} | self.made_of[uri]
        parts = {uri}
        for content, then in self.holds[uri].items():
            parts |= then if content in LOTS else self.within(content)
        return parts

    def do(self, step: Step) -> None:
        if step.kind == "transform":
            self.made_of[step.target] |= set().union(*(self.within(source) for source in step.sources))
        elif step.kind == "unpack":
            for source in step.sources or tuple(self.holds[step.target]):
                self.holds[step.target].pop(source, None)
        else:
            for source in step.sources:
                then = self.within(source) if source in LOTS else set()
                self.holds[step.target][source] = self.holds[step.target].get(source, set()) | then
        for container in (*CRATES, PALLET):
            self.ever_held[container] |= self.within(container)

    def ancestors(self, uri: str) -> set[str]:
        """Everything that was ever part of `uri`, itself left out."""
        return (self.made_of[uri] if uri in LOTS else self.ever_held[uri]) - {uri}


def _capture(step: Step, on: int) -> None:
    if step.kind == "transform":
        transformed(step.sources, [step.target], on)
    elif step.kind == "pack":
        packed(step.target, step.sources, on)
    else:
        unpacked(step.target, step.sources, on)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_both_directions_find_exactly_what_happened(session: scoped_session[Session], history: list[Step]) -> None:
    savepoint = db.session.begin_nested()
    walk = Walk()
    for on, step in enumerate(history):
        _capture(step, on)
        walk.do(step)
    everything = (*LOTS, *CRATES, PALLET)
    ancestors = {uri: walk.ancestors(uri) for uri in everything}
    for uri in everything:
        found = {node.identifier for node in trace([uri], "back").nodes} - {uri}
        assert found == ancestors[uri]
        found = {node.identifier for node in trace([uri], "forward").nodes} - {uri}
        assert found == {later for later in everything if uri in ancestors[later]} - {uri}
    savepoint.rollback()
