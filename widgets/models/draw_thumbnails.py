"""Draw the pictures of the bundled models, those that are missing or out of date.

Run as ``python -m widgets.models.draw_thumbnails``.
"""

import engine
from widgets.models.thumbnail import FOLDER, draw_thumbnail, drawn_from, read_thumbnail


def draw_thumbnails() -> None:
    """Draw every picture whose model, or whose way of drawing, has changed; remove the others."""
    FOLDER.mkdir(exist_ok=True)
    names = engine.list_models()
    for path in FOLDER.glob("*.svg"):
        if path.stem not in names:
            path.unlink()
    for name in names:
        model = engine.load_model(name)
        if drawn_from(model) not in read_thumbnail(name):
            (FOLDER / f"{name}.svg").write_text(draw_thumbnail(model), "utf-8")


if __name__ == "__main__":
    draw_thumbnails()
