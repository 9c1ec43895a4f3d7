"""Every request of the NUT protocol, each a function that returns a typed `Request`. No I/O.

`ups` is the name of a device on the server; `variable` and `command` are names in that device's lists. Functions raise
SettingsError for an argument that the protocol cannot carry. Comments show the dialogue of each request: `>` is sent, `<` is
received. Source: RFC 9271, and NUT's docs/net-protocol.txt for LOGIN, LOGOUT, MASTER, NETVER and NUMLOGINS.
"""
from __future__ import annotations

from .lists import list_cmd, list_rw, list_ups, list_var
from .other_lists import list_client, list_enum, list_range
from .session import fsd, login, logout, password, primary, username
from .tls import starttls
from .values import Type, get_cmddesc, get_desc, get_numlogins, get_type, get_upsdesc, get_var, help_, protver, ver
from .writes import get_tracking, instcmd, set_tracking, set_var

__all__ = ["Type", "fsd", "get_cmddesc", "get_desc", "get_numlogins", "get_tracking", "get_type", "get_upsdesc", "get_var",
           "help_", "instcmd", "list_client", "list_cmd", "list_enum", "list_range", "list_rw", "list_ups", "list_var", "login",
           "logout", "password", "primary", "protver", "set_tracking", "set_var", "starttls", "username", "ver"]
