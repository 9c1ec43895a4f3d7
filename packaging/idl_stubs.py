"""Writes a type stub beside each IDL text of the Raritan binding, for type checkers and editors.

    python packaging/idl_stubs.py [FOLDER]

`make env` and `make lint` run it, and so does the build of the wheel. It is also a plugin of mypy,
which stops with what to run where stubs are missing or older than their text.
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
    """The stub of each vendor's module, by its file's name."""
    paths = sorted(path for path in FOLDER.glob("*.py") if path.name != "__init__.py")
    modules = ", ".join(f"{path.stem} as {path.stem}" for path in paths)
    stub_by_file: dict[str, str] = {}
    for path in paths:
        stub = _Stub(path.stem, path.read_text("utf-8"))
        head = _HEAD.format(path=stub.path, modules=modules)
        stub_by_file[f"{path.stem}.pyi"] = head + "\n".join(stub.lines()) + "\n"
    return stub_by_file


class _Stub:
    """The classes of one module's IDL text, in the file with the Python text `source`."""

    def __init__(self, module: str, source: str) -> None:
        texts = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
        text = texts[0].value
        self.path = f"handlers/raritan/rpc/_idl/{module}.py"
        # the line of the file at which the text begins, from 1
        self._first_line = text.lineno
        self._module = parsed(module, ast.literal_eval(text))

    def lines(self) -> Iterator[str]:
        """The lines of the stub."""
        for definition in self._module.inner.values():
            yield from self._class(definition, "")

    def _class(self, definition: Definition, indent: str) -> Iterator[str]:
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
        """The annotation of one result, or of a tuple of them."""
        annotations = [self._annotation(field.type, scope) for field in results]
        if len(annotations) > 1:
            return f"tuple[{', '.join(annotations)}]"
        return annotations[0] if annotations else "None"

    def _annotation(self, kind: Type, scope: Definition) -> str:
        arguments = [self._annotation(argument, scope) for argument in kind.arguments]
        name = "Union" if kind.name == "|" else self._python_name(kind.name, scope)
        annotation = f"{name}[{', '.join(arguments)}]" if arguments else name
        return f"Optional[{annotation}]" if kind.is_optional else annotation

    def _python_name(self, name: str, scope: Definition) -> str:
        """What a name inside a definition is in the stub."""
        full_name = scope.full_name(name)
        return _PYTHON_NAMES.get(name, full_name.removeprefix(f"{self._module.name}."))


def write(folder: Path) -> None:
    """Write the stubs into a folder of the modules, each at once, as another program may read them;
    those of modules that are no more go. Raises OSError.
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
    """The stubs that lie beside the texts."""
    paths = [FOLDER / name for name in names]
    return {path.name: path.read_text("utf-8") for path in paths if path.is_file()}


def plugin(version: str) -> type[Plugin]:
    """The entry point of a mypy plugin. Raises SystemExit if the stubs are not those of the IDL."""
    from mypy.plugin import Plugin

    current = stubs()
    if _written(current) != current:
        sys.exit(
            "The types of the Raritan binding are missing, or older than its IDL. Run:"
            " python packaging/idl_stubs.py (make env and make lint do)"
        )
    return Plugin


def main() -> None:
    """Writes them. Raises SystemExit with the reason where they cannot be written."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    try:
        write(folder)
    except OSError as error:
        sys.exit(f"the stubs cannot be written: {error}")


if __name__ == "__main__":
    main()
