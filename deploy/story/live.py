"""An open stall screen: listens to the stream that the stall's page listens to."""

import json
import threading
import time
from typing import Any

import requests

from deploy.story.broken import expect
from deploy.story.person import Person


class OpenScreen:
    """Holds the stream of one stall open while the block lasts, and notes when each event came."""

    def __init__(self, holder: Person, path: str) -> None:
        self.path = path
        self.events: list[tuple[float, str, dict[str, Any]]] = []
        self._answer = holder.ask("GET", path, stream=True, headers={"Accept": "text/event-stream"})
        kind = self._answer.headers.get("Content-Type", "")
        good = self._answer.status_code == 200 and kind.startswith("text/event-stream")
        expect(good, f"an event stream from {path}", got=f"{self._answer.status_code} {kind}")
        self._over = False
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "OpenScreen":
        self._reader.start()
        return self

    def __exit__(self, *reason: object) -> None:
        # Closing from here would wait for the reader, which sits in the socket until the next sign of life.
        self._over = True

    def _read(self) -> None:
        name = ""
        try:
            for line in self._answer.iter_lines(chunk_size=1, decode_unicode=True):
                if self._over:
                    break
                if line.startswith("event:"):
                    name = line.removeprefix("event:").strip()
                elif line.startswith("data:"):
                    self.events.append((time.monotonic(), name, json.loads(line.removeprefix("data:"))))
        except requests.RequestException:
            return  # the site has ended the stream; whoever waits for a sale will say that it did not come
        finally:
            self._answer.close()

    def sale_of(self, number: str) -> tuple[float, dict[str, Any]] | None:
        """When the sale with this number came, and what the stream said of it."""
        for came, name, facts in list(self.events):
            if name == "sale" and facts.get("number") == number:
                return came, facts
        return None
