"""Sensitive columns are set aside like suspects, with what all criteria reach with and without each of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..leads.columns.sensitive import Sensitive
from .leakage import Suspect, reached
from .tally import Tally

REASON = "sensitive"


def sensitive_ones(tally: Tally, columns: Sequence[Sensitive], *, aside: Collection[str] = ()) -> tuple[Suspect, ...]:
    """The sensitive columns of a tally as suspects; `aside` are columns that are out already.

    AUCs are those of all criteria together, log-odds learnt on other cohorts. A column that is no criterion costs
    nothing.

    >>> import numpy as np
    >>> from calibrate.counts.tally import tally_of
    >>> from calibrate.grid.criteria import Criterion, Level
    >>> sex = Criterion("sex", "sex", "text", "fit", (Level("f", values=("f",)), Level("m", values=("m",)),
    ...     Level("missing", "missing"), Level("other", "other")))
    >>> tally = tally_of([sex], (np.arange(800) % 2).astype(np.uint8)[None], np.arange(800) % 8 == 0)
    >>> sensitive_ones(tally, [Sensitive("sex", "sex", "name")])[0].reason
    'sensitive'
    """
    open_ = [column for column in columns if column.column not in aside]
    if not open_:
        return ()
    best, without = reached(tally, [column.column for column in open_], aside=aside)
    suspects = []
    for column in open_:
        auc_without = without[column.column]
        suspects.append(
            Suspect(
                column.column,
                REASON,
                {"kind": column.kind, "how": column.how, "auc_with": best, "auc_without": auc_without},
            )
        )
    return tuple(suspects)
