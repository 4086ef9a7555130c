"""The colours of the plots can be told apart by everybody, on both grounds and on paper."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import widgets

TEXT = (Path(widgets.__file__).parent / "views" / "palette.js").read_text("utf-8")

# Machado, Oliveira & Fernandes, IEEE Trans. Vis. Comput. Graph. 15 (2009) 1291, severity 1,
# on linear RGB.
VISIONS = {
    "usual": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}

TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = TO_XYZ.sum(axis=1)


def linear(colour: str) -> np.ndarray:
    """Return the linear RGB of "#rrggbb", by IEC 61966-2-1."""
    coded = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return CIE L*a*b* of linear RGB."""
    scaled = TO_XYZ @ np.clip(rgb, 0.0, 1.0) / WHITE
    f = np.where(scaled > 216 / 24389, np.cbrt(scaled), (24389 / 27 * scaled + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def palette(mode: str) -> tuple[list[str], str]:
    """Return the series and the ground of a mode."""
    body = re.search(rf"const {mode} = {{(.*?)\n}}", TEXT, re.DOTALL)[1]
    series = re.search(r"series: \[(.*?)\]", body)[1]
    return re.findall(r"#[0-9a-f]{6}", series), re.search(r'ground: "(.*?)"', body)[1]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2."""
    bright, dark = sorted((float(TO_XYZ[1] @ linear(c)) for c in (one, other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("mode", ["LIGHT", "DARK"])
def test_any_two_of_the_first_colours_can_be_told_apart(mode: str, vision: str) -> None:
    series, _ = palette(mode)
    seen = {colour: lab(np.array(VISIONS[vision]) @ linear(colour)) for colour in series}
    near = {
        (a, b): round(float(np.linalg.norm(seen[a] - seen[b])), 1)
        for (i, a), (j, b) in itertools.combinations(enumerate(series), 2)
        # Few plots have more than five curves; those have a legend or buttons of their own.
        if np.linalg.norm(seen[a] - seen[b]) < (15.0 if j < 5 else 8.0)
    }
    assert near == {}


@pytest.mark.parametrize("mode", ["LIGHT", "DARK"])
def test_every_colour_stands_out_from_its_ground(mode: str) -> None:
    series, ground = palette(mode)
    assert {colour for colour in series if contrast(colour, ground) < 3.0} == set()


def test_the_colour_map_climbs_in_lightness_for_every_vision() -> None:
    stops = re.findall(r"[0-9A-F]{6}", re.search(r"const VIRIDIS = (.*?)\n\n", TEXT, re.DOTALL)[1])
    assert len(stops) == 33
    for matrix in VISIONS.values():
        light = [lab(np.array(matrix) @ linear(f"#{stop}"))[0] for stop in stops]
        steps = np.diff(light)
        assert steps.min() > 0.0
        assert light[-1] - light[0] > 60.0
        assert steps.max() < 3.0 * steps.mean()
