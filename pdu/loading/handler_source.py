"""Reads a handler that anybody may have written: a file, a folder or an archive. Nothing of it is
run.

The vendor's page "Creating a PDU handler" asks for a directory with an `__init__.py` and a module
of any name that has `make_handler`, packed as a tar.gz. A folder and a file are packed as the page
says and then read as the archive that they make, so that one set of checks holds for all three. An
`Archive` has the name of this directory (`top`) and the files: path → content.
"""

from __future__ import annotations

import ast
import functools
import os
import re
import stat
import symtable
import sys
from collections.abc import Iterator
from importlib.machinery import BuiltinImporter, PathFinder
from importlib.util import decode_source
from pathlib import Path
from typing import NamedTuple

from handlers.shared.errors import SettingsError, printable

from .handler_archives import (
    MOST_BYTES,
    MOST_FILES,
    Archive,
    BadArchive,
    OddName,
    content_hash,
    pack_archive,
    read_archive,
)
from .handler_paths import PYTHON, list_advice, split_path

#: the page on which DCImanager says what a handler is
PAGE = 'the vendor\'s page "Creating a PDU handler"'
_ENTRY = "make_handler"
# of the vendor's page: what an SNMP handler names, and no other
_SNMP_NAMES = frozenset({"BaseSnmpPdu", "PduSnmpData"})
_PACKAGE = "__init__.py"
# the folder of DCImanager's own handlers in its project
_OF_PLATFORM = ("pdu_common", "handlers")


class UnreadHandler(SettingsError):
    """The handler is one that the vendor's page allows, and that this program cannot read as it is:
    `pdu_acme/about.py: PROTOCOL is 'ipmi': give snmp or custom`.
    """


class HandlerSource(NamedTuple):
    """A handler that was read, and not run.

    HandlerSource("acme.py", archive, "acme.acme", data, display_name="", protocol="custom")
    """

    #: of the file, folder or archive
    path: str
    archive: Archive
    #: the module that has make_handler, such as `handler_dir.my_handler`
    import_path: str
    #: the bytes of the archive
    data: bytes
    #: its name in DCImanager, from its `about.py` if it has one; "" else
    display_name: str
    #: `snmp` if it takes a PduSnmpData, else `custom`
    protocol: str


def read_handler(word: str) -> HandlerSource:
    """The handler at a path, which was typed as `PATH` or `PATH:IMPORT.PATH`. Raises SettingsError,
    which says what is missing, and UnreadHandler.

        pdu_acme.tar.gz                     import_path "pdu_acme.handler"
        acme.py                             import_path "acme.acme"
        two.tar.gz                          UnreadHandler: two.tar.gz has make_handler in two.a and
                                            two.b: name one, as two.tar.gz:two.a
        two.tar.gz:two.b                    import_path "two.b"
    """
    path, import_path = split_path(word)
    try:
        data = _packed(path) or Path(path).read_bytes()  # what is not packed here is an archive
        archive = read_archive(data)
    except OddName as error:
        raise UnreadHandler(f"{path}: {error}") from None
    except BadArchive as error:
        raise SettingsError(f"{path}: {error}{list_advice(path)}") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror})") from None
    if import_path:
        module = _named_module(archive, import_path, path)
    else:
        module = _module_of_file(archive, path) or _entry_module(archive, path)
    about = _about(archive)
    return HandlerSource(
        path=path,
        archive=archive,
        import_path=module,
        data=data,
        display_name=about.get("SHOWN", ""),
        protocol=read_protocol(archive, module),
    )


def read_protocol(archive: Archive, import_path: str) -> str:
    """How the handler with the module `import_path` speaks with PDUs: "snmp" or "custom". Its
    `about.py` may say it; else it is "snmp" if its files name a class of the platform for SNMP.

    Its files are its own module and the modules of the archive that are no handlers. A handler
    whose module does not name BasePdu takes its base class from elsewhere, perhaps from another
    handler of the archive: then the files are all modules.

    >>> files = {"acme/handler.py": b"class Pdu(BaseSnmpPdu): ..."}
    >>> read_protocol(Archive("acme", files, {}), "acme.handler")
    'snmp'
    >>> files["acme/about.py"] = b"PROTOCOL = 'custom'"
    >>> read_protocol(Archive("acme", files, {}), "acme.handler")
    'custom'
    """
    protocol = _about(archive).get("PROTOCOL")
    if protocol:
        return protocol
    entry_file = f"{import_path.replace('.', '/')}{PYTHON}"
    entry_names = _names_used(archive.files.get(entry_file, b""))
    derives_from_base_pdu = "BasePdu" in entry_names
    names = set(entry_names)
    for file, content in archive.files.items():
        if not file.endswith(PYTHON):
            continue
        file_names = _names_used(content)
        is_handler = _ENTRY in file_names
        if is_handler and derives_from_base_pdu:
            continue  # another handler, from which this one takes nothing
        names |= file_names
    return "snmp" if names & _SNMP_NAMES else "custom"


