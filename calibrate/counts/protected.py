"""Sensitive columns are set aside like suspects, with what all criteria reach with and without each of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..leads.columns.sensitive import Sensitive
from .leakage import Suspect, reached
from .tally import Tally

REASON = "sensitive"


def protected(tally: Tally, columns: Sequence[Sensitive], *, aside: Collection[str] = ()) -> tuple[Suspect, ...]:
    """The sensitive columns of a tally as suspects; `aside` are columns that are out already.

    AUCs are those of all criteria together, log-odds learnt on other cohorts. A column that is no criterion costs
    nothing.

    >>> import numpy as np
    >>> from calibrate.counts.tally import tally_of
    >>> from calibrate.grid.criteria import Criterion, Level
    >>> sex = Criterion("sex", "sex", "text", "fit", (Level("f", values=("f",)), Level("m", values=("m",)),
    ...     Level("missing", "missing"), Level("other", "other")))
    >>> tally = tally_of([sex], (np.arange(800) % 2).astype(np.uint8)[None], np.arange(800) % 8 == 0)
    >>> protected(tally, [Sensitive("sex", "sex", "name")])[0].reason
    'sensitive'
    """
    open_ = [each for each in columns if each.column not in aside]
    if not open_:
        return ()
    best, without = reached(tally, [each.column for each in open_], aside=aside)
    suspects = []
    for each in open_:
        left = without[each.column]
        suspects.append(
            Suspect(
                each.column, REASON,
                f"its {each.how} {'says' if each.how == 'name' else 'say'}: {each.kind}; all criteria together rank at "
                f"{best:.3f} with it, at {left:.3f} without",
                {"kind": each.kind, "how": each.how, "auc_with": best, "auc_without": left},
            )
        )  # fmt: skip
    return tuple(suspects)
