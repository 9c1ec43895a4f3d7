"""One archive of a handler of this project, and how it is written to a folder.

An archive contains one directory `pdu_<name>` with an `__init__.py`, a generated entry module
`handler.py`, and one folder with copies of the handler's own `handler.py` (in `handlers/<name>`; in
`handlers/snmp` for a profile in JSON) and of the files below handlers/ that it imports, directly or
not. The entry module loads all of them, so that a process that has it needs no file any more.
The copies are unchanged, except `snmp/options.py`, which holds the build options. A hash of the
content is in the folder's name, so that versions do not mix. Relative imports keep working, because
the paths below handlers/ stay the same.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Optional

from pdu.files.whole_files import write_atomically
from pdu.loading.handler_archives import content_hash, content_name, pack_archive
from pdu.registration.kept_archives import PREVIOUS

from .closure import BuildError, files

_ENTRY = '''"""Entry module of this archive. The code is in the folder that is named by the hash of its content.

All of it is loaded here, so a process that has this module needs the files no more.
"""
import importlib
import importlib.util
import os.path
import sys

if __package__ in sys.modules:
    _code = __package__ + ".{folder}"
else:       # loaded by this file's path alone: make a package for the relative imports
    if "{alone}" not in sys.modules:
        _spec = importlib.util.spec_from_file_location("{alone}", os.path.join(os.path.dirname(__file__), "__init__.py"))
        assert _spec is not None    # the file is there
        sys.modules["{alone}"] = importlib.util.module_from_spec(_spec)
    _code = "{alone}.{folder}"
_names = """
{names}
""".split()
make_handler = importlib.import_module(_code + ".{name}.handler").make_handler
_held = [importlib.import_module(_code + name) for name in _names]

__all__ = ["make_handler"]
'''


def archive(
    tree: Path,
    name: str,
    replace: Optional[Mapping[str, str]] = None,
    top: str = "",
    about: str = "",
) -> bytes:
    """The bytes of the archive of the handler `name` in `tree`, the folder handlers/. They depend
    only on its files and this Python's zlib. `replace`: new text of some files, by path. `top`: its
    folder, pdu_`name` if "". `about`: the text of its about.py, "" for none.

    pdu_netio/__init__.py, pdu_netio/handler.py (the entry module),
    pdu_netio/c0a1b2c3d4e5f/netio/handler.py, pdu_netio/c0a1b2c3d4e5f/shared/errors.py, ...

    Raises BuildError.
    """
    content = files(tree, name, replace)
    digest = content_hash(content)
    top = top or f"pdu_{name}"
    folder = f"c{digest[:12]}"
    module_names = []
    for path in sorted(content):
        if path != "__init__.py":
            stem = path.removesuffix(".py").removesuffix("/__init__")
            module_names.append("." + stem.replace("/", "."))
    entry = _ENTRY.format(
        folder=folder,
        alone=f"{top}_{folder}",
        names=textwrap.fill(" ".join(module_names), 100, break_long_words=False),
        name=name,
    )
    package = f'"""PDU handler pack {version(tree)}: {name}. Licence: BSD-3-Clause."""\n'
    members = {f"{top}/{folder}/{path}": data for path, data in content.items()}
    members[f"{top}/__init__.py"] = package.encode()
    members[f"{top}/handler.py"] = entry.encode()
    if about:
        members[f"{top}/about.py"] = about.encode()
    return pack_archive(members, digest)


def version(tree: Path) -> str:
    """The version of this project, VERSION in `<tree>/__init__.py`, without importing it. Raises
    BuildError if the file has none.

    >>> import handlers
    >>> version(Path(handlers.__file__).parent) == handlers.VERSION
    True
    """
    path = tree / "__init__.py"
    source = path.read_text("utf-8") if path.is_file() else ""
    match = re.search('^VERSION = "([^"]+)"$', source, re.MULTILINE)
    if match is None:
        raise BuildError(f'{tree.name}/__init__.py has no VERSION = "…"')
    return match[1]


def keep_replaced(path: Path, data: bytes) -> None:
    """Copies the archive at `path` into the folder `previous` beside it, before `data` replaces it:
    it may be the one that runs, and the only copy of it. Its name gets the hash of its content,
    which is in the log of each call too. An equal archive is not copied.

    dist/pdu_snmp-5.0.0.tar.gz    dist/previous/pdu_snmp-5.0.0+c0a1b2c3d4e5f.tar.gz
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    if content == data:
        return
    folder = path.parent / PREVIOUS
    folder.mkdir(exist_ok=True)
    stem = path.name.removesuffix(".tar.gz")
    # an archive of this pack has a folder of code that is named by its hash
    code_hash = content_name(content).rpartition("+")[2]
    write_atomically(str(folder / f"{stem}+{code_hash}.tar.gz"), content)
