"""A simulated PDU behind a NUT server that says what arrives at it: `python -m
tests.dcimanager.observed`, for `pdu prove platform https://SERVER`.

It demands a login for reading, too, so that every poll shows whether the login of the form arrived.
Its password is the first line of standard input. Prints lines of JSON: first the port and the other
values of DCImanager's form, then one for each request that matters (`_Reporter`). A user name or
password that arrives is never printed, only whether it is the right one: somebody may type another
one by mistake. Ends when its standard input ends.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import threading
import time
from collections.abc import Sequence
from typing import Optional

from tests.program import port, starting
from tests.simulators.nut_server import Faults, NutServer, Session, SwitchedPdu, User

OUTLETS = 8
# off at first, so that states can be told apart
OFF = ("2", "5")
_DEVICE, _USER = "pdu", "dcimanager"
# the energy that the outlets have counted before the start
_HOURS_BEFORE = 100.0
_TICK_S = 1.0
_COMMAND = re.compile(r"outlet\.([0-9]+)\.load\.(on|off)")
_STATE = re.compile(r"outlet\.([0-9]+)\.status")


class _Reporter:
    """Prints a line for each login, reading, look at one outlet and command. Each has the time of
    this machine's monotonic clock, the session's number, the peer's address and the outlets that
    are off.
    """

    def __init__(self, pdu: SwitchedPdu, user: User) -> None:
        self._pdu, self._user, self._lock = pdu, user, threading.Lock()

    def __call__(self, session: Session, words: Sequence[str], answer: str) -> None:
        verb = words[0].upper() if words else ""
        error = answer.split()[1] if answer.startswith("ERR ") else ""
        if verb in ("USERNAME", "PASSWORD"):
            right = self._user.name if verb == "USERNAME" else self._user.password
            self._say(session, verb.lower(), is_right=list(words[1:]) == [right])
        elif [one.upper() for one in words[:2]] == ["LIST", "VAR"]:
            energy_kwh = round(sum(self._pdu.energy_kwh().values()), 3)
            self._say(
                session, "reading", error=error, load_a=self._pdu.load_a(), energy_kwh=energy_kwh
            )
        elif verb == "GET" and not error and (found := _STATE.fullmatch(words[-1])):
            self._say(session, "look", outlet=found[1], on=answer.rstrip().endswith('"on"'))
        elif verb == "INSTCMD" and len(words) > 2 and (found := _COMMAND.fullmatch(words[2])):
            self._say(session, "command", error=error, outlet=found[1], on=found[2] == "on")

    def _say(self, session: Session, kind: str, **more: object) -> None:
        off = [name for name, on in self._pdu.states().items() if not on]
        line = {
            "kind": kind,
            "session": session.number,
            "at_s": time.monotonic(),
            "peer": session.address,
            "off": off,
            **more,
        }
        with self._lock:
            print(json.dumps(line), flush=True)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.dcimanager.observed", description=__doc__
    )
    parser.add_argument("--at", default="127.0.0.1", metavar="ADDRESS", help="listen there")
    parser.add_argument("--port", type=port, default=0, help="default: the system chooses one")
    options = parser.parse_args(arguments)
    user = User(_USER, sys.stdin.readline().strip(), commands=frozenset({"ALL"}))
    ended = threading.Event()
    threading.Thread(target=_until_input_ends, args=(ended,), daemon=True).start()
    pdu = SwitchedPdu(_DEVICE, OUTLETS)
    for number in range(1, OUTLETS + 1):
        pdu.turn(str(number), True)
        pdu.draw(str(number), 1.0 + 0.25 * number)
    pdu.run_for(_HOURS_BEFORE)
    for name in OFF:
        pdu.turn(name, False)
    with starting(options.port):
        server = NutServer(
            [pdu],
            (user,),
            host=options.at,
            port=options.port,
            faults=Faults(login_to_read=True),
            watch=_Reporter(pdu, user),
        )
    with server:
        settings = {
            "port": str(server.port),
            "device": _DEVICE,
            "username": user.name,
        }
        print(json.dumps({"settings": settings, "outlets": OUTLETS}), flush=True)
        before = time.monotonic()
        while not ended.wait(_TICK_S):
            now = time.monotonic()
            pdu.run_for((now - before) / 3600)
            before = now
    return 0


def _until_input_ends(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    sys.exit(main())
