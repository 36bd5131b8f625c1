"""Kombu's filesystem transport with messages that appear whole.

Kombu opens a message under its final name and then writes it; a worker that looks in between takes an empty file,
cannot read it, and ends. Here a message is written under another name first, which no worker looks for, and renamed.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

SCHEME = "folder"


class Channel(filesystem.Channel):
    """Puts messages into the folder in one step."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        """Add a message to `queue`. Raises ChannelError when the folder cannot be written."""
        # Messages are taken in the order of their names.
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        path = Path(self.data_folder_out) / name
        fresh = path.with_name(f"{name}.new")
        try:
            fresh.write_text(dumps(payload), encoding="utf-8")
            fresh.replace(path)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise ChannelError(f"Cannot add a message to {path.parent}: {error}") from error


class Transport(filesystem.Transport):
    """The transport behind `folder://`."""

    Channel = Channel


def register_transport() -> None:
    """Make `folder://` known to kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
