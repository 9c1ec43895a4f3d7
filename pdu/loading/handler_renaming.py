"""The archive of a handler under another name, so that DCImanager can have both: a new build is
tried beside the one that is in use. An `Archive` has the name of its directory (`top`) and its
files: path → content.
"""

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
    """The bytes of a copy of the archive whose directory is called `top`. Raises BadArchive if its
    code imports by the old name of the directory, because that would import the other handler.

        pdu_acme/__init__.py, pdu_acme/handler.py    pdu_new/__init__.py, pdu_new/handler.py
        handler.py: from pdu_acme import relay       BadArchive: pdu_acme/handler.py line 1 ...
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
    read_archive(data)  # raises BadArchive if `top` is no name that an archive may have
    return data


def _line_with_own_name(content: bytes, top: str) -> Optional[int]:
    r"""The number of the first line in which a module imports `top`, or a module in it, by its
    name; None if none does. `content`: the module's source; if this Python cannot parse it, the
    first line with the word `top`.

    >>> _line_with_own_name(b"import os\nfrom pdu_acme import relay\n", "pdu_acme")
    2
    >>> _line_with_own_name(b"from . import relay\n", "pdu_acme")
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
    r"""The number of the first line in which a word stands; None if none has it.

    >>> _line_with_word(b"import os\nimport pdu_acme\n", "pdu_acme")
    2
    >>> _line_with_word(b"import pdu_acme2\n", "pdu_acme")
    """
    pattern = re.compile(rf"\b{re.escape(word)}\b")
    lines = content.decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, 1):
        if pattern.search(line):
            return number
    return None


def _imported_names(node: ast.AST) -> Iterator[str]:
    """Yields the names of the modules that a node of a syntax tree imports: an import statement, or
    a call such as import_module with a text. Relative imports are left out.

    >>> def names(code: str) -> list[str]:
    ...     return [name for node in ast.walk(ast.parse(code)) for name in _imported_names(node)]
    >>> names("import os, re"), names("import_module('pdu_acme.relay')")
    (['os', 're'], ['pdu_acme.relay'])
    >>> names("from . import relay")
    []
    """
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
