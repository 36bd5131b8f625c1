"""Rebuild ``link_types.json`` from the link types of the GS1 Web Vocabulary.

    python -m traceability.resolver.build_link_types linktypes.json

The file named is what https://ref.gs1.org/voc/data/linktypes gives out: an object of link types by name. Only names
and titles are kept. Vietnamese titles are ours and stay; a new link type has none until somebody writes it.
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("link_types.json")
RESOLVERS_OWN = frozenset(("defaultLink", "defaultLinkMulti"))
"""Link types that say which link is the default; a resolver sets them, nobody chooses them."""


def build(published: dict[str, dict[str, str]], known: dict[str, Any]) -> dict[str, Any]:
    """The content of the file: `known` (its present content) with the names and titles of `published`."""
    link_types = {}
    for name in sorted(published):
        title = " ".join(published[name]["title"].split())
        if name in RESOLVERS_OWN or "(deprecated)" in title:
            continue
        translated = known["link_types"].get(name, {}).get("vi")
        link_types[name] = {"en": title} | ({"vi": translated} if translated else {})
    return {**known, "link_types": link_types}


if __name__ == "__main__":
    content = build(json.loads(Path(sys.argv[1]).read_text()), json.loads(TARGET.read_text()))
    TARGET.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    print(f"{len(content['link_types'])} link types")
