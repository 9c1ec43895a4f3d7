"""The work of `build.py`: builds the archives that DCImanager takes, and the script that registers
them.

An archive contains one directory `pdu_<name>` with an `__init__.py`, a generated entry module
`handler.py`, and one folder with copies of the handler's own `handler.py` (in `handlers/<name>`; in
`handlers/snmp` for a profile in JSON) and of the files below handlers/ that it imports, directly or
not. The entry module loads all of them, so that a process that has it needs no file any more.
The copies are unchanged, except `snmp/options.py`, which holds the build options. A hash of the content is in the folder's name, so
that versions do not mix. Relative imports keep working, because the paths below handlers/ stay the
same.

Needs only the standard library.
"""

from __future__ import annotations

import argparse
import ast
import functools
import hashlib
import io
import itertools
import re
import shlex
import sys
import tarfile
import tempfile
import textwrap
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))  # run by path, so sys.path has this folder and not the project's

from handlers import registry
from handlers.shared.errors import SettingsError
from handlers.shared.similar_names import similar_names
from handlers.snmp import schema
from pdu.loading import handler_source
from pdu.loading.handler_archives import content_hash, pack_archive
from pdu.loading.handler_paths import is_path
from pdu.loading.handler_source import HandlerSource
from pdu.recordings.families import own_profiles
from pdu.workshop.handler.handler_imports import PLATFORM_MODULES, TOOL_MODULES, standard_library

TEMPLATE = HERE / "register.sh"
PREVIOUS = "previous"  # in the folder of archives: those that others of the same version replaced


class BuildError(Exception):
    """Nothing was built. The text is one sentence."""


class Handler(NamedTuple):
    """One archive."""

    #: the archive is called pdu_<name>
    name: str
    #: its name in DCImanager's list of handlers
    shown: str
    #: `snmp` or `custom`: DCImanager's form asks for SNMP parameters or for settings
    protocol: str
    #: the package below handlers/, if it is not `name`
    package: str = ""
    #: new content for some of its files, by path
    replace: Mapping[str, str] = {}

    @property
    def row(self) -> tuple[str, str, str]:
        """The archive's row in register.sh."""
        return self.name, self.shown, self.protocol


def _tree_handler(name: str) -> Handler:
    about = registry.about(name)
    return Handler(name, about.shown, about.protocol)


HANDLERS = tuple(map(_tree_handler, registry.names()))

# ---- what a file imports -------------------------------------------------------------------------

Module = tuple[str, ...]  # parts of a dotted name below handlers/; () is `handlers`


class Import(NamedTuple):
    """One import in a file."""

    line: int
    #: the number of leading dots
    level: int
    module: str
    #: what follows `from … import`
    names: tuple[str, ...]


@functools.lru_cache(maxsize=2048)
def imports(source: str, display_path: str) -> tuple[Import, ...]:
    """The imports in a file, including those inside functions and `importlib.import_module(".x",
    …)`.

    Relative imports for annotations count too: raritan/rpc resolves its annotations at run time,
    which needs those files. `import_module(name)`, whose name is absolute, is neither followed nor
    checked. Raises BuildError for text that is not Python, and for `import_module(name, package)`
    unless the name is a literal with leading dots or ImportError is caught by name.
    """
    try:
        tree = ast.parse(source, filename=display_path)
    except SyntaxError as error:
        # the error for a NUL character has no line
        line = f" line {error.lineno}" if error.lineno else ""
        raise BuildError(f"{display_path}{line}: not valid Python ({error.msg})") from None
    except ValueError as error:  # NUL characters, in older versions of Python
        raise BuildError(f"{display_path}: not valid Python ({error})") from None
    return tuple(_imports(tree, display_path, False, "import_module" in source))


