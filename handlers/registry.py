"""The table of this pack's handlers, with what tools need before they load one.

The build of archives, the command, the generated pages, the demo, the conformance runs and the
local DCImanager use it. docs/dev/new-handler.md describes how to write a handler. No archive
contains this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from . import VERSION


class About(NamedTuple):
    """The facts of a handler that are known before it is loaded."""

    #: its name in DCImanager's list of handlers
    shown: str
    #: `snmp` or `custom`, which decides the fields of a PDU's form
    protocol: str
    #: the factory account of its devices; "" if there is none
    username: str = ""
    #: the hint for a device that shows no outlets: key and value of a setting that may help, and
    #: what this setting does ("lists ...")
    no_outlets_hint: tuple[str, str, str] = ("", "", "")
    #: whether it is a codec (http/dialogue.py): tools then record and simulate its devices without
    #: a module of the handler
    is_codec: bool = False
    #: in lower case: words by which a web service names its make before anybody logs in, in its
    #: headers or pages; its login goes to this handler first
    web_words: tuple[str, ...] = ()
    #: families over SNMP whose units it may read too, if their firmware offers its protocol
    snmp_families: tuple[str, ...] = ()
    #: whether no number printed on a unit is the identity of another outlet
    numbers_are_identities: bool = True


HANDLERS: Mapping[str, About] = {
    "digitalloggers": About(
        "Digital Loggers power switches over their REST API",
        "custom",
        username="admin",
        is_codec=True,
        web_words=("digital loggers", "digital-loggers"),
        snmp_families=("dli-energy-object",),
    ),
    "jaws": About(
        "Server Technology CDUs over JAWS",
        "custom",
        is_codec=True,
        web_words=("servertech-aws", "sentry"),  # as Cray-HPE/servertech-pdu has them
        snmp_families=("sentry4",),
    ),
    "netio": About(
        "NETIO PowerPDUs over their JSON API", "custom", is_codec=True, web_words=("netio",)
    ),
    "nut": About(
        "PDUs and UPSes behind a NUT server",
        "custom",
        no_outlets_hint=(
            "whole_load",
            "yes",
            "lists the port `load` for a UPS that can switch its whole load",
        ),
        numbers_are_identities=False,  # `outlet.N.id` of Eaton UPSes is N + 1
    ),
    "raritan": About(
        "Raritan, Legrand and Server Technology PDUs (Xerus JSON-RPC)",
        "custom",
        username="admin",
        web_words=("raritan", "xerus", "legrand"),
        numbers_are_identities=False,  # 7 is printed at 7, and at 2.7 of a link unit
    ),
    "redfish": About(
        "Rack PDUs of many makes with a Redfish service",
        "custom",
        web_words=("redfishversion",),
    ),
    "shelly": About(
        "Shelly relays of generation 2 and later",
        "custom",
        username="admin",
        is_codec=True,
        web_words=("shelly",),
    ),
    "snmp": About("PDUs of many makes (SNMP)", "snmp", numbers_are_identities=False),
    "synlink": About(
        "Synaccess SynLink PDUs",
        "custom",
        is_codec=True,
        web_words=("synlink", "synaccess"),
        snmp_families=("synaccess-synlink",),
    ),
    # pdu new adds a handler here
}


def names() -> tuple[str, ...]:
    """All handlers, in alphabetical order."""
    return tuple(sorted(HANDLERS))


def archive_name(name: str, version: str = VERSION) -> str:
    """The file name of a handler's archive in dist/."""
    return f"pdu_{name}-{version}.tar.gz"


def is_handler(name: str) -> bool:
    """Whether a handler has this name."""
    return name in HANDLERS


def about(name: str) -> About:
    """The facts of the handler `name`, one of `names()`."""
    return HANDLERS[name]
