"""The story, each step a test, against the real site."""

import pytest

from deploy.story.steps import STEPS
from deploy.story.telling import Step, Storyteller, play


@pytest.fixture(scope="module")
def played() -> list[str]:
    """Names of the steps that went as told so far."""
    return []


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_step_goes_as_told(step: Step, story: Storyteller, played: list[str]) -> None:
    before = [earlier.name for earlier in STEPS[: STEPS.index(step)]]
    if missing := [name for name in before if name not in played]:
        pytest.fail(f"an earlier step was not as told: {missing[0]}")
    play(step, story)
    played.append(step.name)