def _imports(node: ast.AST, display_path: str, guarded: bool, calls: bool) -> Iterator[Import]:
    """`guarded`: ImportError is caught.

    `calls`: expressions may call import_module; otherwise only statements are searched.
    """
    for child in _run(node):
        if isinstance(child, ast.expr) and not calls:
            continue
        if isinstance(child, ast.ImportFrom):
            yield Import(
                child.lineno,
                child.level,
                child.module or "",
                tuple(alias.name for alias in child.names),
            )
        elif isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(child.lineno, 0, alias.name, ())
        elif (
            isinstance(child, ast.Call)
            and _name(child.func) == "import_module"
            and len(child.args) + len(child.keywords) > 1
        ):
            names = [keyword.value for keyword in child.keywords if keyword.arg == "name"]
            argument = [*child.args, *names, None][0]
            if (
                isinstance(argument, ast.Constant)
                and isinstance(argument.value, str)
                and argument.value.startswith(".")
            ):
                module_name = argument.value.lstrip(".")
                yield Import(child.lineno, len(argument.value) - len(module_name), module_name, ())
            elif not guarded:
                raise BuildError(
                    f"{display_path} line {child.lineno}: a module that is chosen at run time may be"
                    " missing in the archive; name it by a literal with leading dots, or catch"
                    " ImportError"
                )
        yield from _imports(child, display_path, guarded or _catches_import_error(child), calls)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """The children to search.

    For `if TYPE_CHECKING:` these are the else branch and the relative imports (see `imports`).
    """
    if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
        yield from node.orelse
        yield from (
            child for child in node.body if isinstance(child, ast.ImportFrom) and child.level
        )
    else:
        yield from ast.iter_child_nodes(node)


def _catches_import_error(node: ast.AST) -> bool:
    """Whether an `except` takes an ImportError."""
    if not isinstance(node, ast.Try):
        return False
    types = [handler.type for handler in node.handlers if handler.type]
    exception_nodes = itertools.chain.from_iterable(map(ast.walk, types))
    return any(
        _name(node) in ("ImportError", "ModuleNotFoundError")
        for node in exception_nodes
        if isinstance(node, ast.expr)
    )


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


# ---- what an archive may import ------------------------------------------------------------------


def _check_absolute(import_: Import, display_path: str, allowed_modules: frozenset[str]) -> None:
    """Raise BuildError for an absolute import that DCImanager may not have."""
    top = import_.module.partition(".")[0]
    if top in allowed_modules:
        return
    if top == "handlers":
        raise BuildError(
            f"{display_path} line {import_.line}: imports {import_.module!r}, which has another path in an"
            " archive; write the import with leading dots"
        )
    raise BuildError(
        f"{display_path} line {import_.line}: imports {import_.module!r}, which DCImanager may not have; an"
        " archive can import the standard library of Python 3.9 to 3.13, its own files,"
        f" {' and '.join(sorted(PLATFORM_MODULES))}"
    )


# ---- the files of one handler --------------------------------------------------------------------


