"""A page without a browser: it speaks the server's websocket protocol and counts its frames."""

import asyncio
import itertools
import json
import random
import re
import time
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

PATIENCE_S = 120.0
_TOKEN = re.compile(r'"token":\s*"([^"]+)"')
_PICTURE = re.compile(r'\["seq",\s*(\d+)\]')
# What is beside a picture's numbers is a text in the text.
_EDITS = re.compile(r'\\"edits\\":\s*(\d+)')


class SessionClient:
    """Open the app as a page does, answer every picture, and move a slider now and then.

    Parameters
    ----------
    address : str
        The app's address.
    parameter : str
        Which parameter is moved.

    Attributes
    ----------
    frames : int
        Pictures that came.
    latencies : list of float
        Seconds from a movement of the slider to the first picture that shows it.
    """

    def __init__(self, address: str, parameter: str = "rho") -> None:
        self.address = address
        self.parameter = parameter
        self.frames = 0
        self.latencies: list[float] = []
        self._edits = 0
        self._moved_at: float | None = None
        self._numbers = itertools.count()
        self._screen = ""
        self._panes: list[str] = []
        self._fields: dict[str, str] = {}
        self._slider = ""
        self._socket: WebSocketClientConnection | None = None
        self._listening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Load the page, connect, and say what a page says when it has drawn itself."""
        fetch = HTTPRequest(self.address, request_timeout=PATIENCE_S, connect_timeout=PATIENCE_S)
        page = (await AsyncHTTPClient().fetch(fetch)).body.decode()
        found = _TOKEN.search(page)
        if found is None:
            raise RuntimeError("the page has no session")
        socket = HTTPRequest(
            self.address.replace("http", "ws", 1) + "/ws", connect_timeout=PATIENCE_S
        )
        self._socket = await websocket_connect(
            socket, subprotocols=["bokeh", found[1]], max_message_size=1 << 28
        )
        await self._receive()
        self._send("PULL-DOC-REQ", {})
        self._look_at(json.loads(await self._receive()))
        self._event("document_ready", {})
        panes = {pane: {"width": 600, "shown": True, "opened": True} for pane in self._panes}
        self._tell(self._screen, {"ready": True, "visible": True, "panes": panes})
        self._listening = asyncio.create_task(self._listen())

    async def run(self, seconds: float, every: float) -> None:
        """Move the slider once in `every` seconds, for some time."""
        end = time.monotonic() + seconds
        # Not all pages at the same moment.
        await asyncio.sleep(random.uniform(0.0, every))
        while time.monotonic() < end:
            if self._slider and self._moved_at is None:
                self._moved_at = time.monotonic()
                value = random.uniform(22.0, 32.0)
                self._tell(self._slider, {"name": self.parameter, "value": value})
            await asyncio.sleep(min(every, max(end - time.monotonic(), 0.0)))

    async def until_moving(self) -> None:
        """Wait until some pictures have come."""
        end = time.monotonic() + PATIENCE_S
        while self.frames < 3:
            if time.monotonic() > end or self._listening is None or self._listening.done():
                raise RuntimeError("no pictures come")
            await asyncio.sleep(0.02)

    async def close(self) -> None:
        """Close the connection as a page that is closed does."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])
        if self._socket is not None:
            self._socket.close(1001)

    async def _listen(self) -> None:
        """Answer pictures."""
        while True:
            self._take(await self._receive())

    def _take(self, content: str) -> None:
        picture = _PICTURE.search(content)
        if picture is None:
            if self.parameter in content and '"fields"' in content:
                self._find_slider(json.loads(content))
            return
        self.frames += 1
        self._tell(self._screen, {"painted": int(picture[1])})
        edits = max(map(int, _EDITS.findall(content)), default=0)
        if self._moved_at is not None and edits > self._edits:
            self.latencies.append(time.monotonic() - self._moved_at)
            self._moved_at = None
        self._edits = max(self._edits, edits)

    def _find_slider(self, content: dict[str, Any]) -> None:
        for event in content["events"]:
            if event.get("attr") == "fields" and f'"{self.parameter}"' in json.dumps(event["new"]):
                self._slider = self._fields.get(event["model"]["id"], self._slider)

    def _look_at(self, described: Any) -> None:
        """Find the screen and the sliders in a document."""
        if isinstance(described, list):
            for part in described:
                self._look_at(part)
        elif isinstance(described, dict):
            attributes = described.get("attributes")
            if isinstance(attributes, dict) and attributes.get("class_name") == "Screen":
                self._screen = described["id"]
                views = attributes["data"]["attributes"]["views"]["entries"]
                self._panes = [pane for pane, _ in views]
            elif isinstance(attributes, dict) and str(attributes.get("class_name")).endswith(
                "Fields"
            ):
                self._fields[attributes["data"]["id"]] = described["id"]
            for part in described.values():
                self._look_at(part)

    def _tell(self, model: str, told: dict[str, Any]) -> None:
        self._event("data_event", {"model": {"id": model}, "data": _plain(told)})

    def _event(self, name: str, values: dict[str, Any]) -> None:
        entries = {"type": "map", "entries": [*values.items()]}
        data = {"type": "event", "name": name, "values": entries}
        sent = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": data}
        self._send("PATCH-DOC", {"events": [sent]})

    def _send(self, kind: str, content: dict[str, Any]) -> None:
        if self._socket is None:
            raise RuntimeError("the page is not open")
        header = {"msgid": str(next(self._numbers)), "msgtype": kind}
        for part in (header, {}, content):
            self._socket.write_message(json.dumps(part))

    async def _receive(self) -> str:
        """Return the content of the next message; its buffers are read and left."""
        header = json.loads(await self._part())
        await self._part()
        content = await self._part()
        for _ in range(2 * header.get("num_buffers", 0)):
            await self._part()
        return str(content)

    async def _part(self) -> str | bytes:
        if self._socket is None:
            raise RuntimeError("the page is not open")
        part = await self._socket.read_message()
        if part is None:
            raise RuntimeError("the server has closed the connection")
        return part


def _plain(told: Any) -> Any:
    if isinstance(told, dict):
        return {"type": "map", "entries": [[key, _plain(value)] for key, value in told.items()]}
    return told
