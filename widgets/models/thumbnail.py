"""Small pictures of models, drawn from their orbits."""

import hashlib
import inspect
import pathlib

import engine
from widgets.models import pictures, svg_path
from widgets.models.svg_path import HEIGHT, WIDTH

FOLDER = pathlib.Path(__file__).parent / "thumbnails"


def draw_thumbnail(model: engine.Model) -> str:
    """Draw what is to be seen of a model when it opens.

    Which kind of picture that is, the model's file suggests by its axes, views and tags.

    Returns
    -------
    str
        An SVG picture whose lines have the colour of the text around it.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" fill="none" '
        'stroke="currentColor" stroke-width="3" stroke-linejoin="round">'
        f"<!-- {drawn_from(model)} -->{pictures.draw_shapes(model)}</svg>\n"
    )


def drawn_from(model: engine.Model) -> str:
    """Identify all that a picture depends on: the model's text and the way of drawing."""
    source = "".join(inspect.getsource(module) for module in (pictures, svg_path))
    return hashlib.sha256((model.text + source).encode()).hexdigest()[:16]


def read_thumbnail(name: str) -> str:
    """Return the picture of a bundled model; empty where none has been drawn."""
    path = FOLDER / f"{name}.svg"
    return path.read_text("utf-8") if path.exists() else ""