class _Closure:
    """Collects the files that `handlers/<name>/handler.py` needs. `replace`: path → new text."""

    def __init__(self, tree: Path, name: str, replace: Mapping[str, str]) -> None:
        self.tree = tree
        self.name = name
        self.replace = replace
        self.files: dict[str, bytes] = {}
        self._paths: dict[Module, Optional[str]] = {}
        self._allowed = standard_library() | PLATFORM_MODULES
        self._others = {path.parent.name for path in tree.glob("*/handler.py")} - {name}

    def add(self, module: Module) -> None:
        """Take `module`, the packages that contain it, and everything that they import."""
        for depth in range(len(module) + 1):
            self._take(module[:depth])

    def _take(self, module: Module) -> None:
        """Take the file of a module, and all that it imports. Raises BuildError."""
        path = self._path(module)
        if path is None:
            where = "/".join((self.tree.name, *module))
            raise BuildError(f"neither {where}.py nor {where}/__init__.py exists")
        if path in self.files:
            return
        if module and module[0] in self._others:
            raise BuildError(
                f"{self._tree_path(path)} belongs to another handler: handlers share only modules"
                f" directly in {self.tree.name}/ and packages without a handler.py"
            )
        content = (
            self.replace[path].encode() if path in self.replace else (self.tree / path).read_bytes()
        )
        self.files[path] = content
        package = module if path.endswith("__init__.py") else module[:-1]
        try:
            source = content.decode()
        except UnicodeDecodeError:
            raise BuildError(f"{self._tree_path(path)} is not UTF-8") from None
        for import_ in imports(source, self._tree_path(path)):
            if import_.level:
                self._follow(import_, package, path)
            else:
                _check_absolute(import_, self._tree_path(path), self._allowed)

    def _follow(self, import_: Import, package: Module, path: str) -> None:
        """Take what a relative import names: a module, and its names that are modules. Raises
        BuildError.
        """
        where = f"{self._tree_path(path)} line {import_.line}"
        if import_.level > len(package) + 1:
            raise BuildError(f"{where}: a relative import leaves {self.tree.name}/")
        base = package[: len(package) - import_.level + 1] + tuple(
            part for part in import_.module.split(".") if part
        )
        if self._path(base) is None:
            raise BuildError(
                f"{where}: imports {'.' * import_.level}{import_.module}, which does not exist (a"
                " package needs an __init__.py)"
            )
        self.add(base)
        # a submodule, or a name that the module defines
        for name in import_.names:
            if self._path(base + (name,)) is not None:
                self.add(base + (name,))
            elif any(self.tree.joinpath(*base, name).glob("*.py")):
                raise BuildError(f"{where}: imports the folder {name}, which has no __init__.py")

    def _path(self, module: Module) -> Optional[str]:
        """The file of a module or package; None if there is none, as for a name that a module
        defines.
        """
        if module not in self._paths:
            self._paths[module] = self._find_module(module)
        return self._paths[module]

    def _find_module(self, module: Module) -> Optional[str]:
        stem = "/".join(module)
        for path in (f"{stem}/__init__.py".lstrip("/"), f"{stem}.py"):
            if path in self.replace or (self.tree / path).is_file():
                return path
        return None

    def _tree_path(self, path: str) -> str:
        return f"{self.tree.name}/{path}"


def files(tree: Path, name: str, replace: Optional[Mapping[str, str]] = None) -> dict[str, bytes]:
    """The files that `<tree>/<name>/handler.py` needs: path below `tree` → content. Raises
    BuildError.

    `replace` has new content for some of them (`{"snmp/options.py": "…"}`). A path that the handler
    does not use is an error: its new content would have no effect.
    """
    closure = _Closure(tree, name, replace or {})
    closure.add((name, "handler"))
    unused_keys = sorted(set(replace or {}) - set(closure.files))
    if unused_keys:
        raise BuildError(
            f"{unused_keys[0]} has a replacement, but the handler {name!r} does not use it"
        )
    return closure.files


# ---- the archive ---------------------------------------------------------------------------------

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
    tree: Path, name: str, replace: Optional[Mapping[str, str]] = None, top: str = ""
) -> bytes:
    """The bytes of one archive, which depend only on its files and this Python's zlib.

    `top`: its folder, pdu_`name` if "".
    """
    content = files(tree, name, replace)
    digest = content_hash(content)
    folder, top = f"c{digest[:12]}", top or f"pdu_{name}"
    members = {f"{top}/{folder}/{path}": data for path, data in content.items()}
    members[f"{top}/__init__.py"] = (
        f'"""PDU handler pack {version(tree)}: {name}. Licence: BSD-3-Clause."""\n'.encode()
    )
    names = [
        "." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in sorted(content)
        if path != "__init__.py"
    ]
    members[f"{top}/handler.py"] = _ENTRY.format(
        folder=folder,
        alone=f"{top}_{folder}",
        names=textwrap.fill(" ".join(names), 100, break_long_words=False),
        name=name,
    ).encode()
    return pack_archive(members, digest)


