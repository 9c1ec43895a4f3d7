"""Declarations: IDL text, structures and IDL methods."""

from __future__ import annotations

import ast
import re
from types import ModuleType
from typing import Any, Optional

import pytest

from handlers.raritan.rpc import Interface, Structure, _idl, pdumodel
from handlers.raritan.rpc._runtime.classes import declare
from handlers.raritan.rpc._runtime.registry import MODULES
from tests.needs import ROOT

from .declared import Nowhere, calls, classes, hints

AGENT = Nowhere()
_IDL = ROOT / "handlers" / "raritan" / "rpc" / "_idl"


# ---- the text ------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", sorted(MODULES))
def test_all_names_of_a_module_are_classes_and_functions_that_it_declares(module: str) -> None:
    names: dict[str, Any] = {"pdu": "the script's own"}
    exec(f"from handlers.raritan.rpc.{module} import *", names)
    assert names.pop("pdu") == "the script's own"
    del names["__builtins__"]
    assert names
    for name, value in names.items():
        assert not name.startswith("_")
        assert value.__module__ == f"handlers.raritan.rpc.{module}", name


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_text_imports_each_module_that_it_names(module: str) -> None:
    """An archive holds what is imported."""
    source = (_IDL / f"{module}.py").read_text("utf-8")
    imported: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module is None:
            imported |= {alias.name for alias in node.names}
    _, _, text = re.sub("//.*", "", source).partition("_IDL = ")
    named = set(re.findall(r"(?<![\w.])(\w+)\.[A-Z]", text)) & MODULES
    assert named - {module} == imported


def test_each_reference_may_be_null() -> None:
    """As a field, a parameter and a result: no IDL says where an object is always there."""
    types = [hint for kind in classes(Structure) for hint in hints(kind).values()]
    for interface in classes(Interface):
        for method in calls(interface).values():
            types += [*method.types.values(), *method.forms[0].values()]
    references = [hint for hint in types if isinstance(hint, type) and issubclass(hint, Interface)]
    assert len(types) > 2000
    assert references == []


_TEXT = """
// What a door says.
//
// Second paragraph.
interface Door 1.2.3 {
  enumeration State unlisted AJAR { OPEN, SHUT = 4, AJAR }
  structure Size {
    int width=w, height; legacy double depth; Inner inner; moved deep = inner.depth;
  }
  structure Inner { double? depth; }
  valueobject Opened { State state; }
  constant ERR_LOCKED = 7, ERR_STUCK;
  void measure(out Size size, out vector<Door> doors) older(out int width);
  int open(Size|double size, string? why) older(int width, boolean fast, int speed);
  alias release = open;
}
interface Gate 1.0.0 extends Door { any getDetail(map<string,time> times, Object? from); }
"""


def test_each_mark_of_the_notation_declares_what_its_line_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doors = ModuleType("handlers.raritan.rpc.doors")
    monkeypatch.setattr(_idl, "doors", doors, raising=False)
    assert declare(vars(doors), _TEXT) == ["Door", "Gate"]
    door, gate = doors.Door, doors.Gate
    assert door.__doc__ == "What a door says.\n\nSecond paragraph."
    assert (door.ERR_LOCKED, door.ERR_STUCK) == (7, 8)
    assert (door.idlType, door.Opened.idlType) == (
        "doors.Door:1.2.3",
        "doors.Door_1_2_3.Opened:1.0.0",
    )
    assert (door.State.SHUT.value, door.State(9) is door.State.AJAR, door.State(9).name) == (
        4,
        False,
        "AJAR",
    )
    size = door.Size.decode({"w": 3, "depth": 1.5}, AGENT)
    assert (size.width, size.w, size.depth) == (3, 3, 1.5)
    assert size.encode() == {"w": 3, "depth": 1.5}
    assert door.Size.elements == ["width", "height", "inner"]
    assert door.release is door.open
    assert vars(door)["open"].types["speed"] == Optional[int]
    assert issubclass(gate, door)
    assert gate("/x", AGENT).open.encode(2.5) == {"size": 2.5}
    assert gate("/x", AGENT).open.encode(1, True, 2) == {"width": 1, "fast": True, "speed": 2}


