"""The order of a tally's rows: by what they hold, so that it is the same in whatever order an engine hands leads out.

A row's key is a hash of its level codes and counts. Where leads stand in groups, a group's signature (the sum of the
keys of its rows) joins the key: rows with one key then stand in groups that hold the same rows, so that which of them
comes first makes no difference, as long as all of them keep to one order, for which the engine's own hash does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

_MULTIPLIER, _MIXER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
PIECE = 2**15
"""Rows that are hashed at once: what stays in the processor's cache."""


def row_keys(codes: NDArray[np.uint8], fields: Sequence[NDArray[np.integer] | NDArray[np.bool_]] = ()) -> Keys:
    """A hash of 64 bits of each row's level codes (criteria, rows), and of whole numbers about it.

    >>> keys = row_keys(np.uint8([[0, 1, 0], [2, 2, 2]]), [np.array([7, 7, 7])])
    >>> bool(keys[0] == keys[2] != keys[1])
    True
    """
    rows = codes.shape[1]
    keys = np.full(rows, _MIXER)  # a row of zeros counts in a signature too
    for start in range(0, rows, PIECE):
        here = slice(start, start + PIECE)
        key = keys[here]
        for field in (*fields, *codes):
            key *= _MULTIPLIER
            key += field[here].astype(np.uint64)
        key ^= key >> _HALF
        key *= _MIXER
        key ^= key >> _HALF
    return keys


def canonical_order(
    codes: NDArray[np.uint8],
    cohort: NDArray[np.integer],
    fields: Sequence[NDArray[np.integer] | NDArray[np.bool_]] = (),
    buyer: Keys | None = None,
) -> NDArray[np.intp]:
    """Places of the rows in their order: cohort by cohort, and in it by what they hold, the other `fields` too.

    `buyer` 0 stands alone.
    """
    keys = row_keys(codes, [cohort, *fields])
    if buyer is None:
        order = _sorted_places(keys)
    else:
        keys = _mixed(keys + _signatures(keys, buyer) * _MULTIPLIER)
        order = _alike_by_buyer(_sorted_places(keys), keys, buyer)
    by_cohort = cohort[order].astype(np.uint16 if cohort.max(initial=0) < 2**16 else np.uint32)
    result: NDArray[np.intp] = order[np.argsort(by_cohort, kind="stable")]
    return result


def _sorted_places(keys: Keys) -> NDArray[np.intp]:
    """Places of the keys in ascending order: sorted by their first bits with the place behind them, then put right."""
    mask = np.uint64((1 << len(keys).bit_length()) - 1)
    packed = (keys & ~mask) | np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    order = (packed & mask).astype(np.intp)
    nearly = keys[order]
    if (nearly[1:] < nearly[:-1]).any():  # a few share their first bits
        order = order[np.argsort(nearly, kind="stable")]
    return order


def _alike_by_buyer(order: NDArray[np.intp], keys: Keys, buyer: Keys) -> NDArray[np.intp]:
    """The order with rows of one key, which are few, by their buyer."""
    in_order = keys[order]
    same = in_order[1:] == in_order[:-1]
    alike = np.flatnonzero(np.append(same, False) | np.append(False, same))
    rows = order[alike]
    order[alike] = rows[np.lexsort((rows, buyer[rows], in_order[alike]))]
    return order


def _signatures(keys: Keys, buyer: Keys) -> Keys:
    """Of each row the sum, modulo 2^64, of the keys of its group; 0 for a row that stands alone."""
    import pandas as pd  # a hundred milliseconds that a grid file does not need

    group, _ = pd.factorize(buyer)  # a table of hashes: a third of the time of sorting
    low, high = (np.bincount(group, part.astype(np.float64)) for part in (keys & (2**32 - 1), keys >> _HALF))
    sums = low.astype(np.uint64) + (high.astype(np.uint64) << _HALF)  # exact: a group has less than 2^21 rows
    return np.where(buyer == 0, np.uint64(0), sums[group])


def _mixed(keys: Keys) -> Keys:
    return (keys ^ (keys >> _HALF)) * _MIXER
