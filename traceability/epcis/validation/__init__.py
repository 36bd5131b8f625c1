"""Typed validation of EPCIS 2.0 documents: as strict as the official JSON Schema with its formats, in one pass."""

from traceability.epcis.errors import Problem
from traceability.epcis.validation.events import EVENT_TYPES, validate_event
from traceability.epcis.validation.heads import validate_head
from traceability.epcis.validation.rules import check_context, check_event_rules, moment

__all__ = [
    "EVENT_TYPES",
    "Problem",
    "check_context",
    "check_event_rules",
    "moment",
    "validate_event",
    "validate_head",
]
