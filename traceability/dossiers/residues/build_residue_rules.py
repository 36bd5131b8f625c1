"""Rebuild ``residue_rules.json`` from a list of active ingredients.

    python -m traceability.dossiers.residues.build_residue_rules ingredients.json

The file named is a JSON object whose only list has objects with ``active_ingredient`` and ``status_vn``. The values
are samples of our own for trying things out: made by a scheme, not taken from any country's law.
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("residue_rules.json")
HEAD: dict[str, Any] = {
    "version": "mau-2026-1",
    "source": "Sample values made by a scheme for trying things out; not the law of any country. Load the limits of "
    "your markets before real use.",
    "is_sample": True,
    "in_force_from": "2020-01-01",
    "default_limits": {
        "AE": None, "AU": None, "CA": 0.1, "CN": None, "EU": 0.01, "GB": 0.01, "JP": 0.01, "KR": 0.01, "LA": None,
        "NZ": 0.1, "SG": None, "TH": None, "US": None, "VN": None,
    },
}  # fmt: skip
STRICT = ("EU", "GB", "JP", "KR")
SAMPLE_LIMITS = (0.02, 0.05, 0.1, 0.2, 0.5)
BANNED_ABROAD = {
    "EU": ("fenobucarb", "imidacloprid", "thiamethoxam", "mancozeb", "propineb", "propargite", "bifenthrin"),
    "GB": ("fenobucarb", "imidacloprid", "thiamethoxam", "mancozeb", "propineb", "propargite"),
}


def build(listed: dict[str, Any]) -> dict[str, Any]:
    """The content of the file."""
    (ingredients,) = (value for value in listed.values() if isinstance(value, list))
    rules = []
    for number, entry in enumerate(ingredients):
        name = entry["active_ingredient"]
        for market in HEAD["default_limits"]:
            banned = entry["status_vn"] == "banned" or name in BANNED_ABROAD.get(market, ())
            rule: dict[str, Any] = {"market": market, "ingredient": name}
            if banned:
                rules.append({**rule, "is_banned": True})
            elif entry["status_vn"] == "allowed":
                limit = SAMPLE_LIMITS[number % len(SAMPLE_LIMITS)]
                extra = 7 if market in STRICT and entry["type"] != "biological" else 0
                rules.append({**rule, "limit_mg_per_kg": limit, "extra_interval_days": extra})
    return {**HEAD, "rules": rules}


if __name__ == "__main__":
    content = build(json.loads(Path(sys.argv[1]).read_text()))
    lines = ",\n".join(json.dumps(rule, ensure_ascii=False) for rule in content.pop("rules"))
    head = json.dumps(content, ensure_ascii=False, indent=1).removesuffix("\n}")
    TARGET.write_text(f'{head},\n "rules": [\n{lines}\n ]\n}}\n')
    print(TARGET.stat().st_size, "bytes")