@functools.lru_cache(maxsize=256)  # each step of a check reads the handler again
def _names_used(content: bytes) -> frozenset[str]:
    r"""The names that the code of a file uses; of a file that this Python cannot parse, because it
    is for a newer one, all its words.

    >>> sorted(_names_used(b"from pdu_common import BasePdu\nrelay.read('PduSnmpData')"))
    ['BasePdu', 'read', 'relay']
    >>> sorted(_names_used(b"this is no Python"))
    ['Python', 'is', 'no', 'this']
    """
    try:
        nodes = list(ast.walk(ast.parse(content)))
    except (SyntaxError, ValueError):
        return frozenset(re.findall(r"\w+", content.decode("utf-8", "replace")))
    names: set[str] = set()
    for node in nodes:
        for field in ("id", "attr", "name"):  # of Name, Attribute; of alias and FunctionDef
            name = getattr(node, field, None)
            if isinstance(name, str):
                names.add(name)
    return frozenset(names)


def _about(archive: Archive) -> dict[str, str]:
    r"""The texts that the handler's `about.py` assigns to names: name → text; {} without that file.
    Raises UnreadHandler for a SHOWN, the handler's name in DCImanager, or a PROTOCOL that
    DCImanager does not accept.

    >>> _about(Archive("acme", {"acme/about.py": b"SHOWN = 'Acme'\nVERSION = 2"}, {}))
    {'SHOWN': 'Acme'}
    >>> _about(Archive("acme", {"acme/about.py": b"PROTOCOL = 'ipmi'"}, {}))
    Traceback (most recent call last):
    pdu.loading.handler_source.UnreadHandler: acme/about.py: PROTOCOL is 'ipmi': give snmp or custom
    """
    file = f"{archive.top}/about.py"
    try:
        module = ast.parse(archive.files.get(file, b""))
    except (SyntaxError, ValueError) as error:
        raise UnreadHandler(f"{file} is not valid Python ({error})") from None
    texts = dict(_texts(module))
    for variable in ("SHOWN", "PROTOCOL"):
        if variable not in texts and variable in _assigned_names(module):
            raise UnreadHandler(f'{file}: write {variable} as one text: {variable} = "..."')
    name = texts.get("SHOWN", archive.top)
    if not name.strip() or not name.isprintable() or "|" in name:
        raise UnreadHandler(f"{file}: SHOWN is {name!r:.60}: give a name in one line without |")
    protocol = texts.get("PROTOCOL", "custom")
    if protocol not in ("snmp", "custom"):
        raise UnreadHandler(f"{file}: PROTOCOL is {protocol!r:.60}: give snmp or custom")
    return texts


def _assigned_names(module: ast.Module) -> Iterator[str]:
    r"""Yields the names to which a module assigns anything, in a branch or a function, too.

    >>> list(_assigned_names(ast.parse("SHOWN = name()\nif x: PROTOCOL = 'snmp'")))
    ['SHOWN', 'PROTOCOL']
    """
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _texts(module: ast.Module) -> Iterator[tuple[str, str]]:
    r"""Yields each name to which a module assigns a text at its top level, with the text.

    >>> list(_texts(ast.parse("SHOWN = 'Acme'\nPROTOCOL: str = 'snmp'\nVERSION = 2")))
    [('SHOWN', 'Acme'), ('PROTOCOL', 'snmp')]
    """
    for statement in module.body:
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        else:
            continue
        value = statement.value
        if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, value.value


def require_own_name(source: HandlerSource) -> None:
    """Raises SettingsError if the directory of the handler has the name of another Python module,
    which it would hide: `json/: its directory 'json' has the name of another Python module (...):
    rename it`.
    """
    module = hidden_module(source.archive.top)
    if module:
        raise SettingsError(
            f"{source.path}: its directory {source.archive.top!r} has the name of another Python"
            f" module ({module}): rename it"
        )


