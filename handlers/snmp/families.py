"""The built-in families, each vendor's file loaded when a device or a setting asks for one of its families.

A status needs one vendor's file: the others are neither imported nor built.
"""
from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Callable, Iterator, NamedTuple, Optional, Tuple, Union, overload

from .profile import Profile, below

ENTERPRISES = "1.3.6.1.4.1."


class Vendor(NamedTuple):
    """One file of profiles. A test compares each field with what the file holds.

    `keys` are its families, in its order. `numbers` is what the sysObjectIDs of its devices start with, below 1.3.6.1.4.1.
    `sweep`: one of its families is probed if a device has no usable sysObjectID.
    """

    load: Callable[[], ModuleType]
    keys: str
    numbers: str = ""
    sweep: bool = False

    def profiles(self) -> Tuple[Profile, ...]:
        """The families, built at the first call."""
        found: Tuple[Profile, ...] = self.load().PROFILES
        return found

    def may_be(self, sys_object_id: str) -> bool:
        """Whether a device with this sysObjectID may be one of its families; "" means none that is usable."""
        if not sys_object_id:
            return self.sweep
        return any(below(sys_object_id, ENTERPRISES + number) for number in self.numbers.split())


class Families(Sequence[Profile]):
    """Every family, in the order of the vendors. As a sequence it builds all of them: for tools and tests."""

    def __init__(self, *vendors: Vendor) -> None:
        self.vendors = vendors

    @property
    def keys(self) -> Tuple[str, ...]:
        """The keys of all families; builds none."""
        return tuple(key for vendor in self.vendors for key in vendor.keys.split())

    def near(self, sys_object_id: str) -> Tuple[Profile, ...]:
        """The families of the vendors that a device with this sysObjectID may come from; of a device without one ("") those
        with a family that is asked for then."""
        return tuple(profile for vendor in self.vendors if vendor.may_be(sys_object_id) for profile in vendor.profiles())

    def named(self, key: str) -> Optional[Profile]:
        """The family with this key; builds its vendor's file alone."""
        of = next((vendor for vendor in self.vendors if key in vendor.keys.split()), None)
        return next((profile for profile in of.profiles() if profile.key == key), None) if of else None

    def __iter__(self) -> Iterator[Profile]:
        for vendor in self.vendors:
            yield from vendor.profiles()

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> Profile: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Profile]: ...
    def __getitem__(self, index: Union[int, slice]) -> Union[Profile, Sequence[Profile]]:
        return tuple(self)[index]


def near(profiles: Sequence[Profile], sys_object_id: str) -> Sequence[Profile]:
    """Those of `profiles` that may fit: of the built-in ones, a vendor's; of chosen ones, all."""
    return profiles.near(sys_object_id) if isinstance(profiles, Families) else profiles


def named(profiles: Sequence[Profile], key: str) -> Optional[Profile]:
    """The family of `profiles` with this key."""
    if isinstance(profiles, Families):
        return profiles.named(key)
    return next((profile for profile in profiles if profile.key == key), None)


def keys(profiles: Sequence[Profile]) -> Tuple[str, ...]:
    """The keys of `profiles`; of the built-in ones without building them."""
    return profiles.keys if isinstance(profiles, Families) else tuple(profile.key for profile in profiles)
