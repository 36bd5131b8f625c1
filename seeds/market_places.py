"""The markets of the demo world and their stalls."""

from datetime import datetime
from random import Random

from seeds.copying import copy_rows
from seeds.facts import load_markets, load_stalls, load_stories
from seeds.identifiers import KeySource, readable_code
from seeds.rows import MarketRow, StallRow

_PLACARD_LENGTH = 8


def copy_markets(*, random: Random, keys: KeySource, made_at: datetime) -> None:
    """Write the ten markets and their sample stalls."""
    stories = load_stories()
    markets = {
        facts.slug: MarketRow(
            id=keys.key(made_at),
            slug=facts.slug,
            name_vi=facts.name_vi,
            name_en=facts.name_en,
            commune_code=facts.commune_code,
            latitude=facts.latitude,
            longitude=facts.longitude,
            opening_hours=_hours(facts.wholesale_hours),
            note_vi=stories.get(facts.slug, {}).get("vi"),
        )
        for facts in load_markets()
    }
    copy_rows(MarketRow, markets.values())
    copy_rows(
        StallRow,
        [
            StallRow(
                id=keys.key(made_at),
                market_id=markets[facts.market].id,
                number=facts.number,
                name=facts.name,
                goods=facts.goods,
                holder_name=facts.holder_name,
                holder_id=None,
                placard_code=readable_code(random, _PLACARD_LENGTH),
            )
            for facts in load_stalls()
        ],
    )


def _hours(wholesale: str | None) -> str | None:
    return f"Chợ đầu mối: {wholesale.replace('-', '–')}" if wholesale else None
