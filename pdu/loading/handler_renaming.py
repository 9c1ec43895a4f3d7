"""The archive of a handler under another name, so that it can stand beside the one of its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Optional

from .handler_archives import Archive, BadArchive, content_hash, pack_archive, read_archive
from .handler_paths import PYTHON

# functions that import a module by a text
_IMPORTERS = ("import_module", "__import__", "find_spec", "run_module")


def renamed_archive(archive: Archive, top: str) -> bytes:
    """The archive with all its files in the directory `top`. Raises BadArchive if its code names
    its directory: it would load the handler of that name.
    """
    files: dict[str, bytes] = {}
    for path, content in archive.files.items():
        line = _line_with_own_name(content, archive.top) if path.endswith(PYTHON) else None
        if line is not None:
            raise BadArchive(
                f"{path} line {line} names its directory: write the import with leading dots"
            )
        path_in_top = path.removeprefix(archive.top)
        files[f"{top}{path_in_top}"] = content
    data = pack_archive(files, content_hash(files))
    read_archive(data)
    return data


def _line_with_own_name(content: bytes, top: str) -> Optional[int]:
    """The line in which a module imports `top` by its name; None if none does. In a file for a
    newer Python, any line with that word counts.
    """
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return _line_with_word(content, top)
    for node in ast.walk(tree):
        for name in _imported_names(node):
            if name == top or name.startswith(f"{top}."):
                return getattr(node, "lineno", 1)
    return None


def _line_with_word(content: bytes, word: str) -> Optional[int]:
    """The first line in which a word stands; None if none has it."""
    pattern = re.compile(rf"\b{re.escape(word)}\b")
    lines = content.decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, 1):
        if pattern.search(line):
            return number
    return None


def _imported_names(node: ast.AST) -> Iterator[str]:
    """The absolute names that a statement or a call imports."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield node.module or ""
    elif isinstance(node, ast.Call) and node.args:
        function = node.func
        name = getattr(function, "attr", getattr(function, "id", ""))
        argument = getattr(node.args[0], "value", None)
        if name in _IMPORTERS and isinstance(argument, str):
            yield argument
