"""Rebuild ``reference_checklist.json`` from a list of topics.

    python -m traceability.attestations.checklists.build_reference_checklist topics.json

The file named is a JSON object with ``groups`` (code, name_vi, name_en) and ``items`` (code, group, level, title_vi,
title_en, evidence, diary_activities, check_frequency, scope). The words of items are those of the list; frequencies
are put into Vietnamese here.
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("reference_checklist.json")
HEAD = {
    "standard": "VietGAP (TCVN 11892-1:2017)",
    "version": "2017-mau-1",
    "title_vi": "Bảng kiểm VietGAP trồng trọt (mẫu)",
    "title_en": "VietGAP crop production checklist (sample)",
    "source": "Sample in own words after public summaries of TCVN 11892-1:2017; not the text of the standard. "
    "Load the checklist of your certification body before real use.",
    "is_sample": True,
    "in_force_from": "2017-12-28",
    "in_force_until": None,
    "required_percent": {"A": 100, "B": 90},
}
FREQUENCIES = {
    "each audit": "mỗi lần kiểm tra",
    "each use": "mỗi lần dùng",
    "yearly": "hằng năm",
    "per season": "mỗi vụ",
    "each season": "mỗi vụ",
    "each harvest": "mỗi lần thu hoạch",
    "when it happens": "khi phát sinh",
    "each batch": "mỗi mẻ",
    "continuous": "thường xuyên",
    "each purchase": "mỗi lần mua",
    "each lot": "mỗi lô",
    "every 12 months": "12 tháng một lần",
    "before certification and on risk": "trước khi chứng nhận và khi có nguy cơ",
    "once, then when changes occur": "một lần, rồi khi có thay đổi",
    "valid on audit date": "còn hiệu lực vào ngày kiểm tra",
    "each change": "mỗi lần thay đổi",
    "per crop": "mỗi loại cây",
    "at least per certification cycle": "ít nhất mỗi chu kỳ chứng nhận",
    "on joining": "khi vào nhóm",
    "before first season and on change": "trước vụ đầu và khi có thay đổi",
    "once": "một lần",
    "each trip": "mỗi chuyến",
}


def build(topics: dict[str, Any]) -> dict[str, Any]:
    """The content of the file. Raises KeyError for a frequency that nobody has put into Vietnamese."""
    groups = [{"code": group["code"], "vi": group["name_vi"], "en": group["name_en"]} for group in topics["groups"]]
    items = [
        {
            "code": item["code"],
            "group": item["group"],
            "level": item["level"],
            "scope": item["scope"],
            "vi": item["title_vi"],
            "en": item["title_en"],
            "evidence": item["evidence"],
            "diary_activities": item["diary_activities"],
            "frequency": {"vi": FREQUENCIES[item["check_frequency"]], "en": item["check_frequency"]},
        }
        for item in topics["items"]
    ]
    return {**HEAD, "groups": groups, "items": items}


if __name__ == "__main__":
    content = build(json.loads(Path(sys.argv[1]).read_text()))
    TARGET.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    print(f"{len(content['items'])} items")
