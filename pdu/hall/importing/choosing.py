"""Which devices of a NetBox or Nautobot are drawn: by site, location, rack, tag and role. Pure.

The filters choose machines; what a chosen machine hangs on is drawn with it, wherever that stands.
A value is a name or a slug, in any letter case. Several values of one filter: one of them; several
filters: all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

_MOST_NAMES = 12


class Filters(NamedTuple):
    """The values of each filter; () for all."""

    site: Sequence[str] = ()
    location: Sequence[str] = ()
    rack: Sequence[str] = ()
    tag: Sequence[str] = ()
    role: Sequence[str] = ()

    @property
    def needs_places(self) -> bool:
        """Whether the tree of locations is needed."""
        return bool(self.site or self.location)


class Places:
    """The tree of locations: a location counts for all above it too. Nautobot's sites are
    locations.
    """

    def __init__(self, locations: Iterable[Mapping[str, Any]]) -> None:
        self._by_id = {location["id"]: location for location in locations}

    def path(self, location: Optional[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """A location and all that it lies in, from the bottom; [] for None."""
        locations: list[Mapping[str, Any]] = []
        ids: set[object] = set()
        while location is not None and location["id"] not in ids:
            ids.add(location["id"])
            known_location = self._by_id.get(location["id"], location)
            locations.append(known_location)
            location = known_location.get("parent")
        return locations


def choose(
    devices: Mapping[object, Mapping[str, Any]], filters: Filters, places: Places
) -> set[object]:
    """The ids of the devices that the filters choose. Raises SettingsError, with the values that
    there are, for a value that no device has.
    """
    keys = set(devices)
    for kind, values in filters._asdict().items():
        if not values:
            continue
        words = {key: _words(device, kind, places) for key, device in devices.items()}
        folded_values = {value.strip().casefold() for value in values}
        known_words = {word.casefold() for own_words in words.values() for word in own_words}
        for value in values:
            if value.strip().casefold() not in known_words:
                names = sorted({own_words[0] for own_words in words.values() if own_words})
                first = ", ".join(printable(name, 60) for name in names[:_MOST_NAMES])
                dots = ", ..." if len(names) > _MOST_NAMES else ""
                raise SettingsError(
                    f"--{kind} {printable(value, 60)!r}: no device has it; there are:"
                    f" {first or 'none'}{dots}"
                )
        keys &= {
            key
            for key, own_words in words.items()
            if folded_values & {word.casefold() for word in own_words}
        }
    return keys


def _words(device: Mapping[str, Any], kind: str, places: Places) -> list[str]:
    """The names and slugs of a device's site, location, rack, tags or role."""
    objects: list[Any]
    if kind in ("site", "location"):
        objects = places.path(device.get("location"))[:: -1 if kind == "site" else 1]
        if kind == "site":
            objects = [device.get("site"), *objects]
    elif kind == "tag":
        objects = list(device.get("tags") or ())
    elif kind == "role":
        objects = [device.get("role"), device.get("device_role")]
    else:
        objects = [device.get(kind)]
    return [
        word
        for item in objects
        if isinstance(item, Mapping)
        for word in (item.get("name") or item.get("display"), item.get("slug"))
        if isinstance(word, str) and word
    ]
