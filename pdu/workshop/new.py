"""`pdu new NAME`: writes a working handler or SNMP family, to start from, into a copy of this
project.

`root` is the folder of the copy. A new handler has a name, such as "modbus", and a title, such as
"Acme Power"; None for the name with a capital letter. A family has a key, VENDOR-MODEL. Functions
return the texts of files by their paths below `root`: nothing is written before all are known.
"""

from __future__ import annotations

import contextlib
import keyword
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

import click

from handlers.shared.errors import SettingsError

from ..cli.groups import Subcommand
from ..cli.options import TEXT, Output, output_options, pass_output
from ..cli.output import Result, print_result
from ..cli.signals import signals_as_ctrl_c
from ..loading.handler_archives import RESERVED
from ..loading.handler_source import hidden_module

_SKELETON = Path("packaging", "new")
_DOCUMENT, _PLATFORM, _HTTP = "document", "platform", "http"
SHAPES = (_DOCUMENT, _PLATFORM, _HTTP)  # but the last, folders below packaging/new
# the example of the page, which the shape http copies under another name
_EXAMPLE, _EXAMPLE_NAME = Path("docs", "own-handler"), "volt"
_PLACES: Mapping[str, str] = {  # template → path in the tree
    "__init__.py": "handlers/@name@/__init__.py",
    "decoding.py": "handlers/@name@/decoding.py",
    "handler.py": "handlers/@name@/handler.py",
    "simulated.py": "tests/simulators/@name@.py",
    "tests__init__.py": "tests/handlers/@name@/__init__.py",
    "cases.txt": "tests/handlers/@name@/cases.txt",
    "test_cases.py": "tests/handlers/@name@/test_cases.py",
    "recording.har": "tests/handlers/@name@/recording.har",
}
# the vendor's page: a folder of its own, which is no part of this project
_PLATFORM_PLACES: Mapping[str, str] = {
    "__init__.py": "@name@/__init__.py",
    "about.py": "@name@/about.py",
    "handler.py": "@name@/handler.py",
    "test.py": "test_@name@.py",
}
_SECTION = """## @Title@

<!-- settings-@name@:begin -->
<!-- settings-@name@:end -->
"""
_SETTINGS_PAGE = Path("docs", "settings.md")
_PROJECT = Path("pyproject.toml")
_LAYER = re.compile(r'(?m)^ *"([a-z0-9 |]+)", +# pdu new adds a handler here$')
_REGISTRY = Path("handlers", "registry.py")
_REGISTRY_ROW = """\
    "@name@": About(
        "@Title@ PDUs",
        "custom",
        is_codec=True,
        web_words=("@name@",),  # how its web service names its make before a login
    ),
"""
_REGISTRY_MARK = re.compile(r"(?m)^ *# pdu new adds a handler here$")
_FAMILIES = Path("handlers", "snmp", "profiles")
_PAGES_S = 300.0  # limit for writing the generated parts of the pages, in seconds
# a line of the two lists of the files of families, with the comment above it
_FILE = re.compile(r"(?m)^(?: +#.*\n)* +(\w+),\n")
_EXAMPLE_FAMILY = "acme-strip"
_EXAMPLE_NUMBER = 99_999  # the vendor's number in the example of docs/dev/new-family.md


