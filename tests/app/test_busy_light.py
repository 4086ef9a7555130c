"""No page hears of what the others do."""

import panel as pn
import panel_material_ui as pmui

from app.busy_light import put_out


def listeners() -> int:
    return len(pn.state.param.watchers.get("busy", {}).get("value", ()))


def test_a_page_is_untied_from_the_busy_state_of_the_server() -> None:
    before = listeners()
    pages = [pmui.Page(main=[]) for _ in range(3)]
    assert listeners() > before
    for page in pages:
        put_out(page)
        assert not page.busy
    assert listeners() == before
