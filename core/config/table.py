"""The settings as a table for operators: `docs/configuration.md` is made from it."""

from pydantic.fields import FieldInfo

from core.config.settings import Settings

HEADING = """# Configuration

Made from `core/config/settings.py` by `make documents`; do not edit it here.

The environment alone chooses the profile. Without any variable the embedded one runs: every part from PyPI, state in
`var/`. A value that makes no sense stops the process with one line that names the variable.

| variable | default | meaning |
| --- | --- | --- |
"""


def _default(field: FieldInfo) -> str:
    return "" if field.default is None else f"`{field.default}`"


def configuration_document() -> str:
    """The whole of `docs/configuration.md`."""
    rows = [
        f"| `{name.upper()}` | {_default(field)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    ]
    return HEADING + "".join(rows)