@pytest.mark.parametrize(
    "text, words",
    [
        ("interface A 1.0.0 {", "line 1: a name is expected, not ''"),
        ("structure A { int a; };", "line 1: a definition is expected, not ';'"),
        ("interface A { constant int ERR = 1; }", "line 1: , is expected, not 'ERR'"),
        ("enumeration A { }", "line 1: a name is expected, not '}'"),
        ("interface A { void f(int a int b); }", "line 1: , is expected, not 'int'"),
        ("structure A { vector<int a; }", "line 1: > is expected, not 'a'"),
        ("\nclass A {}", "line 2: a definition is expected, not 'class'"),
        ("structure A {\n  int a\n}", "line 3: , is expected, not '}'"),
        ("structure A { moved a b; }", "line 1: = is expected, not 'b'"),
        ("structure A { moved a = b.c; }", "line 1: a field above is expected, not 'b.c'"),
        ("enumeration A { X,\nX = 3 }", "line 2: a new name is expected, not 'X'"),
        ("enumeration A { X = Y }", "line 1: a whole number is expected, not 'Y'"),
        ("enumeration A\nunlisted Z {\nX }", "line 2: an element is expected, not 'Z'"),
        ("structure A { int a; string a; }", "line 1: a new name is expected, not 'a'"),
        ("structure A { int a; }\nstructure A {}", "line 2: a new name is expected, not 'A'"),
        ("structure A { int a=b=a; }", "line 1: a new name is expected, not 'a'"),
        ("structure A { int 5; }", "line 1: a name is expected, not '5'"),
        ("structure A { int f(); }", "line 1: , is expected, not '('"),
        ("structure A { map<int> a; }", "line 1: , is expected, not '>'"),
        ("structure A { int<int> a; }", "line 1: a name is expected, not '<'"),
        ("interface A { int a; }", "line 1: ( is expected, not ';'"),
        ("interface A { int f(); int f(int a); }", "line 1: a new name is expected, not 'f'"),
        ("interface A { int f(int a, out int a); }", "line 1: a new name is expected, not 'a'"),
        ("interface A { alias b = c; }", "line 1: a method above is expected, not 'c'"),
        ("\nstructure A extends A {}", "line 2: doors.A: it extends itself"),
        (
            "structure A extends B {}\nstructure B extends A {}",
            "line 1: doors.A: it extends itself",
        ),
        ("\nstructure A extends B {}", "line 2: doors.A: nothing declares B"),
        ("structure A extends event.B {}", "line 1: doors.A: nothing declares event.B"),
        ("structure A extends event.Engine {}", "line 1: doors.A: event.Engine is no structure"),
    ],
)
def test_a_fault_of_the_text_is_named_with_its_line(text: str, words: str) -> None:
    with pytest.raises(SyntaxError, match=re.escape(words)):
        declare({"__name__": "doors"}, text)


def test_a_type_that_nothing_declares_is_named_at_its_first_use() -> None:
    doors: dict[str, Any] = {"__name__": "handlers.raritan.rpc.doors"}
    declare(doors, "\nstructure Door { Handle handle; }")
    with pytest.raises(SyntaxError, match=r"line 2: doors\.Door: nothing declares Handle"):
        doors["Door"]()


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


def test_a_method_of_a_scripts_own_subclass_is_a_plain_one() -> None:
    class Named(pdumodel.Outlet):
        def name(self) -> str:
            return f"outlet at {self.target}"

    outlet = Named("/x", AGENT)
    assert outlet.name() == "outlet at /x"
    assert outlet.idlType == pdumodel.Outlet.idlType
    assert isinstance(outlet.getState, Interface.Method)


def test_equal_proxies_have_the_same_hash_even_if_two_files_declare_their_class() -> None:
    again: Any = type("Outlet", (Interface,), {"__module__": "elsewhere.pdumodel"})
    proxy = pdumodel.Outlet("/model/pdu/0/outlet/0", AGENT)
    proxy_of_other_file = again("/model/pdu/0/outlet/0", AGENT)
    assert len({proxy, proxy_of_other_file}) == 1


def test_proxies_of_two_interfaces_with_one_target_differ() -> None:
    outlet = pdumodel.Outlet("/x", AGENT)
    inlet = pdumodel.Inlet("/x", AGENT)
    assert len({outlet, inlet}) == 2
