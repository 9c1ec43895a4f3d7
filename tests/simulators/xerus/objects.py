"""The objects that a unit serves, and their look-up by resource id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Callable, Optional
from urllib.parse import unquote

from ..clockwork import Clockwork
from .idl import Firmware, Reference

_OPAQUE = re.compile(r"/tfwopaque/([\w.]+:[\d.]+)/([^/]+)$")
_OWN_NUMBER = re.compile(r"^/model/pdu/1(?=/|$)")
_ALIAS = re.compile(r"^/model/(inlet|ocp|outlet)(?=/)")
_LINK = re.compile(r"^/link/(\d+)(/.*)$")
_LINKED_PDU = re.compile(r"^/model/pdu/([2-9]|\d\d+)(/.*)?$")


class LinkDown(Exception):
    """The rid belongs to a link unit that is known but does not answer."""


class Served:
    """One object. Clients call its methods by name, if the firmware's table lists them.

    A method takes decoded parameters by name. It returns its result, or a dict by name if it has
    several results. Structures are dicts and may have fields that this firmware lacks.
    """

    def __init__(self, unit: Unit, interface: str, name: str, paths: Sequence[str] = ()) -> None:
        self.unit = unit
        self.interface = interface
        self.name = name
        unit.add(self, paths)

    def leave(self) -> None:
        """Removes the object's callbacks.

        Called when its unit is unlinked.
        """


class Unit:
    """The objects of one unit: the primary unit (link id 0) or a link unit."""

    def __init__(self, site: Site, link_id: int = 0) -> None:
        self.site = site
        self.link_id = link_id
        self.reachable = True
        self._by_name: dict[str, Served] = {}
        self._by_path: dict[str, Served] = {}

    @property
    def firmware(self) -> Firmware:
        return self.site.firmware

    @property
    def clockwork(self) -> Clockwork:
        return self.site.clockwork

    def add(self, served: Served, paths: Sequence[str]) -> None:
        """Adds an object.

        If this firmware lacks its interface, only a firmware update makes the object reachable.
        """
        self._by_name[served.name] = served
        for path in paths:
            self._by_path[path] = served

    def remove(self, served: Served) -> None:
        self._by_name.pop(served.name, None)
        for path in [path for path, other in self._by_path.items() if other is served]:
            del self._by_path[path]

    def objects(self) -> list[Served]:
        return list(self._by_name.values())

    def emit(self, event: str, source: Served, **fields: Any) -> None:
        """Reports an event; `event` is the IDL name of a value object such as
        `pdumodel.Outlet.PowerControlEvent`.
        """
        for listener in self.site.listeners:
            listener(event, source, fields)

    def path(self, served: Served) -> str:
        """The object's first well-known resource id; "" if it has none."""
        return next((path for path, other in self._by_path.items() if other is served), "")

    def named(self, name: str) -> Served:
        """The object whose references end with `name`."""
        return self._by_name[name]

    def find(self, rid: str) -> Optional[Served]:
        opaque = _OPAQUE.match(rid)
        if opaque:
            served = self._by_name.get(opaque.group(2))
            # a reference with another type or version is not found
            same = served is not None and self.firmware.type_id(served.interface) == opaque.group(1)
            return served if same else None
        path = _ALIAS.sub(r"/model/pdu/0/\1", _OWN_NUMBER.sub("/model/pdu/0", rid))
        served = self._by_path.get(path)
        return served if served is not None and self.firmware.version(served.interface) else None


class Site:
    """All units behind one address.

    `prefix_links`: references to a link unit's objects begin with /link/<id>. The vendor does not
    document this. Without the prefix, a reference looks like one to an object of the primary unit.

    `paths`: references are well-known resource ids where an object has one.
    """

    def __init__(
        self,
        generation: str,
        clockwork: Clockwork,
        prefix_links: bool = True,
        paths: bool = False,
    ) -> None:
        self.clockwork = clockwork
        self.prefix_links = prefix_links
        self.paths = paths
        self.firmware = self.types(generation)
        self.units: dict[int, Unit] = {}
        self.listeners: list[Callable[[str, Served, dict[str, Any]], None]] = []

    def types(self, generation: str) -> Firmware:
        return Firmware(generation, self._reference, self.find)

    def _reference(self, served: Any) -> Reference:
        prefix = f"/link/{served.unit.link_id}" if served.unit.link_id and self.prefix_links else ""
        path = f"/tfwopaque/{self.firmware.type_id(served.interface)}/{served.name}"
        if self.paths:
            path = served.unit.path(served) or path
        return Reference(prefix + path, served.interface)

    def rid(self, served: Served) -> str:
        """The current reference to the object."""
        return self._reference(served).rid

    def find(self, rid: str) -> Optional[Served]:
        """The object with this resource id; None: there is none (HTTP 404).

        Raises LinkDown if its link unit does not answer.
        """
        rid = "/" + unquote(rid).lstrip("/")
        relayed = _LINK.match(rid)
        if relayed is None:
            linked = _LINKED_PDU.match(rid)
            if linked is None:
                return self.units[0].find(rid)
            return self._linked(int(linked.group(1)), "/model/pdu/0" + (linked.group(2) or ""))
        return self._linked(int(relayed.group(1)), relayed.group(2))

    def _linked(self, link_id: int, rid: str) -> Optional[Served]:
        unit = self.units.get(link_id)
        if unit is not None and not unit.reachable:
            raise LinkDown(f"link unit {link_id} does not answer")
        return unit.find(rid) if unit is not None else None