@click.command("new", cls=Subcommand, examples=("pdu new modbus", "pdu new acme-strip --snmp"))
@click.argument("name")
@click.option("--title", metavar="TEXT", type=TEXT, help="display name of the vendor or make")
@click.option(
    "--shape",
    metavar="SHAPE",
    type=click.Choice(SHAPES),
    default=_DOCUMENT,
    show_default=True,
    help="document: for a device that answers with JSON over HTTP; platform and http: a handler by"
    " DCImanager's page, in a folder NAME of its own, over SNMP or over HTTP (docs/own-handler.md)",
)
@click.option("--snmp", is_flag=True, help="an SNMP family instead of a handler")
@output_options
@pass_output
def new(
    output: Output,
    name: str,
    title: Optional[str],
    shape: str,
    *,
    snmp: bool,
) -> int:
    """Write a working handler for a simulated device, with tests, as a start for your own
    (docs/dev/new-handler.md).
    With --snmp, write the entry and the fixture of an SNMP family instead (docs/dev/new-family.md).

    NAME  the handler's name, as in handlers/NAME; with --snmp the family's key, VENDOR-MODEL
    """
    root = Path()
    if not (root / _SKELETON).is_dir():
        raise SettingsError(
            "this folder is not a copy of this project: run pdu new in the folder of a copy"
        )
    try:
        plan = _family_plan(root, name, title) if snmp else _plan(root, name, title, shape)
        with signals_as_ctrl_c(), _all_or_nothing(root, plan.files, plan.edits):
            changed_pages = _write(root, plan)
    except OSError as error:
        place = error.filename or root.resolve()  # the error of a full disk names no file
        raise SettingsError(
            f"{place} cannot be read or written ({error.strerror}); nothing was made"
        ) from None
    return print_result(_result(plan, changed_pages), as_json=output.json)


class _Plan(NamedTuple):
    """What is written into the tree, and what its author does next. Of `pdu new modbus`:

    files    handlers/modbus/handler.py, tests/handlers/modbus/cases.txt, ...
    edits    handlers/registry.py, pyproject.toml, docs/settings.md
    tests    tests/handlers/modbus tests/handlers/test_units.py -k modbus
    page     docs/dev/new-handler.md
    """

    #: new files, and those that are changed, by their paths in the tree: none if it is no part of
    #: this project
    files: Mapping[Path, str]
    edits: Mapping[Path, str]
    #: the arguments of pytest; "" if `pdu handler check` is the test
    tests: str
    #: the page with the next steps
    page: str


def _plan(root: Path, name: str, title: Optional[str], shape: str) -> _Plan:
    """What is written for a new handler of one of SHAPES:

        shape             files                                       edits
        document          handlers/modbus/..., tests/handlers/...     handlers/registry.py, ...
        platform, http    modbus/..., a folder of its own             none

    Raises OSError, and SettingsError for a name that is in use or that no handler can have.
    """
    files = handler_files(root, name, title, shape)
    _refuse_paths_in_use(root, files)
    if shape in (_PLATFORM, _HTTP):
        return _Plan(
            files=files,
            edits={},
            tests=f"test_{name}.py" if shape == _PLATFORM else "",
            page="docs/own-handler.md",
        )
    return _Plan(
        files=files,
        edits=_handler_edits(root, name, title),
        tests=f"tests/handlers/{name} tests/handlers/test_units.py -k {name}",
        page="docs/dev/new-handler.md",
    )


def _family_plan(root: Path, key: str, vendor: Optional[str]) -> _Plan:
    """What is written for a new family over SNMP. `key`: such as acme-strip; `vendor`: its name for
    people, such as "Acme"; None for the first part of the key. Raises OSError, and SettingsError
    for a key that is in use or that no family can have.
    """
    files = family_files(root, key, vendor)
    _refuse_paths_in_use(root, files)
    return _Plan(
        files=files,
        edits=families_table(root, key),
        tests=f"tests/handlers/snmp -k {key}",
        page="docs/dev/new-family.md",
    )


def _result(plan: _Plan, pages: Sequence[str]) -> Result:
    """What the command prints when all is written. `pages`: the pages whose generated parts
    changed, such as ["README.md"].

        handlers/modbus/handler.py
        handlers/registry.py (changed)
        README.md (changed)

        its tests: python -m pytest tests/handlers/modbus ... (pytest is in the environment of ...)
        next steps: docs/dev/new-handler.md
    """
    made_files = [str(path) for path in plan.files]
    changed_files = list(dict.fromkeys([*map(str, plan.edits), *pages]))
    lines = [*made_files, *(f"{path} (changed)" for path in changed_files), ""]
    if plan.tests:
        lines.append(
            f"its tests: python -m pytest {plan.tests} (pytest is in the environment of make"
            " env-tests)"
        )
    lines.append(f"next steps: {plan.page}")
    return Result({"made": made_files, "changed": changed_files}, lines)


