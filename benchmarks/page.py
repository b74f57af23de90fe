"""The review page in a browser, against its promises: bytes, nodes, first content, a change with 20,000 profiles.

Run on a quiet machine: ``python benchmarks/page.py [PAGE.html ...]``; without pages, one of the tests' review is made.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "report"))

SLOWER = 4
HEADS = "page, kB, before folds, nodes, screens, printed pages, first content, at a fourth, change at a fourth"
CHANGE = """async () => {
    const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const times = [];
    for (let i = 0; i < 11; i += 1) {
        await painted();
        const start = performance.now();
        document.querySelectorAll(".line button")[i % 2].click();
        await painted();
        times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[5];
}"""


def main(paths: list[str]) -> None:
    """Print one line per page."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        places = [Path(path).resolve() for path in paths] or _made(Path(folder))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            print(HEADS)
            for place in places:
                print(", ".join([place.name, *_measured(browser, place)]))
            browser.close()


def _made(folder: Path) -> list[Path]:
    """The tests' review as it is, and with 20,000 profiles."""
    from report_case import review
    from test_page_limits import many

    from calibrate.language import load
    from calibrate.report import what_if
    from calibrate.report.page import page_text

    found = review(24_000)
    (folder / "review.html").write_text(page_text(found, load("en")), encoding="utf-8")
    what_if.profiles_of, what_if.MOST_BYTES = many, 10**6
    (folder / "profiles-20000.html").write_text(page_text(found, load("en")), encoding="utf-8")
    return sorted(folder.glob("*.html"))


def _measured(browser, place: Path) -> list[str]:
    from page_case import FIRST_CONTENT

    source = place.read_text(encoding="utf-8")
    start = source.index('id="packed">')
    folds = source.index("</script>", start) - start
    told = [f"{len(source.encode()) / 1000:.0f}", f"{(len(source.encode()) - folds) / 1000:.0f}"]
    for rate in (1, SLOWER):
        sheet = browser.new_page(viewport={"width": 1280, "height": 720})
        sheet.context.new_cdp_session(sheet).send("Emulation.setCPUThrottlingRate", {"rate": rate})
        sheet.goto(place.as_uri())
        painted = sheet.evaluate(FIRST_CONTENT)
        if rate == 1:
            told.append(str(sheet.evaluate("document.getElementsByTagName('*').length")))
            told.append(f"{sheet.evaluate('document.getElementById(`folds`).getBoundingClientRect().top') / 720:.1f}")
            told.append(str(len(re.findall(rb"/Type\s*/Page\b", sheet.pdf(prefer_css_page_size=True)))))
        told.append(f"{painted:.0f} ms")
        if rate == SLOWER:
            sheet.locator(".line button").first.wait_for()
            told.append(f"{sheet.evaluate(CHANGE):.0f} ms")
        sheet.close()
    return told


if __name__ == "__main__":
    main(sys.argv[1:])
