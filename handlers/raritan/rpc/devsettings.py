"""Settings of the device's services.

Source: Bluetooth.idl, Crestron.idl, Modbus.idl, Redfish.idl, Smtp.idl, Snmp.idl, Zeroconf.idl."""

from __future__ import annotations

from ._idl.devsettings import *
from ._runtime.classes import public_names

__all__ = public_names(globals())
