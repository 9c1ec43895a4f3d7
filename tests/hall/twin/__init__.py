"""A living hall: the plant of tests/hall/plant.py under simulated PDUs, so that what switches an
outlet or fails a feed changes the currents that all other PDUs show.

    with Twin(four_racks(), over("mixed")) as twin:
        files = written(twin, folder)      # fleet list, logins, drawing
        twin.order("fail feed:A")          # as at the prompt of `make hall`

`make hall` runs it for people. It shares no code with what rehearses and switches the hall.
"""

from .built import Built, four_racks
from .doors import KINDS, over
from .folder import Files, written
from .living import Twin

__all__ = ["KINDS", "Built", "Files", "Twin", "four_racks", "over", "written"]
