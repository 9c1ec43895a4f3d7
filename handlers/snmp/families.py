"""The built-in families. A vendor's file is loaded when one of its families may fit a device or is
requested by its key: most take 1 to 5 ms, all together 50 ms.

For most devices that is one file, with those that it imports. With a sysObjectID of Net-SNMP, or
none, it is several. An archive loads all of them at its start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from types import ModuleType
from typing import Any, Callable, NamedTuple, Optional

from .profile import Profile, is_below

ENTERPRISES = "1.3.6.1.4.1."
# Default sysObjectIDs of agents built on Net-SNMP, which several families share: `linux` of
# NET-SNMP-TC and of UCD-SNMP-MIB.
NET_SNMP_IDS = "8072.3.2.10 2021.250.10"


class Vendor(NamedTuple):
    """One file of profiles. A test compares `keys`, `numbers` and `sweep` with the file."""

    #: imports the file
    load: Callable[[], ModuleType]
    #: the keys of its families, in the order of the file, separated by spaces
    keys: str
    #: the first arcs of its devices' sysObjectIDs, below 1.3.6.1.4.1, separated by spaces
    numbers: str = ""
    #: whether any of its families is probed (`sweep`, `unseen`) or `described` for devices without
    #: a usable sysObjectID
    sweep: bool = False

    def profiles(self) -> tuple[Profile, ...]:
        """The families. Loads their file unless it is loaded."""
        families: tuple[Profile, ...] = self.load().PROFILES
        return families

    def may_be(self, sys_object_id: str) -> bool:
        """Whether one of the vendor's families may fit this sysObjectID.

        "": the device has no usable sysObjectID.
        """
        if not sys_object_id:
            return self.sweep
        return any(is_below(sys_object_id, ENTERPRISES + number) for number in self.numbers.split())


class Families(Sequence[Profile]):
    """All families, in the order of the vendors.

    Iterating builds all of them: for tools and tests.
    """

    def __init__(self, *vendors: Vendor) -> None:
        #: the files, in the order in which they are tried
        self.vendors = vendors

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all families; builds none."""
        return tuple(chain.from_iterable(vendor.keys.split() for vendor in self.vendors))

    def near(self, sys_object_id: str) -> tuple[Profile, ...]:
        """All families of the vendors that `may_be` selects for this sysObjectID."""
        vendors = [vendor for vendor in self.vendors if vendor.may_be(sys_object_id)]
        return tuple(chain.from_iterable(vendor.profiles() for vendor in vendors))

    def find_profile(self, key: str) -> Optional[Profile]:
        """The family with this key, or None.

        Loads only its vendor's file and those that it imports.
        """
        for vendor in self.vendors:
            if key in vendor.keys.split():
                return next((profile for profile in vendor.profiles() if profile.key == key), None)
        return None

    def __iter__(self) -> Iterator[Profile]:
        for vendor in self.vendors:
            yield from vendor.profiles()

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index]


def families_near(profiles: Sequence[Profile], sys_object_id: str) -> Sequence[Profile]:
    """The `profiles` that may fit this sysObjectID.

    A sequence other than `Families` is returned whole.
    """
    return profiles.near(sys_object_id) if isinstance(profiles, Families) else profiles


def family_named(profiles: Sequence[Profile], key: str) -> Optional[Profile]:
    """The family of `profiles` with this key, or None."""
    if isinstance(profiles, Families):
        return profiles.find_profile(key)
    return next((profile for profile in profiles if profile.key == key), None)


def family_names(profiles: Sequence[Profile]) -> tuple[str, ...]:
    """The keys of `profiles`. Builds no family."""
    if isinstance(profiles, Families):
        return profiles.keys
    return tuple(profile.key for profile in profiles)
