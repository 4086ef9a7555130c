"""A page without the light that says that the server is busy."""

import panel as pn
import panel_material_ui as pmui
from panel.util import edit_readonly


def put_out(page: pmui.Page) -> None:
    """Untie a page from the server's busy state.

    Every painted picture is answered by its page, so the light would blink and be sent each time.
    And the state is the whole server's: it would be worked out for each page at every answer of
    every other page, and a page that is gone would never be forgotten.
    """
    with edit_readonly(page):
        page.busy = False
    for watcher in list(pn.state.param.watchers.get("busy", {}).get("value", ())):
        if getattr(getattr(watcher.fn, "__self__", None), "self", None) is page:
            pn.state.param.unwatch(watcher)
