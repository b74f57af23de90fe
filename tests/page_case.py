"""A page as a reader sees it: its text and elements, and a browser of our own."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FIRST_CONTENT = """new Promise(told => new PerformanceObserver(list => list.getEntries().forEach(
    paint => paint.name === "first-contentful-paint" && told(paint.startTime)
)).observe({type: "paint", buffered: true}))"""
"""When the page was painted first, in milliseconds: a promise that needs no evaluation under the page's policy."""


def opened(source: str) -> str:
    """A page with its folds filled, as a reader sees it who opens them all."""
    place = source.index('id="packed">') + len('id="packed">')
    packed = json.loads(source[place : source.index("</script>", place)])
    for name, part in packed["parts"].items():
        content = zlib.decompress(base64.b64decode(part), -15).decode()
        head, tail = source.split(f'data-fold="{name}">', 1)
        inside, end = tail.split("</details>", 1)
        source = f'{head}data-fold="{name}">{inside}{content}</details>{end}'
    return source


class Text(HTMLParser):
    """What a reader sees, and every element with its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.told: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.silent = False
        self.feed(opened(source) if 'id="packed">' in source else source)
        self.text = re.sub(r"\s+", " ", " ".join(self.told).replace("\u202f", " ").replace("\xa0", " "))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.silent = tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self.silent = False

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.told.append(data)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Open a page without a network; at the end, nothing may have been asked for and nothing have failed."""
    context = browser.new_context(offline=True, viewport={"width": 1366, "height": 768})
    context.set_default_timeout(20_000)
    sheet = context.new_page()
    faults: list[str] = []
    sheet.on("request", lambda request: request.url.startswith("file:") or faults.append(request.url))
    sheet.on("console", lambda message: faults.append(message.text))
    sheet.on("pageerror", lambda fault: faults.append(str(fault)))
    sheet.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))

    def opened(source: str) -> Any:
        (tmp_path / "review.html").write_text(source, encoding="utf-8")
        sheet.goto((tmp_path / "review.html").as_uri())
        sheet.evaluate("window.calibrate && calibrate.ready")
        return sheet

    yield opened
    context.close()
    assert not faults


def unfold(sheet: Any, *names: str) -> None:
    """Open folds of the appendix as a reader does, and wait until they are filled."""
    for name in names:
        sheet.locator(f"#fold-{name} > summary").click()
        sheet.locator(f"#fold-{name} > section").wait_for()
