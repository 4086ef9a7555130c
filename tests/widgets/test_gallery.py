"""What the gallery shows of each bundled model, without a browser."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import engine
import widgets
from widgets.models import svg_path
from widgets.models.catalogue import cards
from widgets.models.thumbnail import HEIGHT, WIDTH, draw_thumbnail, drawn_from, read_thumbnail

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
    # Out of date: python -m widgets.models.draw_thumbnails
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


KINDS = [
    "lorenz",
    "pendulum",
    "logistic",
    "henon",
    "standard",
    "baker",
    "rulkov",
    "nicholson_bailey",
    "coupled_logistic",
    "saddle_node",
    "toggle_switch",
    "lotka_volterra",
]


@pytest.mark.parametrize("name", KINDS)
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
    gallery._handle_msg("lorenz")
    assert opened == []
    gallery.fill()
    assert len(gallery.cards) == len(engine.list_models())
    gallery._handle_msg("/etc/hostname")
    gallery._handle_msg("lorenz")
    assert opened == ["lorenz"]


def test_a_curve_is_interrupted_where_it_is_not_finite() -> None:
    points = np.array([[0.0, 0.0], [10.0, 0.0], [np.nan, 0.0], [20.0, 5.0], [30.0, 5.0]])
    assert svg_path.line(points) == "M0 0l10 0M20 5l10 0"


def test_an_angle_that_begins_anew_is_no_line_across() -> None:
    points = np.array([[700.0, 0.0], [790.0, 0.0], [10.0, 0.0], [100.0, 0.0]])
    assert svg_path.line(points, across=False) == "M700 0l90 0M10 0l90 0"
    assert svg_path.line(points).count("M") == 1


def test_marked_cells_become_dashes() -> None:
    dashes, thick = svg_path.cells(np.array([[True, True, False, True], [False] * 4]))
    assert dashes == "M24 132h376M588 132h188"
    assert thick == 216.0
