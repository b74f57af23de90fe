"""Nothing personal reaches any output: names, addresses and numbers planted in every kind of field are searched for."""

from __future__ import annotations

import base64
import csv
import io
import json
import random
import re
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from pathlib import Path

import pytest
from page_case import opened

from calibrate.cli.app import main
from calibrate.export import FORMATS, Options
from calibrate.export import json as grid_json
from calibrate.export import write as write_format
from calibrate.leads.columns.lexicon import bare
from calibrate.monthly import publish
from calibrate.monthly import run as monthly
from calibrate.monthly.settings import settings_from

FAMILY, GIVEN = "Quenneville", "Zélindre"
LEADS = 500
STAFF = ("Marie Delacroix", "LEFEBVRE Étienne", "Schneider, Hannelore", "Mme Vasseur", "José Hernández",
         "M. Jean-Paul Rousseau", "MARGARET WHITTAKER", "Dr. Wolfgang Zimmermann", "fiona macgregor",
         "K. Lindqvist")  # fmt: skip
"""People who recur, in columns that nothing marks as personal."""
ALONE = ("Guillemette", "Ludivine", "Gwenaëlle", "Wolfgang", "Hannelore", "Étienne")
RECURRING = ("delacroix", "lefebvre", "etienne", "schneider", "hannelore", "vasseur", "hernandez", "rousseau",
             "whittaker",
             "zimmermann", "wolfgang", "macgregor", "lindqvist", "guillemette", "ludivine", "gwenaelle")  # fmt: skip


SURNAMES = ("Zbindenauer", "Aebischerli", "Quattrocchini", "Vasconcelhos", "Korrevaar")
"""Family names on no list, in columns that only their headers give away, each with many leads."""
SURNAME_COLUMNS = {"Nom de famille": 0, "Person - Nachname": 1, "Apellidos": 2, "Cognome": 3, "Sobrenome": 4,
                   "Achternaam": 5, "Surname": 6}  # fmt: skip
FIRMS = ("Brumeval", "Ateliernoir", "Kupferhof", "Montesol")
FIRM_COLUMNS = ("Company", "Raison sociale", "Firmenname", "Razón social", "Ragione sociale", "Razão social",
                "Bedrijfsnaam")  # fmt: skip
NOTE_COLUMNS = {"Remarks": "wrote {} about it", "Commentaires": "vu avec {} au salon",
                "Bemerkungen": "{} ruft wieder an", "Observaciones": "hablar con {} mañana",
                "Osservazioni": "sentire {} lunedì", "Observações": "falar com {} hoje",
                "Opmerkingen": "{} belt terug"}  # fmt: skip
SCRIPTS = {"Колонка": ("Иван Петренков", "Ольга Сидоренкова", "Пётр Ковалёв"),
           "項目": ("山田太郎", "佐藤花子", "鈴木一郎"), "栏目": ("王小明", "刘德华", "李国强"),
           "항목": ("김민수", "이영희", "박지훈"), "عمود": ("محمد العلي", "أحمد حسن", "فاطمة الزهراء"),
           "Στήλη": ("Γιώργος Παπαδόπουλος", "Μαρία Ιωάννου", "Νίκος Δημητρίου")}  # fmt: skip
NUMBERS = ("DE89370400440532013000", "4111 1111 1111 1111", "12AB34567", "1 85 05 78 006 084 36", "RSSMRA85T10A562S",
           "12345678Z", "AB-123-CD", "48.85661, 2.35222", "00:1A:2B:3C:4D:5E", "Kerkstraat 12b",
           "Flat 3, 221B Baker Street", "zelindre (at) acme (dot) fr", "1974-08-21")  # fmt: skip
"""Numbers and addresses of a person, each shared by many leads of an ordinary column."""


