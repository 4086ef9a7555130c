"""The app as a user meets it: served by `panel serve`, opened in a headless Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class NoBrowserError(RuntimeError):
    """No Chromium or Chrome is on the path."""


def find_browser() -> str:
    """Return the path of the system's Chromium or Chrome.

    Raises
    ------
    NoBrowserError
        There is none.
    """
    for name in BROWSERS:
        path = shutil.which(name)
        if path is not None:
            return path
    raise NoBrowserError("no Chromium or Chrome on the path")


def free_port() -> int:
    """Return a port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served_app(timeout: float = 60.0) -> Iterator[str]:
    """Serve the app and yield its address; the server stops when the context ends."""
    with served_process(timeout=timeout) as (address, _):
        yield address


@contextmanager
def served_process(
    *,
    timeout: float = 60.0,
    core: int | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
    options: Sequence[str] = (),
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve the app and yield its address and the process, which stops when the context ends.

    Parameters
    ----------
    timeout : float
        Seconds until it must listen.
    core : int, optional
        The only core it may run on.
    environment : mapping of str to str
        Variables besides those of this process.
    options : sequence of str
        More options of ``panel serve``.

    Raises
    ------
    RuntimeError
        The server ended, or did not listen within `timeout` seconds.
    """
    port = free_port()
    command = [sys.executable, "-m", "panel", "serve", "app", "--port", str(port), *options]
    if core is not None:
        command = ["taskset", "-c", str(core), *command]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + timeout
    try:
        while not listens(port):
            if server.poll() is not None:
                raise RuntimeError(f"the server ended with status {server.returncode}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the server did not listen within {timeout:g} s")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/app", server
    finally:
        server.terminate()
        server.wait(timeout=20)


def listens(port: int) -> bool:
    """Tell whether somebody listens at a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def opened_page(width: int, height: int, scale: float = 1.0, dark: bool = False) -> Iterator[Page]:
    """Yield an empty page of a headless Chromium, `width` by `height` CSS pixels.

    Raises
    ------
    NoBrowserError
        There is no browser on the path.
    """
    executable = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(BROWSER_FLAGS))
        try:
            yield browser.new_page(
                viewport={"width": width, "height": height},
                device_scale_factor=scale,
                color_scheme="dark" if dark else "light",
            )
        finally:
            browser.close()
