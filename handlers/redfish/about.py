"""The facts that tools need before they load this handler."""

from __future__ import annotations

from ..about import About

ABOUT = About("Rack PDUs of many makes with a Redfish service", "custom")
