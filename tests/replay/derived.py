"""A grid with every kind of rule that derives a column from texts, and texts that try its edges."""

from __future__ import annotations

from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.derived import Derived
from calibrate.grid.grid import Grid

ENDS = (Level("missing", "missing"), Level("other", "other"))
RANK = Derived(
    "Job; \"title'",
    (
        ("head", ("assistant head*",)),
        ("assistant", ("assist*", "secretaire", "*sekretarin")),
        ("boss", ("ceo", "c e o", "geschaftsfuhr*")),
        ("head", ("chef", "*leiter", "*data*")),
    ),
)
TOPIC = Derived("Topics", (("yes", ("price list", "r&d_50%")),), "no", blanks='[]"', breaks=";,")
PAGE = Derived("Page", (("yes", ("/pricing*", "/")),), "no", blanks="", breaks="|", path=True)
SOURCE = Derived("Page", (("google", ("utm_source=google",)), ("ads", ("gclid=*",))), "none", blanks="", breaks="?&#")


def grid(*, notes: bool = True) -> Grid:
    """A grid of four derived criteria, two of them read from one column."""
    yes_no = (Level("yes", values=("yes",)), Level("no", values=("no",)), *ENDS)
    ranks = (Level("boss", values=("boss",)), Level("head and assistant", values=("head", "assistant")), *ENDS)
    sources = (Level("google", values=("google",)), Level("ads", values=("ads",)), *ENDS)
    criteria = (
        Criterion("Rank", "Title (rank)", "text", "fit", ranks, derived=RANK),
        Criterion("Topic", "Topics: price list", "text", "fit", yes_no, derived=TOPIC),
        Criterion("Page", "Page: /pricing*", "text", "engagement", yes_no, derived=PAGE),
        Criterion("Source", "Page (source)", "text", "fit", sources, derived=SOURCE),
    )
    points = ((13, 5, -2, -7), (40, 1, 0, -3), (200, 7, 30, 0), (1000, 500, -90, -40))
    return Grid("words", "m", criteria, points)


TITLES = (
    "CEO", "c.e.o", "Chef-Sekretärin", "Geschäftsführer", "GESCHÄFTSFÜHRERIN", "geschaeftsfuehrer",
    "Abteilungs-Leiter", "Vertriebsleiter", "assistant  head", "Assistant Head of X", "assistant to head",
    "Secrétaire", "SECRÉTAIRE", "ß", "Metadatabase", "l'chef", "chefs", "sous chef", "e\u0301 chef", "it's", "x",
    "日本語 chef", "<chef>", "chef\u00a0x", "", " ", None, "\tchef\n", "Ceo,chef", "İceo", "ceo\u0301", "\u200bchef",
    "\u00adceo", "c\u2024e\u2024o", "\u202eceo", "\U0001f600 chef", "=ceo", "'chef'", "\\chef\\", "chef\r\nx",
    "“chef”", "ﬁ chef", "ÇEO", "ΣCEO", "ς chef", "%chef%", "_ceo_", "--ceo", "{ceo}", "chef" * 200,
    "x " * 300 + "chef", "ＣＥＯ", "chef\u2028x", "\ufeffchef", "N/A chef", "nan",
)  # fmt: skip
TOPICS = (
    "Price List",
    "demo; price  list ;x",
    '["a", "PRICE LIST"]',
    "price",
    "price list 2",
    "R&D_50%",
    "R&D-50x",
    None,
    '["price list"',
    "[];,",
    ";;price list;;",
    '"PRICE LIST",',
    "price\u00a0list",
    "{'price list'}",
    "price list" + ";x" * 400,
)
PAGES = (
    "https://a.fr/Pricing/pro?utm_source=Google&x=1", "/pricing", "a.fr/pricing#gclid=1", "a.fr", "https://a.fr", "//",
    "https://a.fr/blog/pricing", "/blog?utm_source=googles", "https://a.fr/x?next=/pricing&gclid=z", "?", "#", None,
    "https://a.fr/?utm_source=google", "HTTP://A.FR/PRICING", " /pricing ", "a/b.c", "://", "pricing", "/x",
)  # fmt: skip


def leads() -> list[dict[str, str | None]]:
    """Leads that meet each text at least once."""
    count = 3 * len(TITLES)
    return [
        {
            RANK.source: TITLES[at % len(TITLES)],
            "Topics": TOPICS[at % len(TOPICS)],
            "Page": PAGES[(at * 5 + at // len(PAGES)) % len(PAGES)],
        }
        for at in range(count)
    ]
