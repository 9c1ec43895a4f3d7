"""Calls a handler's methods so that each call ends, and finds where it shows a login."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any, Callable, NamedTuple, Optional, TextIO, TypeVar

from handlers.dcimanager import Figures
from handlers.http import login
from pdu_common.helper import EnumPowerStatus

from ...cli.known_secrets import HIDDEN
from ...loading.four_methods import FourMethods, make_pdu
from ...loading.handler_loading import LoadedHandler
from .calls import ENDLESS, EndlessCall, error_text
from .side_effects import SideEffects

T = TypeVar("T")
# what a recording has in the place of a token, and what the judge gives a device's tokens
_TOKEN = re.compile(r"(?<![\w-])secret-[0-9]+(?![0-9])")
_PORT_MARK = re.compile("p([0-9]{4,5})x")
CALL_S = 60.0  # limit for one call


class ShownSecrets:
    """Where the handler's calls showed a secret, while `watching`:

    logging.info(password)     places: it logs a secret (handler.py line 7)
    print(password)            it prints a secret to standard output
    ValueError(password)       an error of status shows a secret
    """

    def __init__(self, secrets: Collection[str]) -> None:
        self._forms = login.forms_of(secrets)
        #: of the simulated devices, whose sessions end with them
        self.ports: set[int] = set()
        #: sentences
        self.places: list[str] = []

    def is_login(self, message: str) -> bool:
        """Whether a request over HTTP, with its headers, holds a login."""
        has_header = "\nauthorization:" in message.lower()
        return has_header or login.holds(message, self._forms)

    def search(self, text: str, place: str) -> None:
        """Note the place if the text holds a secret in one of its forms. `place`: a sentence, such
        as "it logs a secret (handler.py line 7)".
        """
        is_shown = HIDDEN in text or login.holds(text, self._forms) or self._has_session(text)
        if is_shown and place not in self.places:
            self.places.append(place)

    def _has_session(self, text: str) -> bool:
        """Whether a text has what a simulated device gave as a session: the stand-in of a token in
        its recording, or one with the port behind it.
        """
        if _TOKEN.search(text) is not None:
            return True
        return not self.ports.isdisjoint(map(int, _PORT_MARK.findall(text)))

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Search what is printed and logged during the block. It is printed to standard error; the
        log has its level from before after it.
        """
        root = logging.getLogger()
        level = root.level
        records = _Records(self)
        root.addHandler(records)
        root.setLevel(logging.DEBUG)
        output = _Watched(sys.stderr)  # standard output has the result of the command
        errors = _Watched(sys.stderr)
        try:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
                yield
        finally:
            root.setLevel(level)
            root.removeHandler(records)
            self.search(output.getvalue(), "it prints a secret to standard output")
            self.search(errors.getvalue(), "it prints a secret to standard error")


class _Watched(io.StringIO):
    """Keeps what is written, and passes it on: `getvalue()` has all that standard error got."""

    def __init__(self, target: TextIO) -> None:
        super().__init__()
        self._target = target

    def isatty(self) -> bool:
        """Whether what is tried may be shown in a line that the next one replaces."""
        return self._target.isatty()

    def write(self, text: str) -> int:
        self._target.write(text)
        return super().write(text)


class _Records(logging.Handler):
    """Searches each log record, with its arguments: logging.info("as %s", password)."""

    def __init__(self, secrets: ShownSecrets) -> None:
        super().__init__(logging.DEBUG)
        self._secrets = secrets

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):  # anybody's arguments
            place = f"it logs a secret ({record.filename} line {record.lineno})"
            self._secrets.search(self.format(record), place)


class BoundedMethods:
    """The methods of a handler. Each call makes the handler's object, or takes the one of the first
    call if it `is_kept`, in a thread that is left alone if it does not end:

        states()    make_handler(data).status() in a thread    [("1", EnumPowerStatus.UP)]
        states()    without an end for 60 s                    EndlessCall
    """

    def __init__(
        self,
        handler: LoadedHandler,
        data: Callable[[], Any],
        secrets: Optional[ShownSecrets] = None,
        effects: Optional[SideEffects] = None,
        *,
        is_kept: bool = False,
    ) -> None:
        """`data`: gives the argument of make_handler; `secrets`: searches the texts of errors;
        `effects`: notes what the calls do besides.
        """
        self._handler = handler
        self._data = data
        self._secrets = secrets
        self._effects = effects
        self._is_kept = is_kept
        self._kept_pdu: Optional[FourMethods] = None

    def states(self) -> list[tuple[str, EnumPowerStatus]]:
        """The states that `FourMethods.states` returns."""
        return self._call("status", FourMethods.states)

    def figures(self) -> Figures:
        """The figures that `FourMethods.figures` returns."""
        return self._call("statistic", FourMethods.figures)

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        """The state that `FourMethods.switch` returns."""
        name = "port_up" if on else "port_down"
        return self._call(name, partial(FourMethods.switch, on=on), identity)

    def _call(self, name: str, method: Callable[..., T], *arguments: Any) -> T:
        """Call a method, in a thread that is left behind if it does not end within CALL_S. Returns
        what it returns. `name`: of the handler's method, such as port_down.

        Raises what it raises, and EndlessCall.
        """
        results: list[T] = []
        errors: list[BaseException] = []

        def run() -> None:
            watching = self._effects.watching(name) if self._effects else contextlib.nullcontext()
            try:
                with watching:
                    results.append(method(self._pdu(), *arguments))
            except BaseException as error:  # anybody may have written it
                errors.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(CALL_S)
        if errors:
            if self._secrets is not None:
                self._secrets.search(error_text(errors[0]), f"an error of {name} shows a secret")
            raise errors[0]
        if not results:
            raise EndlessCall(f"{name} {ENDLESS} {CALL_S:g} s: DCImanager would wait for it")
        return results[0]

    def _pdu(self) -> FourMethods:
        """The handler's object: a new one, or the one of the first call if it is kept."""
        if self._kept_pdu is not None:
            return self._kept_pdu
        data = self._data()
        pdu = FourMethods(make_pdu(self._handler.make, data), data)
        if self._is_kept:
            self._kept_pdu = pdu
        return pdu


class Forms(NamedTuple):
    """A handler, and what DCImanager's form would carry for a device at a port of this machine:

    forms.methods(8080).states()    asks 127.0.0.1:8080, as the first form leads it
    """

    handler: LoadedHandler
    #: loads it in the environment of now, so that it remembers nothing
    load_again: Callable[[], LoadedHandler]
    #: in the ways in which an owner may give the port; the first that reaches the device counts
    forms: Sequence[Callable[[int], Any]]
    secrets: ShownSecrets
    effects: SideEffects
    #: what those of all SNMP devices begin with; "" over another protocol
    community: str = ""
    #: shows what is tried
    tell: Callable[[str], None] = lambda _: None

    def methods(self, port: int, *, is_kept: bool = False) -> BoundedMethods:
        """The methods on the device at a port, by the first form."""
        data = partial(self.forms[0], port)
        self.effects.ports.add(port)
        self.secrets.ports.add(port)
        return BoundedMethods(self.handler, data, self.secrets, self.effects, is_kept=is_kept)
