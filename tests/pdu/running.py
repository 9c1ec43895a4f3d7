"""Helpers for tests that run the command `pdu`."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
import pytest

from pdu import root
from pdu.loading.handler_loading import LoadedHandler
from pdu.outlets import cycle_command, read_commands, switch_commands
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.needs import ROOT
from tests.servers.peers import Peer
from tests.waiting import run_program

SECRETS = ("password", "community")


def options(peer: Peer) -> tuple[list[str], dict[str, str]]:
    """Return the options for the peer's settings and port, and its secrets by key."""
    arguments = [
        part
        for key, value in peer.settings.items()
        if key not in SECRETS
        for part in ("-s", f"{key}={value}")
    ]
    if peer.snmp:
        arguments += ["--port", peer.snmp["port"]]
    secrets = {
        key: value for key, value in {**peer.settings, **peer.snmp}.items() if key in SECRETS
    }
    return arguments, secrets


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run one command and return its exit code, standard output and standard error."""
    code = root.run(arguments)
    output = capsys.readouterr()
    return code, output.out, output.err


def use_login(monkeypatch: pytest.MonkeyPatch, peer: Peer) -> list[str]:
    """Put the peer's secrets into the environment, and return the options for its settings."""
    arguments, secrets = options(peer)
    for key, value in secrets.items():
        monkeypatch.setenv(f"PDU_{key.upper()}", value)
    return arguments


_SEVERAL = """
import contextlib, io, json, sys
{statement}
from pdu import root

results = []
for line in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            results.append([root.run(line), out.getvalue(), errors.getvalue()])
print(json.dumps(results))
"""


def run_apart(
    lines: Sequence[Sequence[str]], statement: str, environment: Mapping[str, str]
) -> list[tuple[int, str, str]]:
    """Run a statement of Python and then several commands, all in one new process: to start one for
    each takes most of their time. Return what `run` does, for each.
    """
    process = run_program(
        [sys.executable, "-c", _SEVERAL.format(statement=statement)],
        cwd=ROOT,
        env=dict(environment),
        input=json.dumps(lines),
    )
    assert process.returncode == 0, process.stderr
    return [(code, out, errors) for code, out, errors in json.loads(process.stdout)]


def use(monkeypatch: pytest.MonkeyPatch, loading: Callable[[str], LoadedHandler]) -> None:
    """Let the commands that call a handler load it with this function."""
    for module in (read_commands, switch_commands, cycle_command):
        monkeypatch.setattr(module, "load", loading)


def use_pdu(monkeypatch: pytest.MonkeyPatch, make: Callable[..., Any]) -> None:
    """Let the commands that call a handler make their PDU with this make_handler."""
    use(monkeypatch, lambda name: LoadedHandler(name, name, make, (), False))


class Broken:
    """A handler whose `port_down` raises the given error, or returns the state UNKNOWN if none is
    given.
    """

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error

    def port_down(self, port: PduPortView) -> PduPortView:
        if self.error:
            raise self.error
        port.power_status = EnumPowerStatus.UNKNOWN
        return port


def silent() -> tuple[socket.socket, list[str]]:
    """Return a bound socket that does not listen, and the arguments of a `pdu off` over NUT to its
    port.
    """
    bound_socket = socket.socket()
    bound_socket.bind(("127.0.0.1", 0))
    line = f"off nut 127.0.0.1 1 -s device=d -s username=u -s port={bound_socket.getsockname()[1]}"
    return bound_socket, [*line.split(), "--yes"]


def command_of(path: tuple[str, ...]) -> click.Command:
    """The command of these names below `pdu`."""
    command: click.Command = root.ROOT
    for name in path:
        assert isinstance(command, click.Group)
        with click.Context(command, info_name="pdu") as context:
            inner = command.get_command(context, name)
        assert inner is not None
        command = inner
    return command
