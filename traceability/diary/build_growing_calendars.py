"""Rebuild ``growing_calendars.json`` from published growing calendars and farm inputs.

    python -m traceability.diary.build_growing_calendars growing-calendars.json inputs.json

Both are sample data; a real site takes the procedures of its extension service. Names, months, intervals between
harvests and what each activity needs are kept. Two activities that diaries need and calendars leave out are ours.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("growing_calendars.json")
SOURCE = "Sample data, from pages of the extension service and general knowledge; not advice to farmers."
OUR_ACTIVITIES = {
    "equipment_cleaning": {"vi": "Vệ sinh dụng cụ", "en": "Cleaning of equipment", "category": "quality"},
    "waste_collection": {"vi": "Thu gom rác, vỏ thuốc", "en": "Collection of waste", "category": "quality"},
}


def code_of(name: str) -> str:
    """The code of an active ingredient called `name`, as lists of plant protection have it."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def build(calendars: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """The content of the file."""
    activities = {
        entry["code"]: {"vi": entry["name_vi"], "en": entry["name_en"], "category": entry["category"]}
        for entry in calendars["activities"]
    }
    return {
        "source": SOURCE,
        "activities": activities | OUR_ACTIVITIES,
        "inputs": {
            entry["code"]: {
                "vi": entry["name_vi"],
                "en": entry["name_en"],
                "category": entry["category"],
                "unit": {"kg": "g", "L": "ml"}.get(entry["unit"], "piece"),
                "harvest_interval_days": entry["harvest_interval_days"],
            }
            for entry in inputs["items"]
        },
        "calendars": {entry["crop_code"]: _calendar(entry) for entry in calendars["calendars"]},
    }


def _calendar(entry: dict[str, Any]) -> dict[str, Any]:
    window = entry["harvest_window"]
    return {
        "vi": entry["name_vi"],
        "en": entry["name_en"],
        "kind": entry["kind"],
        "plant_protection_crop": entry["plant_protection_crop"],
        "first_harvest_year": window["first_harvest_year"],
        "harvest": {"start": window["start"], "end": window["end"], "mode": window["mode"]},
        "months": {month: [_planned(planned) for planned in plan] for month, plan in entry["months"].items()},
    }


def _planned(planned: dict[str, Any]) -> dict[str, Any]:
    return {
        "activity": planned["activity"],
        "times": [planned["times"]["min"], planned["times"]["max"]],
        "inputs": planned["inputs"],
        "ingredients": [code_of(name) for name in planned["active_ingredients"]],
        "pests": planned["pests_vi"],
        "note": planned["note_vi"],
    }


if __name__ == "__main__":
    published = [json.loads(Path(name).read_text()) for name in sys.argv[1:3]]
    content = build(*published)
    TARGET.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    print(f"{len(content['calendars'])} calendars, {len(content['activities'])} activities")
