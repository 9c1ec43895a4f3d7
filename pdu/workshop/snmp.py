"""`pdu snmp`: the families that the handler reads, and users' own profiles."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Optional

import click

from handlers.shared.errors import SettingsError, printable
from handlers.snmp import schema
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES

from ..cli.exit_codes import DONE, NOT_SEEN
from ..cli.groups import EPILOG, Group
from ..cli.options import (
    FILE_ARGUMENT,
    Output,
    output_options,
    pass_output,
    word_completion,
)
from ..cli.output import Result, print_result
from ..supports import family_tables, own_profiles
from ..supports.profile_checks import unproven_commands


def _keys() -> Iterable[str]:
    return PROFILE_BY_KEY


@click.group(
    "snmp",
    cls=Group,
    examples=("pdu snmp show netio", "pdu snmp check mine.json"),
    epilog=EPILOG,
)
def snmp() -> None:
    """SNMP families and profiles."""


@snmp.command(
    "families",
    short_help="tables of the families of PDUs",
    examples=("pdu snmp families", "pdu snmp families apc"),
)
@click.argument("word", required=False)
@output_options
@pass_output
def snmp_families(output: Output, word: Optional[str]) -> int:
    """The families of PDUs, and below them what a command to an outlet writes, as tables in
    Markdown. `pdu supports WORD` says whether a model or a vendor is among them.

    WORD  a part of the key, the vendor, the MIB or a model
    """
    profiles = []
    for profile in PROFILES:
        names = " ".join((profile.key, profile.vendor, profile.mib, *profile.models))
        if not word or word.lower() in names.lower():
            profiles.append(profile)
    tables = (family_tables.devices(profiles), family_tables.command_table(profiles))
    markdown = "\n\n".join(tables)
    lines = [markdown]
    if not profiles:
        lines = [f"no family has {word!r} in its key, vendor, MIB or models"]
    result = Result({"markdown": markdown}, lines, is_file_text=bool(profiles))
    return print_result(result, as_json=output.json)


@snmp.command(
    "show",
    short_help="a family's profile as JSON",
    examples=("pdu snmp show netio", "pdu snmp show netio > mine.json"),
)
@click.argument("family", shell_complete=word_completion(_keys))
@output_options
def snmp_show(family: str) -> int:
    """A family's profile as JSON."""
    try:
        print(schema.dumps(own_profiles.built_in_family(family)))
    except (own_profiles.UnknownFamily, schema.ProfileError) as error:
        raise SettingsError(str(error)) from None
    return 0


@snmp.command(
    "check",
    short_help="check a profile in JSON",
    examples=("pdu snmp check mine.json", "pdu snmp check mine.json --json"),
)
@click.argument("file", metavar="FILE.json", type=FILE_ARGUMENT)
@output_options
@pass_output
def snmp_check(output: Output, file: str) -> int:
    """Check a profile in JSON.

    The exit code is 9 if a command could not be compared with the states, and 2 for a file that is
    no profile.
    """
    try:
        profile = own_profiles.read_profile(Path(file))
        # refuses a key that is too long or the name of another module
        own_profiles.own_family(profile)
    except schema.ProfileError as error:
        raise SettingsError(f"{file}: {error}") from None
    unproven = unproven_commands(profile)
    data = {"file": file, "key": profile.key, "unproven": unproven}
    lines = [
        f"{printable(file)}: the profile '{profile.key}' is valid",
        *unproven,
        *own_profiles.describe(profile),
        *own_profiles.copied_words(profile),
    ]
    result = Result(data, lines, NOT_SEEN if unproven else DONE)
    return print_result(result, as_json=output.json)
