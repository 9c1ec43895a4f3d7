"""Reads NetBox's and Nautobot's objects: devices, power ports, outlets, feeds and panels. Pure.

Shapes: NetBox 4 (`connected_endpoints`, a list) and Nautobot 3 (`connected_endpoint`, one object,
whose device may be only an id). Ends of cables are looked up by their id among the objects read, so
it does not matter how much of a nested object an answer contains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ....errors import SettingsError, printable
from .model import Imported, ImportedCord, ImportedLine

KINDS = ("devices", "power-ports", "power-outlets", "power-feeds", "power-panels")
Objects = Mapping[str, Sequence[Mapping[str, Any]]]
_OUTLET, _FEED = "dcim.poweroutlet", "dcim.powerfeed"


def imported(objects: Objects) -> Imported:
    """What these objects say, by the names of KINDS. Raises SettingsError for objects of another
    shape.
    """
    try:
        return _Reader(objects).imported()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            "an object of the import has another shape than NetBox's or Nautobot's"
            f" ({type(error).__name__}: {printable(str(error), 80)}); save the answers of"
            f" /api/dcim/: {', '.join(KINDS)}"
        ) from None


class _Reader:
    def __init__(self, objects: Objects) -> None:
        self._by_id = {kind: {_id(one): one for one in objects.get(kind, ())} for kind in KINDS}
        self._pdus = {_id(one["device"]) for one in objects["power-outlets"]}

    def imported(self) -> Imported:
        cords: list[ImportedCord] = []
        fed: list[ImportedCord] = []
        lines: list[ImportedLine] = []
        racks: dict[str, str] = {}
        for port in self._by_id["power-ports"].values():
            device = _id(port["device"])
            name = self._device(port["device"])
            for kind, end in _ends(port):
                if kind == _OUTLET:
                    outlet = self._by_id["power-outlets"].get(_id(end), end)
                    cord = ImportedCord(
                        name, str(port["name"]), self._device(outlet["device"]), str(outlet["name"])
                    )
                    if device in self._pdus:
                        fed.append(cord)
                    else:
                        cords.append(cord)
                elif kind == _FEED and device in self._pdus:
                    feed = self._by_id["power-feeds"].get(_id(end), end)
                    lines.append(self._line(name, feed))
        for device in self._pdus:
            rack = self._by_id["devices"].get(device, {}).get("rack")
            if rack:
                racks[self._device({"id": device})] = _name(rack)
        return Imported(cords, lines, self._panels(), racks, fed)

    def _line(self, pdu: str, feed: Mapping[str, Any]) -> ImportedLine:
        return ImportedLine(
            pdu,
            "",
            _number(feed.get("amperage")),
            self._panel(feed["power_panel"]),
            _number(feed.get("max_utilization")),
        )

    def _panels(self) -> list[tuple[str, str]]:
        """Panels with their input: the panel that feeds them, else their power path (Nautobot)."""
        above: dict[object, str] = {}
        paths: dict[object, str] = {}
        for feed in self._by_id["power-feeds"].values():
            target = feed.get("destination_panel")
            if target:
                above[_id(target)] = self._panel(feed["power_panel"])
            path = _value(feed.get("power_path"))
            if path:
                own = paths.setdefault(_id(feed["power_panel"]), path)
                if own != path:
                    paths[_id(feed["power_panel"])] = ""
        found: list[tuple[str, str]] = []
        for key, panel in self._by_id["power-panels"].items():
            source = above.get(key) or _upper(paths.get(key, ""))
            if source:
                found.append((_name(panel), source))
        return found

    def _device(self, reference: Mapping[str, Any]) -> str:
        found = self._by_id["devices"].get(_id(reference), reference)
        return _name(found)

    def _panel(self, reference: Mapping[str, Any]) -> str:
        return _name(self._by_id["power-panels"].get(_id(reference), reference))


def _ends(port: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The other ends of a port's cable, with their type."""
    if port.get("connected_endpoints") is not None:
        kind = str(port.get("connected_endpoints_type"))
        return [(kind, one) for one in port["connected_endpoints"]]
    one = port.get("connected_endpoint")
    if not one:
        return []
    return [(str(port.get("connected_endpoint_type") or one.get("object_type")), one)]


def _id(one: Mapping[str, Any]) -> object:
    found = one["id"]
    if not isinstance(found, (int, str)):
        raise TypeError("an id is neither a number nor text")
    return found


def _name(one: Mapping[str, Any]) -> str:
    found = one.get("name") or one.get("display")
    if not isinstance(found, str) or not found.strip():
        raise ValueError(f"object {printable(str(one.get('id')), 40)} has no name")
    return printable(found.strip())


def _value(choice: Any) -> str:
    """A choice is text, or an object with `value`."""
    found = choice.get("value") if isinstance(choice, dict) else choice
    return found if isinstance(found, str) else ""


def _upper(path: str) -> str:
    return path.upper() if len(path) == 1 else path


def _number(value: Any) -> Optional[float]:
    return float(value) if isinstance(value, (int, float)) and value > 0 else None
