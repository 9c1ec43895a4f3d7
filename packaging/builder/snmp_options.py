"""The build options of pdu_snmp: as `build.py` takes them, in an archive, and those of the archive
that was built before.

*Options* are keys with texts, {"only": "apc-rpdu2,sentry4", "metered_only": "yes"}. An archive has
them in snmp/options.py. With `only`, it also has the files of these families alone.
"""

from __future__ import annotations

import argparse
import ast
import shlex
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from handlers import registry
from handlers.shared.errors import SettingsError
from handlers.snmp.profiles import VENDORS
from pdu.loading.handler_archives import read_archive
from pdu.registration.kept_archives import KeptArchive, kept_archives
from pdu.supports import own_profiles

from .closure import BuildError
from .script import Handler

#: files of the archive that hold its options, below its folder of code
OPTIONS_FILE = "snmp/options.py"
FAMILIES_FILE = "snmp/profiles/__init__.py"

#: options without a value: key and value of the setting, and what it means
_FLAGS: Sequence[tuple[str, str, str]] = (
    ("metered_only", "yes", "for units without outlets: an empty table of outlets is not an error"),
    (
        "switch_automatic",
        "yes",
        "also switch outlets in an automatic mode, which a command ends permanently",
    ),
    (
        "unknown_figures",
        "unset",
        "for units with a meter that never answers: a load or an energy that is not known is left"
        " unset, which DCImanager may show as 0",
    ),
)


def add_snmp_options(parser: argparse.ArgumentParser) -> None:
    """Adds --only, --profile-key, --switch-unproven and the options without a value to the command
    line of `build.py`. What is given is in `only`, `profile_key`, `switch_unproven` and `flags` of
    the parsed arguments.
    """
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
    snmp.add_argument(
        "--switch-unproven",
        nargs="+",
        metavar="KEY",
        default=[],
        help=(
            "also switch these families, whose commands are unproven: try an idle outlet first"
            " (setting 'switch_unproven')"
        ),
    )
    for key, value, meaning in _FLAGS:
        snmp.add_argument(
            _flag(key, value),
            dest="flags",
            action="append_const",
            const=(key, value),
            default=[],
            help=f"{meaning} (setting '{key}')",
        )


def _flag(key: str, value: str) -> str:
    """The option that sets a setting to this value.

    >>> _flag("metered_only", "yes"), _flag("unknown_figures", "unset")
    ('--metered-only', '--unknown-figures-unset')
    """
    option = "--" + key.replace("_", "-")
    return option if value == "yes" else f"{option}-{value}"


def has_snmp_options(arguments: argparse.Namespace) -> bool:
    """Whether one of the options of `add_snmp_options` is in parsed arguments."""
    return bool(
        arguments.only
        or arguments.profile_key is not None
        or arguments.flags
        or arguments.switch_unproven
    )


def with_snmp_options(handler: Handler, arguments: argparse.Namespace) -> Handler:
    """The SNMP handler's archive with the options in parsed arguments: its options.py, and with
    --only its list of families, are replaced. Raises BuildError for a family that there is not.
    """
    try:
        options = own_profiles.build_options(
            arguments.only, arguments.profile_key, arguments.flags, arguments.switch_unproven
        )
    except own_profiles.UnknownFamily as error:
        raise BuildError(str(error)) from None
    replace = {OPTIONS_FILE: own_profiles.options_source(options)}
    if arguments.only:
        replace[FAMILIES_FILE] = families_source(arguments.only)
    return handler._replace(replace=replace)


def families_source(keys: Collection[str]) -> str:
    """The text of snmp/profiles/__init__.py for an archive with the families of these keys: it
    imports the files of their makers alone, so that the archive has no others.

    >>> print(families_source(["apc-rpdu2"]), end="")
    from . import apc
    PROFILES = (*apc.PROFILES, )
    """
    names = []
    for file in VENDORS:
        file_keys = {profile.key for profile in file.PROFILES}
        if not file_keys.isdisjoint(keys):
            names.append(file.__name__.rpartition(".")[2])
    imports = ""
    if names:
        imports = f"from . import {', '.join(names)}\n"
    profiles = "".join(f"*{name}.PROFILES, " for name in names)
    return f"{imports}PROFILES = ({profiles})\n"


