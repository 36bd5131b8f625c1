"""The standard vocabularies: complete, in three spellings, and in plain words."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from traceability.epcis.vocabulary import (
    BUSINESS_STEPS,
    BUSINESS_TRANSACTION_TYPES,
    COMPONENTS,
    DISPOSITION_LABELS,
    DISPOSITIONS,
    ERROR_REASONS,
    MEASUREMENT_TYPES,
    SENSOR_ALERTS,
    SOURCE_DESTINATION_TYPES,
    STEP_LABELS,
    Vocabulary,
    step_label,
)

ALL = [
    BUSINESS_STEPS, DISPOSITIONS, BUSINESS_TRANSACTION_TYPES, SOURCE_DESTINATION_TYPES, ERROR_REASONS, COMPONENTS,
    SENSOR_ALERTS, MEASUREMENT_TYPES,
]  # fmt: skip


def test_every_list_is_complete() -> None:
    assert [len(vocabulary.words) for vocabulary in ALL] == [41, 33, 13, 3, 2, 14, 2, 72]


@pytest.mark.parametrize("vocabulary", ALL, ids=lambda vocabulary: vocabulary.name)
def test_every_word_is_in_the_official_context(vocabulary: Vocabulary, vector: Callable[[str], Path]) -> None:
    text = json.dumps(json.loads(vector("epcis/epcis-context.jsonld").read_text("utf-8")))
    prefix = vocabulary.uri_prefix.replace("https://ref.gs1.org/cbv/", "cbv:").replace("https://gs1.org/voc/", "gs1:")
    assert [word for word in vocabulary.words if f'"{word}": "{prefix}{word}"' not in text] == []


def test_a_word_has_three_spellings() -> None:
    uri = "https://ref.gs1.org/cbv/BizStep-shipping"
    assert BUSINESS_STEPS.uri("shipping") == BUSINESS_STEPS.uri("urn:epcglobal:cbv:bizstep:shipping") == uri
    assert BUSINESS_STEPS.bare(uri) == BUSINESS_STEPS.bare("urn:epcglobal:cbv:bizstep:shipping") == "shipping"
    assert BUSINESS_STEPS.uri("https://example.com/own-step") == "https://example.com/own-step"
    assert BUSINESS_STEPS.bare("https://ref.gs1.org/cbv/BizStep-dancing") == "https://ref.gs1.org/cbv/BizStep-dancing"


def test_labels_are_for_words_that_exist() -> None:
    assert set(STEP_LABELS) <= BUSINESS_STEPS.words
    assert set(DISPOSITION_LABELS) <= DISPOSITIONS.words
    assert step_label("https://ref.gs1.org/cbv/BizStep-commissioning") == "Harvested"
    assert step_label("void_shipping") == "Sending called off"
    assert step_label("https://example.com/own-step") == "Recorded"
