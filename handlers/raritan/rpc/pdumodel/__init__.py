"""The PDU data model."""

from __future__ import annotations

from .controllers import *
from .files import *
from .outlet_groups import *
from .pdu import *
from .power_meter import *
from .power_shelf import *
from .supply import *
