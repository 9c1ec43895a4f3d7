"""Commands for link units, the network and watched servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

from handlers.raritan.discovery import read_linked_units
from handlers.raritan.rpc.cascading import CascadeManager
from handlers.raritan.rpc.net import FORWARDED_PORTS, Net, PortForwardingRole, Settings
from handlers.raritan.rpc.servermon import ServerMonitor
from handlers.shared.errors import SettingsError, Unreachable, Unsupported

from ...core.cli.exit_codes import NOT_SEEN
from ...core.cli.groups import Commands, HostCommand
from ...core.cli.options import Argument, option
from ...core.cli.output import Result, columns, counted, text
from .context import (
    Context,
    NotSeen,
    action_name,
    facts_result,
    number,
    plain,
    raise_for_code,
    read_again,
    send_once,
    table,
)

_LINK_CODES = {
    1: "a parameter is not allowed",
    2: "this is the primary unit",
    3: "this unit is itself a link unit",
    4: "the link id is in use",
    5: "the host is linked already",
    6: "the link unit is not reachable",
    7: "the link unit refuses the login",
    8: "the link unit refuses to be linked",
    9: "this unit is busy",
    10: "this unit does not support linking",
    11: (
        "the link unit demands a new password: give it in PDU_NEW_PASSWORD or with --secret-file"
        " new_password=FILE"
    ),
    12: "the new password breaks the link unit's password rules",
    13: "communication with the link unit failed",
    14: "the link unit does not support linking",
    15: "the firmware versions of this unit and the link unit differ",
}
_SERVER_CODES = {
    1: "there is no such server",
    2: "the settings are not allowed",
    3: "that host is watched already",
    4: "the list of watched servers is full",
}
_LINK_ACTIONS = "show, add ID HOST, release ID"
_NETWORK_ACTIONS = "show, bridge on|off, forwarding on|off"
_SERVER_ACTIONS = "show, add HOST, delete ID"
_LINK_USER = "admin"
BRIDGE = "br0"


def _number(word: str, what: str) -> int:
    parsed_number = number(word)
    if parsed_number < 0:
        raise SettingsError(f"{what} {word[:20]!r} is not a number of at most 9 digits")
    return parsed_number


def _action(context: Context, actions: Mapping[str, int], allowed: str) -> str:
    """The action of a command.

    `actions`: each action with the number of its values. Raises SettingsError.
    """
    name = action_name(context, actions, allowed)
    if len(context.options.value) != actions[name]:
        raise SettingsError(
            f"{name!r} takes {counted(actions[name], 'value')}, not {len(context.options.value)};"
            f" use one of: {allowed}"
        )
    return name


# ---- link units ----------------------------------------------------------------------------------


def links(context: Context) -> Result:
    """Show, add or release link units: 1 round trip to show, 2 to change."""
    action = _action(context, {"show": 0, "add": 2, "release": 1}, _LINK_ACTIONS)
    if context.options.link_user != _LINK_USER and action != "add":
        raise SettingsError("--link-user is only for 'add': leave it out")
    if context.options.link:
        raise SettingsError("only the primary unit has link units: leave out --link")
    manager = CascadeManager("/cascade", context.agent)
    if action == "add":
        link, host = _number(context.options.value[0], "link id"), context.options.value[1]
        login = context.secret(
            "link_password", f"password of {context.options.link_user} on {host}"
        )
        fresh = context.secret("new_password", "new password", needed=False)
        context.confirm(f"link the unit {text(host)} as link unit {link}")
        code = send_once(
            "the unit may or may not be linked",
            "links",
            lambda: manager.addLinkUnit(link, host, context.options.link_user, login, fresh),
        )
        raise_for_code(code, "linking", _LINK_CODES)
    elif action == "release":
        link = _number(context.options.value[0], "link id")
        context.confirm(f"release link unit {link}")
        code = send_once(
            "the unit may or may not be released", "links", lambda: manager.releaseLinkUnit(link)
        )
        raise_for_code(code, "the release", _LINK_CODES)
    status = read_again(action != "show", manager.getStatus)
    units = read_again(action != "show", lambda: read_linked_units(status, context.agent))
    rows = [[link, unit.host, unit.status, unit.fwVersion] for link, unit in sorted(units.items())]
    return Result(
        plain(status),
        [f"role: {text(status.role)}", *columns(("link", "host", "status", "firmware"), rows)],
    )


# ---- network -------------------------------------------------------------------------------------


def network(context: Context) -> Result:
    """Show or change the network settings: 1 round trip to show, 3 to change (read, write, read
    again).
    """
    action = _action(context, {"show": 0, "bridge": 1, "forwarding": 1}, _NETWORK_ACTIONS)
    turns_forwarding_on = action == "forwarding" and "on" in context.options.value
    has_options = context.options.unit_role or context.options.interface
    if has_options and not turns_forwarding_on:
        raise SettingsError(
            "--unit-role and --interface are only for 'forwarding on': leave them out"
        )
    if context.options.interface and context.options.unit_role == "expansion":
        raise SettingsError("--interface is only for --unit-role primary: leave it out")
    proxy = context.proxy(Net, "/net")
    if action != "show":
        state = context.options.value[0]
        if state not in ("on", "off"):
            raise SettingsError(
                f"{state[:20]!r} is neither on nor off: give '{action} on' or '{action} off'"
            )
        role = _role(context) if action == "forwarding" and state == "on" else None
        context.confirm(f"turn {action} {state} (the unit may no longer be reachable)")
    # after the question, so that a change by others in the meantime is not undone
    settings = proxy.getSettings()
    if action != "show":
        if action == "forwarding":
            _forward(context, settings, role)
        elif BRIDGE in settings.ifMap:
            settings.ifMap[BRIDGE].enabled = state == "on"
        else:
            raise Unsupported(f"this unit has no interface {BRIDGE}: it cannot bridge")
        code = send_once(
            "the network settings may or may not have changed",
            "network",
            lambda: proxy.setSettings(settings),
        )
        raise_for_code(code, "the network settings")
        try:
            settings = read_again(True, proxy.getSettings)
        except NotSeen as error:
            # such as Denied, by another unit that now has this address
            if not isinstance(error.__cause__, Unreachable):
                raise
            return Result(
                {"accepted": True},
                ["accepted, but this address no longer gives a usable answer"],
                NOT_SEEN,
            )
    forwarding = settings.common.portForwarding
    ports = {
        f"{service} of unit N": f"port {first} + N" for service, first in FORWARDED_PORTS.items()
    }
    return facts_result(
        {  # not all settings: some contain passwords
            **{
                f"interface {name}": interface.enabled
                for name, interface in sorted(settings.ifMap.items())
            },
            "port forwarding": forwarding.enabled,
            "role": forwarding.role,
            "downstream interface": forwarding.primaryUnitDownstreamIfName,
            **(ports if forwarding.enabled else {}),
        }
    )


def _role(context: Context) -> PortForwardingRole:
    """The role that --unit-role names.

    Raises SettingsError if it names none, or a primary unit without --interface.
    """
    if context.options.unit_role not in ("primary", "expansion"):
        raise SettingsError("'forwarding on' needs --unit-role primary or --unit-role expansion")
    if context.options.unit_role == "primary" and not context.options.interface:
        raise SettingsError(
            "--unit-role primary needs --interface, the one that leads to the expansion units (usb,"
            " eth2, …)"
        )
    return (
        PortForwardingRole.PRIMARY_UNIT
        if context.options.unit_role == "primary"
        else PortForwardingRole.EXPANSION_UNIT
    )


def _forward(context: Context, settings: Settings, role: Optional[PortForwardingRole]) -> None:
    """Enable port forwarding in `settings`, with this role and the interface of --interface;
    disable it if `role` is None.
    """
    forwarding = settings.common.portForwarding
    forwarding.enabled = role is not None
    if role is not None:
        forwarding.role, forwarding.primaryUnitDownstreamIfName = (
            role,
            context.options.interface or "",
        )


# ---- watched servers -----------------------------------------------------------------------------


def monitored_servers(context: Context) -> Result:
    """Show, add or delete watched servers: 1 round trip to show, 2 to change."""
    action = _action(context, {"show": 0, "add": 1, "delete": 1}, _SERVER_ACTIONS)
    monitor = context.proxy(ServerMonitor, "/servermon")
    if action == "add":
        server = ServerMonitor.ServerSettings(
            host=context.options.value[0],
            enabled=True,
            pingInterval=60,
            retryInterval=10,
            activationCount=3,
            failureCount=3,
            resumeDelay=60,
            resumeCount=0,
        )
        context.confirm(f"watch the server {text(context.options.value[0])}")
        code, _ = send_once(
            "the server may or may not be watched", "servers", lambda: monitor.addServer(server)
        )
        raise_for_code(code, "the server", _SERVER_CODES)
    elif action == "delete":
        watched = _number(context.options.value[0], "server id")
        context.confirm(f"stop watching server {watched}")
        code = send_once(
            "the server may or may not be watched", "servers", lambda: monitor.deleteServer(watched)
        )
        raise_for_code(code, "the deletion", _SERVER_CODES)
    rows = [
        [key, server.settings.host, server.settings.enabled, server.status.reachable]
        for key, server in sorted(read_again(action != "show", monitor.listServers).items())
    ]
    return table("servers", ("id", "host", "enabled", "state"), rows)


COMMANDS: Commands = {
    "links": HostCommand(
        links,
        [
            Argument("ACTION?", _LINK_ACTIONS),
            Argument("VALUE*", "link id, and for 'add' the host"),
            *option(
                "--link-user",
                "user name on the unit to link; its password: PDU_LINK_PASSWORD, a new one:"
                " PDU_NEW_PASSWORD",
                "NAME",
                default=_LINK_USER,
                show_default=True,
            ),
        ],
        examples=("links", "links add 2 192.0.2.10 --link-user admin"),
    ),
    "network": HostCommand(
        network,
        [
            Argument("ACTION?", _NETWORK_ACTIONS),
            Argument("VALUE*", "on or off"),
            *option("--unit-role", "for 'forwarding on': primary or expansion", "ROLE"),
            *option(
                "--interface",
                "for --unit-role primary: the interface to the expansion units",
                "NAME",
            ),
        ],
        examples=("network", "network forwarding on --unit-role primary"),
    ),
    "servers": HostCommand(
        monitored_servers,
        [Argument("ACTION?", _SERVER_ACTIONS), Argument("VALUE*", "host, or id")],
        examples=("servers", "servers add 192.0.2.30"),
    ),
}
