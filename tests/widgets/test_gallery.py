"""What the gallery shows of each bundled model, without a browser."""

import re
from xml.etree import ElementTree

import pytest

import engine
import widgets
from widgets.catalogue import cards
from widgets.thumbnail import HEIGHT, WIDTH, draw_thumbnail, drawn_from, read_thumbnail

SVG = "{http://www.w3.org/2000/svg}"


def test_every_model_has_a_card_that_says_what_it_is() -> None:
    assert {card.name for card in cards()} == set(engine.list_models())
    titles = [card.title.casefold() for card in cards()]
    assert titles == sorted(titles)
    assert len(set(titles)) == len(titles)
    for card in cards():
        assert card.text
        assert card.reference
        assert card.tags
        assert card.kind in ("flow", "map")


@pytest.mark.parametrize("name", engine.list_models())
def test_a_picture_is_of_the_model_as_it_is(name: str) -> None:
    # Out of date: python -m widgets.draw_thumbnails
    picture = read_thumbnail(name)
    assert f"<!-- {drawn_from(engine.load_model(name))} -->" in picture
    assert_is_a_picture(picture)
    # The cloud of a mixing map, which fills the square, is the largest.
    assert len(picture) < 55_000


def assert_is_a_picture(picture: str) -> None:
    paths = list(ElementTree.fromstring(picture).iter(f"{SVG}path"))
    assert paths
    assert "nan" not in picture
    for path in paths:
        for x, y in re.findall(r"M(-?\d+)[ ]?(-?\d+)", path.attrib["d"]):
            assert 0 <= int(x) <= WIDTH
            assert 0 <= int(y) <= HEIGHT
    assert sum(len(path.attrib["d"]) for path in paths) > 20


@pytest.mark.parametrize("name", ["lorenz", "pendulum", "logistic", "henon", "standard"])
def test_drawing_again_gives_a_picture(name: str) -> None:
    # Not compared to the letter: libraries of elementary functions differ in the last bit.
    assert_is_a_picture(draw_thumbnail(engine.load_model(name)))


def test_a_straight_line_needs_two_points() -> None:
    model = engine.load_model("x' = 1\ny' = 2")
    (path,) = ElementTree.fromstring(draw_thumbnail(model)).iter(f"{SVG}path")
    assert re.fullmatch(r"M24 456l752-432", path.attrib["d"])


def test_only_what_is_shown_can_be_opened() -> None:
    opened: list[str] = []
    gallery = widgets.Gallery(opened.append)
    gallery._handle_msg("/etc/hostname")
    gallery._handle_msg("lorenz")
    assert opened == ["lorenz"]
