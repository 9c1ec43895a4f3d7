"""Declarations at run time: dataclasses, IDL methods, and modules that are imported on demand."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handlers.raritan import rpc
from handlers.raritan.rpc import (
    Interface,
    Structure,
    ValueObject,
    event,
    pdumodel,
)
from handlers.raritan.rpc._runtime import ZERO, method, registry
from pdu.pdus import handler_archives
from tests.needs import ROOT
from tests.packaging.building import archive

from .declared import Nowhere

AGENT = Nowhere()


# ---- structures ----------------------------------------------------------------------------------


def test_a_structure_is_a_dataclass() -> None:
    settings: Any = pdumodel.Outlet.Settings("db-1", cycleDelay=10)
    names = [field.name for field in dataclasses.fields(settings)]
    assert names == pdumodel.Outlet.Settings.elements and dataclasses.is_dataclass(
        pdumodel.Outlet.Settings
    )
    other = dataclasses.replace(settings, name="db-2")
    assert (other.name, other.cycleDelay) == ("db-2", 10) and settings.name == "db-1"
    assert dataclasses.asdict(pdumodel.Outlet.State())["ledState"] == {
        "red": False,
        "green": False,
        "blinking": False,
    }


def test_defaults_come_from_the_types_of_the_fields() -> None:
    meta_data = pdumodel.Pdu.MetaData()
    assert meta_data.nameplate == pdumodel.Nameplate() and meta_data.supportedInletWirings == []
    assert meta_data.pduOrientation is pdumodel.Pdu.PduOrientation.PO_NONE
    # the first type of its Union
    assert pdumodel.TransferSwitch.TransferLogEntry().waveform == pdumodel.Waveform()
    assert (
        pdumodel.Outlet.State().lastPowerStateChange.year == 1970
        and event.UserEvent().source is None
    )


@pytest.mark.parametrize(
    "args, given, words",
    [
        (tuple(range(7)), {}, "takes 6 fields, not 7"),
        ((), {"nam": "x"}, "has no field 'nam'$"),
        (("x",), {"name": "y"}, "got 'name' twice"),
    ],
)
def test_surplus_unknown_and_repeated_arguments_are_refused(
    args: Any, given: dict[str, Any], words: str
) -> None:
    kind: Any = pdumodel.Outlet.Settings
    with pytest.raises(TypeError, match=rf"^Settings\(\) {words}"):
        kind(*args, **given)


@pytest.mark.parametrize(
    "args, given, words",
    [((), {"state": 1}, "has no parameter 'state'$"), ((1,), {"pstate": 1}, "got 'pstate' twice")],
)
def test_unknown_and_repeated_parameters_of_a_method_are_refused(
    args: Any, given: dict[str, Any], words: str
) -> None:
    nobody: Any = None
    method: Any = pdumodel.Outlet("/outlet", nobody).setPowerState
    with pytest.raises(TypeError, match=rf"^setPowerState\(\) {words}"):
        method.encode(*args, **given)


def test_a_script_can_declare_its_own_structures_and_value_objects() -> None:
    class Extended(pdumodel.Outlet.Settings):
        owner: str = "nobody"
        tags: list[str] = ZERO

    class Renamed(event.UserEvent):
        new: str = ""

    structure: Any = Extended("db-1", owner="me")
    assert list(structure.elements)[-2:] == ["owner", "tags"] and (
        structure.name,
        structure.owner,
        structure.tags,
    ) == (
        "db-1",
        "me",
        [],
    )
    assert Extended.decode(structure.encode(), AGENT) == structure and issubclass(
        Extended, Structure
    )
    assert list(Renamed.elements) == ["new", "actUserName", "actIpAddr", "source"] and issubclass(
        Renamed, ValueObject
    )


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
    assert isinstance(future, Interface.Method) and future.decode({"_ret_": 3}) == 3


# ---- modules -------------------------------------------------------------------------------------


def test_the_rpc_package_holds_the_vendors_modules_and_one_package_of_ours() -> None:
    stems = {
        path.stem for path in Path(str(rpc.__file__)).parent.iterdir() if path.name != "__pycache__"
    }
    assert stems == {*registry.MODULES, "BulkRequestHelper", "__init__", "_runtime"}


def _program(text: str, *arguments: object) -> Any:
    result = subprocess.run(
        [sys.executable, "-c", text, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd="/",
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


# Without the archive's files, and without its modules in sys.modules.
_RESOLVED = """
import importlib, json, shutil, sys
sys.path[:0] = sys.argv[1:3]
import pdu_raritan.handler
room = pdu_raritan.handler.make_handler.__module__.rpartition(".")[0]
rpc = importlib.import_module(room + ".rpc")
registry = importlib.import_module(rpc.__name__ + "._runtime.registry")
calls = importlib.import_module(rpc.__name__ + "._runtime.calls")
declarations = importlib.import_module(rpc.__name__ + "._runtime.declarations")
vendors = {name: value for name, value in vars(rpc).items() if name in registry.MODULES}
shutil.rmtree(sys.argv[2] + "/pdu_raritan")
for name in [name for name in sys.modules if name.startswith("pdu_raritan")]:
    del sys.modules[name]
count = 0

def visit(cls):
    global count
    count += 1
    if issubclass(cls, rpc.Structure):
        declarations.field_types(cls)
    for value in list(vars(cls).values()):
        if isinstance(value, calls.Method):
            value.types, value.readers
        elif isinstance(value, type) and issubclass(value, (rpc.Structure, rpc.Interface)):
            visit(value)

for vendor in vendors.values():
    for value in list(vars(vendor).values()):
        if isinstance(value, type) and issubclass(value, (rpc.Structure, rpc.Interface)):
            visit(value)
assert registry.find("pdumodel.Outlet:9.9.9") and not registry.find("webcam.Webcam:1.0.0")
assert not [name for name in sys.modules if name.startswith("pdu_raritan")]
print(json.dumps([count, sorted(vendors)]))
"""


def test_an_archive_holds_every_type_that_its_declarations_name(tmp_path: Path) -> None:
    handler_archives.read_archive(archive(ROOT / "handlers", "raritan")).unpack(tmp_path)
    count, modules = _program(_RESOLVED, ROOT, tmp_path)
    assert count > 200 and "pdumodel" in modules and "webcam" not in modules


def test_a_module_of_several_files_has_their_names_and_an_unknown_one_is_an_attribute_error() -> (
    None
):
    assert {"Outlet", "Pdu", "download_eto"} <= set(vars(pdumodel))
    with pytest.raises(AttributeError, match="pdumodel.*no attribute 'Outle'"):
        getattr(pdumodel, "Outle")


def test_equal_proxies_have_the_same_hash_even_if_two_files_declare_their_class() -> None:
    again: Any = type("Outlet", (Interface,), {"__module__": "elsewhere.pdumodel"})
    proxies = {
        pdumodel.Outlet("/model/pdu/0/outlet/0", AGENT),
        again("/model/pdu/0/outlet/0", AGENT),
    }
    assert (
        len(proxies) == 1 and len({pdumodel.Outlet("/x", AGENT), pdumodel.Inlet("/x", AGENT)}) == 2
    )
