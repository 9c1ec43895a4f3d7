"""What the file of a handler imports, and all files that an archive of it needs.

The *tree* is the folder handlers/; a module in it is a tuple of the parts of its name, ("snmp",
"tables"), and a path is relative to the tree, "snmp/tables.py". Code that is in no archive would
be missing in DCImanager, so an import that cannot be followed is an error.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Optional

from pdu.workshop.handler.handler_imports import PLATFORM_MODULES, standard_library


class BuildError(Exception):
    """Nothing was built. The text is one sentence."""


_IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError")

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
    r"""The imports in the Python text of a file, including those inside functions and
    `importlib.import_module(".x", …)`. `display_path`: its name in errors.

    >>> imports("import re\nfrom .tables import Rows, where", "snmp/device.py")[1]
    Import(line=2, level=1, module='tables', names=('Rows', 'where'))

    Relative imports for annotations count too: raritan/rpc looks up at run time the types that its
    IDL names, which needs those files. `import_module(name)`, whose name is absolute, is neither
    followed nor checked. Raises BuildError for text that is not Python, and for
    `import_module(name, package)` unless the name is a literal with leading dots or ImportError is
    caught by name.
    """
    try:
        tree = ast.parse(source, filename=display_path)
    except SyntaxError as error:
        # the error for a NUL character has no line
        line = f" line {error.lineno}" if error.lineno else ""
        raise BuildError(f"{display_path}{line}: not valid Python ({error.msg})") from None
    except ValueError as error:  # NUL characters, in older versions of Python
        raise BuildError(f"{display_path}: not valid Python ({error})") from None
    return tuple(_imports(tree, display_path, guarded=False, calls="import_module" in source))


def _imports(node: ast.AST, display_path: str, *, guarded: bool, calls: bool) -> Iterator[Import]:
    """The imports in a part of a file's syntax tree. `guarded`: an `except ImportError` is around
    it. `calls`: expressions may call import_module; otherwise only statements are searched.
    """
    for child in _searched_children(node):
        if isinstance(child, ast.expr) and not calls:
            continue
        if isinstance(child, ast.ImportFrom):
            names = tuple(alias.name for alias in child.names)
            yield Import(child.lineno, child.level, child.module or "", names)
        elif isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(child.lineno, 0, alias.name, ())
        elif isinstance(child, ast.Call) and _name(child.func) == "import_module":
            yield from _called_import(child, display_path, guarded=guarded)
        is_guarded = guarded or _catches_import_error(child)
        yield from _imports(child, display_path, guarded=is_guarded, calls=calls)


def _called_import(call: ast.Call, display_path: str, *, guarded: bool) -> Iterator[Import]:
    """The import of a call of import_module, one or none. `guarded`: ImportError is caught.

    import_module(".tables", __package__)    the relative import of tables
    import_module("json")                    none: the name is absolute
    import_module(name, __package__)         none if `guarded`, else BuildError: it is not known
                                             which module that is
    """
    if len(call.args) + len(call.keywords) < 2:
        return
    arguments = list(call.args)
    for keyword in call.keywords:
        if keyword.arg == "name":
            arguments.append(keyword.value)
    name = None
    if arguments and isinstance(arguments[0], ast.Constant):
        name = arguments[0].value
    if isinstance(name, str) and name.startswith("."):
        module_name = name.lstrip(".")
        yield Import(call.lineno, len(name) - len(module_name), module_name, ())
    elif not guarded:
        raise BuildError(
            f"{display_path} line {call.lineno}: a module that is chosen at run time may be missing"
            " in the archive; name it by a literal with leading dots, or catch ImportError"
        )


def _searched_children(node: ast.AST) -> Iterator[ast.AST]:
    """The children of a node in which imports count: all, but of `if TYPE_CHECKING:`, which is
    false when the code runs, the else branch, and the relative imports, whose files annotations may
    need.
    """
    if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
        yield from node.orelse
        for child in node.body:
            if isinstance(child, ast.ImportFrom) and child.level:
                yield child
    else:
        yield from ast.iter_child_nodes(node)


def _catches_import_error(node: ast.AST) -> bool:
    r"""Whether a node is a `try` of which an `except` names ImportError.

    >>> [statement] = ast.parse("try:\n    import ssl\nexcept ImportError:\n    pass").body
    >>> _catches_import_error(statement)
    True
    """
    if not isinstance(node, ast.Try):
        return False
    for handler in node.handlers:
        if handler.type is None:
            continue
        for part in ast.walk(handler.type):  # a name, or a tuple of names
            if isinstance(part, ast.expr) and _name(part) in _IMPORT_ERRORS:
                return True
    return False


def _name(node: ast.expr) -> str:
    """The last part of a dotted name, "" for another expression.

    >>> _name(ast.parse("importlib.import_module", mode="eval").body)
    'import_module'
    """
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return ""


# ---- what an archive may import ------------------------------------------------------------------


def _check_absolute(import_: Import, display_path: str, allowed_modules: frozenset[str]) -> None:
    """Raises BuildError for an absolute import of what DCImanager may not have. `allowed_modules`:
    of the standard library and of DCImanager. `display_path`: of the file, for the error.

    >>> _check_absolute(Import(1, 0, "re", ()), "snmp/device.py", frozenset({"re"}))
    >>> _check_absolute(Import(1, 0, "yaml", ()), "snmp/device.py", frozenset({"re"}))
    Traceback (most recent call last):
    builder.closure.BuildError: snmp/device.py line 1: imports 'yaml', which DCImanager may not \