def note_on_absent_options(handlers: Sequence[Handler], out: Path) -> str:
    """A sentence on the options that the pdu_snmp in `out` has and a build of `handlers` leaves
    out, as `make packages` does, with the command that builds it with them again; "" if there are
    none. To be asked before the build, which may replace the archive.

    pdu_snmp is built without --metered-only, which the archive before it has; to build it with all
    options of that one: python3 packaging/build.py snmp --metered-only --out dist
    """
    sources = [
        handler.replace.get(OPTIONS_FILE, "") for handler in handlers if handler.name == "snmp"
    ]
    if not sources:
        return ""
    options = _options_in(sources[0])
    last_options = _options_of_last_archive(out)
    absent_options = dict(last_options.items() - options.items())
    if not absent_options:
        return ""
    absent_arguments = shlex.join(_arguments(absent_options))
    all_arguments = shlex.join([*_arguments(last_options), "--out", str(out)])
    return (
        f"pdu_snmp is built without {absent_arguments}, which the archive before it has; to build"
        f" it with all options of that one: python3 packaging/build.py snmp {all_arguments}"
    )


def notes_on_older_archives(handlers: Sequence[Handler], out: Path) -> list[str]:
    """A sentence on each archive in `out` with the code of one of `handlers` that was not built of
    this version, with the command that builds it: those of own profiles, which have the code of
    pdu_snmp, and those that only read.

    pdu_netio_read_only is of an older version (pdu_netio_read_only-4.9.0.tar.gz); to build it anew:
    python3 packaging/build.py netio --read-only --out dist
    """
    built_names = {handler.name for handler in handlers}
    notes = []
    for archive in _built_archives(out):
        name = archive.handler.removeprefix("pdu_")
        code_name = name.removesuffix("_read_only")
        arguments = [code_name] if name == code_name else [code_name, "--read-only"]
        options = _options_of(archive.path)
        if "own_profile" in options:
            code_name = "snmp"
            arguments[:1] = ["--profile", "FILE.json"]
        else:
            arguments += _arguments(options)
        is_of_this_version = (out / registry.archive_name(name)).exists()
        if code_name in built_names and not is_of_this_version:
            line = shlex.join([*arguments, "--out", str(out)])
            notes.append(
                f"{archive.handler} is of an older version ({Path(archive.path).name}); to build it"
                f" anew: python3 packaging/build.py {line}"
            )
    return notes


def _built_archives(out: Path, handlers: Collection[str] = ()) -> list[KeptArchive]:
    """The archives in `out` of these handlers, of all if there are none; by handler, of each the
    one that was built last first. None if they cannot be read.
    """
    try:
        archives = kept_archives(str(out), handlers)
    except SettingsError:
        return []
    return [archive for archive in archives if archive.is_newest_build]


def _options_of_last_archive(out: Path) -> Mapping[str, str]:
    """The options of the pdu_snmp in `out` that was built last; {} if there is no archive of it
    that can be read.
    """
    archives = _built_archives(out, ["pdu_snmp"])
    return _options_of(archives[0].path) if archives else {}


def _options_of(archive: str) -> Mapping[str, str]:
    """The options in the archive at this path; {} in one of another handler than snmp."""
    for path, content in read_archive(Path(archive).read_bytes()).files.items():
        if path.endswith(f"/{OPTIONS_FILE}"):
            return _options_in(content.decode("utf-8", "replace"))
    return {}


def _options_in(source: str) -> Mapping[str, str]:
    """The dict OPTIONS in the text of an options.py, parsed and not run; {} if it has none.

    >>> _options_in("OPTIONS: dict[str, str] = {'only': 'apc-rpdu2'}")
    {'only': 'apc-rpdu2'}
    """
    try:
        for statement in ast.parse(source).body:
            if isinstance(statement, ast.AnnAssign) and statement.value is not None:
                # the only annotated value of such a file is OPTIONS
                options: dict[str, str] = ast.literal_eval(statement.value)
                return options
    except (SyntaxError, ValueError):
        pass  # of another version, or of somebody else
    return {}


def _arguments(options: Mapping[str, str]) -> Sequence[str]:
    """The command-line arguments of `build.py` that give these options.

    >>> _arguments({"only": "apc-rpdu2,sentry4", "metered_only": "yes"})
    ['--metered-only', '--only', 'apc-rpdu2', 'sentry4']
    """
    arguments: list[str] = []
    for key, value, _ in _FLAGS:
        if options.get(key) == value:
            arguments.append(_flag(key, value))
    if "profile" in options:
        arguments += ["--profile-key", options["profile"]]
    for key, option in (("switch_unproven", "--switch-unproven"), ("only", "--only")):
        if key in options:
            arguments += [option, *options[key].split(",")]
    return arguments
