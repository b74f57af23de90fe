"""The same bytes on every Python and numpy: reports, grids, weight files and scores, made by each and compared.

    python benchmarks/same_bytes.py [--leads 1500] [--keep FOLDER] [PYTHON[=NUMPY] ...]

Each PYTHON is the path of an interpreter in whose environment calibrate's dependencies are installed, or a version such
as 3.12=2.5: then an environment is made for it in FOLDER (a minute and 600 MB each, from the package index), with that
numpy, where an interpreter of this version is found. Without any: 3.11=2.4 3.12=2.4 3.12=2.5 3.13=2.5.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).parents[1]
DEFAULT = ("3.11=2.4", "3.12=2.4", "3.12=2.5", "3.13=2.5")
VERSIONS = "import sys, numpy, scipy; print(sys.version.split()[0], numpy.__version__, scipy.__version__)"


def interpreter(version: str) -> str | None:
    """A Python of this version on the path or among those of pyenv."""
    mine = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return shutil.which(f"python{version}") if not mine else str(mine[-1])


def environment(words: str, folder: Path) -> str | None:
    """The interpreter of an environment for a version of Python and of numpy, made where it is not there yet."""
    version, _, numpy = words.partition("=")
    python = interpreter(version)
    place = folder / f"python{version}-numpy{numpy or 'newest'}"
    inside = str(place / "bin" / "python")
    if python is None:
        return None
    if not Path(inside).exists():
        subprocess.run([python, "-m", "venv", place], check=True)
        wanted = [f"numpy=={numpy}.*"] if numpy else []
        subprocess.run([inside, "-m", "pip", "install", "-q", str(HOME), *wanted], check=True)
        subprocess.run([inside, "-m", "pip", "uninstall", "-q", "-y", "calibrate-leads"], check=True)
    return inside


def calibrate(python: str, folder: Path, *words: str) -> bytes:
    """What a command of this source says, run by this interpreter in a folder."""
    run = subprocess.run(
        [python, "-m", "calibrate", *words], cwd=folder, check=True, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(HOME), "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    return run.stdout


def work(python: str, folder: Path, leads: int) -> dict[str, str]:
    """Every file that a month's work leaves, and what it says, with the digest of its bytes."""
    calibrate(python, folder, "demo", "--leads", str(leads), "--out", "reports")
    month = next(path for path in sorted((folder / "reports").iterdir()) if path.is_dir())
    grid = sorted((month / "grids").glob("*.json"))[0]
    for target in (
        "sql-duckdb",
        "sql-postgres",
        "python",
        "javascript",
        "hubspot",
        "salesforce",
        "excel",
        "pmml",
        "csv",
    ):
        calibrate(python, folder, "export", str(grid), "--to", target, "--out", f"weights/{target}.{target[:4]}")
    calibrate(python, folder, "card", str(grid), "--out", "card.html")
    calibrate(
        python, folder, "score", str(grid), "reports/leads.csv", "--events", "reports/events.csv", "--out", "scored.csv"
    )
    said = calibrate(python, folder, "check", str(month / "calibration.toml"))
    digests = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {**digests, "what check says": hashlib.sha256(said).hexdigest()}


def main() -> None:
    """Do the work with each interpreter, and print which files differ from those of the first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="*", default=list(DEFAULT), metavar="PYTHON[=NUMPY]")
    parser.add_argument("--leads", type=int, default=1500, metavar="N", help="leads of the simulated history")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where environments are made, and kept")
    asked = parser.parse_args()
    first: dict[str, str] = {}
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="bytes-") as place:
        for number, words in enumerate(asked.pythons):
            python = words if os.sep in words else environment(words, asked.keep or Path(place) / "environments")
            if python is None:
                print(f"{words}: no such Python here")
                continue
            folder = Path(place) / f"work-{number}"
            folder.mkdir()
            versions = subprocess.run([python, "-c", VERSIONS], check=True, stdout=subprocess.PIPE, text=True).stdout
            digests = work(python, folder, asked.leads)
            first = first or digests
            unlike = sorted({name for name, _ in first.items() ^ digests.items()})
            wrong += len(unlike)
            print(f"{versions.strip()}: {len(digests)} files, unlike the first: {unlike[:20] or 0}", flush=True)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