def more(i: int, pick: random.Random) -> dict[str, str]:
    """Personal columns in seven languages and six scripts, and private values among ordinary ones."""
    columns = {name: SURNAMES[(i + shift) % 5] for name, shift in SURNAME_COLUMNS.items()}
    columns |= dict.fromkeys(FIRM_COLUMNS, f"{FIRMS[i % 4]} {i % 40}")
    columns |= {name: text.format(SURNAMES[i % 5]) if i % 2 else "" for name, text in NOTE_COLUMNS.items()}
    columns |= {name: people[i % 3] for name, people in SCRIPTS.items()}
    columns["Channel"] = pick.choice(("Web", "Fair", "Blog", *NUMBERS))
    columns["Maker"] = f"Solowerk {i}" if i % 4 else "Others"
    columns["Payload"] = f'{{"click": "qq{i % 9}"}}'
    return columns


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
            "Conseiller": pick.choice(STAFF), "Apporteur": pick.choice((*STAFF, *[""] * 9, "Direct")),
            "Intern": pick.choice(STAFF[:1]) if i % 3 else "", "Équipe": pick.choice(ALONE),
            "Source": pick.choice(("Google", "Salon", "Blog", "Partner", STAFF[0], STAFF[8])),
            "Segment": pick.choice(("SMB", "Enterprise", "Public", "Startup", STAFF[1], STAFF[6])),
            "Campaign": pick.choice(("Spring", "Back to School", "Early Bird", "Webinar 2024 - Hannelore Schneider")),
            "Plan": pick.choice(("Basic", "Pro", "Premium", STAFF[3], "Suivi par José Hernández")),
            "Handle": ("hot", "cold", f"@{FAMILY}")[i % 3], "Seen": ("web", "81.57.112.99", f"x.com/{FAMILY}")[i % 3],
            "Place": ("North", "South", f"12 rue {FAMILY}")[i % 3], "Line": str(33612000000 + 997 * i),
            "Step": ("new", f"M. {FAMILY} rappelle", f"called by Z. {FAMILY}")[i % 3],
            **more(i, pick),
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
            kind = ("visit", f"reply {mail(2)}", "demo", "call of Margaret Whittaker", "download", "Paul Rousseau")[
                i % 6
            ]
            lines.writerow(
                [lead["Record ID"], lead["Create Date"], kind, (mail(i % 8), STAFF[i % 10], "/prices")[i % 3]]
            )
    with (place / "refused.csv").open("w", newline="", encoding="utf-8") as file:
        refused = csv.writer(file)
        refused.writerow(["Record ID", "reason"])
        reasons = ("too small", f"spoke to {STAFF[0]}", STAFF[3], f"write to {mail(3)}")
        refused.writerows([lead["Record ID"], reasons[i % 4]] for i, lead in enumerate(leads[:80]))
    asked = settings_from({
        "data": {"file": str(place / "leads.csv")}, "events": {"file": str(place / "events.csv")},
        "time": {"observe_days": 7}, "candidates": {"methods": ("lift",)},
        "feedback": {"file": str(place / "refused.csv")},
        "report": {"out": str(place / "reports"), "languages": ("en", "fr")},
    })  # fmt: skip
    counted = monthly.read_rows(asked)
    review = monthly.review(counted)
    publish.publish_month(review, counted)
    for name in FORMATS:
        try:
            (place / "reports" / f"grid.{name}").write_bytes(
                write_format(review.candidates[0].grid, name, Options(strict=False))
            )
        except Exception as fault:  # what a format cannot carry is another test's matter
            (place / "reports" / f"grid.{name}.txt").write_text(str(fault), encoding="utf-8")
    printed(place, grid_json.write(review.candidates[0].grid))
    return place / "reports"


def printed(place: Path, grid: str) -> None:
    """What the commands print, and what `score` adds to the source's own columns, beside the report."""
    (place / "grid.json").write_text(grid, encoding="utf-8")
    source, scored = str(place / "leads.csv"), str(place / "scored.csv")
    commands = {
        "check": ["check", source], "check-json": ["check", source, "--json"], "rates": ["rates", source],
        "rates-json": ["rates", source, "--json", "--outcomes", str(second(place)), "--outcomes-id", "lead"],
        "score": ["score", str(place / "grid.json"), source, "--out", scored, "--events", str(place / "events.csv")],
        "refused": ["check", source, "--customer", "Conseiller"],
        "no-event": ["check", source, "--lead-id", "Full name", "--events", str(place / "events.csv")],
    }  # fmt: skip
    for name, words in commands.items():
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said), pytest.raises(SystemExit) as leaving:
            main(words)
        assert int(leaving.value.code or 0) == (2 if name in ("refused", "no-event") else 0), said.getvalue()
        (place / "reports" / f"{name}.out").write_text(said.getvalue(), encoding="utf-8")
    with (place / "scored.csv").open(encoding="utf-8", newline="") as file, (place / "leads.csv").open() as own:
        known = set(next(csv.reader(own)))
        added = [{k: v for k, v in line.items() if k not in known} for line in csv.DictReader(file)]
    assert set(added[0]) >= {"score", "band"}
    (place / "reports" / "score-added.txt").write_text("\n".join(map(str, added)), encoding="utf-8")


def second(place: Path) -> Path:
    """A second file that tells the customers, full of names too."""
    with (place / "deals.csv").open("w", newline="", encoding="utf-8") as file:
        deals = csv.writer(file)
        deals.writerow(["lead", "signed on", "Signataire", "Stage"])
        for i, lead in enumerate(rows()):
            if lead["Close Date"]:
                deals.writerow([lead["Record ID"], lead["Close Date"], STAFF[i % 10], "Won"])
    return place / "deals.csv"


