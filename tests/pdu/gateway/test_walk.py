"""The gateway's section of docs/doors.md, as a reader follows it, with a simulated PDU."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.core.cli.option_classes import options_from
from pdu.core.cli.options import RunOptions
from pdu.gateway import clients, command
from pdu.gateway.command import GatewayOptions, gateway as gateway_command
from tests.needs import ROOT, program
from tests.pdu.monitoring.halls import PDU, environment
from tests.ports import reserved
from tests.waiting import PATIENCE_S, bounded

from .running import Site, site

PAGE = (ROOT / "docs" / "doors.md").read_text("utf-8")
SECTION = PAGE.partition("## HTTP")[2].partition("\n## ")[0]
UNIT = ROOT / "docs" / "doors" / "pdu-gateway.service"
PROGRAM = "/opt/pdu/bin/pdu"  # where the unit expects the command


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", SECTION, re.DOTALL)


@contextlib.contextmanager
def shell(folder: Path, text: str) -> Iterator[subprocess.Popen[str]]:
    """Run lines in a shell, which ends at the first line that fails."""
    (folder / "bin").mkdir(exist_ok=True)
    pdu = folder / "bin" / "pdu"
    pdu.write_text(f'#!/bin/sh\nexec {shlex.join(PDU)} "$@"\n')
    pdu.chmod(0o755)
    variables = environment()
    variables["PATH"] = f"{folder / 'bin'}:{variables['PATH']}"
    with subprocess.Popen(
        ["sh", "-euc", text],
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as made:
        drawing = tmp_path / "hall.power.toml"
        text = drawing.read_text("utf-8").replace("srv-1", "srv-17").replace("srv-2", "rack1-1")
        drawing.write_text(text, "utf-8")
        yield made


@pytest.mark.against("curl")
def test_a_reader_switches_a_machine_with_the_pages_own_lines(alone: Site) -> None:
    program("curl"), program("openssl")
    (table,) = blocks("toml")
    path = alone.folder / "clients.toml"
    path.write_text(table)
    path.chmod(0o600)
    start, use = blocks("sh")
    port = str(reserved())
    # the shell becomes the gateway, so that the test can end it
    start = start.replace("pdu gateway ", f"exec pdu gateway --listen 127.0.0.1:{port} ")
    with shell(alone.folder, start) as serving, bounded(serving, 2 * PATIENCE_S):
        assert serving.stdout is not None and serving.stderr is not None
        assert serving.stdout.readline().startswith("http://127.0.0.1:"), serving.stderr.read()
        with shell(alone.folder, use.replace("9915", port)) as using:
            out, err = using.communicate(timeout=PATIENCE_S)
    assert using.returncode == 0, err
    done, _, asked = out.replace("}{", "}\n{").rpartition("\n")
    assert json.loads(done)["state"] == "off" and json.loads(asked) == {"status": "stopped"}
    assert sorted(alone.writes()) == ["left/1=off", "right/1=off"]


# ---- the unit and the start ----------------------------------------------------------------------


def test_the_units_command_line_is_one_of_the_gateway() -> None:
    (line,) = re.findall(r"(?m)^ExecStart=(.*)$", UNIT.read_text("utf-8"))
    name, subcommand, *words = shlex.split(line)
    context = gateway_command.make_context("gateway", words)
    wanted = options_from(GatewayOptions, context.params, RunOptions())
    assert (name, subcommand) == (PROGRAM, "gateway")
    assert command.gateway_address(wanted) == command.ListenAddress("0.0.0.0", False, True)  # noqa: S104


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is missing: apt-get install systemd")
    path = tmp_path / UNIT.name
    text = UNIT.read_text("utf-8")
    path.write_text(text.replace(PROGRAM, sys.executable).replace("User=pdu", "User=root"))
    done = subprocess.run(
        [analyze, "verify", "--man=no", path], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")


def start(folder: Path, *words: str) -> tuple[int, str]:
    """The exit code and the error of a gateway that does not start."""
    asked = ["hall.csv", "--drawing", "hall.power.toml", "--clients", "clients.toml"]
    done = subprocess.run(
        [*PDU, "gateway", *asked, "--auth", "logins.toml", *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def options(*words: str) -> GatewayOptions:
    asked = ["LIST", "--drawing", "M", "--clients", "C", *words]
    found = gateway_command.make_context("gateway", asked).params
    return options_from(GatewayOptions, found, RunOptions())


@pytest.mark.parametrize(
    "words, reason",
    [
        (("--listen", "192.0.2.7:9915"), "in the clear"),
        (("--listen", "0.0.0.0:9915", "--plain-http"), "--allow-host NAME"),
        (("--listen", "[::]:9915", "--plain-http"), "--allow-host NAME"),
        (("--listen", "gateway.example.com:9915"), "in the clear"),
        (("--listen", "127.0.0.1"), "ADDRESS:PORT"),
        (("--listen", ":9915"), "ADDRESS:PORT"),
        (("--listen", "127.0.0.1:65536"), "ADDRESS:PORT"),
    ],
)
def test_an_unsafe_address_is_refused(words: tuple[str, ...], reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        command.gateway_address(options(*words))


def test_safe_addresses_are_taken() -> None:
    for listen in ("127.0.0.1:1", "[::1]:1", "localhost:1", "127.9.9.9:1"):
        assert command.gateway_address(options("--listen", listen)).is_loopback
    tls = ("--cert", "c", "--key", "k")
    assert not command.gateway_address(options("--listen", "192.0.2.7:1", *tls)).is_loopback
    plain = command.gateway_address(options("--listen", "[2001:db8::7]:1", "--plain-http"))
    assert plain.url_host == "[2001:db8::7]"


def test_a_pattern_that_no_machine_has_is_refused(alone: Site) -> None:
    # the drawing has srv-17 and rack1-1, the clients' file srv-2
    code, err = start(alone.folder)
    assert code == 2 and "no machine of the drawing matches 'srv-2'" in err


def test_a_certificate_that_cannot_be_used_is_named(alone: Site) -> None:
    table = '[client.a]\ntoken_file = "admin.token"\nmachines = ["*"]\nmay = ["read"]\n'
    (alone.folder / "clients.toml").write_text(table)
    tls = ("--cert", "hall.csv", "--key", "logins.toml", "--listen", "127.0.0.1:0")
    code, err = start(alone.folder, *tls)
    assert code == 2 and err.startswith("settings: --cert, --key: ") and err.count("\n") == 1
    (alone.folder / "logins.toml").chmod(0o644)
    code, err = start(alone.folder, *tls)
    assert code == 2 and "logins.toml has the permissions 0644" in err


def test_missing_packages_are_named_with_their_remedy(tmp_path: Path) -> None:
    (tmp_path / "h11.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'h11'\", name='h11')\n"
    )
    done = subprocess.run(
        [*PDU, "gateway", "x.csv", "--drawing", "x", "--clients", "x"],
        env={**environment(), "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert done.stderr.endswith(" -m pip install h11\n")


def test_the_pages_table_of_clients_can_be_read(tmp_path: Path) -> None:
    (table,) = blocks("toml")
    for name in ("node1", "maas"):
        (tmp_path / f"{name}.token").write_text(f"{name}-0123456789abcdef0123\n")
    (tmp_path / "clients.toml").write_text(table)
    for path in tmp_path.iterdir():
        path.chmod(0o600)
    node, maas = clients.read_clients(str(tmp_path / "clients.toml"))
    assert node.sees("srv-17") and not node.sees("rack1-1") and maas.sees("rack1-1")
    assert node.may == maas.may == {"read", "switch"}
