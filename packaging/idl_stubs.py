"""Writes a type stub beside each IDL text of the Raritan binding, for type checkers and editors.

    python packaging/idl_stubs.py [FOLDER]

`make env` and `make lint` run it, and so does the build of the wheel. It is also a plugin of mypy,
which stops with what to run where stubs are missing or older than their text.

The binding's modules have IDL texts of Raritan's interfaces. A *definition* is one interface,
structure or enumeration in such a text; definitions contain others. Its class in the stub has the
same names, with annotations of Python.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))  # mypy, which loads this file as a plugin, keeps its own entry first
from handlers.raritan.rpc._runtime.declarations import may_be_left_out  # noqa: E402
from handlers.raritan.rpc._runtime.idl_text import (  # noqa: E402
    Definition,
    Field,
    MethodDeclaration,
    Type,
    parsed,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mypy.plugin import Plugin

FOLDER = ROOT / "handlers/raritan/rpc/_idl"
_BASES = {"structure": "Structure", "valueobject": "ValueObject", "interface": "Interface"}
_PYTHON_NAMES = {
    "string": "str",
    "boolean": "bool",
    "double": "float",
    "time": "Time",
    "any": "Any",
    "typename": "TypeName",
    "vector": "list",
    "map": "dict",
    "Object": "Interface",
    "int": "int",
}
_HEAD = """\
# Made by packaging/idl_stubs.py from {path}
from typing import Any, Optional, Union
from .. import Enumeration, Interface, Structure, Time, TypeName, ValueObject
from . import {modules}
"""


def stubs() -> dict[str, str]:
    """File name -> text of the stub of each module: {"pdumodel.pyi": "# Made by ...", ...}."""
    paths = sorted(path for path in FOLDER.glob("*.py") if path.name != "__init__.py")
    modules = ", ".join(f"{path.stem} as {path.stem}" for path in paths)
    stub_by_file: dict[str, str] = {}
    for path in paths:
        stub = _Stub(path.stem, path.read_text("utf-8"))
        head = _HEAD.format(path=stub.path, modules=modules)
        stub_by_file[f"{path.stem}.pyi"] = head + "\n".join(stub.lines()) + "\n"
    return stub_by_file


class _Stub:
    """The stub of one module, whose Python file has the text `source`, with the IDL text in its
    first assignment. `_module` is that text, parsed; a comment beside each class has its line.
    """

    def __init__(self, module: str, source: str) -> None:
        texts = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
        text = texts[0].value
        self.path = f"handlers/raritan/rpc/_idl/{module}.py"
        # the line of the file at which the text begins, from 1
        self._first_line = text.lineno
        self._module = parsed(module, ast.literal_eval(text))

    def lines(self) -> Iterator[str]:
        """The lines of the stub's classes."""
        for definition in self._module.inner.values():
            yield from self._class(definition, "")

    def _class(self, definition: Definition, indent: str) -> Iterator[str]:
        """The lines of a definition's class, with the classes of those in it, behind this indent.

        class Outlet(Interface):  # handlers/raritan/rpc/_idl/pdumodel.py:12
            'An outlet'
            def getState(self) -> Outlet.State: ...
            ...
        """
        inside = f"{indent}    "
        line = self._first_line + definition.line - 1
        base = _BASES.get(definition.kind, "Enumeration")
        if definition.base and definition.outer is not None:
            base = self._python_name(definition.base, definition.outer)
        yield f"{indent}class {definition.own_name}({base}):  # {self.path}:{line}"
        if definition.doc:
            yield f"{inside}{definition.doc!r}"
        for name, value in definition.constants.items():
            is_element = definition.kind == "enumeration"
            yield f"{inside}{name} = {value}" if is_element else f"{inside}{name}: int"
        for inner in definition.inner.values():
            yield from self._class(inner, inside)
        for field in definition.fields:
            annotation = self._annotation(field.type, definition)
            yield f"{inside}{field.name}: {annotation} = ..."
            for older_name in field.older_names:
                yield f"{inside}@property"
                yield f"{inside}def {older_name}(self) -> {annotation}: ..."
                yield f"{inside}@{older_name}.setter"
                yield f"{inside}def {older_name}(self, value: {annotation}) -> None: ..."
        for method in definition.methods:
            yield inside + self._method(method, definition)
        for name, method_name in definition.aliases.items():
            yield f"{inside}{name} = {method_name}"
        yield f"{inside}..."

    def _method(self, method: MethodDeclaration, scope: Definition) -> str:
        """The line of a method of the definition `scope`. Of one that older firmware has with other
        parameters or results, the types of both.

        def setPowerState(self, pstate: Outlet.PowerState) -> int: ...
        """
        parameters = ["self"]
        for place, field in enumerate(method.parameters):
            annotation = self._annotation(field.type, scope)
            if place < len(method.older_parameters):
                older_type = method.older_parameters[place].type
                annotation = f"Union[{annotation}, {self._annotation(older_type, scope)}]"
            default = " = ..." if may_be_left_out(field) else ""
            parameters.append(f"{field.name}: {annotation}{default}")
        for field in method.older_parameters[len(method.parameters) :]:
            annotation = self._annotation(field.type, scope)
            parameters.append(f"{field.name}: Optional[{annotation}] = ...")
        result_type = self._result(method.results, scope)
        if method.older_results:
            result_type = f"Union[{result_type}, {self._result(method.older_results, scope)}]"
        return f"def {method.name}({', '.join(parameters)}) -> {result_type}: ..."

    def _result(self, results: tuple[Field, ...], scope: Definition) -> str:
        """The annotation of a method's results: "int" of one, "tuple[int, str]" of two, "None"."""
        annotations = [self._annotation(field.type, scope) for field in results]
        if len(annotations) > 1:
            return f"tuple[{', '.join(annotations)}]"
        return annotations[0] if annotations else "None"

    def _annotation(self, kind: Type, scope: Definition) -> str:
        """The annotation of an IDL type in the definition `scope`: "list[int]" of vector<int>."""
        arguments = [self._annotation(argument, scope) for argument in kind.arguments]
        name = "Union" if kind.name == "|" else self._python_name(kind.name, scope)
        annotation = f"{name}[{', '.join(arguments)}]" if arguments else name
        return f"Optional[{annotation}]" if kind.is_optional else annotation

    def _python_name(self, name: str, scope: Definition) -> str:
        """The name in the stub of a type that the definition `scope` names: "str" of string,
        "Outlet.State" of State in Outlet."""
        full_name = scope.full_name(name)
        return _PYTHON_NAMES.get(name, full_name.removeprefix(f"{self._module.name}."))


