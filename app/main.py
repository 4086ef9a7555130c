"""The application: `panel serve app`."""

import pathlib

import panel as pn
import panel_material_ui as pmui
from panel.util import edit_readonly

from app.address import gallery_asked_for, model_asked_for
from app.pages import Pages
from app.theme import theme_config
from widgets import Explorer

ASSETS = pathlib.Path(__file__).parent / "assets"

pn.extension("katex")

explorer = Explorer(model_asked_for(pn.state.session_args), start_when_shown=True)
pn.state.on_session_destroyed(explorer.session_destroyed)
pages = Pages(explorer, gallery_first=gallery_asked_for(pn.state.session_args))

page = pmui.Page(
    title="phasescope",
    logo=ASSETS / "logo.svg",
    favicon=ASSETS / "logo.svg",
    sidebar=[explorer.controls()],
    header=[pages.switch],
    main=pages.main,
    sidebar_width=330,
    busy_indicator=None,
    dark_theme=True,
    theme_config=theme_config(),
)
# Every painted frame is answered by the page; a busy light would blink, and be sent, each time.
with edit_readonly(page):
    page.busy = False
page.servable()
