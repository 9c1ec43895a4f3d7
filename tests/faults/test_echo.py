"""What a unit sends back of its login is in no log line and in no error of a command, whatever the
command reads of it. A table shows names and texts of the unit as they are.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers import registry
from pdu import root
from pdu.outlets import switching
from tests.pdu.running import command_of
from tests.pdu.test_help import EVERY
from tests.secrecy import WATCH, shown

from .catalogue import BY_KEY
from .protocols import Device, subject

COMMANDS = (
    "status",
    "statistic",
    "outlets",
    "identify",
    "on",
    "off",
    "cycle",
    "check",
    "where",
    "record",
)
_SWITCHING = ("on", "off", "cycle")
_WRITING = ("record",)
# the file that `record` writes
WRITTEN = "unit.txt"
# what says why something is not known
_WHY = ("error", "reasons", "reason", "why", "cannot", "note", "unread")


def _line(command: str, name: str, device: Device, port: int, folder: Path) -> list[str]:
    """The command for this PDU, with its settings."""
    form = {**device.settings, **device.snmp, "timeout": "5", "port": str(port)}
    for key in ("password", "community", "version"):
        form.pop(key, None)
    if command in ("check", "where"):
        settings = ";".join(f"{key}={value}" for key, value in form.items() if key != "username")
        path = folder / "pdus.csv"
        path.write_text(f"name,handler,address,settings\nr1,{name},127.0.0.1,{settings}\n")
        words = [str(path), "--lines"] if command == "check" else ["--list", str(path)]
        return [command, *words, "--json"]

    options = ["--json"]
    for key, value in form.items():
        options += ["-s", f"{key}={value}"]
    if command == "identify":
        return [command, "127.0.0.1", "--handler", name, *options, "-v"]
    line = [command, name, "127.0.0.1"]
    if command in _SWITCHING:
        line += [subject(name).down, "--yes"]
    if command == "cycle":
        line += ["--pause", "0"]
    if command in _WRITING:
        line += ["--out", str(folder / WRITTEN)]
    return [*line, *options]


def _sentences(node: Any, *, is_why: bool = False) -> Iterator[str]:
    """The texts of a document below keys that say why something is not known."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _sentences(value, is_why=is_why or key in _WHY)
    elif isinstance(node, list):
        for value in node:
            yield from _sentences(value, is_why=is_why)
    elif is_why:
        yield str(node)


def test_every_command_that_logs_in_is_tried() -> None:
    commands = set()
    for path in EVERY:
        parameters = command_of(path).params
        if any("--secret-file" in parameter.opts for parameter in parameters):
            commands.add(path[0])
    # what reads units without a row of their answers' words
    assert commands - set(COMMANDS) == {"find", "handler"}


@pytest.mark.sample(60)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("fault", ["echo", "echo-text"])
@pytest.mark.parametrize("name", registry.names())
def test_no_command_tells_a_login_that_the_unit_sends_back(
    name: str,
    fault: str,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    tried = subject(name)
    if tried.reason(BY_KEY[fault]):
        pytest.skip(tried.reason(BY_KEY[fault]))
    monkeypatch.setattr(switching, "AGAIN_S", 0.05)
    caplog.set_level(logging.DEBUG)
    with tried.opened("") as device:
        for key, value in {**device.settings, **device.snmp}.items():
            if key in ("username", "password", "community"):
                monkeypatch.setenv(f"PDU_{key.upper()}", value)
        relay = tried.relay(device.port, BY_KEY[fault], 0, tried.corruptions[fault])
        try:
            root.run(_line(command, name, device, relay.port, tmp_path))
        finally:
            relay.close()
    out, err = capsys.readouterr()
    WATCH.found()  # tables may show what the unit sends
    shown_texts = [err, caplog.text, *_sentences(json.loads(out))]
    if (tmp_path / WRITTEN).exists():
        shown_texts.append((tmp_path / WRITTEN).read_text("utf-8"))
    for secret in device.secrets:
        assert not [text for text in shown_texts if secret in text or shown(text)]