def _refuse_paths_in_use(root: Path, files: Collection[Path]) -> None:
    """Raise SettingsError for a file that exists, and for a package that would hide a module: the
    new file modbus/handler.py for modbus.py.
    """
    for path in files:
        paths = [path]
        if path.parent.name:
            paths.append(path.parent.with_suffix(".py"))
        for path_in_use in paths:
            if (root / path_in_use).exists():
                raise SettingsError(f"{path_in_use} exists already; choose another name")


def _text(path: Path) -> str:
    """The text of a file of the copy. Raises OSError, and SettingsError if it is not UTF-8."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not UTF-8 text; nothing was made") from None


def _write(root: Path, plan: _Plan) -> list[str]:
    """Write the files of a plan below `root`, then run packaging/readme.py, which writes the parts
    of the pages that name each handler. Returns the pages that it changed, such as ["README.md",
    "docs/settings.md"]; [] for a plan without edits, which is no part of this project. Raises
    OSError, and SettingsError if the program fails; the caller then removes all that was written.
    """
    files = {**plan.files, **plan.edits}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    _lay_out(root, [path for path in files if path.suffix == ".py"])
    if not plan.edits:
        return []
    try:
        result = subprocess.run(
            [sys.executable, str(root / "packaging" / "readme.py")],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_PAGES_S,
        )
    except subprocess.TimeoutExpired as error:
        raise SettingsError(
            f"packaging/readme.py took more than {error.timeout:g} s; nothing was made"
        ) from None
    if result.returncode:
        why = (result.stderr.strip() or "it gives no reason").splitlines()[-1]
        raise SettingsError(f"packaging/readme.py failed ({why[-300:]}); nothing was made")
    return result.stdout.split()


def _lay_out(root: Path, files: Collection[Path]) -> None:
    """Sort the imports of these files and lay out their lines, as `make lint` checks it: that
    depends on the length and the order of the new names. Nothing happens where ruff is not
    installed, or takes longer than 300 s.
    """
    ruff = [sys.executable, "-m", "ruff"]
    paths = [str(path) for path in files]
    for arguments in (("check", "--select", "I", "--fix"), ("format",)):
        command = [*ruff, *arguments, "--quiet", "--no-cache", *paths]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, cwd=root, capture_output=True, timeout=_PAGES_S)


@contextlib.contextmanager
def _all_or_nothing(root: Path, paths: Collection[Path], edits: Collection[Path]) -> Iterator[None]:
    """If the block raises, the tree is as before it: the new files `paths` are removed with their
    new folders, and the contents of `edits` and of all pages are restored.

        before the block    handlers/registry.py
        in it               handlers/registry.py with a new row, handlers/modbus/handler.py; error
        after it            handlers/registry.py as before, no handlers/modbus
    """
    new_folders: list[Path] = []
    for path in paths:
        new_folders += [folder for folder in (root / path).parents if not folder.exists()]
    pages = [*root.glob("README*.md"), *(root / "docs").glob("**/*.md")]
    changing_files = [*(root / path for path in edits), *pages]
    content_by_path = {path: path.read_bytes() for path in changing_files}
    try:
        yield
    except BaseException:
        for folder in new_folders:
            shutil.rmtree(folder, ignore_errors=True)
        for path in paths:
            with contextlib.suppress(OSError):
                (root / path).unlink()
        for path, content in content_by_path.items():
            with contextlib.suppress(OSError):
                if path.read_bytes() != content:
                    path.write_bytes(content)
        raise


# ---- a handler -----------------------------------------------------------------------------------


def handler_files(
    root: Path, name: str, title: Optional[str], shape: str = _DOCUMENT
) -> dict[Path, str]:
    """The files of a new handler by their paths in the tree. Raises OSError and SettingsError.

    name modbus, shape document    {handlers/modbus/handler.py: ..., tests/handlers/modbus/...}
    name modbus, shape platform    {modbus/handler.py: ..., test_modbus.py: ...}
    name modbus, shape http        {modbus/handler.py: ..., modbus.har: ...}
    name json, shape http          SettingsError: it would hide the Python module json
    """
    if shape not in (_PLATFORM, _HTTP):
        _check_handler_name(root, name)
        return _filled_templates(root, shape, _PLACES, name, title)
    module = hidden_module(name)
    if module:
        raise SettingsError(
            f"a folder {name} would hide the Python module {name} ({module}); choose another name"
        )
    _check_handler_name(root, name)
    if (root / name).exists():
        raise SettingsError(f"{name} exists already; choose another name")
    if shape == _PLATFORM:
        return _filled_templates(root, shape, _PLATFORM_PLACES, name, title)
    return _copied_example(root, name, title)


def _filled_templates(
    root: Path, folder: str, places: Mapping[str, str], name: str, title: Optional[str]
) -> dict[Path, str]:
    """The filled templates of a folder of packaging/new, by their paths in the tree. `places`: by
    template, where its file belongs. Of handler.py.in, for the name modbus:

        {"handler.py": "handlers/@name@/handler.py"}    handlers/modbus/handler.py
    """
    files: dict[Path, str] = {}
    for template in sorted((root / _SKELETON / folder).glob("*.in")):
        path = Path(_fill_template(places[template.stem], name, title))
        files[path] = _fill_template(_text(template), name, title)
    return files


def _copied_example(root: Path, name: str, title: Optional[str]) -> dict[Path, str]:
    """The files of the handler volt, the example of docs/own-handler.md over HTTP, and its
    recording, under this name. For the name acme:

        volt/handler.py with class VoltPdu    acme/handler.py with class AcmePdu
        volt.har                              acme.har
    """
    display_name = _display_name(title or name.capitalize(), "title")
    words = {"VoltPdu": f"{name.capitalize()}Pdu", "Volt": display_name, _EXAMPLE_NAME: name}
    files: dict[Path, str] = {}
    for source in sorted((root / _EXAMPLE).glob(f"{_EXAMPLE_NAME}*/*.py")):
        files[Path(name, source.name)] = _renamed(_text(source), words)
    files[Path(f"{name}.har")] = _text(root / _EXAMPLE / f"{_EXAMPLE_NAME}.har")
    return files


def _renamed(text: str, words: Mapping[str, str]) -> str:
    """The text with each of these words replaced. A word that was put in is not replaced again:

    >>> _renamed("VoltPdu of volt", {"VoltPdu": "voltPdu", "volt": "acme"})
    'voltPdu of acme'
    """
    return re.sub("|".join(words), lambda match: words[match[0]], text)


def _check_handler_name(root: Path, name: str) -> None:
    """Raises SettingsError for a name that no handler can have:

    Modbus    'Modbus' is not a handler's name: give 2 to 31 lower-case letters and digits, ...
    testing   testing: pytest would take the class TestingPdu for a test; ...
    snmp      handlers/snmp exists already; choose another name
    """
    if not re.fullmatch(r"[a-z][a-z0-9]{1,30}", name) or keyword.iskeyword(name):
        raise SettingsError(
            f"{name[:40]!r} is not a handler's name: give 2 to 31 lower-case letters and digits, a"
            " letter first, not a Python keyword"
        )
    if name.startswith("test"):
        raise SettingsError(
            f"{name}: pytest would take the class {name.capitalize()}Pdu for a test; choose a name"
            " that does not begin with test"
        )
    if f"pdu_{name}" in RESERVED:
        raise SettingsError(
            f"the archive pdu_{name} would replace a module of DCImanager; choose another name"
        )
    paths_of_handler = (
        Path("handlers", name),
        # what the tests, the tools and packaging/readme.py take for parts of it
        Path("tests", "simulators", name),
        Path("pdu", "inspection", name),
        Path("docs", f"{name}.md"),
    )
    for path_in_use in paths_of_handler:
        if (root / path_in_use).exists():
            raise SettingsError(f"{path_in_use} exists already; choose another name")


def _fill_template(text: str, name: str, title: Optional[str]) -> str:
    """The text with the handler's name and title in the place of @name@, @Name@ and @Title@.

    >>> _fill_template("@Name@Pdu of @Title@, @name@", "modbus", None)
    'ModbusPdu of Modbus, modbus'
    """
    display_name = _display_name(title or name.capitalize(), "title")
    text = text.replace("@name@", name).replace("@Name@", name.capitalize())
    return text.replace("@Title@", display_name)


def _display_name(text: str, what: str) -> str:
    """A name for people, with single spaces between its words. Raises SettingsError unless it is
    short and safe in Python strings and in Markdown. `what`: the name's kind, for the error.

    >>> _display_name("Acme  Power", "title")
    'Acme Power'
    """
    display_name = " ".join(text.split())
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 .+&-]{0,60}", display_name):
        raise SettingsError(
            f"{what} {display_name[:40]!r}: give ASCII letters, digits, spaces and . + & - (61 at"
            " most), but begin with a letter or a digit"
        )
    return display_name


def _handler_edits(root: Path, name: str, title: Optional[str]) -> dict[Path, str]:
    """The new texts of the three files that name each handler, by their paths; with this handler
    they have

        docs/settings.md        a section at the end, "## Acme Power"
        pyproject.toml          its name in the contract of imports, "http | modbus | netio"
        handlers/registry.py    a row, "modbus": About("Acme Power PDUs", ...)

    Raises OSError, and SettingsError for a file that does not show where handlers stand.
    """
    section = _fill_template(_SECTION, name, title)
    return {
        _SETTINGS_PAGE: f"{_text(root / _SETTINGS_PAGE).rstrip()}\n\n{section}",
        _PROJECT: _contract(root, name),
        _REGISTRY: _registry(root, name, title),
    }


def _contract(root: Path, name: str) -> str:
    """The text of pyproject.toml with the handler `name` beside the others in the contract of
    imports:

        before    "http | netio | shelly",  # pdu new adds a handler here
        after     "http | modbus | netio | shelly",  # pdu new adds a handler here

    Raises OSError, and SettingsError if there is no such line.
    """
    text = _text(root / _PROJECT)
    layer = _LAYER.search(text)
    if layer is None:
        raise SettingsError(
            f"{_PROJECT} does not show where the contract of imports lists the handlers; nothing"
            " was made"
        )
    handlers = {*layer[1].split(" | "), name}
    start, end = layer.span(1)
    return f"{text[:start]}{' | '.join(sorted(handlers))}{text[end:]}"


def _registry(root: Path, name: str, title: Optional[str]) -> str:
    """The text of handlers/registry.py with a row for this handler above the mark where rows are
    added. For the name modbus without a title:

        before    # pdu new adds a handler here
        after     "modbus": About("Modbus PDUs", "custom", is_codec=True, ...),
                  # pdu new adds a handler here

    Raises OSError, and SettingsError if there is no mark.
    """
    text = _text(root / _REGISTRY)
    mark = _REGISTRY_MARK.search(text)
    if mark is None:
        raise SettingsError(f"{_REGISTRY} does not show where a handler is added; nothing was made")
    row = _fill_template(_REGISTRY_ROW, name, title)
    return text[: mark.start()] + row + text[mark.start() :]


# ---- an SNMP family ------------------------------------------------------------------------------


def family_files(root: Path, key: str, vendor: Optional[str]) -> dict[Path, str]:
    """The files of a new family, by their paths in the tree: the worked example of
    docs/dev/new-family.md with this key, this vendor, and a free vendor's number. Of acme-strip:

        handlers/snmp/profiles/acme.py                     its Profile
        tests/simulators/snmp_units/acme-strip.snmprec     the rows of a simulated unit
        tests/simulators/snmp_units/acme-strip.json        what is read of them

    Raises OSError, and SettingsError for a key or a vendor that cannot be used.
    """
    stem = _vendor_of(root, key)
    page = _text(root / "docs/dev/new-family.md").partition("## Adding an SNMP family")[2]
    entry = re.search(r"(?ms)^ *```python\n(.*?)^ *```$", page)
    assert entry is not None
    fixture_of_example = root / _SKELETON / "family" / _EXAMPLE_FAMILY
    display_name = _display_name(vendor or stem.capitalize(), "vendor")
    word_by_example = {
        _EXAMPLE_FAMILY: key,
        "Acme": display_name,
        "ACME": stem.upper(),
        str(_EXAMPLE_NUMBER): _free_number(root),
    }
    fixture = Path("tests", "simulators", "snmp_units", key)
    return {
        _FAMILIES / f"{stem}.py": (
            f'"""{display_name}.\n\nName the MIB, its revision and where its text is.\n"""\n\n'
            + _renamed(textwrap.dedent(entry[1]), word_by_example)
        ),
        fixture.with_suffix(".snmprec"): _renamed(
            _text(fixture_of_example.with_suffix(".snmprec.in")), word_by_example
        ),
        fixture.with_suffix(".json"): _renamed(
            _text(fixture_of_example.with_suffix(".json.in")), word_by_example
        ),
    }


def _vendor_of(root: Path, key: str) -> str:
    """The vendor in a family's key: the name of the file of its families, without ".py". Raises
    OSError, and SettingsError for what is no key, and for a vendor whose file exists.

        acme-strip    acme
        Acme          SettingsError: 'Acme' is not a family's key: give VENDOR-MODEL in ...
        apc-new       SettingsError: handlers/snmp/profiles/apc.py exists already: add an entry ...
    """
    if not re.fullmatch(r"[a-z][a-z0-9]{1,20}(?=-.{1,30}$)(-[a-z0-9]+)+", key):
        raise SettingsError(
            f"{key[:40]!r} is not a family's key: give VENDOR-MODEL in lower-case letters and"
            " digits; VENDOR has 2 to 21 of them, a letter first; MODEL has at most 30, including"
            " single hyphens between them"
        )
    file = key.partition("-")[0]
    if (root / _FAMILIES / f"{file}.py").exists():
        if "PROFILES = " not in _text(root / _FAMILIES / f"{file}.py"):
            raise SettingsError(
                f"{file!r} cannot be a vendor: {_FAMILIES / file}.py holds no families; give"
                " another name"
            )
        raise SettingsError(
            f"{_FAMILIES / file}.py exists already: add an entry to its PROFILES, as"
            " docs/dev/new-family.md shows"
        )
    return file


def _free_number(root: Path) -> str:
    """A vendor's number for OIDs that no family has: "99999", or the next one that is free. With
    the same number, two new families would each detect the other's devices.
    """
    texts = [_text(path) for path in (root / _FAMILIES).glob("*.py")]
    numbers_in_use = set(re.findall(r"\d+", " ".join(texts)))
    number = _EXAMPLE_NUMBER
    while str(number) in numbers_in_use:
        number += 1
    return str(number)


def families_table(root: Path, key: str) -> dict[Path, str]:
    """The new text of handlers/snmp/profiles/__init__.py, by its path, with the vendor of the
    family `key` in both of its lists, in the order of the alphabet. Of the key acme-strip:

        before    from . import (aten, bachmann)          VENDORS = (aten, bachmann)
        after     from . import (acme, aten, bachmann)    VENDORS = (acme, aten, bachmann)

    Where a list is not in order, before the first later name; after the last one if there is none.
    """
    table = _FAMILIES / "__init__.py"
    text = _text(root / table)
    vendor = key.partition("-")[0]
    for list_begin in ("\nVENDORS = (", "\nfrom . import ("):  # the later list first
        start = text.index(list_begin)
        end = text.index("\n)\n", start) + 1
        entries = list(_FILE.finditer(text, start, end))
        later_entries = [entry for entry in entries if entry[1] > vendor]
        if later_entries:
            place = later_entries[0].start()
        else:
            last_entry = max(entries, key=lambda entry: entry[1])
            place = last_entry.end()
        text = f"{text[:place]}    {vendor},\n{text[place:]}"
    return {table: text}
