"""Nothing personal reaches any output: names, addresses and numbers planted in every kind of field are searched for."""

from __future__ import annotations

import csv
import random
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from calibrate import monthly
from calibrate.export import FORMATS, Options
from calibrate.export import write as write_format
from calibrate.settings import settings

FAMILY, GIVEN = "Quenneville", "Zélindre"
LEADS = 500


def mail(i: int) -> str:
    return f"zelindre{i}.quenneville@{('gmail.com', 'firm-qv.fr', 'yopmail.com')[i % 3]}"


def phone(i: int) -> str:
    return f"+33 6 12 {i // 100:02d} {i % 100:02d} 78"


def rows() -> list[dict[str, str]]:
    """Leads with something personal in every kind of column: named so or not, repeated or not, as text or number."""
    pick = random.Random(5)
    made = []
    for i in range(LEADS):
        sector = pick.choice(["Steel", "Glass", "Paper"])
        won = pick.random() < {"Steel": 0.4, "Glass": 0.15, "Paper": 0.05}[sector]
        entered = date(2024, 1, 1) + timedelta(days=i // 2)
        made.append({
            "Record ID": str(7000 + i),
            "Create Date": entered.isoformat(),
            "Lifecycle Stage": "customer" if won else "lead",
            "Close Date": (entered + timedelta(days=20)).isoformat() if won else "",
            "First Name": GIVEN if i % 3 else "", "Last Name": f"{FAMILY}{i % 7}",
            "Full name": f"{GIVEN} {FAMILY}{i}", "Contact owner": f"{FAMILY} {i % 4}", "Sales rep": f"{FAMILY} {i % 3}",
            "Email": mail(i) if i % 5 else "", "Reply to": mail(i % 3), "Referred by": mail(i % 4) if i % 2 else "Web",
            "Phone": phone(i), "Call back": phone(i % 5), "Mobile": str(33612000000 + i),
            "Notes": f"{GIVEN} {FAMILY} ({mail(i)}) asked for a price, call {phone(i)}",
            "Comment": ("call 06 12 34 56 78", f"write {mail(1)}", "nice", "later")[i % 4],
            "Address": f"{i} rue {FAMILY}", "LinkedIn": f"linkedin.com/in/{FAMILY}{i}", "Birth date": "1980-02-03",
            "Page": f"https://x.fr/?email={mail(i % 6)}", "Sector": sector,
        })  # fmt: skip
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that a run writes, in both languages, and the grid in every format."""
    place = tmp_path_factory.mktemp("private")
    leads = rows()
    with (place / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, list(leads[0]))
        out.writeheader()
        out.writerows(leads)
    with (place / "events.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["lead_id", "at", "type", "value"])
        for i, lead in enumerate(leads):
            lines.writerow([lead["Record ID"], lead["Create Date"], ("visit", f"reply {mail(2)}")[i % 2], mail(i % 8)])
    asked = settings({
        "data": {"file": str(place / "leads.csv")}, "events": {"file": str(place / "events.csv")},
        "time": {"observe_days": 7}, "candidates": {"methods": ("lift",)},
        "report": {"out": str(place / "reports"), "languages": ("en", "fr")},
    })  # fmt: skip
    counted = monthly.read_rows(asked)
    review = monthly.review(counted)
    monthly.publish(review, counted)
    for name in FORMATS:
        try:
            (place / "reports" / f"grid.{name}").write_bytes(
                write_format(review.candidates[0].grid, name, Options(strict=False))
            )
        except Exception as fault:  # what a format cannot carry is another test's matter
            (place / "reports" / f"grid.{name}.txt").write_text(str(fault), encoding="utf-8")
    return place / "reports"


def texts(folder: Path) -> dict[str, str]:
    """Every written file as text; workbooks unpacked, pictures of points left out."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix == ".png":
            continue
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as book:
                found |= {f"{path.name}/{part}": book.read(part).decode("utf-8", "replace") for part in book.namelist()}
        else:
            found[str(path.relative_to(folder))] = path.read_text(encoding="utf-8", errors="replace")
    return found


def test_nothing_personal_is_written(folder: Path) -> None:
    written = texts(folder)
    assert {Path(name).suffix for name in written} >= {".html", ".json", ".toml", ".xml"}
    assert any("Sector" in text for text in written.values())
    planted = [FAMILY, "uenneville", GIVEN, "Zelindre", "@gmail", "@firm-qv", "@yopmail", "firm-qv.fr", "+33 6",
               "33612", "06 12 34", "linkedin.com/in"]  # fmt: skip
    listed = {("grid.pmml", "@gmail"), ("grid.pmml", "@yopmail")}  # PMML carries the public lists of mail providers
    leaks = [
        f"{name}: {word}"
        for name, text in written.items()
        for word in planted
        if word.casefold() in text.casefold() and (name, word) not in listed
    ]
    assert leaks == []


def test_what_is_not_personal_is_still_there(folder: Path) -> None:
    run = next(text for name, text in texts(folder).items() if name.endswith("run.json"))
    for word in ("Sector", "Steel", "Email (mailbox)", "professional", "disposable", "visit (events)"):
        assert word in run
