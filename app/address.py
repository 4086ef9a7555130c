"""What a page's address asks for."""

from collections.abc import Mapping, Sequence

from widgets import bundled_models

FIRST_MODEL = "lorenz"


def model_asked_for(arguments: Mapping[str, Sequence[bytes]]) -> str:
    """Return the bundled model named by ``?model=``, the first one where there is none.

    Nothing but a bundled name is accepted: an address must not make the server read a file.
    """
    for value in arguments.get("model", ()):
        name = value.decode("utf-8", errors="replace")
        if name in bundled_models():
            return name
    return FIRST_MODEL


def gallery_asked_for(arguments: Mapping[str, Sequence[bytes]]) -> bool:
    """Tell whether the address asks for the gallery, ``?page=gallery``."""
    return b"gallery" in arguments.get("page", ())
