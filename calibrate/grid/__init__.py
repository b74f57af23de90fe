"""The language of a grid: criteria, levels, points, bands, reasons. Knows no engine."""

from .criteria import Criterion as Criterion
from .criteria import Level as Level
from .grid import Band as Band
from .grid import Evidence as Evidence
from .grid import Expiry as Expiry
from .grid import Grid as Grid
from .grid import Pin as Pin
from .grid import Thresholds as Thresholds
