"""Take the picture of the running app that the README shows.

Run as ``python -m benchmarks.screenshot [PATH]``.
"""

import sys

from benchmarks.served_app import ROOT, opened_page, served_app

WIDTH, HEIGHT = 1280, 720
WATCHED_MS = 25_000


def take(path: str, dark: bool = True) -> None:
    """Let the app run for a while as it opens, and save what is to be seen as a PNG file."""
    with served_app() as address, opened_page(WIDTH, HEIGHT, scale=1.5, dark=dark) as page:
        page.goto(address)
        page.locator("canvas[data-frames]").first.wait_for(timeout=60_000)
        page.wait_for_timeout(WATCHED_MS)
        page.screenshot(path=path)


if __name__ == "__main__":
    take(sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "docs" / "screenshot.png"))
