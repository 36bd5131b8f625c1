"""The search page: words, filters, order and paging, from the engine alone."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from catalog.search.registry import search_engine
from catalog.search.usecases import rebuild_index
from tests.factories import make_commune, make_offer, make_product


@pytest.fixture
def shelves(session: scoped_session[Session]) -> None:
    pomelo = make_product(ocop_stars=4, geographical_indication="Phúc Trạch")
    make_offer(pomelo, price_vnd=35_000)
    elsewhere = make_commune("18001", "Xã Vũ Quang").code
    honey = make_product(name_vi="Mật ong rừng", name_en="Forest honey", category="honey", commune_code=elsewhere)
    make_offer(honey, price_vnd=180_000, on_hand=0)
    rebuild_index()


def found(client: FlaskClient, query: str) -> str:
    response = client.get(f"/search?lang=en&{query}")
    assert response.status_code == 200
    return response.get_data(as_text=True)


@pytest.mark.usefixtures("shelves")
@pytest.mark.parametrize("words", ["buoi phuc trach", "bưởi Phúc Trạch", "buoi phuc trahc", "pomelo"])
def test_words_find_with_and_without_marks_and_with_a_slip(client: FlaskClient, words: str) -> None:
    text = found(client, f"q={words}")
    assert "Phuc Trach pomelo</a>" in text
    assert "₫35,000" in text


@pytest.mark.usefixtures("shelves")
@pytest.mark.parametrize(
    ("filters", "there", "gone"),
    [
        ("category=honey", "Forest honey</a>", "Phuc Trach pomelo</a>"),
        ("commune=18001", "Forest honey</a>", "Phuc Trach pomelo</a>"),
        ("stars=4", "Phuc Trach pomelo</a>", "Forest honey</a>"),
        ("in_stock=1", "Phuc Trach pomelo</a>", "Forest honey</a>"),
    ],
)
def test_filters_narrow_and_can_be_dropped(client: FlaskClient, filters: str, there: str, gone: str) -> None:
    text = found(client, filters)
    assert there in text
    assert gone not in text
    assert text.count('class="chip is-on"') == 1
    assert 'aria-label="Filters in force"' in text


@pytest.mark.usefixtures("shelves")
@pytest.mark.parametrize(
    "nonsense", ["stars=9", "stars=x", "category=zzz", "commune=abc", "sort=zzz", "page=-3", "page=x"]
)
def test_nonsense_in_the_address_is_left_out(client: FlaskClient, nonsense: str) -> None:
    text = found(client, nonsense)
    assert "Phuc Trach pomelo</a>" in text
    assert 'class="chip is-on"' not in text


@pytest.mark.usefixtures("shelves")
def test_prices_order_the_list(client: FlaskClient) -> None:
    text = found(client, "sort=price_down")
    assert text.index("Forest honey</a>") < text.index("Phuc Trach pomelo</a>")


@pytest.mark.usefixtures("shelves")
def test_nothing_found_keeps_the_words_and_suggests(client: FlaskClient) -> None:
    text = found(client, "q=%3Cb%3Ezzqqzz%3C/b%3E")
    assert "Nothing found" in text
    assert "&lt;b&gt;zzqqzz&lt;/b&gt;" in text
    assert "<b>zzqqzz" not in text
    assert "/search?category=fruit" in text


@pytest.mark.usefixtures("shelves")
def test_the_page_asks_the_engine_once_and_the_database_never(
    client: FlaskClient,
    count_queries,
    monkeypatch: pytest.MonkeyPatch,
    app,
) -> None:
    with app.app_context():
        engine = search_engine()
    asked = []
    search = engine.search
    monkeypatch.setattr(engine, "search", lambda query: asked.append(query) or search(query), raising=False)
    with count_queries() as statements:
        found(client, "q=buoi")
    assert len(asked) == 1
    assert statements == []
