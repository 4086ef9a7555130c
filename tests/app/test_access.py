"""The application by keyboard, by screen reader, by touch, and on screens of any size."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.head import LOOK_ACTIONS
from app.pages import Pages
from widgets import Explorer
from widgets.controls.shortcuts import PAGE_ACTIONS, SHORTCUTS


@pytest.fixture
def explorer() -> Iterator[Explorer]:
    made = Explorer("logistic")
    yield made
    made.close()
    assert made.live.join(60)


def test_every_shortcut_has_an_action_and_every_action_a_shortcut(explorer: Explorer) -> None:
    actions = {*explorer.actions(), *Pages(explorer).actions(), *PAGE_ACTIONS, *LOOK_ACTIONS}
    assert {shortcut.action for shortcut in SHORTCUTS} == actions


def violations(page) -> list[str]:
    """Return what axe-core finds that is serious or critical."""
    if not page.evaluate("'axe' in window"):
        found = importlib.util.find_spec("axe_playwright_python")
        assert found is not None, "the extra `test` brings axe-core along"
        assert found.origin is not None
        page.evaluate(Path(found.origin).with_name("axe.min.js").read_text("utf-8"))
    result = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{v['id']}: {node['html'][:200]}"
        for v in result["violations"]
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]


def overflow(page) -> list[str]:
    """Return what of the page, or of its head, lies beyond the window's edge."""
    return page.evaluate(
        """() => {
          const all = (root) => [...root.querySelectorAll("*")].flatMap(
            (node) => node.shadowRoot ? [node, ...all(node.shadowRoot)] : [node])
          const wide = document.documentElement.scrollWidth > innerWidth ? ["page"] : []
          const header = all(document).find((n) => n.matches("header"))
          return [...wide, ...all(header).filter((n) => n.matches("button, h1"))
            .filter((n) => n.getBoundingClientRect().right > innerWidth + 1)
            .map((n) => n.outerHTML.slice(0, 120))]
        }"""
    )


def small_targets(page) -> list[str]:
    """Return what can be pressed and is smaller than 24 by 24 pixels."""
    return page.evaluate(
        """() => {
          const all = (root) => [...root.querySelectorAll("*")].flatMap(
            (node) => node.shadowRoot ? [node, ...all(node.shadowRoot)] : [node])
          return all(document)
            .filter((n) => n.matches("button, select, input, [role=button]"))
            .filter((n) => !n.matches(".ace_editor *"))
            .filter((n) => n.checkVisibility({visibilityProperty: true}))
            .map((n) => [n.closest("label")?.matches(".switch") ? n.closest("label") : n, n])
            .map(([n, own]) => [n.getBoundingClientRect(), own])
            .filter(([b]) => b.width > 0 && (b.width < 23.5 || b.height < 23.5))
            .map(([b, n]) => `${n.outerHTML.slice(0, 120)} ${b.width} x ${b.height}`)
        }"""
    )


