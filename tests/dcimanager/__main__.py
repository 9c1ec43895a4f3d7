"""`make serve`, or `python -m tests.dcimanager`: the stand-in with its page, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import secrets
import shlex
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Optional

from pdu.cli import exit_handling
from tests.program import StopSignals, port, starting

from .manager import LOCAL, DciManager

_PROCESSES = 12
_TOKEN_SECONDS = 7 * 86400.0
# in the second line of the file of the password: a person did not choose it, so it may be printed
_RANDOM = "made at random"
_DESCRIPTION = (
    "A local DCImanager in a browser, for PDU handlers: register and upload handlers, add PDUs,"
    " poll and switch them. The administrator's password comes from LOCAL_DCI_PASSWORD, else from the"
    " last run with the same --data; else it is random, and printed."
)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Serve until Ctrl-C."""
    options = _parser().parse_args(arguments)
    is_local = options.host in LOCAL
    with ExitStack() as stack:
        signals = stack.enter_context(StopSignals())
        with starting(options.port, options.page_port if is_local else 0):
            folder: Path = options.data or Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="dcimanager-data-"))
            )
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            password_file = folder / "password"
            password_lines = _password_lines(password_file)
            manager = stack.enter_context(_manager(options, folder, password_lines[0]))
            _write_private(password_file, "\n".join((*password_lines, "")))
        environment_file = folder / "register.env"
        manager.environment_file = str(environment_file)
        exports = {
            "DCI_URL": manager.url,
            "CURL_CA_BUNDLE": str(manager.ca_file),
            "DCI_EMAIL": options.email,
            "DCI_PASSWORD_FILE": str(password_file.resolve()),
        }
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in exports.items()]
        _write_private(environment_file, "".join(lines))
        if not is_local:
            print(
                f"This program listens on {options.host}, so other machines may try to log in. It"
                " is for tests: do not leave it running in a network that you do not trust.",
                file=sys.stderr,
            )
        print(_start_text(manager, options, password_lines), flush=True)
        signals.wait()
    return 0


def _password_lines(file: Path) -> list[str]:
    """The lines of the file of the password: it, and _RANDOM if no person chose it. From the
    environment, else of the last run, else a new one.
    """
    own_password = os.environ.pop("LOCAL_DCI_PASSWORD", "")
    if own_password:
        return [own_password]
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return lines or [secrets.token_urlsafe(9), _RANDOM]


def _start_text(
    manager: DciManager, options: argparse.Namespace, password_lines: Sequence[str]
) -> str:
    """Where the page and the API are, and how a person logs in. A password that a person chose is
    not shown.
    """
    password = "the password of LOCAL_DCI_PASSWORD"
    if _RANDOM in password_lines:
        password = password_lines[0]
    data = f"its data is kept in {options.data}" if options.data else "its data is then deleted"
    environment = shlex.quote(os.path.relpath(manager.environment_file))
    return (
        f"{manager.page_url}   log in as {options.email} with {password}   (Ctrl-C ends it;"
        f" {data})\n"
        f"{manager.url}   the API; other ports: make serve ARGS='--port 8443 --page-port 8080'\n"
        "next: in another terminal, here: make packages, then:"
        f" (. {environment} && .venv/bin/pdu register)"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.dcimanager", description=_DESCRIPTION)
    add = parser.add_argument
    default = "default: as in the last run with the same --data, else a free one"
    add("--data", type=Path, metavar="FOLDER", help="keep everything here (default: delete it)")
    add(
        "--interval",
        type=interval,
        default=60.0,
        metavar="SECONDS",
        help="interval between two polls of a PDU (default: %(default)g; DCImanager itself: 300)",
    )
    add("--port", type=port, default=0, help=f"TCP port of the HTTPS API ({default})")
    add("--page-port", type=port, default=0, help=f"TCP port of the page without TLS ({default})")
    add(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen on; other machines are served over HTTPS only",
    )
    add("--email", default="admin@example.com", help="the administrator's (default: %(default)s)")
    return parser


def interval(text: str) -> float:
    """An argument's type: seconds between two polls, 1 to 86400."""
    value = float(text)
    if not 1 <= value <= 86400:
        raise argparse.ArgumentTypeError(f"{text} is not from 1 to 86400")
    return value


def _write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")


def _last_ports(file: Path) -> tuple[int, int]:
    """The ports of the API and of the page in the last run; 0 and 0 if they are not known."""
    try:
        api_port, page_port = file.read_text("ascii").split()
        return int(api_port), int(page_port)
    except (OSError, ValueError):
        return 0, 0


def _manager(options: argparse.Namespace, folder: Path, password: str) -> DciManager:
    """A manager at the ports of the options; without any, at those of the last run, if they are
    free. Raises OSError.
    """
    is_local = options.host in LOCAL

    def start(api_port: int, page_port: int) -> DciManager:
        return DciManager(
            host=options.host,
            port=api_port,
            page_port=page_port if is_local else None,
            email=options.email,
            password=password,
            data=folder,
            poll_seconds=options.interval,
            processes=_PROCESSES,
            token_seconds=_TOKEN_SECONDS,
            keep_requests=False,
        )

    file = folder / "ports"  # of the last run
    has_chosen_ports = bool(options.port or options.page_port)
    if has_chosen_ports or not is_local:
        manager = start(options.port, options.page_port)
    else:
        try:
            manager = start(*_last_ports(file))
        except (OSError, OverflowError):  # for example, another program has a port
            manager = start(0, 0)
    if is_local:
        ports = (url.rstrip("/").rpartition(":")[2] for url in (manager.url, manager.page_url))
        file.write_text(" ".join(ports), "ascii")
    return manager


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
