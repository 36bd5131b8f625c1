"""Tables that people bring and take away: CSV and XLSX, read with limits and written so that nothing in them runs."""

from core.tables.cells import Cell, read_date, read_decimal, read_text, read_whole_number
from core.tables.headers import Heading, Record, Records, read_records
from core.tables.reading import read_table
from core.tables.rows import LIMITS, Limits, Row
from core.tables.writing import Column, Sheet, counted, write_csv, write_xlsx

__all__ = [
    "LIMITS",
    "Cell",
    "Column",
    "Heading",
    "Limits",
    "Record",
    "Records",
    "Row",
    "Sheet",
    "counted",
    "read_date",
    "read_decimal",
    "read_records",
    "read_table",
    "read_text",
    "read_whole_number",
    "write_csv",
    "write_xlsx",
]