have; an archive can import the standard library of Python 3.9 to 3.13, its own files, common and \
pdu_common
    """
    top = import_.module.partition(".")[0]
    if top in allowed_modules:
        return
    import_text = f"{display_path} line {import_.line}: imports {import_.module!r}"
    if top == "handlers":
        raise BuildError(
            f"{import_text}, which has another path in an archive; write the import with leading"
            " dots"
        )
    raise BuildError(
        f"{import_text}, which DCImanager may not have; an archive can import the standard library"
        f" of Python 3.9 to 3.13, its own files, {' and '.join(sorted(PLATFORM_MODULES))}"
    )


# ---- the files of one handler --------------------------------------------------------------------


class _Closure:
    """Collects in `files` (path → content) what `handlers/<name>/handler.py` needs. `replace` has
    the new text of files that an archive has in another form (path → text).
    """

    def __init__(self, tree: Path, name: str, replace: Mapping[str, str]) -> None:
        self.tree = tree
        self.name = name
        self.replace = replace
        self.files: dict[str, bytes] = {}
        self._allowed_modules = standard_library() | PLATFORM_MODULES
        handlers = {path.parent.name for path in tree.glob("*/handler.py")}
        self._other_handlers = handlers - {name}

    def add(self, module: Module) -> None:
        """Adds to `files` a module, the packages that contain it, and everything that they import.
        Raises BuildError for what does not exist or may not be in an archive."""
        for depth in range(len(module) + 1):
            self._take(module[:depth])

    def _take(self, module: Module) -> None:
        """Adds to `files` the file of a module, then those of all relative imports in it, which
        name modules of the tree. An absolute import adds nothing: it must name an allowed module.
        A file that is there already is left. Raises BuildError for an import that is not allowed,
        and for a file that does not exist, is no Python, or belongs to another handler."""
        path = self._path(module)
        if path is None:
            where = "/".join((self.tree.name, *module))
            raise BuildError(f"neither {where}.py nor {where}/__init__.py exists")
        if path in self.files:
            return
        if module and module[0] in self._other_handlers:
            raise BuildError(
                f"{self._tree_path(path)} belongs to another handler: handlers share only modules"
                f" directly in {self.tree.name}/ and packages without a handler.py"
            )
        if path in self.replace:
            content = self.replace[path].encode()
        else:
            content = (self.tree / path).read_bytes()
        self.files[path] = content
        package = module if path.endswith("__init__.py") else module[:-1]
        try:
            source = content.decode()
        except UnicodeDecodeError:
            raise BuildError(f"{self._tree_path(path)} is not UTF-8") from None
        for import_ in imports(source, self._tree_path(path)):
            if import_.level:  # relative
                self._follow(import_, package, path)
            else:
                _check_absolute(import_, self._tree_path(path), self._allowed_modules)

    def _follow(self, import_: Import, package: Module, path: str) -> None:
        """Adds to `files` what a relative import in the file `path` of `package` names: a module,
        and those of its names that are modules. Raises BuildError for what does not exist.

        from . import tables, where     in snmp/device.py: snmp/tables.py; `where` is no module
        from ..shared import errors     shared/__init__.py, shared/errors.py
        """
        where = f"{self._tree_path(path)} line {import_.line}"
        if import_.level > len(package) + 1:
            raise BuildError(f"{where}: a relative import leaves {self.tree.name}/")
        # one dot is the package of the file, each further one the package above it
        levels_up = import_.level - 1
        parent = package[: len(package) - levels_up]
        parts = import_.module.split(".") if import_.module else []  # `from . import x` has none
        base = (*parent, *parts)
        if self._path(base) is None:
            raise BuildError(
                f"{where}: imports {'.' * import_.level}{import_.module}, which does not exist (a"
                " package needs an __init__.py)"
            )
        self.add(base)
        # a submodule, or a name that the module defines
        for name in import_.names:
            module = (*base, name)
            if self._path(module) is not None:
                self.add(module)
            elif any(self.tree.joinpath(*module).glob("*.py")):
                raise BuildError(f"{where}: imports the folder {name}, which has no __init__.py")

    def _path(self, module: Module) -> Optional[str]:
        """The path of a module or package, "snmp/tables.py"; None if there is none, as for a name
        that a module defines.
        """
        stem = "/".join(module)
        for path in (f"{stem}/__init__.py".lstrip("/"), f"{stem}.py"):
            if path in self.replace or (self.tree / path).is_file():
                return path
        return None

    def _tree_path(self, path: str) -> str:
        """A path of the tree for people: handlers/snmp/tables.py."""
        return f"{self.tree.name}/{path}"


def files(tree: Path, name: str, replace: Optional[Mapping[str, str]] = None) -> dict[str, bytes]:
    """The files that `<tree>/<name>/handler.py` needs: path below `tree` → content. `replace` has
    the new text of some of them (`{"snmp/options.py": "…"}`).

    >>> import handlers
    >>> contents = files(Path(handlers.__file__).parent, "netio")
    >>> "netio/handler.py" in contents, "nut/handler.py" in contents
    (True, False)

    Raises BuildError for an import that an archive cannot have, and for a path in `replace` that
    the handler does not use: its new text would have no effect.
    """
    closure = _Closure(tree, name, replace or {})
    closure.add((name, "handler"))
    unused_keys = sorted(set(replace or {}) - set(closure.files))
    if unused_keys:
        raise BuildError(
            f"{unused_keys[0]} has a replacement, but the handler {name!r} does not use it"
        )
    return closure.files
