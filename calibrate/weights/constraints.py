"""What a user may demand of any grid: pins, caps, signs, order; and a check that the demands can be met together.

Levels are named ``criterion`` (all its levels) or ``criterion=level``. `Constraints` holds the demands as they
were written; `resolve` lays them out over the levels of a tally, for the methods and for `build`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingsError, unknown
from ..grid.criteria import Criterion, offsets
from ..grid.grid import Pin
from ..grid.notes import Note, note
from ..vocabulary import NO, YES

Floats = NDArray[np.float64]
RISING, FALLING = " rising", " falling"


@dataclass(frozen=True)
class Constraints:
    """Demands on a grid; every one is optional.

    ============== ===================================================================================
    pins           points that somebody insists on, with who and why; they win over thin evidence
    cap            no line has more points than this, up or down
    max_lines      at most this many lines have points other than 0
    cap_criterion  criterion -> no level of it has more points than this, up or down
    cap_axis       axis -> its criteria together give at most this many points, up or down
    largest_share  no line holds more than this share of the maximum score (0 to 1)
    never_negative names (``criterion`` or ``criterion=level``) that never take points away
    never_positive names that never give points
    ordered        criteria whose points follow the order of their value levels: ``size`` (the
                   direction that fits better), ``size rising`` or ``size falling``
    need_negative  at least one line takes points away
    max_criteria   at most this many criteria have lines with points other than 0
    ============== ===================================================================================

    >>> Constraints(pins=(Pin("demo", "yes", 25, "sales"),), cap=20)
    Traceback (most recent call last):
    calibrate.errors.SettingsError: the pin demo=yes at 25 points contradicts the cap of 20 points per line; ...
    """

    pins: tuple[Pin, ...] = ()
    cap: int | None = None
    max_lines: int | None = None
    cap_criterion: Mapping[str, int] = field(default_factory=dict)
    cap_axis: Mapping[str, int] = field(default_factory=dict)
    largest_share: float | None = None
    never_negative: tuple[str, ...] = ()
    never_positive: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    need_negative: bool = False
    max_criteria: int | None = None

    def __post_init__(self) -> None:
        _check_numbers(self)
        for one, contrary, way_out in _contradictions(self):
            raise SettingsError(f"{one} contradicts {contrary}; {way_out}")


@dataclass(frozen=True)
class Chain:
    """Levels whose weights must follow their order: positions over all levels; direction +1, -1, or 0 for either."""

    criterion: str
    positions: NDArray[np.intp]
    direction: int


@dataclass(frozen=True)
class Limits:
    """Constraints laid out over all levels: (levels,) arrays, criterion after criterion.

    `pinned` marks pinned levels and `pins` holds their points; `floor` and `ceiling` bound the points of each
    level by signs and caps (infinite where free). `placed` gives each placed pin with its position, under the name
    its level has here; `notes` names the pins that could not be placed.
    """

    pinned: NDArray[np.bool_]
    pins: Floats
    floor: Floats
    ceiling: Floats
    chains: tuple[Chain, ...]
    placed: tuple[tuple[int, Pin], ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def signs(self) -> tuple[Floats, Floats]:
        """Bounds by sign alone: 0 where a level may not go below (above) 0, else infinite."""
        return np.where(self.floor >= 0, 0.0, -np.inf), np.where(self.ceiling <= 0, 0.0, np.inf)


def resolve(constraints: Constraints, criteria: Sequence[Criterion]) -> Limits:
    """The constraints over the levels of some criteria; unknown criteria are errors, pooled levels are notes."""
    bounds = offsets(criteria)
    size = int(bounds[-1])
    cap = float("inf") if constraints.cap is None else float(constraints.cap)
    floor, ceiling = np.full(size, -cap), np.full(size, cap)
    names = [c.name for c in criteria]
    for name, most in constraints.cap_criterion.items():
        at = _criterion(name, names, "a cap per criterion")
        part = slice(bounds[at], bounds[at + 1])
        floor[part], ceiling[part] = np.maximum(floor[part], -most), np.minimum(ceiling[part], most)
    for name in constraints.never_negative:
        floor[_levels(name, criteria, bounds)] = 0.0
    for name in constraints.never_positive:
        ceiling[_levels(name, criteria, bounds)] = 0.0
    if size and constraints.need_negative and (floor >= 0).all():
        raise SettingsError(
            "'must have a negative line' contradicts 'never negative' on every criterion; "
            "free one criterion or drop the demand for a negative line"
        )
    pinned, pins, positions, notes = np.zeros(size, bool), np.zeros(size), [], []
    for pin in constraints.pins:
        at = _criterion(pin.criterion, names, "a pin")
        level = _level(criteria[at], pin.level)
        if level is None:
            notes.append(note("pin_not_placed", criterion=pin.criterion, level=pin.level))
            continue
        position = int(bounds[at]) + level
        positions.append((position, replace(pin, level=criteria[at].levels[level].name)))
        pinned[position], pins[position] = True, pin.points
        floor[position] = ceiling[position] = pin.points
    chains = tuple(_chain(name, criteria, bounds) for name in constraints.ordered)
    limits = Limits(pinned, pins, floor, ceiling, chains, tuple(positions), tuple(notes))
    _check_order(limits)
    return limits


def _check_order(limits: Limits) -> None:
    """Refuse pins that break an order demanded of the same criterion."""
    names = dict(limits.placed)
    for chain in limits.chains:
        chain_pins = [names[int(i)] for i in chain.positions if int(i) in names]
        ups = [(a, b) for a, b in pairwise(chain_pins) if a.points < b.points]
        downs = [(a, b) for a, b in pairwise(chain_pins) if a.points > b.points]
        broken = (downs if chain.direction > 0 else []) + (ups if chain.direction < 0 else [])
        if chain.direction == 0 and ups and downs:
            broken = [(ups[0][0], downs[0][1])]
        for one, second in broken:
            raise SettingsError(
                f"{_pin(one)} and {_pin(second)} contradict the order demanded for {chain.criterion}; "
                "change one of the pins or drop the order"
            )


def check(constraints: Constraints, criteria: Sequence[Criterion]) -> None:
    """Check all names against the criteria as they were counted (before pooling), levels of text too."""
    resolve(constraints, criteria)
    for pin in constraints.pins:
        criterion = next(c for c in criteria if c.name == pin.criterion)
        if not criterion.fixed and criterion.kind == "number":
            continue  # its levels are still to be chosen
        if _level(criterion, pin.level) is None:
            raise SettingsError(
                f"a pin: {unknown(f'level of {criterion.name}', pin.level, [v.name for v in criterion.levels])}"
            )


def split(name: str, criteria: Sequence[Criterion]) -> tuple[Criterion, str | None]:
    """A name as criterion and level: ``criterion`` or ``criterion=level``; names may hold '=' themselves."""
    for criterion in criteria:
        if criterion.name == name:
            return criterion, None
    for criterion in criteria:
        if name.startswith(f"{criterion.name}="):
            return criterion, name[len(criterion.name) + 1 :]
    raise SettingsError(f"a constraint: {unknown('criterion', name.split('=')[0], [c.name for c in criteria])}")


def direction_of(name: str, names: Sequence[str]) -> tuple[str, int]:
    """The criterion and direction that an entry of `ordered` names.

    >>> direction_of("size rising", ["size"]), direction_of("size", ["size"])
    (('size', 1), ('size', 0))
    """
    for suffix, direction in ((RISING, 1), (FALLING, -1)):
        if name not in names and name.endswith(suffix):
            return name.removesuffix(suffix), direction
    return name, 0


def _chain(name: str, criteria: Sequence[Criterion], bounds: NDArray[np.intp]) -> Chain:
    names = [c.name for c in criteria]
    plain, direction = direction_of(name, names)
    at = _criterion(plain, names, "an order")
    values = [i for i, level in enumerate(criteria[at].levels) if level.role == "value"]
    return Chain(plain, bounds[at] + np.array(values, np.intp), direction)


def _criterion(name: str, names: Sequence[str], where: str) -> int:
    if name not in names:
        raise SettingsError(f"{where}: {unknown('criterion', name, names)}")
    return names.index(name)


def _level(criterion: Criterion, name: str) -> int | None:
    """Position of a level by name, by a value it lists, or as yes or no; None where it is pooled or unknown."""
    for i, level in enumerate(criterion.levels):
        if level.name == name:
            return i
    if criterion.kind in ("text", "boolean"):
        for i, level in enumerate(criterion.levels):
            if level.role == "value" and name in level.values:
                return i
    for words in (YES, NO):  # pages show True as yes
        alike = [i for i, level in enumerate(criterion.levels) if {name.casefold(), level.name.casefold()} <= words]
        if len(alike) == 1:
            return alike[0]
    return None


def _levels(name: str, criteria: Sequence[Criterion], bounds: NDArray[np.intp]) -> slice | list[int]:
    criterion, level = split(name, criteria)
    at = list(criteria).index(criterion)
    if level is None:
        return slice(int(bounds[at]), int(bounds[at + 1]))
    position = _level(criterion, level)
    return [] if position is None else [int(bounds[at]) + position]


def _check_numbers(c: Constraints) -> None:
    numbers = [("the cap per line", c.cap), ("the largest number of lines", c.max_lines)]
    numbers += [("the largest number of criteria", c.max_criteria)]
    numbers += [(f"the cap of {name}", most) for name, most in (*c.cap_criterion.items(), *c.cap_axis.items())]
    for what, number in numbers:
        if number is not None and number < 1:
            raise SettingsError(f"{what} is {number}; it must be 1 or more")
    if c.largest_share is not None and not 0 < c.largest_share <= 1:
        raise SettingsError(
            f"the largest share of one line is {c.largest_share}; it must lie between 0 and 1 (0.4 means 40 %)"
        )
    for axis in c.cap_axis:
        if axis not in ("fit", "engagement"):
            raise SettingsError(f"a cap per axis: {unknown('axis', axis, ['fit', 'engagement'])}")


def _contradictions(c: Constraints) -> Iterator[tuple[str, str, str]]:
    """Pairs of demands that no grid can meet, each with a way out."""
    for pin in c.pins:
        yield from _against_pin(c, pin)
    for one, second in combinations(c.pins, 2):
        if (one.criterion, one.level) == (second.criterion, second.level) and one.points != second.points:
            yield _pin(one), f"the pin at {second.points} points", "keep one of them"
    for name in c.never_negative:
        if name in c.never_positive:
            yield f"'{name}' never negative", f"'{name}' never positive", "leave it out of the criteria instead"
    lines = [pin for pin in c.pins if pin.points]
    if c.max_lines is not None and len(lines) > c.max_lines:
        pins = ", ".join(f"{p.criterion}={p.level}" for p in lines)
        yield f"pinning {len(lines)} lines ({pins})", f"the limit of {c.max_lines} lines", "raise it or unpin some"
    places = {pin.criterion for pin in lines}
    if c.max_criteria is not None and len(places) > c.max_criteria:
        criteria = ", ".join(sorted(places))
        yield (
            f"pinning lines of {len(places)} criteria ({criteria})",
            f"the limit of {c.max_criteria} criteria",
            "raise it",
        )
    if c.need_negative and c.max_lines == len(lines) and all(pin.points > 0 for pin in lines) and lines:
        yield "'must have a negative line'", f"the limit of {c.max_lines} lines, all pinned above 0", "raise the limit"


def _against_pin(c: Constraints, pin: Pin) -> Iterator[tuple[str, str, str]]:
    if c.cap is not None and abs(pin.points) > c.cap:
        yield _pin(pin), f"the cap of {c.cap} points per line", "raise the cap or lower the pin"
    most = c.cap_criterion.get(pin.criterion)
    if most is not None and abs(pin.points) > most:
        yield _pin(pin), f"the cap of {most} points on {pin.criterion}", "raise the cap or lower the pin"
    for name in (pin.criterion, f"{pin.criterion}={pin.level}"):
        if pin.points < 0 and name in c.never_negative:
            yield _pin(pin), f"'{name}' never negative", "keep one of them"
        if pin.points > 0 and name in c.never_positive:
            yield _pin(pin), f"'{name}' never positive", "keep one of them"


def _pin(pin: Pin) -> str:
    return f"the pin {pin.criterion}={pin.level} at {pin.points} points"