def write(folder: Path) -> None:
    """Writes the stubs into the folder of the modules, and removes those of modules that are no
    more. Each file changes in one step, because another program may read it. Raises OSError.
    """
    stub_by_file = stubs()
    for path in folder.glob("*.pyi"):
        if path.name not in stub_by_file and not path.name.startswith("."):
            path.unlink(missing_ok=True)
    for name, stub in stub_by_file.items():
        path = folder / name
        if not path.is_file() or path.read_text("utf-8") != stub:
            part_path = folder / f".{os.getpid()}.{name}"
            part_path.write_text(stub, "utf-8")
            part_path.replace(path)


def _written(names: Mapping[str, str]) -> dict[str, str]:
    """File name -> text of those of the stubs with these names that are in the folder."""
    paths = [FOLDER / name for name in names]
    return {path.name: path.read_text("utf-8") for path in paths if path.is_file()}


def plugin(version: str) -> type[Plugin]:
    """The entry point of a mypy plugin, which does nothing further. Raises SystemExit, with what to
    run, if the stubs in the folder are not those of the IDL texts.
    """
    from mypy.plugin import Plugin

    current = stubs()
    if _written(current) != current:
        sys.exit(
            "The types of the Raritan binding are missing, or older than its IDL. Run:"
            " python packaging/idl_stubs.py (make env and make lint do)"
        )
    return Plugin


def main() -> None:
    """Writes the stubs into the folder on the command line, that of the modules by default. Raises
    SystemExit with the reason if they cannot be written.
    """
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    try:
        write(folder)
    except OSError as error:
        sys.exit(f"the stubs cannot be written: {error}")


if __name__ == "__main__":
    main()
