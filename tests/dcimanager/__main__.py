"""`python -m tests.dcimanager`: the stand-in until Ctrl-C, for `dist/register.sh` and for curl."""
from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Optional, Sequence

from .manager import DciManager


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.dcimanager",
        description="A local DCImanager for PDU handlers on 127.0.0.1: log in, register, upload. Prints the settings for "
                    "dist/register.sh. The administrator's password is taken from DCI_PASSWORD, else made up.")
    parser.add_argument("--port", type=int, default=0, help="TCP port (default: a free one)")
    parser.add_argument("--email", default="admin@example.com", help="the administrator (default: %(default)s)")
    parser.add_argument("--busy", type=int, default=0, metavar="K", help="answer 503 to the first K requests")
    options = parser.parse_args(arguments)
    password = os.environ.pop("DCI_PASSWORD", "") or secrets.token_urlsafe(12)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopped.set())
    with tempfile.TemporaryDirectory(prefix="dcimanager-login-") as folder:
        secret = Path(folder, "password")
        secret.touch(0o600)
        secret.write_text(password + "\n", encoding="utf-8")
        try:
            manager = DciManager(port=options.port, email=options.email, password=password, busy=options.busy)
        except OSError as error:
            print(f"port {options.port} cannot be used ({error.strerror}): give another --port", file=sys.stderr)
            return 1
        with manager:
            print(f"export DCI_URL={manager.url}\nexport CURL_CA_BUNDLE={manager.ca_file}\n"
                  f"export DCI_EMAIL={options.email}\nexport DCI_PASSWORD_FILE={secret}\n"
                  f"# now, in another terminal: sh dist/register.sh      (Ctrl-C ends this one)", flush=True)
            stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
