"""What a set of lines sees of every other line: its rows counted one by one."""

from itertools import product

import numpy as np
from cards_case import drawn

from calibrate.weights.search.lines import plain
from calibrate.weights.search.views import source_of


def test_a_table_says_of_every_line_what_its_rows_say():
    columns, outcome = drawn(lines=5)
    lines = plain(columns, np.full(len(outcome), 2.0), outcome, 3)
    view = source_of(lines).view((3, 1))
    leads, customers = view.table
    for j, (a, b) in product(range(5), [(0, 0), (0, 1), (1, 0), (1, 1)]):
        cell = (view.design[1] == a) & (view.design[2] == b)
        rows = (columns[3] == a) & (columns[1] == b) & (columns[j] == 1)
        assert leads[j, cell].sum() == 2 * rows.sum() and customers[j, cell].sum() == outcome[rows].sum()
