"""Benchmarks are not run by the tests; what they take from the package must at least be there."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from pathlib import Path

import pytest

BENCHMARKS = sorted((Path(__file__).parents[1] / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_what_a_benchmark_imports_is_there(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "calibrate":
            module = importlib.import_module(str(node.module))
            for alias in node.names:
                part = f"{node.module}.{alias.name}"
                assert hasattr(module, alias.name) or importlib.util.find_spec(part), part
