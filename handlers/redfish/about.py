"""What the tools know of this handler before they load it."""
from __future__ import annotations

from ..registry import About

ABOUT = About("Rack PDUs of many makes with a Redfish service", "custom")
