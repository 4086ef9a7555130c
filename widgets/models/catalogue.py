"""What a reader wants to know of each bundled model before opening it."""

from dataclasses import dataclass

import engine
from widgets.models.thumbnail import read_thumbnail

KINDS = {"ode": "flow", "map": "map"}


@dataclass(frozen=True, kw_only=True)
class Card:
    """Describe a bundled model in a few words and a picture.

    Attributes
    ----------
    name : str
        The name it is loaded by.
    title : str
    kind : {"flow", "map"}
    dimension : int
        State variables.
    tags : tuple of str
    text : str
        What there is to see.
    reference : str
        Where it was published.
    picture : str
        An SVG picture.
    """

    name: str
    title: str
    kind: str
    dimension: int
    tags: tuple[str, ...]
    text: str
    reference: str
    picture: str


def cards() -> tuple[Card, ...]:
    """Describe every bundled model, sorted by title."""
    return tuple(sorted(map(_card, engine.list_models()), key=lambda card: card.title.casefold()))


def _card(name: str) -> Card:
    model = engine.load_model(name)
    meta = model.spec.meta
    return Card(
        name=name,
        title=meta.title or name,
        kind=KINDS[model.kind],
        dimension=len(model.state_names),
        tags=meta.tags,
        text=meta.description,
        reference=meta.reference,
        picture=read_thumbnail(name),
    )
