"""Shapes of readings in the API."""

from marshmallow import Schema, fields, validate

from traceability.sensors.rules import MOST_READINGS, UNITS


class ReadingSchema(Schema):
    """One value at one time."""

    time = fields.AwareDateTime(
        required=True, metadata={"description": "When it was measured, with its distance from UTC."}
    )
    value = fields.Float(required=True, allow_nan=False, metadata={"description": "What was measured."})
    unit = fields.String(
        required=True,
        validate=validate.OneOf(list(UNITS)),
        metadata={"description": "UN/CEFACT code: CEL, FAH or KEL for temperatures, P1 for percent of humidity."},
    )


class ReadingsSchema(Schema):
    """Readings of one device, in any order."""

    readings = fields.List(
        fields.Nested(ReadingSchema), required=True, validate=validate.Length(min=1, max=MOST_READINGS)
    )
    sent_at = fields.AwareDateTime(
        metadata={"description": "What the device's clock said when it sent this; answered with how far it is off."}
    )


class RefusedReadingSchema(Schema):
    """A reading that is not believed, and was not kept."""

    index = fields.Integer(required=True, metadata={"description": "Its position in the batch, from 0."})
    field = fields.String(required=True)
    message = fields.String(required=True)


class TakenReadingsSchema(Schema):
    """What became of a batch."""

    stored = fields.Integer(required=True, metadata={"description": "Readings that are new and in the journal now."})
    corrected = fields.Integer(
        required=True,
        metadata={"description": "Those of them that take the place of another value of their time; both are kept."},
    )
    known = fields.Integer(
        required=True, metadata={"description": "Readings that were told before, and change nothing."}
    )
    refused = fields.List(fields.Nested(RefusedReadingSchema), required=True)
    clock_ahead_seconds = fields.Integer(
        metadata={"description": "How far the device's clock is ahead of ours (negative: behind), if it said its time."}
    )
