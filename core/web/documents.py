"""Documents that are made from the code: the configuration table and the OpenAPI document."""

import json
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from core.config.table import configuration_document
from core.web.api_reference import openapi_document

commands = AppGroup("documents", help="Documents made from the code.")


def init_app(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(commands)


def generated_documents() -> dict[str, str]:
    """The documents by file name below the application's folder."""
    return {
        "docs/configuration.md": configuration_document(),
        "docs/openapi.json": json.dumps(openapi_document(), ensure_ascii=False, indent=2, sort_keys=True) + "\n",
    }


@commands.command("write")
def write() -> None:
    """Write the documents where they belong."""
    for name, content in generated_documents().items():
        path = Path(current_app.root_path) / name
        path.write_text(content)
        click.echo(f"wrote {name}")