def version(tree: Path) -> str:
    """VERSION in `<tree>/__init__.py`, without importing it. Raises BuildError."""
    path = tree / "__init__.py"
    match = (
        re.search('^VERSION = "([^"]+)"$', path.read_text("utf-8"), re.MULTILINE)
        if path.is_file()
        else None
    )
    if match is None:
        raise BuildError(f'{tree.name}/__init__.py has no VERSION = "…"')
    return match[1]


# ---- the registering script ----------------------------------------------------------------------


def register_script(
    number: str, handlers: Sequence[Handler], default_names: Optional[Collection[str]] = None
) -> str:
    """The text of dist/register.sh: the template with the version and one row for each archive.
    `default_names`: the names whose archives it registers if it is called without one; None: all.

    Raises BuildError.
    """
    rows = []
    for handler in handlers:
        if any(set(text) & set("|'\"\\`$\n") for text in handler.row):
            raise BuildError(
                f"{handler.name}: a name with a quote, a backtick, |, $, a backslash or a line"
                " break cannot go into register.sh"
            )
        rows.append("|".join(handler.row))
    return (
        TEMPLATE.read_text("utf-8")
        .replace("@VERSION@", number)
        .replace("@HANDLERS@", "\n".join(rows))
        .replace(
            "@BUILT@",
            " ".join(h.name for h in handlers if default_names is None or h.name in default_names),
        )
    )


def _registered_earlier(out: Path, number: str) -> list[Handler]:
    """The handlers that the register.sh in `out` lists and whose archives of this version are still
    in `out`.
    """
    script = out / "register.sh"
    text = script.read_text("utf-8", "replace") if script.is_file() else ""
    rows = re.search("^HANDLERS='([^']*)'$", text, re.MULTILINE)
    handlers = []
    for row in rows[1].splitlines() if rows else ():
        fields = row.split("|")
        if len(fields) == 3 and (out / _file(fields[0], number)).is_file():
            handlers.append(Handler(*fields))
    return handlers


def _file(name: str, number: str) -> str:
    return f"pdu_{name}-{number}.tar.gz"


def build(tree: Path, out: Path, handlers: Sequence[Handler]) -> list[Path]:
    """Write the archives of `handlers` and register.sh to `out`, and return their paths. Raises
    BuildError and OSError.

    The script knows the pack's own handlers, those in `handlers`, and those that an earlier
    register.sh in `out` lists. Without a name it registers those whose archives of this version
    are in `out`.
    """
    number = version(tree)
    archives = {
        _file(h.name, number): archive(tree, h.package or h.name, h.replace, f"pdu_{h.name}")
        for h in handlers
    }
    handler_by_name = {h.name: h for h in (*_registered_earlier(out, number), *handlers)}
    owners_handlers = [
        handler_by_name[name]
        for name in sorted(handler_by_name)
        if name not in {h.name for h in HANDLERS}
    ]
    all_handlers = [*HANDLERS, *owners_handlers]
    names_in_out = [h.name for h in all_handlers if (out / _file(h.name, number)).is_file()]
    handler_names = {*names_in_out, *(h.name for h in handlers)}
    script = register_script(number, all_handlers, handler_names)
    out.mkdir(parents=True, exist_ok=True)
    for name, data in archives.items():
        _keep_replaced(out / name, data)
        _write(out / name, data)
    _write(out / "register.sh", script.encode(), 0o755)
    return [out / name for name in archives] + [out / "register.sh"]


class OwnHandler(NamedTuple):
    """An archive of a handler that is not of this pack."""

    path: Path
    source: HandlerSource

    @property
    def register_line(self) -> str:
        """The command that registers it."""
        script = shlex.quote(str(self.path.parent / "register.sh"))
        return (
            f"sh {script} --archive {shlex.quote(str(self.path))} --import"
            f" {self.source.import_path} --name"
            f" {shlex.quote(self.source.shown or self.source.archive.top)}"
            f" --protocol {self.source.protocol}"
        )


