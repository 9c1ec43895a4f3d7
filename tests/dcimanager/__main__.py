"""`make serve`, or `python -m tests.dcimanager`: the stand-in with its page, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shlex
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Optional

from pdu.core.cli import exit_handling
from tests.program import StopSignals, count, port, starting

from .manager import LOOPBACK, DciManager
from .sealed import private

PROCESSES = 12
_TOKEN_SECONDS = 7 * 86400.0


def main(arguments: Optional[Sequence[str]] = None) -> int:
    options = _parser().parse_args(arguments)
    with ExitStack() as stack:
        signals = stack.enter_context(StopSignals())
        folder: Path = options.data or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="dcimanager-data-"))
        )
        folder = folder.resolve()
        with starting(options.port, options.page_port if options.host in LOOPBACK else 0):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            secret = folder / "password"
            password, known = _password(secret)
            manager = stack.enter_context(_manager(options, folder, password))
            # after `_manager`, which refuses a folder that another stand-in uses
            if password != known:
                private(secret, f"{password}\n".encode())
        if options.host not in LOOPBACK:
            print(
                f"This program listens on {options.host}, so other machines may try to log in. It"
                " is for tests: do not leave it running in a network that you do not trust.",
                file=sys.stderr,
            )
        exports = [
            ("DCI_URL", manager.url),
            ("CURL_CA_BUNDLE", str(manager.ca_file)),
            ("DCI_EMAIL", options.email),
            ("DCI_PASSWORD_FILE", str(secret)),
        ]
        lines = [f"export {name}={shlex.quote(value)}" for name, value in exports]
        manager.environment_file = str((options.data or folder) / "register.env")
        private(folder / "register.env", "\n".join([*lines, ""]).encode())
        settings = os.path.relpath(manager.environment_file)
        register = f"(. {shlex.quote(settings)} && sh dist/register.sh)"
        data = f"its data is kept in {options.data}" if options.data else "its data is then deleted"
        print(
            f"{manager.page_url}   log in as {options.email} with {password}   (Ctrl-C ends"
            f" it; {data})\n"
            f"{manager.url}   the API; other ports: make serve ARGS='--port 8443 --page-port"
            " 8080'\n"
            f"next: in another terminal, here: make packages, then: {register}",
            flush=True,
        )
        signals.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.dcimanager",
        description=(
            "A local DCImanager in a browser, for PDU handlers: register and upload handlers, add"
            " PDUs, poll and switch them. The administrator's password comes from DCI_PASSWORD,"
            " else from the last run with the same --data; else it is random."
        ),
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="keep handlers, PDUs and readings in this folder (default: delete them at the end)",
    )
    parser.add_argument(
        "--interval",
        type=interval,
        default=60.0,
        metavar="SECONDS",
        help="interval between two polls of a PDU (default: %(default)g; DCImanager itself: 300)",
    )
    parser.add_argument(
        "--port",
        type=port,
        default=0,
        help=(
            "TCP port of the HTTPS API (default: a free one; with --data, ports of an earlier run"
            " are tried first, unless a port is given or --host lets in other machines)"
        ),
    )
    parser.add_argument(
        "--page-port",
        type=port,
        default=0,
        help=(
            "TCP port of the page without TLS; unused if --host lets in other machines (default: as"
            " for --port)"
        ),
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help=(
            "address to listen on; other machines are served over HTTPS only (default: %(default)s)"
        ),
    )
    parser.add_argument(
        "--email",
        default="admin@example.com",
        help="the administrator's e-mail address (default: %(default)s)",
    )
    parser.add_argument(
        "--busy",
        type=count,
        default=0,
        metavar="K",
        help="answer 503 to the first K requests to the API",
    )
    return parser


def interval(text: str) -> float:
    """An argument's type: seconds between two polls, 1 to 86400."""
    value = float(text)
    if not 1 <= value <= 86400:
        raise argparse.ArgumentTypeError(f"{text} is not from 1 to 86400")
    return value


def _password(file: Path) -> tuple[str, str]:
    """The administrator's password (DCI_PASSWORD, else the file's, else a random one), and the
    file's ("" without a file).

    Raises ValueError if the file is not UTF-8.
    """
    given = os.environ.pop("DCI_PASSWORD", "")
    try:
        known = file.read_text("utf-8").partition("\n")[0] if file.exists() else ""
    except UnicodeDecodeError:
        raise ValueError(
            f"{file} is not UTF-8: restore it, or remove it for a new password"
        ) from None
    return given or known or secrets.token_urlsafe(9), known


def _manager(options: argparse.Namespace, folder: Path, password: str) -> DciManager:
    local = options.host in LOOPBACK
    asked = (options.port, options.page_port if local else None)
    ports: list[tuple[int, Optional[int]]] = [asked]
    file = folder / "ports"
    saved = (
        re.fullmatch("([0-9]{1,5}) ([0-9]{1,5})\n", file.read_text("latin-1"))
        if file.exists()
        else None
    )
    if asked == (0, 0) and saved and max(int(saved[1]), int(saved[2])) <= 65535:
        ports.insert(0, (int(saved[1]), int(saved[2])))
    for api_port, page_port in ports:
        try:
            manager = DciManager(
                host=options.host,
                port=api_port,
                page_port=page_port,
                email=options.email,
                password=password,
                busy=options.busy,
                data=folder,
                poll_seconds=options.interval,
                processes=PROCESSES,
                token_seconds=_TOKEN_SECONDS,
                keep_requests=False,
            )
        except OSError:  # for example, a port is taken
            if (api_port, page_port) == asked:
                raise
            continue
        if local:
            file.write_text(
                f"{manager.url.rpartition(':')[2]}"
                f" {manager.page_url.rpartition(':')[2].strip('/')}\n",
                "ascii",
            )
        return manager
    raise AssertionError("the last attempt returns or raises")


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
