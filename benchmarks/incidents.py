"""Are the faults that the authors of a public event file planted found, and in the right weeks?

    python benchmarks/incidents.py ecom.csv.gz

The file is `datasets/ecom.csv.gz` of the PyPI package `retentioneering` (Apache 2.0): events of a shop in 2024, with a
checkout bug on mobiles from 9 April to 9 May and a payment fault from 19 May to 7 June. A lead is a session that gave
an address, a customer one that bought. The grid is made from the sessions before 9 April; then every week is looked at
as it comes in. Found means: named by its second week at the latest, with the right first week. The end of the mobile
fault cannot be told apart: a single week lies between it and the other fault.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))
from calibrate import Plan, Terms, calibrate, count, observe, open_table, propose
from calibrate.monitoring.drift import find_drift
from calibrate.monitoring.drift_looks import Drift

FIRST_FAULT = date(2024, 4, 9)
ASKED = ("platform", "payment_details")


def sessions(events: pd.DataFrame) -> pd.DataFrame:
    """One row per session that gave an address: its day, its platform, whether it came to pay, whether it bought."""
    found = events.groupby("session_id").agg(day=("timestamp", "min"), platform=("platform", "first"))
    found["day"] = found["day"].str[:10]
    for step in ("shipping_details", "payment_details", "purchase"):
        found[step] = events["event"].eq(step).groupby(events["session_id"]).any()
    return found[found["shipping_details"]].sort_values(["day"], kind="stable").reset_index()


def looked_at(leads: pd.DataFrame) -> Drift:
    """The grid of the sessions before the first fault, and the weeks since."""
    with TemporaryDirectory() as place:
        file = Path(place) / "sessions.csv"
        leads.to_csv(file, index=False)
        table = open_table(file)
        terms = Terms(
            customer="purchase", created_at="day", lead_id="session_id", close_within_days=0, observe_days=0,
            by="week", split=FIRST_FAULT,
        )  # fmt: skip
        tally = count(observe(table, propose(table, include=ASKED).criteria, terms))
    before = tally.only(np.array([label < FIRST_FAULT.isoformat() for label in tally.cohorts]))
    return find_drift(calibrate(before, Plan("before", "evidence")), tally, since=FIRST_FAULT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    found = looked_at(sessions(pd.read_csv(parser.parse_args().file)))
    for look in found.looks:
        print(f"{look.cohort}  {look.leads:4} leads  {look.status:11}", *(f"\n      {each}" for each in look.changes))
    for first, last, change in found.episodes:
        print(f"{first} to {last}: {change}")
    for line, week, last_seen in ((("platform", "mobile"), "2024-04-09", "2024-04-15"),
                                  (("payment_details", "True"), "2024-05-20", "2024-05-27")):  # fmt: skip
        named = [k.cohort for k in found.looks for c in k.changes if (c.criterion, c.level) == line and c.since == week]
        assert named and named[0] <= last_seen, f"{line} was named in {named}, not by {last_seen} with {week}"
    assert found.looks[0].status == "keep"
    assert found.looks[-1].status == "watch", "what is over is not in alarm any longer"
    print("both faults found, with the right first week")


if __name__ == "__main__":
    main()
