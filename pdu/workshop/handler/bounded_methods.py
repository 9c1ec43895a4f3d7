"""Calls a handler's methods so that each call ends, and finds where it shows a secret.

A secret is the community or the password that the check gives the handler: a word that nothing else
holds, such as "password-1f0c...", with the device's port behind it: "password-1f0c...p8080x".
"""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import re
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any, Callable, NamedTuple, TextIO, TypeVar

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
    """Finds where the handler's calls show a secret, or a session token of a simulated device.
    `places` has a sentence for each; `ports` are those of the simulated devices, with which their
    tokens end: "secret-1p8080x".

    the handler calls              places
    logging.info(password)         it logs a secret (handler.py line 7)
    print(password)                it prints a secret to standard output
    raise ValueError(password)     an error of status shows a secret
    """

    def __init__(self, secrets: Collection[str]) -> None:
        # as they are, and in base64 and such
        self._forms = login.forms_of(secrets)
        self.ports: set[int] = set()
        self.places: list[str] = []

    def is_login(self, message: str) -> bool:
        """Whether a request over HTTP, with its headers, has an Authorization header, or holds a
        secret.
        """
        has_header = "\nauthorization:" in message.lower()
        return has_header or login.holds(message, self._forms)

    def search(self, text: str, place: str) -> None:
        """Add `place` to `places` if the text holds a secret, as it is or in base64, or a session
        token. `place`: a sentence, such as "it logs a secret (handler.py line 7)".
        """
        is_shown = HIDDEN in text or login.holds(text, self._forms) or self._has_session(text)
        if is_shown and place not in self.places:
            self.places.append(place)

    def _has_session(self, text: str) -> bool:
        """Whether a text has a session token of a simulated device: "secret-1", which stands for a
        token in a recording, or any word with the port of a device at its end: "p8080x".
        """
        if _TOKEN.search(text) is not None:
            return True
        return not self.ports.isdisjoint(map(int, _PORT_MARK.findall(text)))

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Search for secrets in what is printed and logged during the block. What is printed goes
        to standard error meanwhile; after the block, the log has its level from before.

            with secrets.watching():
                print(password)    # then secrets.places: it prints a secret to standard output
        """
        root = logging.getLogger()
        level = root.level
        records = _Records(self)
        root.addHandler(records)
        root.setLevel(logging.DEBUG)
        output = _CopiedText(sys.stderr)  # standard output has the result of the command
        errors = _CopiedText(sys.stderr)
        try:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
                yield
        finally:
            root.setLevel(level)
            root.removeHandler(records)
            self.search(output.getvalue(), "it prints a secret to standard output")
            self.search(errors.getvalue(), "it prints a secret to standard error")


class _CopiedText(io.StringIO):
    """Keeps what is written, for `getvalue()`, and writes it to another file, too."""

    def __init__(self, target: TextIO) -> None:
        super().__init__()
        self._target = target

    def isatty(self) -> bool:
        """Whether the other file is a terminal, where a line of progress may replace the last."""
        return self._target.isatty()

    def write(self, text: str) -> int:
        self._target.write(text)
        return super().write(text)


class _Records(logging.Handler):
    """Searches each log record and its arguments for a secret: logging.info("as %s", password)."""

    def __init__(self, secrets: ShownSecrets) -> None:
        super().__init__(logging.DEBUG)
        self._secrets = secrets

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):  # anybody's arguments
            place = f"it logs a secret ({record.filename} line {record.lineno})"
            self._secrets.search(self.format(record), place)


class BoundedMethods:
    """The methods of a handler, of which each call ends: it runs in a thread of its own, which is
    left behind after 60 s. `_make_object` gives the handler's object, a new one or always the same.

        states()    status() of the object, in a thread    [("1", EnumPowerStatus.UP)]
        states()    without an end for 60 s                EndlessCall
    """

    def __init__(
        self, make_object: Callable[[], FourMethods], secrets: ShownSecrets, effects: SideEffects
    ) -> None:
        """`secrets`: searches the texts of errors; `effects`: notes what the calls do besides."""
        self._make_object = make_object
        self._secrets = secrets
        self._effects = effects

    def states(self) -> list[tuple[str, EnumPowerStatus]]:
        """The states that status returns, such as [("1", EnumPowerStatus.UP)]."""
        return self._call("status", FourMethods.states)

    def figures(self) -> Figures:
        """The load in A and the energy in kWh that statistic returns."""
        return self._call("statistic", FourMethods.figures)

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        """The state that port_up or port_down returns, such as EnumPowerStatus.UP."""
        name = "port_up" if on else "port_down"
        return self._call(name, partial(FourMethods.switch, on=on), identity)

    def _call(self, name: str, method: Callable[..., T], *arguments: Any) -> T:
        """Call a method of the handler's object, in a thread that is left behind if it does not end
        within CALL_S. Returns what the method returns. Raises what it raises, after a search for
        secrets in it, and EndlessCall. `name`: of the handler's method.

            _call("port_down", partial(FourMethods.switch, on=False), "3")    EnumPowerStatus.DOWN
        """
        results: list[T] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                with self._effects.watching(name):
                    results.append(method(self._make_object(), *arguments))
            except BaseException as error:  # anybody may have written it
                errors.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(CALL_S)
        if errors:
            self._secrets.search(error_text(errors[0]), f"an error of {name} shows a secret")
            raise errors[0]
        if not results:
            raise EndlessCall(f"{name} {ENDLESS} {CALL_S:g} s: DCImanager would wait for it")
        return results[0]


class CheckedHandler(NamedTuple):
    """A handler that is checked, with all that its calls need. It is called on simulated devices at
    ports of this machine: `methods(8080).states()` asks 127.0.0.1:8080.
    """

    loaded: LoadedHandler
    #: loads it in the environment of now, so that it remembers nothing
    load_again: Callable[[], LoadedHandler]
    #: make the argument of make_handler from a port, which is a setting or stands in the address;
    #: the first one is used
    data_makers: Sequence[Callable[[int], Any]]
    secrets: ShownSecrets
    effects: SideEffects
    #: what the communities of all simulated SNMP devices begin with; "" over another protocol
    community: str = ""
    #: shows what is tried
    tell: Callable[[str], None] = lambda _: None

    def methods(self, port: int, *, reuses_object: bool = False) -> BoundedMethods:
        """The handler's methods for the device at a port of this machine. Each call makes a new
        object of the handler, or all calls share one if `reuses_object`. Notes the port as that of
        a simulated device, which the handler may ask.
        """
        self.effects.ports.add(port)
        self.secrets.ports.add(port)
        make_object: Callable[[], FourMethods] = partial(self._object, port)
        if reuses_object:
            make_object = functools.lru_cache(maxsize=1)(make_object)
        return BoundedMethods(make_object, self.secrets, self.effects)

    def _object(self, port: int) -> FourMethods:
        """A new object of the handler, for the device at this port. Raises what make_handler
        raises.
        """
        data = self.data_makers[0](port)
        return FourMethods(make_pdu(self.loaded.make, data), data)