@pytest.mark.browser
def test_no_state_of_the_page_is_closed_to_anybody(open_app) -> None:
    app = open_app()
    page = app.page
    # Nothing fades, so colours are what they are at once.
    page.emulate_media(reduced_motion="reduce")
    for name in ("Initial state and present state", "Solver"):
        page.get_by_role("button", name=name).click()
    page.get_by_role("spinbutton", name="dt").wait_for()

    def check(state: str) -> None:
        page.wait_for_timeout(400)
        # A slow machine takes a while to put on other colours.
        for _ in range(5):
            found = violations(page)
            if not found:
                break
            page.wait_for_timeout(1000)
        assert found == [], state
        assert overflow(page) == [], state

    check("light, all panels open")
    assert small_targets(page) == []
    page.keyboard.press("d")
    check("dark")
    page.keyboard.press("o")
    page.get_by_role("button", name="Apply").wait_for()
    check("the editor")
    page.get_by_role("button", name="Close the editor").click()
    page.keyboard.press("l")
    check("large type")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    check("keys")
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    told = page.get_by_role("dialog", name="In words")
    told.get_by_text("Phase plane: z against x").wait_for()
    assert told.get_by_text(re.compile("^time t from .* to .*; .* from .* to ")).count() > 0
    check("in words")
    page.keyboard.press("Escape")
    page.keyboard.press("+")
    page.get_by_role("menu", name="Add view").wait_for()
    check("the menu of views")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.get_by_role("link", name="Lorenz").first.wait_for()
    check("gallery in large type")
    page.keyboard.press("l")
    page.keyboard.press("g")
    for width, height in ((820, 1180), (1180, 820), (390, 844), (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        check(f"{width} by {height}")
    dt = page.get_by_role("spinbutton", name="dt")
    dt.fill("0.5")
    dt.press("Enter")
    app.until(lambda: app.status().startswith("Stopped"))
    check("stopped")


FOCUSED = """() => {
  let n = document.activeElement
  while (n.shadowRoot?.activeElement) { n = n.shadowRoot.activeElement }
  const style = getComputedStyle(n)
  const label = n.labels?.[0]?.textContent
  return {
    what: n.outerHTML.slice(0, 160),
    body: n === document.body,
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1,
    named: Boolean(n.getAttribute("aria-label") || label || n.textContent.trim() || n.title),
  }
}"""


@pytest.mark.browser
def test_the_tab_key_reaches_everything_and_shows_where_it_is(open_app) -> None:
    app = open_app()
    page = app.page
    page.keyboard.press("k")
    stops = []
    for _ in range(100):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["body"]:
            break
        stops.append(stop)
    assert len(stops) > 15
    assert [stop["what"] for stop in stops if not stop["seen"]] == []
    assert [stop["what"] for stop in stops if not stop["named"]] == []
    text = " ".join(stop["what"] for stop in stops)
    for name in ("sigma", "Keys", "Large type", "Toggle theme", "Width of the sidebar"):
        assert name in text


def until_told(app, pattern: str) -> None:
    """Wait until a sentence could be seen in the status line, and was read aloud."""
    found: set[str] = set()

    def told() -> bool:
        for place in (".news", ".said"):
            if re.search(pattern, app.page.locator(place).text_content() or ""):
                found.add(place)
        return len(found) == 2

    app.until(told)


@pytest.mark.browser
def test_the_run_is_steered_by_keys_and_typing_steers_nothing(open_app) -> None:
    app = open_app()
    page = app.page
    page.keyboard.press("k")
    app.until(lambda: app.status().startswith("Paused"))
    said = app.status()
    page.keyboard.press("s")
    app.until(lambda: app.status() != said)
    # A button that the pointer pressed gives the space bar back, one found by Tab keeps it.
    page.get_by_role("button", name="Step").click()
    page.keyboard.press("Space")
    app.until(lambda: app.status().startswith("Running"))
    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    app.until(lambda: app.status().startswith("Paused"))
    exact = page.get_by_role("spinbutton", name="rho, exact value")
    exact.click()
    page.keyboard.type("k")
    page.wait_for_timeout(300)
    assert app.status().startswith("Paused")
    exact.fill("28")
    exact.press("Escape")
    page.keyboard.press("g")
    page.get_by_role("link", name="Lorenz").first.wait_for()
    page.keyboard.press("k")
    page.keyboard.press("g")
    page.get_by_role("status").wait_for()
    assert app.status().startswith("Paused"), "keys of the run rest while it is not to be seen"
    page.keyboard.press("]")
    until_told(app, "^Speed: 5 time units a second")
    page.keyboard.press("Control+z")
    until_told(app, "^Undone: .*[sS]peed")
    pictures = page.get_by_role("img").filter(visible=True)
    many = pictures.count()
    page.keyboard.press("2")
    app.until(lambda: pictures.count() == 1)
    page.keyboard.press("Escape")
    app.until(lambda: pictures.count() == many > 1)
    page.keyboard.press("b")
    app.until(lambda: app.status() != said and app.status().startswith("Paused"))
    page.keyboard.press("r")
    app.until(lambda: "t = 0.00" in app.status())


@pytest.mark.browser
def test_the_keys_are_listed_and_those_without_ctrl_can_be_switched_off(open_app) -> None:
    app = open_app()
    page = app.page
    page.get_by_role("button", name="Keys").click()
    dialog = page.get_by_role("dialog", name="Keys")
    for shortcut in SHORTCUTS:
        dialog.get_by_text(shortcut.words, exact=True).wait_for()
    for _ in range(6):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => {
              let n = document.activeElement
              while (n.shadowRoot?.activeElement) { n = n.shadowRoot.activeElement }
              return n.closest("dialog") !== null || n === document.body
            }"""
        )
        assert focused, "the focus stays in the dialog"
    page.keyboard.press("k")
    dialog.get_by_role("checkbox", name=re.compile("without Ctrl")).uncheck()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.keyboard.press("k")
    page.wait_for_timeout(400)
    assert app.status().startswith("Running")
    page.get_by_role("button", name="Keys").click()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("k")
    app.until(lambda: app.status().startswith("Paused"))


@pytest.mark.browser
def test_the_look_follows_the_system_and_is_remembered(open_app) -> None:
    app = open_app()
    page = app.page

    def ground() -> int:
        shade = page.locator("header").first.evaluate("h => getComputedStyle(h).backgroundColor")
        return sum(int(v) for v in re.findall(r"\d+", shade)[:3])

    def size() -> float:
        heading = page.get_by_role("heading", level=1)
        return float(heading.evaluate("h => parseFloat(getComputedStyle(h).fontSize)"))

    usual = size()
    page.emulate_media(color_scheme="dark")
    app.until(lambda: ground() < 200)
    page.emulate_media(color_scheme="light")
    app.until(lambda: ground() > 600)
    page.get_by_role("button", name="Toggle theme").click()
    page.get_by_role("button", name="Large type").click()
    app.until(lambda: ground() < 200 and size() > 1.3 * usual)
    page.reload()
    app.until_moving()
    app.until(lambda: ground() < 200 and size() > 1.3 * usual)
    assert page.title() == "Lorenz system · phasescope"
    edge = page.get_by_role("separator", name="Width of the sidebar")
    width = int(edge.get_attribute("aria-valuenow"))
    edge.press("ArrowRight")
    app.until(lambda: int(edge.get_attribute("aria-valuenow")) > width)
    page.get_by_role("button", name="Close drawer").click()
    app.until(lambda: not edge.is_visible())
    page.keyboard.press("/")
    app.until(lambda: page.evaluate(FOCUSED)["what"].count('aria-label="sigma"') == 1)