def hidden_module(name: str) -> str:
    """Where the Python module is that could not be imported beside a handler's directory of this
    name: its path, or `a part of Python`; "" if there is none.

    >>> hidden_module("pdu_acme"), hidden_module("sys")
    ('', 'a part of Python')
    """
    if name in sys.modules or BuiltinImporter.find_spec(name) is not None:
        return getattr(sys.modules.get(name), "__file__", None) or "a part of Python"
    # a folder of this name where the command was called is the handler itself
    here = os.path.realpath(os.curdir)
    folders = [path for path in sys.path if path and os.path.realpath(path) != here]
    spec = PathFinder.find_spec(name, folders)
    return "" if spec is None or spec.loader is None else str(spec.origin)


# ---- a folder or a file as an archive ------------------------------------------------------------


def _packed(path: str) -> bytes:
    """The bytes of an archive made of the folder or the Python file at this path; b"" for a path of
    another kind, which may be an archive. Raises BadArchive, OSError.

    acme/           acme/__init__.py, acme/handler.py, ...
    acme.py         acme/__init__.py (empty), acme/acme.py
    acme/x.py       the folder acme, if it has an __init__.py
    """
    if os.path.isdir(path):
        return _pack_folder(Path(os.path.realpath(path)))
    if not path.endswith(PYTHON):
        return b""
    file = Path(os.path.realpath(path))
    if (file.parent / _PACKAGE).is_file():
        return _pack_folder(file.parent)
    return _pack(file.stem, {file.name: file.read_bytes()})


def _pack_folder(folder: Path) -> bytes:
    """The bytes of an archive made of a handler's folder. Raises BadArchive for a link in it, and
    for too many or too large files. DCImanager's own handlers lie in `pdu_common/handlers`: no
    archive may have that name, so `pdu_common/handlers` itself is packed as `platform_handlers`.
    """
    is_of_platform = folder.parts[-2:] == _OF_PLATFORM
    top = f"platform_{folder.name}" if is_of_platform else folder.name
    files: dict[str, bytes] = {}
    size = 0
    for path in _handler_files(folder):
        mode = path.lstat().st_mode
        name = path.relative_to(folder).as_posix()
        if not stat.S_ISREG(mode):
            raise BadArchive(f"{name!r} is a link or no file: put a copy of the file there")
        files[name] = path.read_bytes()
        size += len(files[name])
        if len(files) > MOST_FILES or size > MOST_BYTES:
            raise BadArchive(
                f"the folder has more than {MOST_FILES} files or {MOST_BYTES // 1_000_000} MB: is"
                " it a handler's?"
            )
    return _pack(top, files)


def _handler_files(folder: Path) -> Iterator[Path]:
    """Yields the files below a folder, and the links to folders; hidden ones and those that Python
    caches are left out.

        acme/handler.py, acme/.git/config, acme/__pycache__/handler.pyc    acme/handler.py
    """
    for current, folders, names in os.walk(folder):
        visible_folders = [name for name in folders if name != "__pycache__" and name[0] != "."]
        folders[:] = sorted(visible_folders)  # os.walk goes into those that the list has then
        links = [name for name in folders if Path(current, name).is_symlink()]
        for name in sorted([*names, *links]):
            if not name.startswith(".") and not name.endswith(".pyc"):
                yield Path(current, name)


def _pack(top: str, files: dict[str, bytes]) -> bytes:
    """The bytes of an archive with these files in the directory `top`. An empty `__init__.py` is
    added if it is missing, because the vendor's page asks for one. Raises BadArchive for a name
    that is not UTF-8.

    >>> list(read_archive(_pack("acme", {"handler.py": b"import os"})).files)
    ['acme/__init__.py', 'acme/handler.py']
    """
    members: dict[str, bytes] = {f"{top}/{_PACKAGE}": b""}
    for name, data in files.items():
        members[f"{top}/{name}"] = data
    for name in members:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise BadArchive(f"the name {printable(name)} is not UTF-8: rename it") from None
    return pack_archive(members, content_hash(members))


def _module_of_file(archive: Archive, path: str) -> str:
    """The import path of the module that is the file at `path`, if it has make_handler; "" for
    another file and for a folder or an archive, in which any module may have it.

    >>> archive = Archive("acme", {"acme/relay.py": b"def make_handler(data): ..."}, {})
    >>> _module_of_file(archive, "/srv/acme/relay.py"), _module_of_file(archive, "/srv/acme/x.py")
    ('acme.relay', '')
    """
    if not path.endswith(PYTHON):
        return ""
    file = f"{archive.top}/{os.path.basename(path)}"
    try:
        is_entry = has_entry(file, archive.files.get(file, b""))
    except InvalidPython:
        return ""
    return _import_path(file) if is_entry else ""