def texts(folder: Path) -> dict[str, str]:
    """Every written file as text; workbooks unpacked, pictures that stand in pages decoded."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as book:
                found |= {f"{path.name}/{part}": book.read(part).decode("utf-8", "replace") for part in book.namelist()}
        else:
            text = path.read_text(encoding="utf-8", errors="replace")
            found[str(path.relative_to(folder))] = opened(text) if 'id="packed">' in text else text
    for name, text in list(found.items()):
        for i, picture in enumerate(re.findall(r"base64,([A-Za-z0-9+/=]{40,})", text)):
            found[f"{name}/picture {i}"] = base64.b64decode(picture).decode("utf-8", "replace")
        found[name] = CHANCE.sub("0", text)
    return found


CHANCE = re.compile(r"[A-Za-z0-9+/]{200,}={0,2}|(?<=\d\.)\d{8,}")
"""What was unpacked above, and decimals of a number: any few letters or digits turn up in them by chance."""


def plain(text: str) -> str:
    """Small letters without accents, whether written out or as escapes of JSON."""
    return bare(re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text))


def test_nothing_personal_is_written(folder: Path) -> None:
    written = texts(folder)
    assert {Path(name).suffix for name in written} >= {".html", ".json", ".toml", ".xml"}
    assert any("Sector" in text for text in written.values())
    planted = [FAMILY, "uenneville", GIVEN, "Zelindre", "@gmail", "@firm-qv", "@yopmail", "firm-qv.fr", "+33 6",
               "33612", "06 12 34", "linkedin.com/in", "81.57.112", "x.com/"]  # fmt: skip
    listed = {("grid.pmml", "@gmail"), ("grid.pmml", "@yopmail")}  # PMML carries the public lists of mail providers
    leaks = [
        f"{name}: {word}"
        for name, text in written.items()
        for word in planted
        if word.casefold() in text.casefold() and (name, word) not in listed
    ]
    assert leaks == []


def test_no_person_who_recurs_is_written(folder: Path) -> None:
    """Names that stand hundreds of times in columns that nothing marks, and among the levels of ordinary ones."""
    written = {name: plain(text) for name, text in texts(folder).items()}
    assert "score-added.txt" in written and len(written) > 60
    assert [f"{name}: {word}" for name, text in written.items() for word in RECURRING if word in text] == []


def test_no_person_of_another_language_or_script_is_written(folder: Path) -> None:
    written = texts(folder)
    planted = [
        *SURNAMES,
        *FIRMS,
        *NUMBERS,
        *(name for people in SCRIPTS.values() for name in people),
        "Solowerk",
        "qq1",
    ]
    escaped = {word: word.encode("unicode_escape").decode() for word in planted}
    leaks = [
        f"{name}: {word}"
        for name, text in written.items()
        for word in planted
        if word.casefold() in text.casefold() or escaped[word] in text
    ]
    assert leaks == []
    assert "Channel" in written["check.out"]


def test_no_level_of_fewer_than_five_leads_is_written(folder: Path) -> None:
    run = json.loads(next(text for name, text in texts(folder).items() if name.endswith("run.json")))
    levels = [level for criterion in run["criteria"] for level in criterion["levels"]]
    thin = [level["level"] for level in levels if 0 < level["leads"] < 5]
    assert set(thin) <= {"missing", "other"}
    assert len(levels) > 20


def test_what_looks_like_people_is_said(folder: Path) -> None:
    told = texts(folder)
    for name in ("check.out", "check-json.out"):
        assert "Conseiller" in told[name] and "Source" in told[name]
    assert "look like names of people" in told["check.out"]
    assert "ressemblent à des noms de personnes" in "".join(text for name, text in told.items() if "fr" in name)
    run = json.loads(next(text for name, text in told.items() if name.endswith("run.json")))
    said = [
        (fact["key"], *fact["facts"].values()) for fact in run["history"]["facts"] if fact["key"].startswith("people")
    ]
    assert sorted(said) == [
        ("people", "Apporteur"), ("people", "Intern"), ("people_pooled", "Campaign", 1), ("people_pooled", "Plan", 2),
        ("people_pooled", "Segment", 2), ("people_pooled", "Source", 2),
    ]  # fmt: skip
    ignored = {f["facts"]["column"] for f in run["history"]["facts"] if f["facts"].get("reason") == "people"}
    assert ignored == {"Conseiller", "Équipe", "Step", "events (first value)", "events (last value)", *SCRIPTS}


def test_what_is_not_personal_is_still_there(folder: Path) -> None:
    run = next(text for name, text in texts(folder).items() if name.endswith("run.json"))
    for word in ("Sector", "Steel", "Email (mailbox)", "professional", "disposable", "visit (events)"):
        assert word in run
