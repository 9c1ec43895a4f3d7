"""The contract of fence agents: options on standard input or as arguments, actions, metadata. Pure.

Source: fence-agents' API (doc/FenceAgentAPI.md of ClusterLabs/fence-agents) and its schema
metadata.rng, which Debian installs in /usr/share/cluster/relaxng.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional
from xml.etree import ElementTree

from handlers.shared.errors import SettingsError, printable

from ..core.cli import shared_options
from ..core.cli.options import SharedOption

NAME = "fence_pdu"

#: the values of `confirm`
CURRENT, STATE = "current", "state"


class FenceOption(NamedTuple):
    """One option, with one name in both spellings: `power_wait=5` and `--power-wait 5`."""

    name: str
    #: -o, or "" for none
    short: str
    #: for `--help`
    metavar: str
    #: string, integer, second: a type of metadata.rng
    kind: str
    help: str
    default: str = ""
    required: bool = False
    #: what it is on the command line, if other commands have it too
    shared: Optional[SharedOption] = None

    @classmethod
    def of(
        cls, option: SharedOption, kind: str, default: str = "", required: bool = False
    ) -> FenceOption:
        """An option that other commands have, too: with their name and text."""
        name = option.flag.lstrip("-").replace("-", "_")
        return cls(name, "", option.metavar, kind, option.help, default, required, option)

    @property
    def long(self) -> str:
        return f"--{self.name.replace('_', '-')}"


OPTIONS: Sequence[FenceOption] = (
    FenceOption("action", "-o", "ACTION", "string", "what to do", "reboot", required=True),
    FenceOption(
        "plug",
        "-n",
        "PLUG",
        "string",
        "a machine of the drawing, or its outlets: PDU/OUTLET, with a comma between two",
    ),
    FenceOption.of(shared_options.LIST, "string", required=True),
    FenceOption.of(shared_options.AUTH, "string"),
    FenceOption.of(shared_options.DRAWING, "string"),
    FenceOption.of(shared_options.ALIVE, "string"),
    FenceOption.of(shared_options.MACHINES, "string"),
    # below, what nobody sets on the first day
    FenceOption.of(shared_options.CONFIRM, "string", CURRENT),
    FenceOption("power_wait", "", "SECONDS", "second", "how long reboot leaves it off", "5"),
    FenceOption.of(shared_options.POWER_TIMEOUT, "second", "20"),
    FenceOption.of(shared_options.VERIFIED, "string"),
    FenceOption.of(shared_options.THRESHOLD, "string", "0.02"),
    FenceOption.of(shared_options.STATE_DIR, "string"),
)

#: action -> whether it switches
ACTIONS: Mapping[str, bool] = {
    "on": True,
    "off": True,
    "reboot": True,
    "status": False,
    "list": False,
    "monitor": False,
    "metadata": False,
    "validate-all": False,
}

# other names of options, of older clusters; Pacemaker sends `port` beside `plug`
_ALIASES = {"option": "action", "port": "plug"}
# what Pacemaker sends of its own
_KNOWN = {"nodename", "agent"}
_KEYS = {fence_option.name for fence_option in OPTIONS}
#: of standard input, in characters
LONGEST = 100_000


class InputOptions(NamedTuple):
    """The options of one run."""

    #: by name, the defaults included
    values: Mapping[str, str]
    #: what was ignored, as sentences
    ignored: Sequence[str]


def parse_input(text: str) -> InputOptions:
    """The options of standard input: `name=value` lines. Empty lines and comments are left out; an
    unknown name is ignored and said, as the contract asks.

    Raises SettingsError.
    """
    if len(text) > LONGEST:
        raise SettingsError(f"standard input is longer than {LONGEST} characters")
    value_by_name: dict[str, str] = {}
    notes: list[str] = []
    for line in text.splitlines():
        key, equals, value = line.strip().partition("=")
        if not key or key.startswith("#"):
            continue
        name = _ALIASES.get(key, key)
        if not equals:
            raise SettingsError("standard input: each line must be name=value")
        if name in _KEYS:
            # `plug` wins over its older name, whichever comes first
            if key == name or name not in value_by_name:
                value_by_name[name] = value
        elif name not in _KNOWN:
            # without the value, which may be a secret
            notes.append(f"the option {printable(key, 40)!r} is unknown and was ignored")
    return InputOptions(completed(value_by_name), notes)


def completed(values: Mapping[str, str]) -> dict[str, str]:
    """The options with their defaults. Raises SettingsError for a wrong action or `confirm`."""
    value_by_name = {
        fence_option.name: values.get(fence_option.name) or fence_option.default
        for fence_option in OPTIONS
    }
    if value_by_name["action"] not in ACTIONS:
        raise SettingsError(
            f"the action {printable(value_by_name['action'], 40)!r} is unknown;"
            f" known: {', '.join(ACTIONS)}"
        )
    if value_by_name["confirm"] not in (CURRENT, STATE):
        raise SettingsError(f"confirm is {CURRENT} or {STATE}")
    return value_by_name


def metadata(version: str) -> str:
    """The XML that `action=metadata` prints."""
    root = ElementTree.Element(
        "resource-agent", name=NAME, shortdesc="Fence agent for the PDUs of a list, by any handler"
    )
    ElementTree.SubElement(root, "longdesc").text = (
        f"{NAME} (version {version}) switches all outlets of a machine off, and on again. It ends"
        " with 0 only if every outlet was seen off after its command and, with confirm=current, if"
        " a trial (pdu machine verify) has shown that these outlets are the machine's only power,"
        " nothing has ended that since, and each outlet's own meter shows nothing in two renewals."
        " status says off only if nothing flows and the last off was proven."
        " Anything else is a failure: a machine whose cabling was never tried, a cord that stopped"
        " to carry, an unknown state, an outlet that may or may not have switched, a PDU that does"
        " not answer, an inlet that kept the load. monitor says beforehand what could not be"
        " proven. Logins are in a file, not in the cluster's configuration."
    )
    ElementTree.SubElement(root, "vendor-url")
    parameters = ElementTree.SubElement(root, "parameters")
    for fence_option in OPTIONS:
        parameter = ElementTree.SubElement(
            parameters,
            "parameter",
            name=fence_option.name,
            unique="0",
            required=str(int(fence_option.required)),
        )
        flags = ", ".join(
            filter(
                None, (fence_option.short, f"{fence_option.long}=[{fence_option.metavar.lower()}]")
            )
        )
        ElementTree.SubElement(parameter, "getopt", mixed=flags)
        content = ElementTree.SubElement(parameter, "content", type=fence_option.kind)
        if fence_option.default:
            content.set("default", fence_option.default)
        ElementTree.SubElement(parameter, "shortdesc", lang="en").text = fence_option.help
    actions = ElementTree.SubElement(root, "actions")
    for name in ACTIONS:
        action = ElementTree.SubElement(actions, "action", name=name)
        if name == "on":
            action.set("automatic", "0")
    return '<?xml version="1.0" ?>\n' + ElementTree.tostring(root, encoding="unicode")