def build_own(words: Sequence[str], out: Path) -> list[OwnHandler]:
    """Write the archives of handlers that anybody wrote, by the paths of their files, folders or
    archives, and register.sh. Raises BuildError and OSError.
    """
    try:
        sources = [handler_source.read_handler(word) for word in words]
        for source in sources:
            if source.archive.top not in TOOL_MODULES:
                handler_source.require_own_name(source)
    except SettingsError as error:
        raise BuildError(error.reason) from None
    handlers: list[OwnHandler] = []
    for source in sources:
        path = out / f"{source.archive.top}.tar.gz"
        handlers.append(OwnHandler(path, source))
    build(ROOT / "handlers", out, ())
    for handler in handlers:
        _keep_replaced(handler.path, handler.source.data)
        _write(handler.path, handler.source.data)
    return handlers


def _keep_replaced(path: Path, data: bytes) -> None:
    """Keep an archive that others of the same version replace: it may be the one that runs, and the
    only copy of it. Its name gets the hash of its content, which is in the log of each call too.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    if content == data:
        return
    folder = path.parent / PREVIOUS
    folder.mkdir(exist_ok=True)
    _write(folder / f"{path.name.removesuffix('.tar.gz')}+{_content_of(content)}.tar.gz", content)


def _content_of(data: bytes) -> str:
    """The name of the folder of code in an archive, or for other bytes their own hash."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            for name in archive.getnames():
                if match := re.fullmatch(r"[^/]+/(c[0-9a-f]{12})(/.*)?", name):
                    return match[1]
    except (tarfile.TarError, OSError, EOFError, zlib.error):
        pass  # a damaged file is kept too
    return hashlib.sha256(data).hexdigest()[:12]


def _write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace the file in one step: an upload or a build at the same time reads the whole old file
    or the whole new one.
    """
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f"{path.name}.", suffix=".part", delete=False
    ) as partial:
        name = Path(partial.name)
        try:
            partial.write(data)
            partial.flush()
            name.chmod(mode)
            name.replace(path)
        except BaseException:
            # missing if an interrupt came just after the replacement
            name.unlink(missing_ok=True)
            raise


# ---- archives of the SNMP handler with options of their own --------------------------------------

_OPTIONS = "snmp/options.py"


def own_profile(file: Path) -> Handler:
    """The archive for a PDU that `file` describes in JSON. Raises BuildError."""
    try:
        family = own_profiles.own_family(own_profiles.read_profile(file))
    except schema.ProfileError as error:
        raise BuildError(f"{file}: {error}") from None
    return Handler(
        family.name,
        family.shown,
        "snmp",
        "snmp",
        {_OPTIONS: own_profiles.options_source(family.options)},
    )


def own_profile_guesses(file: Path) -> list[str]:
    """What `pdu draft` guessed in this file and nobody has confirmed: outlets with such a state are
    UNKNOWN."""
    return own_profiles.guesses(own_profiles.read_profile(file))


def build_with_options(
    handler: Handler, only: Sequence[str], profile: Optional[str], flags: Sequence[str]
) -> Handler:
    """The SNMP handler's archive with these build options. Raises BuildError."""
    try:
        options = own_profiles.build_options(only, profile, flags)
    except own_profiles.UnknownFamily as error:
        raise BuildError(str(error)) from None
    return handler._replace(replace={_OPTIONS: own_profiles.options_source(options)})


# ---- the command line ----------------------------------------------------------------------------