def _import_path(file: str) -> str:
    """The import path of the module that is this file of an archive.

    >>> _import_path("acme/handler.py")
    'acme.handler'
    """
    return file.removesuffix(PYTHON).replace("/", ".")


# ---- the module with make_handler ----------------------------------------------------------------


def _named_module(archive: Archive, import_path: str, path: str) -> str:
    """`import_path`, which was typed behind the `path` of an archive. Raises SettingsError if the
    archive has no such module.

    >>> acme = Archive("acme", {"acme/a.py": b"def make_handler(data): ..."}, {})
    >>> _named_module(acme, "acme.a", "acme.tar.gz")
    'acme.a'
    >>> _named_module(acme, "acme.b", "acme.tar.gz")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: acme.tar.gz has no module 'acme.b'; with make_handler: ...
    """
    if archive.holds_module(import_path):
        return import_path
    modules, _ = _modules_with_entry(archive)
    raise SettingsError(
        f"{path} has no module {import_path!r}; with {_ENTRY}: {', '.join(modules) or 'none'}"
    )


def _entry_module(archive: Archive, path: str) -> str:
    """The import path of the only module with make_handler in an archive; if modules in folders
    have it too, of the only one at the top. Without any it is `DIRECTORY.handler`, if that is there
    and may make the function when it is imported. `path`: of the archive, for errors. Raises
    SettingsError.

    >>> code = b"def make_handler(data): ..."
    >>> _entry_module(Archive("acme", {"acme/a.py": code, "acme/old/b.py": code}, {}), "acme/")
    'acme.a'
    >>> two = Archive("acme", {"acme/a.py": code, "acme/b.py": code}, {})
    >>> _entry_module(two, "acme/")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.loading.handler_source.UnreadHandler: acme/ has make_handler in acme.a and ...
    """
    modules, faults = _modules_with_entry(archive)
    modules_in_top = [module for module in modules if module.count(".") == 1]
    candidates = modules_in_top or modules
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        raise UnreadHandler(
            f"{path} has {_ENTRY} in {' and '.join(candidates[:5])}: name one, as"
            f" {path}:{candidates[0]}"
        )
    if faults:
        raise SettingsError(f"{path}: {'; '.join(faults[:3])}")
    usual_module = f"{archive.top}.handler"
    if archive.holds_module(usual_module):
        return usual_module
    remedy = f"{PAGE} wants a function {_ENTRY}(pdu_data) in the handler's file"
    raise SettingsError(f"{path} is no handler: no file in it has {_ENTRY}; {remedy}")


def _modules_with_entry(archive: Archive) -> tuple[list[str], list[str]]:
    """The import paths of the modules with make_handler, and a sentence for each file that should
    be Python and is not.

    >>> files = {"acme/a.py": b"def make_handler(data): ...", "acme/b.py": b"make_handler ="}
    >>> modules, faults = _modules_with_entry(Archive("acme", files, {}))
    >>> modules, faults[0].partition(" (")[0]
    (['acme.a'], 'acme/b.py line 1 is not valid Python')
    """
    modules: list[str] = []
    faults: list[str] = []
    for file, content in archive.files.items():
        if not file.endswith(PYTHON) or file.endswith(_PACKAGE):
            continue
        try:
            if has_entry(file, content):
                modules.append(_import_path(file))
        except InvalidPython as error:
            faults.append(str(error))
    return modules, faults


class InvalidPython(ValueError):
    """A file is no Python that this program reads. The text says where, and why: `acme/b.py line 1
    is not valid Python (invalid syntax)`.
    """


def has_entry(file: str, content: bytes) -> bool:
    r"""Whether a module has make_handler, also in a branch, or imports it. Nothing is run. Raises
    InvalidPython.

    >>> has_entry("acme.py", b"if True:\n    from .relay import make_handler")
    True
    >>> has_entry("acme.py", b"TEXT = 'make_handler'")
    False
    """
    if _ENTRY.encode() not in content:
        return False
    try:
        module = symtable.symtable(decode_source(content), file, "exec")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"{file} line {line}" if line else file
        why = getattr(error, "msg", error)
        raise InvalidPython(f"{where} is not valid Python ({why})") from None
    if _ENTRY not in module.get_identifiers():  # only a word of a text
        return False
    entry = module.lookup(_ENTRY)
    return entry.is_assigned() or entry.is_imported()
