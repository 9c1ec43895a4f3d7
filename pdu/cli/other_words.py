"""Words of former releases and of other tools, and what this program has in their place."""

from __future__ import annotations

from collections.abc import Mapping

REMOVAL = 'DCImanager removes a handler: "Update, roll back, remove" in packaging/README.md'
_CYCLE, _OFF, _ON = ("use pdu cycle", "use pdu off", "use pdu on")
_CHECK, _FIND = ("use pdu check, which reads the list", "use pdu find, with --add for the list")

#: in the place of a command
COMMANDS: Mapping[str, str] = {
    "prove": "use pdu record, and pdu cycle of an idle outlet: docs/field.md",
    "platform": "use make conformance COPY=DIR in a clone",
    "exporter": "use pdu check --prometheus FILE: docs/other-tools.md",
    "restart": _CYCLE,
    "reboot": _CYCLE,
    "reset": _CYCLE,
    "shutdown": _OFF,
    "down": _OFF,
    "port_down": _OFF,
    "up": _ON,
    "port_up": _ON,
    "state": "use pdu status",
    "show": "use pdu outlets",
    "info": "use pdu outlets",
    "list": _CHECK,
    "add": _FIND,
    "scan": _FIND,
    "discover": _FIND,
    "login": "logins: pdu help settings",
    "config": "settings: pdu help settings",
    "unregister": REMOVAL,
    "deregister": REMOVAL,
}
#: in the place of an option
OPTIONS: Mapping[str, str] = {
    "--html": "use --csv or --json",
    "--timeout": "use -s timeout=5",
    "--fingerprint": "use -s fingerprint=...",
    "--verbose": "what it added is always shown; --debug logs each step",
    "--rate": "pdu find sends 200 requests a second",
    "--try": "use --name NAME_try",
    "--table": "both tables are printed",
    "--tree": "run it in the folder of a copy",
    "--remove": REMOVAL,
    "--delete": REMOVAL,
    "--unregister": REMOVAL,
}
