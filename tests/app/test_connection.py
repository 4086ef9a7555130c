"""A page that loses its server, in a real browser."""

import socket
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


class Wire:
    """Stand between a browser and a server, and be cut and mended."""

    def __init__(self, server_port: int) -> None:
        self._server = ("127.0.0.1", server_port)
        self._whole = True
        self._ends: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        self._whole = False
        while self._ends:
            _close(self._ends.pop())

    def mend(self) -> None:
        self._whole = True

    def close(self) -> None:
        self.cut()
        _close(self._door)

    def _listen(self) -> None:
        while self._door.fileno() >= 0:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            if not self._whole:
                _close(near)
                continue
            far = socket.create_connection(self._server)
            self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_carry, args=(source, sink), daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
    except OSError:
        _close(source)
    _close(sink)


def _close(end: socket.socket) -> None:
    if end.fileno() >= 0:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            end.close()
        end.close()


@pytest.fixture
def wire(server: str) -> Iterator[Wire]:
    made = Wire(int(server.rpartition(":")[2]))
    yield made
    made.close()


def test_a_lost_server_is_said_in_words_and_come_back_to(browser: Browser, wire: Wire) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"http://127.0.0.1:{wire.port}/app?model=henon")
    status = page.get_by_role("status")
    status.filter(has_text="Running").wait_for()
    page.keyboard.press("k")
    status.filter(has_text="Paused").wait_for()
    said = status.inner_text()
    wire.cut()
    page.get_by_role("alert").filter(has_text="Connection lost, reconnecting").wait_for()
    assert page.get_by_role("button", name="Reload the page").is_visible()
    wire.mend()
    page.get_by_role("alert").filter(has_text="Connected again.").wait_for()
    assert not page.get_by_role("button", name="Reload the page").is_visible()
    # The run is the one there was, and is steered as before.
    assert status.inner_text().partition(" · ")[2] == said.partition(" · ")[2]
    page.keyboard.press("k")
    status.filter(has_text="Running").wait_for()
    frames = page.locator("canvas").first
    painted = int(frames.get_attribute("data-frames") or 0)
    page.wait_for_function(f"""() => {{
      const all = (root) => [...root.querySelectorAll("*")].flatMap(
        (node) => node.shadowRoot ? [node, ...all(node.shadowRoot)] : [node])
      return all(document).some((n) => n.matches("canvas") && n.dataset.frames > {painted} + 5)
    }}""")
    page.close()
