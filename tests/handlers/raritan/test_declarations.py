"""Declarations at run time: structures and IDL methods."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.raritan.rpc import Interface, event, pdumodel
from handlers.raritan.rpc._runtime import ZERO, method

from .declared import Nowhere

AGENT = Nowhere()


# ---- structures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args, given, words",
    [
        (tuple(range(7)), {}, "too many positional arguments"),
        ((), {"nam": "x"}, "got an unexpected keyword argument 'nam'$"),
        (("x",), {"name": "y"}, "multiple values for argument 'name'$"),
    ],
)
def test_surplus_unknown_and_repeated_arguments_are_refused(
    args: Any, given: dict[str, Any], words: str
) -> None:
    kind: Any = pdumodel.Outlet.Settings
    with pytest.raises(TypeError, match=rf"^Settings\(\): {words}"):
        kind(*args, **given)


def test_a_script_can_declare_its_own_structures_and_value_objects() -> None:
    class Extended(pdumodel.Outlet.Settings):
        owner: str = "nobody"
        tags: list[str] = ZERO

    class Renamed(event.UserEvent):
        new: str = ""

    structure: Any = Extended("db-1", owner="me")
    assert list(structure.elements)[-2:] == ["owner", "tags"]
    assert structure.name == "db-1"
    assert structure.owner == "me"
    assert structure.tags == []
    assert Extended.decode(structure.encode(), AGENT) == structure
    assert list(Renamed.elements) == ["new", "actUserName", "actIpAddr", "source"]


# ---- methods -------------------------------------------------------------------------------------


def test_in_a_subclass_plain_methods_stay_plain_and_declared_methods_become_calls() -> None:
    class Named(pdumodel.Outlet):
        def name(self) -> str:
            return f"outlet at {self.target}"

        @method()
        def getFutureThing(self) -> int: ...

    outlet = Named("/x", AGENT)
    assert outlet.name() == "outlet at /x"
    future: Any = outlet.getFutureThing
    assert isinstance(future, Interface.Method)
    assert future.decode({"_ret_": 3}) == 3


def test_equal_proxies_have_the_same_hash_even_if_two_files_declare_their_class() -> None:
    again: Any = type("Outlet", (Interface,), {"__module__": "elsewhere.pdumodel"})
    proxy = pdumodel.Outlet("/model/pdu/0/outlet/0", AGENT)
    proxy_of_other_file = again("/model/pdu/0/outlet/0", AGENT)
    assert len({proxy, proxy_of_other_file}) == 1


def test_proxies_of_two_interfaces_with_one_target_differ() -> None:
    outlet = pdumodel.Outlet("/x", AGENT)
    inlet = pdumodel.Inlet("/x", AGENT)
    assert len({outlet, inlet}) == 2
