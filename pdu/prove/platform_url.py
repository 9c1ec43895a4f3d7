"""One simulated PDU on an owner's DCImanager: the program registers the handler and serves the PDU,
the owner adds it, switches it, looks at it and removes it.

How DCImanager adds, reads and switches a PDU over its API is not documented, so no such call is
made. `register.sh` makes the three calls of registration, which are. All else the owner does on
DCImanager's pages, as this program tells him. What then arrives at the simulated PDU, and what the
owner says that he sees, is judged in `arrivals.py`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Callable, NamedTuple, Optional
from urllib.parse import urlsplit

from handlers import VERSION, registry
from handlers.shared.address import Address
from handlers.shared.errors import Denied, SettingsError, Unreachable, printable

from ..core.cli.output import columns
from . import arrivals, owner_questions
from .arrivals import Arrival
from .document import BROKEN, KEPT, NOT_TRIED, SIMULATED, UNIT, PlatformPoint, PlatformProof
from .platform_copy import CLONE, with_energy
from .simulated_pdu import SimulatedPdu, simulated_pdu

HANDLER = "nut"
#: the organization in the certificate of this project's own stand-in for DCImanager
STAND_IN = "stand-in for DCImanager"
NAME = "pdu-prove-simulated"
#: how long a poll or a command is waited for: DCImanager polls its equipment every five minutes
PATIENCE_S = 660.0
_LOOK_S = 0.2
_TARGET = "3"
_AFTER_A_POLL = ("switch off", "states", "switch on", "polls", "load", "energy")
_BUILD_S, _REGISTER_S, _CONNECT_S = 120.0, 900.0, 10.0
_LONGEST, _MOST_LINES = 500, 60
# exit codes of register.sh (packaging/README.md)
_REFUSALS = {2: SettingsError, 3: Denied, 4: Unreachable, 6: SettingsError}
_FORM_OF_OLD = (
    "The words are those of DCImanager's own pages. If your form has no handler settings, your"
    " version is too old for this proof: type no. The password is made for this run and protects"
    " nothing but the simulated PDU."
)
#: what an interrupted proof leaves behind
LEFT = f"remove the PDU {NAME} in DCImanager if you added it; pdu_{HANDLER} stays registered"


class PlatformAccess(NamedTuple):
    """What the owner gave."""

    url: str
    email: str
    #: "" if DCI_PASSWORD_FILE names its file
    password: str
    #: the address of this machine at which the location server reaches the simulated PDU
    at: Address = Address("127.0.0.1")
    #: how the owner calls his location for tests; "" for none
    location: str = ""
    patience_s: float = PATIENCE_S
    #: says what is waited for
    tell: Callable[[str], None] = lambda _: None
    #: says lines that stay
    say: Callable[[Sequence[str]], None] = lambda _: None


def proof(access: PlatformAccess, is_simulated: bool) -> PlatformProof:
    """All steps, in order. `is_simulated`: whatever the server says about itself.

    Raises Denied, Unreachable and SettingsError, after which nothing was added.
    """
    with simulated_pdu(access.at) as pdu:
        access.tell(f"registering pdu_{HANDLER}")
        registration = registered(access)
        shows: Optional[bool] = None
        if registration.verdict == KEPT:
            steps_points, shows = OwnerSteps(access, pdu).all()
        else:
            steps_points = [
                PlatformPoint("add a PDU", NOT_TRIED, ("the handler was not registered",))
            ]
    platform_proof = PlatformProof(
        SIMULATED if is_simulated or is_stand_in(access.url) else UNIT,
        datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        VERSION,
        "",
        (registration, *steps_points),
    )
    return with_energy(platform_proof, shows)


def is_stand_in(url: str) -> bool:
    """Whether the server's certificate says that it is this project's own stand-in. It is not
    verified: nothing is sent, and `register.sh` verifies it before it logs in.
    """
    parts = urlsplit(url)
    with contextlib.suppress(OSError, ValueError):
        # without a limit of time, a server that accepts and says nothing would be waited for
        connection = socket.create_connection(
            (parts.hostname or "", parts.port or 443), timeout=_CONNECT_S
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with connection, context.wrap_socket(connection, server_hostname=parts.hostname) as tls:
            return STAND_IN.encode("ascii") in (tls.getpeercert(binary_form=True) or b"")
    return False


# ---- registration --------------------------------------------------------------------------------


def registered(access: PlatformAccess) -> PlatformPoint:
    """The handler, by register.sh, built now.

    Raises SettingsError if it cannot be built, and as `register.sh` ends: Denied for a refused
    login, Unreachable, SettingsError.
    """
    ids = os.environ.get("DCI_IDS") or str(CLONE / "dist" / "register.ids")
    with tempfile.TemporaryDirectory() as folder:
        built = subprocess.run(
            [sys.executable, str(CLONE / "packaging" / "build.py"), HANDLER, "--out", folder],
            capture_output=True,
            check=False,
            timeout=_BUILD_S,
        )
        if built.returncode:
            raise SettingsError("the archive cannot be built: run make packages")
        Path(ids).parent.mkdir(parents=True, exist_ok=True)
        process = subprocess.run(
            ["sh", str(Path(folder, "register.sh")), HANDLER],
            capture_output=True,
            check=False,
            timeout=_REGISTER_S,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **_environment(access), "DCI_IDS": ids},
        )
    lines = (process.stdout + process.stderr).decode("utf-8", "replace").splitlines()
    refusal = _REFUSALS.get(process.returncode)
    if refusal is not None:
        raise refusal(printable((lines or ["nothing"])[-1].removeprefix("register.sh: ")))
    output_lines = [_without(access, line) for line in lines]
    return PlatformPoint(
        "register.sh",
        BROKEN if process.returncode else KEPT,
        (*output_lines[:_MOST_LINES], f"exit code {process.returncode}"),
    )


def _environment(access: PlatformAccess) -> Mapping[str, str]:
    login = {"DCI_PASSWORD": access.password} if access.password else {}
    return {"DCI_URL": access.url, "DCI_EMAIL": access.email, **login}


def _without(access: PlatformAccess, text: str) -> str:
    """A line without the server's address and the owner's e-mail."""
    plain = text.replace(access.url.rstrip("/"), "URL").replace(access.email, "EMAIL")
    return printable(plain.strip(), _LONGEST)


# ---- with the owner ------------------------------------------------------------------------------


class OwnerSteps:
    """What the owner does, one step after another, and what arrives."""

    def __init__(self, access: PlatformAccess, pdu: SimulatedPdu) -> None:
        self._site, self._pdu = access, pdu
        self._begun = time.monotonic()
        self._told = ""

    def all(self) -> tuple[list[PlatformPoint], Optional[bool]]:
        """The points, and whether DCImanager shows an energy; None if nobody said it."""
        points = self._added()
        seen_energy: Optional[arrivals.Sight] = None
        if points[-1].verdict != KEPT:
            why = ("no poll was answered before",)
            points += [PlatformPoint(step, NOT_TRIED, why) for step in _AFTER_A_POLL]
        else:
            points.append(self._switched(False))
            points.append(self._states())
            points.append(self._switched(True))
            points.append(self._polled())
            points.append(arrivals.load(self._ask_figure("load in A"), self._pdu.arrivals))
            seen_energy = self._ask_figure("energy in kWh")
            points.append(arrivals.energy(seen_energy, self._pdu.arrivals))
        points.append(self._removed())
        return points, None if seen_energy is None else seen_energy.value is not None

    # ---- add and remove

    def _added(self) -> list[PlatformPoint]:
        """Ends with a point that is kept if a poll arrived."""
        access, point = self._site, "add a PDU"
        handler_text = f"{registry.about(HANDLER).shown} (pdu_{HANDLER})"
        rows = [("Name", NAME), ("Handler", handler_text), ("IP address", access.at.host)]
        rows += [("Location", access.location)] if access.location else []
        rows += [(f"Handler settings: {key}", text) for key, text in self._pdu.settings.items()]
        access.say(
            (
                f"pdu_{HANDLER} is registered. In DCImanager, open Equipment, PDU, Add PDU, type:",
                *columns((), [("", *row) for row in rows]),
                _FORM_OF_OLD,
            )
        )
        if (
            owner_questions.ask_whether_done("Press Enter when DCImanager has added the PDU")
            is False
        ):
            why = ("the owner says that it cannot be added",)
            return [PlatformPoint(point, NOT_TRIED, why)]
        is_there = self._wait("the first poll", lambda: bool(self._readings()))
        entered = arrivals.login(self._pdu.arrivals)
        if is_there:
            after_s = self._readings()[0].at_s - self._begun
            answer = f"the first poll arrived {after_s:.0f} s after the form was shown here"
            return [entered, PlatformPoint(point, KEPT, (answer,))]
        return [entered, PlatformPoint(point, BROKEN, (self._no_poll(),))]

    def _no_poll(self) -> str:
        patience = _span(self._site.patience_s)
        if self._pdu.arrivals:
            return f"no poll could read the simulated PDU within {patience}"
        return (
            f"no poll reached the simulated PDU within {patience}: the task of DCImanager that"
            " polls the PDU says why; if it could not connect, check --at, its port and the"
            " firewalls between the location server and this machine"
        )

    def _removed(self) -> PlatformPoint:
        point = "remove the PDU"
        self._site.say((f"In DCImanager, remove the PDU {NAME}. pdu_{HANDLER} stays registered.",))
        if owner_questions.ask_whether_done("Press Enter when it is removed"):
            return PlatformPoint(point, KEPT, ("the owner says that it is removed",))
        return PlatformPoint(point, NOT_TRIED, (f"nobody said it: {LEFT}",))

    # ---- switch and look

    def _switched(self, on: bool) -> PlatformPoint:
        """The owner clicks; the command has to arrive."""
        word = "on" if on else "off"
        since_s = time.monotonic()
        self._site.say(
            (
                f"In DCImanager, switch port {_TARGET} of the PDU {word} (on the PDU's page, or by"
                " a server that is connected to this port).",
            )
        )
        clicked = owner_questions.ask_whether_done(f"Press Enter when you have clicked {word}")
        if not clicked:
            why = "the owner found no such button" if clicked is False else "nobody clicked"
            return PlatformPoint(f"switch {word}", NOT_TRIED, (why,))
        clicked_s = time.monotonic()
        self._wait(
            f"the command {word}", lambda: bool(arrivals.commands(self._pdu.arrivals, since_s))
        )
        time.sleep(_LOOK_S)  # the read-back and a second command follow at once
        return arrivals.command(self._pdu.arrivals, _TARGET, on, since_s, clicked_s)

    def _states(self) -> PlatformPoint:
        outlets = self._pdu.outlets
        shown_off = owner_questions.ask(
            "Which ports does DCImanager show as off? Their numbers, 'none' if all are on (Enter:"
            " not known)",
            lambda text: owner_questions.outlets_of(text, outlets),
            f"a list of numbers from {outlets[0]} to {outlets[-1]}, such as 1, 4",
        )
        return arrivals.states(shown_off, self._pdu.arrivals[-1].off)

    def _polled(self) -> PlatformPoint:
        """Wait until DCImanager has polled twice by itself."""
        at_s = begun_s = time.monotonic()

        def own_polls() -> int:
            return len(arrivals.polls_after(self._pdu.arrivals, at_s))

        if self._wait("DCImanager's next poll", lambda: own_polls() > 0):
            self._wait("the poll after it", lambda: own_polls() > 1)
        waited_s = time.monotonic() - begun_s
        return arrivals.own_polls(self._pdu.arrivals, at_s, waited_s)

    def _ask_figure(self, what: str) -> Optional[arrivals.Sight]:
        sight = owner_questions.ask(
            f"Which {what} does DCImanager show for the PDU? A number, 'none' if it shows none"
            " (Enter: not known)",
            owner_questions.figure_or_none,
            "a number such as 3.68, and not 'none'",
        )
        return None if sight is None else arrivals.Sight(next(iter(sight), None))

    # ---- waiting

    def _readings(self) -> list[Arrival]:
        return arrivals.readings(self._pdu.arrivals)

    def _wait(self, what: str, is_there: Callable[[], bool]) -> bool:
        """Whether it came in time. Says once what is wrong with a login that arrives meanwhile."""
        end = time.monotonic() + self._site.patience_s
        while not is_there():
            left_s = end - time.monotonic()
            if left_s <= 0:
                return False
            self._site.tell(f"waiting for {what} ({_span(left_s)} more)")
            wrong = arrivals.wrong_login(self._pdu.arrivals)
            if wrong and wrong != self._told:
                self._told = wrong
                self._site.say((f"{wrong}: correct it in DCImanager",))
            time.sleep(min(_LOOK_S, left_s))
        return True


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} s"
