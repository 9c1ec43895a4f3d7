"""The page of docs/ that explains each command, for the last line of its help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_INDEX = "README.md"
ERRORS = "docs/troubleshooting.md"
SETTINGS = "docs/settings.md"
#: name of a command -> its page below docs/
PAGES: Mapping[str, str] = {
    "status": "command.md",
    "statistic": "command.md",
    "labels": "command.md",
    "outlets": "command.md",
    "on": "command.md",
    "up": "command.md",
    "off": "command.md",
    "down": "command.md",
    "cycle": "command.md",
    "supports": "devices.md",
    "check": "administrators.md",
    "find": "administrators.md",
    "exporter": "prometheus/README.md",
    "meter": "administrators.md",
    "energy": "administrators.md",
    "snmp": "devices.md",
    "identify": "field.md",
    "record": "field.md",
    "replay": "field.md",
    "draft": "own-pdu.md",
    "prove": "field.md",
    "new": "dev/new-handler.md",
    "handler": "own-handler.md",
    "completion": "command.md",
    "help": "command.md",
    "version": "command.md",
}


def page_of(words: Iterable[str]) -> str:
    """The page of a command, by the words of its path: `("pdu", "snmp", "families")`."""
    name = next((word for word in list(words)[1:] if word in PAGES), "")
    return f"docs/{PAGES.get(name, _INDEX)}"
