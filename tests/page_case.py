"""A page as a reader sees it: its text and elements, and a browser of our own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")


class Text(HTMLParser):
    """What a reader sees, and every element with its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.told: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.silent = False
        self.feed(source)
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
        return sheet

    yield opened
    context.close()
    assert not faults
