"""The command line of `build.py`: archives of handlers, and the script register.sh for them.

A `Handler` is an archive of this pack that is to be built, pdu_<name>; a `HandlerSource` is what
anybody's handler was read from: a file, a folder or an archive. `options` are parsed arguments.
"""

from __future__ import annotations

import argparse
import hashlib
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from handlers import registry
from handlers.shared.errors import SettingsError
from handlers.shared.similar_names import similar_names
from handlers.snmp import schema
from handlers.snmp.parts import check_parts
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES
from pdu.files.locks import locked
from pdu.files.whole_files import write_atomically
from pdu.loading import handler_source
from pdu.loading.handler_paths import is_path
from pdu.loading.handler_source import HandlerSource
from pdu.supports import own_profiles
from pdu.workshop.handler.handler_imports import TOOL_MODULES

from .archives import archive, keep_replaced, version
from .closure import BuildError
from .script import HANDLERS, Handler, check_new_archives, register_script
from .snmp_options import (
    FAMILIES_FILE,
    OPTIONS_FILE,
    add_snmp_options,
    families_source,
    has_snmp_options,
    note_on_absent_options,
    notes_on_older_archives,
    with_snmp_options,
)

ROOT = Path(__file__).resolve().parents[2]
_NAMES = [handler.name for handler in HANDLERS]


def build(tree: Path, out: Path, handlers: Sequence[Handler]) -> list[Path]:
    """Writes the archives of `handlers` of this pack and register.sh to `out`, and returns the
    paths of the archives: dist/pdu_snmp-5.0.0.tar.gz. `tree`: the folder handlers/. The script also
    has a row for what was in `out` before. Raises BuildError, then nothing is written, and OSError.
    """
    number = version(tree)
    archives: dict[str, bytes] = {}
    for handler in handlers:
        archives[registry.archive_name(handler.name, number)] = archive(
            tree,
            handler.package or handler.name,
            handler.replace,
            top=f"pdu_{handler.name}",
            about=handler.about(),
        )
    out.mkdir(parents=True, exist_ok=True)
    # another build reads what is there, and writes what follows from it
    with locked([str(out)]):
        for name, data in archives.items():
            keep_replaced(out / name, data)
            write_atomically(str(out / name), data)
        write_script(out, number)
    return [out / name for name in archives]


def write_script(out: Path, number: str) -> None:
    """Writes register.sh for the archives that are in `out` now, of the version `number` and of
    anybody's handlers. Raises BuildError and OSError.
    """
    write_atomically(str(out / "register.sh"), register_script(out, number).encode(), 0o777)


class OwnHandler(NamedTuple):
    """An archive of a handler that is not of this pack."""

    path: Path
    source: HandlerSource


def own_sources(words: Sequence[str]) -> list[HandlerSource]:
    """The handlers that anybody wrote, read from the paths of their files, folders or archives.
    Raises BuildError for what is no handler, and one with the name of another module.
    """
    try:
        sources = [handler_source.read_handler(word) for word in words]
        for source in sources:
            if source.archive.top not in TOOL_MODULES:
                handler_source.require_own_name(source)
    except SettingsError as error:
        raise BuildError(error.reason) from None
    return sources


def build_own(sources: Sequence[HandlerSource], out: Path) -> list[OwnHandler]:
    """Writes the archives of anybody's handlers, out/<directory>.tar.gz, and register.sh to `out`,
    and returns the archives. Raises BuildError and OSError.
    """
    handlers = []
    out.mkdir(parents=True, exist_ok=True)
    with locked([str(out)]):
        for source in sources:
            path = out / f"{source.archive.top}.tar.gz"
            keep_replaced(path, source.data)
            write_atomically(str(path), source.data)
            handlers.append(OwnHandler(path, source))
        write_script(out, version(ROOT / "handlers"))
    return handlers


