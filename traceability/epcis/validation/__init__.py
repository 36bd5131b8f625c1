"""Typed validation of EPCIS 2.0 documents: as strict as the official JSON Schema with its formats, in one pass."""

from traceability.epcis.errors import Problem
from traceability.epcis.validation.events import EVENT_TYPES, validate_event
from traceability.epcis.validation.heads import validate_head

__all__ = ["EVENT_TYPES", "Problem", "validate_event", "validate_head"]
