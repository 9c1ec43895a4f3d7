"""Writes a drawing as TOML. An update of an existing file keeps its comments and its own keys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from handlers.shared.errors import SettingsError

from ...core.cli import optional_packages
from ..importing.model import Imported
from ..walk.graph import reachable

_HEAD = "# The hall's drawing (docs/hall.md). Read it, and correct it.\n"
_UNKNOWN_FEED = "unknown"
# what the names of a PDU's lines begin with; others are breakers
_LINES = ("l", "phase")


#: by kind: feed, panel, pdu, machine
Tables = Mapping[str, Sequence[Mapping[str, Any]]]


def tables(hall: Imported) -> Tables:
    """The tables of a drawing: feed, panel, pdu, machine."""
    pdus: dict[str, dict[str, Any]] = {}
    for line in hall.lines:
        pdu = pdus.setdefault(line.pdu, {"name": line.pdu, "inputs": []})
        if line.feed and line.feed not in pdu["inputs"]:
            pdu["inputs"].append(line.feed)
        if line.line:
            part: dict[str, Any] = {"name": line.line}
            _add(part, breaker_a=line.breaker_a, limit_percent=line.limit_percent)
            is_line = line.phases > 1 or line.line.casefold().startswith(_LINES)
            if line.outlets is not None:
                part["outlets"] = list(line.outlets)
            parts = pdu.setdefault("line" if is_line else "breaker", [])
            # two inlets on one panel have lines of the same names
            if line.line not in [other_part["name"] for other_part in parts]:
                parts.append(part)
        else:
            _add(pdu, breaker_a=line.breaker_a, limit_percent=line.limit_percent)
    for cord in (*hall.cords, *hall.pdu_cords):
        pdus.setdefault(cord.pdu, {"name": cord.pdu, "inputs": []})
    for cord in hall.pdu_cords:
        lower = pdus.setdefault(cord.machine, {"name": cord.machine, "inputs": []})
        lower["inputs"].append(f"{cord.pdu}/{cord.outlet}")
    for name, pdu in pdus.items():
        pdu["inputs"] = pdu["inputs"] or [_UNKNOWN_FEED]
        _add(pdu, rack=hall.racks.get(name))
        if name in hall.unread:
            pdu["unread"] = True
    sources = dict(hall.panels)
    used_names = reachable(
        [text for pdu in pdus.values() for text in pdu["inputs"]],
        lambda name: [sources[name]] if name in sources else [],
    )
    panels = [
        {"name": name, "inputs": [source or _UNKNOWN_FEED]}
        for name, source in hall.panels
        if name in used_names
    ]
    panel_names = {panel["name"] for panel in panels}
    inputs = [text for node in (*panels, *pdus.values()) for text in node["inputs"]]
    panel_names |= {f"{cord.pdu}/{cord.outlet}" for cord in hall.pdu_cords}
    feeds = dict.fromkeys(text for text in inputs if text not in panel_names)
    machines: dict[str, dict[str, Any]] = {}
    for cord in hall.cords:
        machine = machines.setdefault(cord.machine, {"name": cord.machine, "cords": []})
        machine["cords"].append(f"{cord.pdu}/{cord.outlet}")
    return {
        "feed": [{"name": name} for name in feeds],
        "panel": panels,
        "pdu": list(pdus.values()),
        "machine": list(machines.values()),
    }


def _add(table: dict[str, Any], **values: Any) -> None:
    table.update({key: value for key, value in values.items() if value not in (None, "")})


def format_drawing(tables_by_kind: Tables) -> str:
    """The text of a new file."""
    return _HEAD + "".join(
        _table(kind, table) for kind in tables_by_kind for table in tables_by_kind[kind]
    )


def _table(kind: str, table: Mapping[str, Any]) -> str:
    text = f"\n[[{kind}]]\n"
    for key, value in sorted(table.items(), key=lambda item: _holds_tables(item[1])):
        if _holds_tables(value):
            text += "".join(_table(f"{kind}.{key}", item).lstrip("\n") for item in value)
        else:
            text += f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
    return text


def _holds_tables(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def updated(text: str, tables_by_kind: Tables) -> tuple[str, list[str]]:
    """The text of an existing file with what the import says, and what changed.

    Comments, order and keys that the import does not bring stay; so do tables that it lacks, which
    are named. Raises SettingsError without the package tomlkit.
    """
    try:
        import tomlkit  # imported late: 30 ms; only an update needs it
    except ModuleNotFoundError:
        raise SettingsError(
            f"{optional_packages.missing('an update, which keeps comments,', 'tomlkit')}; or write"
            " to a new file"
        ) from None
    document = tomlkit.parse(text)
    changes: list[str] = []
    for kind, new_tables in tables_by_kind.items():
        have: Any = (
            document.setdefault(kind, tomlkit.aot()) if new_tables else document.get(kind, [])
        )
        table_by_name = {str(old_table["name"]): old_table for old_table in have}
        for table in new_tables:
            name = str(table["name"])
            if name not in table_by_name:
                have.append(tomlkit.item(table))
                changes.append(f"new: {kind} {name}")
                continue
            changes += _merge(tomlkit, table_by_name[name], table, f"{kind} {name}")
        new_names = {str(table["name"]) for table in new_tables}
        left_names = [name for name in table_by_name if name not in new_names]
        changes += [f"not in the import, kept: {kind} {name}" for name in left_names]
    return tomlkit.dumps(document), changes


def _merge(tomlkit: Any, old_table: Any, table: Mapping[str, Any], where: str) -> Iterable[str]:
    changes: list[str] = []
    for key, value in table.items():
        if _holds_tables(value):
            lines = {str(item["name"]): item for item in old_table.setdefault(key, tomlkit.aot())}
            for item in value:
                if item["name"] in lines:
                    changes += _merge(tomlkit, lines[item["name"]], item, f"{where}/{item['name']}")
                else:
                    old_table[key].append(tomlkit.item(item))
                    changes.append(f"new: {where}/{item['name']}")
        elif key not in old_table or old_table[key] != value:
            old_table[key] = value
            changes.append(f"changed: {where}: {key}")
    return changes
