"""The printed form of values, as the vendor's binding has it."""

from __future__ import annotations

from collections.abc import Mapping


def text(value: object) -> str:
    """One value as the vendor's binding prints it: text in quotes, a list or a dict over several
    lines, anything else as its `str`.

    >>> print(text(["on", 3]))
    [
        "on",
        3
    ]
    """
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        if not value:
            return "[]"
        rows = [indented(text(item)) for item in value]
        return "[\n" + ",\n".join(rows) + "\n]"
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        rows = [indented(f"{key} = {text(value[key])}") for key in sorted(value)]
        return "{\n" + "\n".join(rows) + "\n}"
    return str(value)


def indented(block: str, columns: int = 4) -> str:
    """The block with every line indented.

    >>> indented("a\\nb", columns=2)
    '  a\\n  b'
    """
    return "\n".join(" " * columns + line for line in block.splitlines())


class Utils:
    """Two functions under their names in the vendor's binding: `indent` indents lines, `rprint`
    returns a value as text.

    >>> Utils.indent("a"), Utils.rprint("on")
    ('    a', '"on"')
    """

    indent = staticmethod(indented)
    rprint = staticmethod(text)
