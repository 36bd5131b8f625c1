"""What can be wrong with the rows of a form."""

RowErrors = dict[int, dict[str, object]]
"""Messages by position of the row (from 0) and name of the field."""
