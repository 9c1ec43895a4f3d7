"""`python -m tests.dcimanager`: the stand-in until Ctrl-C, for `dist/register.sh` and for curl."""
from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Optional, Sequence

from handlers.command import ending
from tests.program import asked_to_end, count, port, starting

from .manager import DciManager


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.dcimanager",
        description="A local DCImanager for PDU handlers on 127.0.0.1: log in, register, upload. Prints the settings for "
                    "dist/register.sh. The administrator's password is taken from DCI_PASSWORD, else made up.")
    parser.add_argument("--port", type=port, default=0, help="TCP port (default: a free one)")
    parser.add_argument("--email", default="admin@example.com", help="the administrator (default: %(default)s)")
    parser.add_argument("--busy", type=count, default=0, metavar="K", help="answer 503 to the first K requests")
    options = parser.parse_args(arguments)
    password = os.environ.pop("DCI_PASSWORD", "") or secrets.token_urlsafe(12)
    told = asked_to_end()
    with ExitStack() as stack:
        secret = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dcimanager-login-")), "password")
        secret.touch(0o600)
        secret.write_text(password + "\n", encoding="utf-8")
        with starting():
            manager = stack.enter_context(
                DciManager(port=options.port, email=options.email, password=password, busy=options.busy))
        print(f"export DCI_URL={manager.url}\nexport CURL_CA_BUNDLE={manager.ca_file}\n"
              f"export DCI_EMAIL={options.email}\nexport DCI_PASSWORD_FILE={secret}\n"
              f"# now, in another terminal: sh dist/register.sh      (Ctrl-C ends this one)", flush=True)
        told.wait()
    return 0


if __name__ == "__main__":
    sys.exit(ending.run(main))