def own_profile(file: Path) -> Handler:
    """The archive for the PDU that a file describes in JSON: the SNMP handler with this family
    alone. The file is read once, because it may be a pipe. Raises BuildError for a wrong one.

    acme-8.json with the key acme-8    Handler("acme_8", "Acme (SNMP, own profile acme-8)", "snmp")
    """
    try:
        profile = own_profiles.read_profile(file)
        family = own_profiles.own_family(profile)
    except schema.ProfileError as error:
        raise BuildError(f"{file}: {error}") from None
    options = own_profiles.options_source(family.options)
    return Handler(
        name=family.name,
        shown=family.shown,
        protocol="snmp",
        package="snmp",
        replace={OPTIONS_FILE: options, FAMILIES_FILE: families_source(())},
    )


def check_families() -> None:
    """Raises BuildError for a family of this pack with a wrong part: an archive does not check them
    again.
    """
    for family in PROFILES:
        try:
            check_parts(family)
        except ValueError as error:
            raise BuildError(f"the family {family.key}: {error}") from None


def _parser() -> argparse.ArgumentParser:
    """The arguments of the command line."""
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
            f"which archives: {', '.join(_NAMES)}, or the path of your own handler: its file,"
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
    _add_profile_option(parser)
    parser.add_argument(
        "--read-only",
        action="store_true",
        help=(
            "build pdu_<name>_read_only, which stands beside the usual archive in DCImanager and"
            " refuses each command with a sentence: for a first time without a risk"
        ),
    )
    add_snmp_options(parser)
    return parser


def _add_profile_option(parser: argparse.ArgumentParser) -> None:
    """Adds the option --profile FILE.json, which may be repeated, to the command line."""
    own_pdu = parser.add_argument_group("a PDU of your own")
    own_pdu.add_argument(
        "--profile",
        type=Path,
        metavar="FILE.json",
        action="append",
        default=[],
        help=(
            "build pdu_<key> (hyphens become underscores) for the family in this file; may be"
            " repeated. docs/own-pdu.md describes such a file, `pdu snmp show FAMILY` prints one"
        ),
    )


