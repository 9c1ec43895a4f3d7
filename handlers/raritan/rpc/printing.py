"""How values print: the vendor's documented form, one `* name = value` line for each field, nested ones indented."""
from __future__ import annotations

from typing import Mapping

from .kinds import Structure, idl_name, shown_fields


def structure_text(value: Structure) -> str:
    """A structure over several lines, names padded to the longest."""
    names = shown_fields(value)
    width = max(map(len, names), default=0)
    lines = [indented(f"* {name.ljust(width)} = {text(getattr(value, name))}") for name in names]
    return "\n".join([f"{idl_name(type(value))}:", *lines])


def text(value: object) -> str:
    """One value: text in quotes, vectors and maps over several lines, everything else as Python prints it."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return "[\n" + ",\n".join(indented(text(item)) for item in value) + "\n]" if value else "[]"
    if isinstance(value, Mapping):
        rows = [indented(f"{key} = {text(value[key])}") for key in sorted(value)]
        return "{\n" + "\n".join(rows) + "\n}" if rows else "{}"
    return str(value)


def indented(block: str, columns: int = 4) -> str:
    """Every line moved to the right."""
    return "\n".join(" " * columns + line for line in block.splitlines())


class Utils:
    """The two functions under the names that they have in the vendor's binding."""

    indent = staticmethod(indented)
    rprint = staticmethod(text)
