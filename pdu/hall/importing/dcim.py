"""Reads NetBox's and Nautobot's objects: devices, power ports, outlets, feeds and panels. Pure.

Shapes: NetBox 4 (`connected_endpoints`, a list) and Nautobot 3 (`connected_endpoint`, one object,
whose device may be only an id). Ends of cables are looked up by their id among the objects read, so
it does not matter how much of a nested object an answer contains.

A device with outlets is a PDU, any other device with a cord a machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

from ...core.cli.report import few
from ..walk.graph import reachable
from . import naming
from .choosing import Filters, Places, choose
from .model import Imported, ImportedCord, ImportedLine, ImportedOutlet

KINDS = ("devices", "power-ports", "power-outlets", "power-feeds", "power-panels")
#: not needed: cables that are not connected, and the tree of locations
EXTRA = ("cables", "locations")
Objects = Mapping[str, Sequence[Mapping[str, Any]]]
_OUTLET, _FEED = "dcim.poweroutlet", "dcim.powerfeed"
_PLANNED = "planned"
_MOST_NAMES = 8
_ALL = Filters()


class _CableEnd(NamedTuple):
    """A cable from a power port."""

    port: Mapping[str, Any]
    #: _OUTLET or _FEED
    kind: str
    end: Mapping[str, Any]


def import_objects(objects: Objects, filters: Filters = _ALL) -> Imported:
    """What these objects say, by the names of KINDS and EXTRA. Raises SettingsError for objects of
    another shape, and for a filter that nothing matches.
    """
    try:
        return _DcimReader(objects, filters).read()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            "an object of the import has another shape than NetBox's or Nautobot's"
            f" ({type(error).__name__}: {printable(str(error), 80)}); save the answers of"
            f" /api/dcim/: {', '.join(KINDS)}"
        ) from None


def cables_to_check(ports: Iterable[Mapping[str, Any]]) -> set[object]:
    """The ids of the cables of these ports of which the status must be known: not all of the way
    is connected, so one of it is planned, or is being removed.
    """
    return {_id(port["cable"]) for port in ports if _is_doubtful(port) and port.get("cable")}


class _DcimReader:
    def __init__(self, objects: Objects, filters: Filters) -> None:
        self._by_id = {
            kind: {_id(item): item for item in objects.get(kind, ())} for kind in (*KINDS, *EXTRA)
        }
        self._places = Places(self._by_id["locations"].values())
        self._chosen_devices = choose(self._by_id["devices"], filters, self._places)
        self._has_filters = any(filters)
        outlets = self._by_id["power-outlets"].values()
        self._pdus = {_id(item["device"]): None for item in outlets}
        self._notes: list[str] = []
        self._devices: Mapping[object, str] = {}
        self._panel_names: Mapping[object, str] = {}
        #: (device, inlet) of PDUs with several inlets, each of which feeds its own outlets
        self._part_inlets: set[tuple[object, object]] = set()

    def read(self) -> Imported:
        ends = self._ends()
        machines = {
            _id(end.port["device"]): None
            for end in ends
            if _id(end.port["device"]) not in self._pdus and self._is_chosen(end.port["device"])
        }
        pdus = self._drawn_pdus(ends, machines)
        self._name(machines, pdus)
        self._part(ends, pdus)
        cords: list[ImportedCord] = []
        pdu_cords: list[ImportedCord] = []
        lines: list[ImportedLine] = []
        unread: dict[object, str] = {}
        names_in_use = {*self._devices.values(), *self._panel_names.values()}
        for port, kind, end in ends:
            device = _id(port["device"])
            if device not in machines and device not in pdus:
                continue
            name = self._part_of(device, port)
            if kind == _OUTLET:
                pdu = self._part_of(_id(end["device"]), end.get("power_port"))
                cord = ImportedCord(name, pdu, str(end["name"]).strip())
                (pdu_cords if device in pdus else cords).append(cord)
            elif device in pdus:
                lines.append(self._feed_line(name, end))
            else:
                key = _id(end)
                if key not in unread:
                    names = {key: (_name(end), self._panel(end["power_panel"]))}
                    unread[key] = naming.unique(names, {*names_in_use, *unread.values()})[key]
                    lines.append(self._feed_line(unread[key], end)._replace(phases=1))
                number = 1 + sum(cord.pdu == unread[key] for cord in cords)
                cords.append(ImportedCord(name, unread[key], str(number)))
        if unread:
            self._note(
                "drawn as a PDU with one outlet, because a machine is wired to this feed",
                unread.values(),
            )
        racks = {
            name: _name(rack)
            for device in pdus
            if (rack := self._by_id["devices"].get(device, {}).get("rack"))
            for name in self._parts(device)
        }
        return Imported(
            cords,
            lines,
            self._panels(),
            racks,
            pdu_cords,
            self._outlets(pdus),
            True,
            list(unread.values()),
            self._notes,
        )

    # ---- what is drawn ---------------------------------------------------------------------------

    def _ends(self) -> list[_CableEnd]:
        """The cables of all power ports, but for planned ones."""
        ends: list[_CableEnd] = []
        planned_ports: list[str] = []
        doubtful: list[str] = []
        for port in self._by_id["power-ports"].values():
            status = self._status(port) if _is_doubtful(port) else ""
            for kind, end in _ends(port):
                if kind not in (_OUTLET, _FEED):
                    continue
                if status in (_PLANNED, "?"):
                    if self._is_chosen(port["device"]):
                        reference: Mapping[str, Any] = port["device"]
                        device = self._by_id["devices"].get(_id(reference), reference)
                        port_in_words = f"{_name(device)} {printable(str(port['name']), 60)}"
                        (planned_ports if status == _PLANNED else doubtful).append(port_in_words)
                    continue
                kind_of = "power-outlets" if kind == _OUTLET else "power-feeds"
                ends.append(_CableEnd(port, kind, self._by_id[kind_of].get(_id(end), end)))
        self._note("left out, because its cable is planned", planned_ports)
        self._note(
            "left out, because its cable is planned or is being removed (/api/dcim/cables/ tells,"
            " as cables.json)",
            doubtful,
        )
        return ends

    def _status(self, port: Mapping[str, Any]) -> str:
        """The status of the cable of a port with a way that is not connected, "?" if not known."""
        cable = port.get("cable")
        cable_known = self._by_id["cables"].get(_id(cable), cable) if cable else None
        status = cable_known.get("status") if cable_known else None
        name = status.get("name") if isinstance(status, Mapping) else None
        return (_value(status) or (name if isinstance(name, str) else "?")).casefold()

    def _is_chosen(self, device: Mapping[str, Any]) -> bool:
        return not self._has_filters or _id(device) in self._chosen_devices

    def _drawn_pdus(
        self, ends: Sequence[_CableEnd], machines: Mapping[object, None]
    ) -> dict[object, None]:
        """The PDUs that were chosen, or on which something hangs that is drawn."""
        pdus = {pdu: None for pdu in self._pdus if self._is_chosen({"id": pdu})}
        uppers: dict[object, list[object]] = {}
        for end in ends:
            if end.kind == _OUTLET:
                uppers.setdefault(_id(end.port["device"]), []).append(_id(end.end["device"]))
        devices = reachable([*machines, *pdus], lambda device: uppers.get(device, ()))
        # with those whose outlets were not read
        pdus.update((pdu, None) for device in uppers if device in devices for pdu in uppers[device])
        return pdus

    def _part(self, ends: Sequence[_CableEnd], pdus: Mapping[object, None]) -> None:
        """Finds the PDUs with several inlets, each of which feeds its own outlets: no transfer
        switches, though two inputs of one drawn PDU are one.
        """
        inlets: dict[object, dict[object, None]] = {}
        for end in ends:
            device = _id(end.port["device"])
            if device in pdus:
                inlets.setdefault(device, {})[_id(end.port)] = None
        feeders: dict[object, set[object]] = {}
        for outlet in self._by_id["power-outlets"].values():
            if outlet.get("power_port"):
                feeders.setdefault(_id(outlet["device"]), set()).add(_id(outlet["power_port"]))
        devices = [key for key in inlets if len(inlets[key]) > 1 < len(feeders.get(key, ()))]
        self._part_inlets = {(device, inlet) for device in devices for inlet in inlets[device]}
        self._note(
            "drawn as one PDU for each inlet, because each feeds its own outlets",
            [self._devices[device] for device in devices],
        )

    def _part_of(self, device: object, inlet: Optional[Mapping[str, Any]]) -> str:
        """The name of a device, or of the part of it that this inlet feeds."""
        name = self._devices[device]
        if inlet is None or (device, _id(inlet)) not in self._part_inlets:
            return name
        return f"{name} {_name(self._by_id['power-ports'].get(_id(inlet), inlet))}"

    def _parts(self, device: object) -> list[str]:
        """The names of a device, or of its parts."""
        inlets = [inlet for pdu, inlet in self._part_inlets if pdu == device]
        return [self._part_of(device, {"id": pdu}) for pdu in inlets] or [self._devices[device]]

    # ---- names -----------------------------------------------------------------------------------

    def _name(self, machines: Mapping[object, None], pdus: Mapping[object, None]) -> None:
        """PDUs, panels and machines; those of one kind each get their own name."""
        known_devices = {
            _id(port["device"]): port["device"]
            for kind in ("power-outlets", "power-ports")
            for port in self._by_id[kind].values()
        }
        known_devices.update(self._by_id["devices"])
        device_by_id = {key: known_devices.get(key, {"id": key}) for key in (*pdus, *machines)}
        words = {key: self._words(device) for key, device in device_by_id.items()}
        of_pdus = naming.unique({key: words[key] for key in pdus})
        self._devices = {**of_pdus, **naming.unique({key: words[key] for key in machines})}
        panels = self._by_id["power-panels"]
        panel_words = {key: self._words(panel) for key, panel in panels.items()}
        self._panel_names = naming.unique(panel_words, of_pdus.values())
        new_names = [
            new
            for names, objects in ((self._devices, device_by_id), (self._panel_names, panels))
            for key, new in names.items()
            if new != _name(objects[key])
        ]
        self._note("several have one name, so it is drawn as", new_names)

    def _words(self, item: Mapping[str, Any]) -> list[str]:
        """The name, and what may stand before it: site and locations."""
        places = [item.get("site"), *self._places.path(item.get("location"))[::-1]]
        words = [place.get("name") or place.get("display") for place in places if place]
        return [_name(item), *(printable(word) for word in words if isinstance(word, str))]

    def _panel(self, reference: Mapping[str, Any]) -> str:
        key = _id(reference)
        return self._panel_names[key] if key in self._panel_names else _name(reference)

    def _note(self, what: str, names: Iterable[str]) -> None:
        texts = list(names)
        if texts:
            self._notes.append(f"{what}: {few(texts, _MOST_NAMES)}")

    # ---- values ----------------------------------------------------------------------------------

    def _outlets(self, pdus: Mapping[object, None]) -> dict[str, list[ImportedOutlet]]:
        outlets_by_pdu: dict[str, list[ImportedOutlet]] = {}
        unusable_outlets: dict[str, list[str]] = {"faulty": [], "disabled": []}
        for item in self._by_id["power-outlets"].values():
            if _id(item["device"]) in pdus:
                label = item.get("label")
                outlet = ImportedOutlet(
                    str(item["name"]).strip(),
                    printable(label.strip()) if isinstance(label, str) else "",
                    _value(item.get("feed_leg")),
                )
                name = self._part_of(_id(item["device"]), item.get("power_port"))
                outlets_by_pdu.setdefault(name, []).append(outlet)
                # NetBox 4.2, PowerOutletStatusChoices
                unusable_outlets.get(_value(item.get("status")), []).append(
                    printable(f"{name}/{outlet.name}")
                )
        for status, outlets in unusable_outlets.items():
            self._note(f"outlets that the import calls {status}, drawn with their cords", outlets)
        return outlets_by_pdu

    def _feed_line(self, pdu: str, feed: Mapping[str, Any]) -> ImportedLine:
        return ImportedLine(
            pdu,
            "",
            _number(feed.get("amperage")),
            self._panel(feed["power_panel"]),
            _number(feed.get("max_utilization")),
            3 if _value(feed.get("phase")).startswith("three") else 1,
            _number(feed.get("voltage")),
        )

    def _panels(self) -> list[tuple[str, str]]:
        """Panels with their input: the panel that feeds them, else their power path (Nautobot)."""
        above: dict[object, str] = {}
        paths: dict[object, set[str]] = {}
        for feed in self._by_id["power-feeds"].values():
            target = feed.get("destination_panel")
            if target:
                above[_id(target)] = self._panel(feed["power_panel"])
            path = _value(feed.get("power_path"))
            if path:
                paths.setdefault(_id(feed["power_panel"]), set()).add(path)
        for panel, panel_paths in paths.items():
            path = panel_paths.pop()
            if not panel_paths and panel not in above:
                path = path.upper() if len(path) == 1 else path
                # a panel may have the name of a path
                is_name = path in self._panel_names.values()
                above[panel] = f"path {path}" if is_name else path
        panels = self._by_id["power-panels"]
        return [(self._panel_names[panel], above[panel]) for panel in panels if panel in above]


def _ends(port: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The other ends of a port's cable, with their type."""
    if port.get("connected_endpoints") is not None:
        kind = str(port.get("connected_endpoints_type"))
        return [(kind, end) for end in port["connected_endpoints"]]
    end = port.get("connected_endpoint")
    if not end:
        return []
    return [(str(port.get("connected_endpoint_type") or end.get("object_type")), end)]


def _is_doubtful(port: Mapping[str, Any]) -> bool:
    """Whether the way from a port is drawn, and not all of it is connected."""
    has_several_ends = port.get("connected_endpoints") is not None
    key = "connected_endpoints_reachable" if has_several_ends else "connected_endpoint_reachable"
    return bool(_ends(port)) and port.get(key) is False


def _id(item: Mapping[str, Any]) -> object:
    identity = item["id"]
    if not isinstance(identity, (int, str)):
        raise TypeError("an id is neither a number nor text")
    return identity


def _name(item: Mapping[str, Any]) -> str:
    name = item.get("name") or item.get("display")
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"object {printable(str(item.get('id')), 40)} has no name")
    return printable(name.strip())


def _value(choice: Any) -> str:
    """A choice is text, or an object with `value`."""
    value = choice.get("value") if isinstance(choice, dict) else choice
    return value if isinstance(value, str) else ""


def _number(value: Any) -> Optional[float]:
    return float(value) if isinstance(value, (int, float)) and value > 0 else None