def _refuse_unknown(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    """Ends the program with the code 2 for a name that is no handler of this pack:

    build.py: error: there is no handler 'smnp'; did you mean snmp?; choose from ...
    """
    for name in names:
        if name in _NAMES:
            continue
        if Path(name).is_dir():
            parser.error(f"the folder {name} has no Python file: give the folder of a handler")
        similar = similar_names(name, _NAMES)
        question = f"; did you mean {similar[0]}?" if similar else ""
        parser.error(
            f"there is no handler {name!r}{question}; choose from {', '.join(_NAMES)}, or give the"
            " path of your own"
        )


def _refuse_handlers_as_families(
    parser: argparse.ArgumentParser, option: str, keys: Sequence[str]
) -> None:
    """Ends the program with the code 2 for handlers among `keys`, the families that an option
    takes: of `build.py --only apc-rpdu2 netio`, netio was meant as the name of an archive.
    """
    handlers = [key for key in keys if key in _NAMES and key not in PROFILE_BY_KEY]
    if handlers:
        names = ", ".join(handlers)
        were_read = "were read as families" if len(handlers) > 1 else "was read as a family"
        parser.error(
            f"{option} takes all words after it, so {names} {were_read}: name handlers first, as"
            f" in build.py snmp {option} KEY"
        )


class _Targets(NamedTuple):
    """What the words of the command line ask for."""

    #: handlers of this pack
    names: Sequence[str]
    #: files, folders or archives of other handlers
    paths: Sequence[str]


def _targets(parser: argparse.ArgumentParser, options: argparse.Namespace) -> _Targets:
    """What a command line asks for:

    build.py                         all handlers of this pack
    build.py snmp hall/own.py        snmp, and the handler at this path
    build.py --metered-only          snmp
    build.py --profile acme-8.json   none of the pack

    Ends the program with the code 2 for what is no handler, and options that do not fit.
    """
    paths = [name for name in options.names if name not in _NAMES and is_path(name)]
    names = [name for name in options.names if name not in paths]
    has_options = has_snmp_options(options)
    _refuse_unknown(parser, names)
    _refuse_handlers_as_families(parser, "--only", options.only)
    _refuse_handlers_as_families(parser, "--switch-unproven", options.switch_unproven)
    if has_options and names and "snmp" not in names:
        parser.error(
            "--only, --profile-key, --switch-unproven, --metered-only, --switch-automatic and"
            " --unknown-figures-unset are options of snmp: add snmp to the names, or give no NAME"
        )
    if options.read_only and paths:
        parser.error("--read-only is for the handlers of this pack, and for --profile")
    if names:
        return _Targets(names, paths)
    if has_options:
        return _Targets(["snmp"], paths)
    if options.profile or paths:
        return _Targets([], paths)
    return _Targets(_NAMES, paths)


def _handlers(
    names: Sequence[str], options: argparse.Namespace, profiles: Sequence[Handler]
) -> list[Handler]:
    """The archives of this pack with these names, with the options, then those of the profiles; all
    of them as read-only ones with --read-only. Raises BuildError for two of one name, and a wrong
    option.
    """
    handlers = [_with_options(handler, options) for handler in HANDLERS if handler.name in names]
    handlers += profiles
    for name, count in Counter(handler.name for handler in handlers).most_common(1):
        if count > 1:
            raise BuildError(f"profile.key: two files of --profile build pdu_{name}")
    if options.read_only:
        return [handler.read_only() for handler in handlers]
    return handlers


def _with_options(handler: Handler, options: argparse.Namespace) -> Handler:
    """A handler of this pack with the options of the command line: snmp, whose families are checked
    first; any other as it is. Raises BuildError.
    """
    if handler.name != "snmp":
        return handler
    check_families()
    return with_snmp_options(handler, options) if has_snmp_options(options) else handler


def _summary(path: Path, data: bytes) -> str:
    """The line that tells of a built file.

    >>> _summary(Path("dist/pdu_snmp-5.0.0.tar.gz"), b"x")
    'dist/pdu_snmp-5.0.0.tar.gz  1 bytes  sha256 2d711642b726b044'
    """
    return f"{path}  {len(data)} bytes  sha256 {hashlib.sha256(data).hexdigest()[:16]}"


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Builds what the arguments ask for, and prints a line for each archive. Returns 0 if all is
    built, else 1. Arguments that the parser refuses end the program with the code 2.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    targets = _targets(parser, options)
    own_handlers: Sequence[OwnHandler] = ()
    archives: Sequence[Path] = ()
    try:
        profiles = [own_profile(file) for file in options.profile]
        handlers = _handlers(targets.names, options, profiles)
        options_note = note_on_absent_options(handlers, options.out)
        sources = own_sources(targets.paths)
        files = [
            (f"pdu_{handler.name}", registry.archive_name(handler.name)) for handler in handlers
        ]
        files += [(source.archive.top, f"{source.archive.top}.tar.gz") for source in sources]
        check_new_archives(options.out, version(ROOT / "handlers"), files)
        if sources:
            own_handlers = build_own(sources, options.out)
        if handlers:
            archives = build(ROOT / "handlers", options.out, handlers)
    except (BuildError, SettingsError) as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        # filename2: the file that a partial one replaces
        place = error.filename2 or error.filename or options.out
        print(f"build.py: {place} cannot be read or written ({error.strerror})", file=sys.stderr)
        return 1
    for path in archives:
        print(_summary(path, path.read_bytes()))
    for handler in own_handlers:
        print(_summary(handler.path, handler.source.data))
        path_word = shlex.quote(str(handler.path))
        print(f"import path {handler.source.import_path}; register it: pdu register {path_word}")
    for note in (options_note, *notes_on_older_archives(handlers, options.out)):
        if note:
            print(f"build.py: {note}", file=sys.stderr)
    return 0
