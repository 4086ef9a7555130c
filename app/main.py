"""The application: `panel serve app`."""

import pathlib

import panel as pn
import panel_material_ui as pmui

from app.address import gallery_asked_for, model_asked_for
from app.busy_light import put_out
from app.connection import Connection
from app.head import LOOK_ACTIONS, Edge, Look, Masthead
from app.pages import Pages
from app.presence import Presence, admit
from app.promptness import send_at_once
from app.theme import page_style, template, theme_config
from widgets import Explorer, Keys
from widgets.live.compiler import COMPILER

ASSETS = pathlib.Path(__file__).parent / "assets"

pn.extension("katex", reconnect=True)
send_at_once()

explorer = Explorer(model_asked_for(pn.state.session_args), start_when_shown=True)
admit(explorer)
pn.state.on_session_destroyed(explorer.session_destroyed)
pages = Pages(explorer, gallery_first=gallery_asked_for(pn.state.session_args))

masthead = Masthead()
edge = Edge()
explorer.editor.param.watch(lambda event: edge.param.update(crowded=event.new), "open")
explorer.live.param.watch(lambda event: masthead.take(event.new), "model")
keys = Keys(
    {**explorer.actions(), **pages.actions()},
    everywhere=True,
    here=LOOK_ACTIONS,
)

page = pmui.Page(
    meta_title="phasescope",
    favicon=ASSETS / "logo.svg",
    sidebar=[explorer.controls(), edge],
    header=[masthead, pages.switch, keys, Look(), Connection(), Presence(explorer.close)],
    main=pages.main,
    sidebar_variant="persistent",
    sidebar_resizable=False,
    sx=page_style(),
    busy_indicator=None,
    dark_theme=True,
    theme_toggle=False,
    theme_config=theme_config(),
    template=template(),
)
put_out(page)
pn.state.onload(COMPILER.warm_up)
page.servable()