def _parser(handler_names: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build.py",
        description="Build DCImanager PDU handler archives and register.sh.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=(
            f"which archives: {', '.join(handler_names)}, or the path of your own handler: its file,"
            " folder or archive (default: all of this pack; with --profile or options of"
            " pdu_snmp, only the archives that they add or change)"
        ),
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "dist",
        help="the folder to write to (default: dist/ of the project)",
    )
    own_pdu = parser.add_argument_group("a PDU of your own")
    own_pdu.add_argument(
        "--profile",
        type=Path,
        metavar="FILE.json",
        action="append",
        default=[],
        help=(
            "build pdu_<key> (hyphens become underscores) for the family in this file; may be"
            " repeated. `pdu snmp parts` lists the parts of such a file, `pdu snmp show FAMILY`"
            " prints an example"
        ),
    )
    snmp = parser.add_argument_group(
        "options of pdu_snmp", "for a DCImanager whose form has no handler settings for SNMP"
    )
    snmp.add_argument(
        "--only", nargs="+", metavar="KEY", default=[], help="detect only these families"
    )
    snmp.add_argument(
        "--profile-key",
        metavar="KEY",
        help="read every PDU as this family instead of detecting it (setting 'profile')",
    )
    for key, meaning in (
        ("switch_unproven", "also switch families whose commands are not certain"),
        ("metered_only", "for units without outlets: an empty table of outlets is not an error"),
        (
            "switch_automatic",
            "also switch outlets in an automatic mode, which a command ends permanently",
        ),
    ):
        snmp.add_argument(
            "--" + key.replace("_", "-"),
            dest="flags",
            action="append_const",
            const=key,
            default=[],
            help=f"{meaning} (setting '{key}')",
        )
    return parser


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line.

    Returns 0 if built, else 1. Arguments that the parser refuses exit with 2.
    """
    handler_names = [handler.name for handler in HANDLERS]
    parser = _parser(handler_names)
    options = parser.parse_args(arguments)
    paths = [name for name in options.names if name not in handler_names and is_path(name)]
    options.names = [name for name in options.names if name not in paths]
    for name in options.names:
        if name not in handler_names and Path(name).is_dir():
            parser.error(f"the folder {name} has no Python file: give the folder of a handler")
        if name not in handler_names:
            near = similar_names(name, handler_names)
            parser.error(
                f"there is no handler {name!r}{f'; did you mean {near[0]}?' if near else ''};"
                f" choose from {', '.join(handler_names)}, or give the"
                f" path of your own{registry.missing_part(name)}"
            )
    handlers_in_only = [key for key in options.only if key in handler_names]
    if handlers_in_only:
        read_as = "were read as families" if len(handlers_in_only) > 1 else "was read as a family"
        parser.error(
            f"--only takes all words after it, so {', '.join(handlers_in_only)} {read_as}: name handlers"
            " first, as in build.py snmp --only KEY"
        )
    has_options = bool(options.only or options.profile_key is not None or options.flags)
    if has_options and options.names and "snmp" not in options.names:
        parser.error(
            "--only, --profile-key, --switch-unproven, --metered-only and --switch-automatic are"
            " options of snmp: add snmp to the names, or give no NAME"
        )
    names = options.names
    if not names and has_options:
        names = ["snmp"]
    elif not names and not options.profile and not paths:
        names = handler_names
    try:
        handlers = [
            (
                build_with_options(h, options.only, options.profile_key, options.flags)
                if has_options and h.name == "snmp"
                else h
            )
            for h in HANDLERS
            if h.name in names
        ]
        handlers += [own_profile(file) for file in options.profile]
        once = Counter(handler.name for handler in handlers)
        if max(once.values(), default=0) > 1:
            raise BuildError(
                f"profile.key: two files of --profile build pdu_{once.most_common(1)[0][0]}"
            )
        own_handlers = build_own(paths, options.out) if paths else []
        archives = build(ROOT / "handlers", options.out, handlers) if handlers else []
        for file in options.profile:
            for guess in own_profile_guesses(file):
                print(f"build.py: {file}: {guess}", file=sys.stderr)
    except BuildError as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        # filename2: the file that a partial one replaces
        place = error.filename2 or error.filename or options.out
        print(f"build.py: {place} cannot be read or written ({error.strerror})", file=sys.stderr)
        return 1
    for path in archives:
        data = path.read_bytes()
        print(f"{path}  {len(data)} bytes  sha256 {hashlib.sha256(data).hexdigest()[:16]}")
    for own in own_handlers:
        data = own.source.data
        print(f"{own.path}  {len(data)} bytes  sha256 {hashlib.sha256(data).hexdigest()[:16]}")
        print(f"import path {own.source.import_path}; register it: {own.register_line}")
    return 0
