"""Rebuild ``sample_list.json``, the list that the demo world is planted with.

    python -m traceability.plant_protection.build_sample_list plant-protection.json

It is sample data: a real site imports the ministry's list in force (`flask diary import-plant-protection`). The file
has the form that the import reads; where a figure was found, and how sure it is, stays in the published file.
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("sample_list.json")
META = {
    "source": "Dữ liệu mẫu, không phải danh mục của Bộ (tham khảo Thông tư 75/2025/TT-BNNMT)",
    "published_on": "2025-12-26",
    "in_force_from": "2026-02-10",
    "is_sample": True,
}
LEFT_OUT = frozenset(("basis", "source_title", "page_fields", "phi_reference", "who_class_confidence", "formulations"))


def build(published: dict[str, Any]) -> dict[str, Any]:
    """The content of the file."""
    items = [{key: value for key, value in item.items() if key not in LEFT_OUT} for item in published["items"]]
    return {"_meta": META, "items": sorted(items, key=lambda item: item["id"])}


if __name__ == "__main__":
    content = build(json.loads(Path(sys.argv[1]).read_text()))
    TARGET.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    print(f"{len(content['items'])} ingredients")
