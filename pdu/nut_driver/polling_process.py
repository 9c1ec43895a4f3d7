"""All PDUs of the list in the process that reads and switches them: `unit` for each, and what they
and the process of the sockets (`socket_process`) tell each other.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from multiprocessing.connection import wait
from typing import Callable, NamedTuple, Optional

from handlers import VERSION
from handlers.shared.errors import SettingsError

from ..core.cli.output import counted
from ..core.network.service_signals import ServiceSignals, reread
from ..pdus.polling import Target
from . import names
from .driver_protocol import FAILED
from .ipc_messages import (
    Close,
    CommandExpired,
    CommandRequested,
    InstcmdResult,
    Open,
    Opened,
    Quit,
    ReadOutcome,
    VariablesUpdated,
)
from .nut_variables import NutVariables, UpsdView
from .outlet_numbers import OutletNumbers
from .socket_process import SocketProcess, notify_admin, raise_open_file_limit
from .unit import DriverCommand, DriverPace, ServedPdu

_BEGIN_S = 0.05  # between the first readings of two PDUs
_AGAIN_S = (2.0, 5.0)  # until a reading that failed is tried again, the first PDU and the last
_ENDING_S = 0.05  # between two looks at the commands that still run
_GONE = "the list does not name this PDU any longer"

#: name for upsd -> PDU
TargetsByUps = Mapping[str, Target]


class WorkerSettings(NamedTuple):
    """Times in seconds."""

    every: float
    pause: float


class _PduReporter:
    """Passes what the thread of one PDU reports on to the process of the sockets."""

    def __init__(self, ups: str, name: str, front: SocketProcess) -> None:
        self._ups, self._name, self._sockets = ups, name, front
        #: whether its socket still shows this PDU
        self.is_shown = True

    def show(self, view: NutVariables) -> None:
        if self.is_shown:
            self._sockets.send(VariablesUpdated(self._ups, view))

    def mark(self, is_ok: bool) -> None:
        if self.is_shown:
            self._sockets.send(ReadOutcome(self._ups, is_ok))

    def say(self, text: str) -> None:
        notify_admin(self._name, text)


class _Driven(NamedTuple):
    """One PDU."""

    target: Target
    unit: ServedPdu
    stage: _PduReporter


class PollingProcess:
    """The PDUs of the list, until the driver is asked to end."""

    def __init__(
        self,
        settings: WorkerSettings,
        numbers: OutletNumbers,
        front: SocketProcess,
        load: Callable[[], TargetsByUps],
    ) -> None:
        """`load` reads the list and the logins again. It raises SettingsError."""
        self._settings, self._numbers, self._sockets, self._read = settings, numbers, front, load
        self._driven: dict[str, _Driven] = {}
        self._opening: set[str] = set()
        self._refused: list[str] = []
        self._open: dict[int, DriverCommand] = {}
        self._is_gone = self._is_hung_up = False

    def start(self, targets_by_ups: TargetsByUps, signals: ServiceSignals) -> None:
        """Open all sockets, then begin to read. Raises SettingsError if one cannot be opened."""
        for place, (ups, target) in enumerate(targets_by_ups.items()):
            self._add(ups, target, place, len(targets_by_ups))
        while self._opening and not self._is_gone:
            self._turn(signals)
        if self._refused or self._is_gone:
            self._sockets.send(Quit())
            raise SettingsError(self._refused[0] if self._refused else "no process for sockets")

    def run(self, signals: ServiceSignals) -> bool:
        """Serve until the driver is asked to end and no command runs. False if the process of the
        sockets has ended by itself.
        """
        while signals.ending is None and not self._is_gone:
            if self._is_hung_up and not self._opening:
                self._is_hung_up = False
                self._reload()
            self._turn(signals)
        for driven in self._driven.values():
            driven.unit.end()
        while self._open:
            self._turn(signals, _ENDING_S)
        self._sockets.send(Quit())
        return not self._is_gone

    # ---- PDUs ------------------------------------------------------------------------------------

    def _add(self, ups: str, target: Target, place: int, count: int) -> None:
        raise_open_file_limit(max(count, len(self._driven)))
        name = target.device.name
        panel = UpsdView(
            {
                "device.type": "pdu",
                "driver.name": names.DRIVER,
                "driver.version": VERSION,
                "driver.parameter.pollinterval": f"{self._settings.every:g}",
            },
            target.device.metered,
        )
        stage = _PduReporter(ups, name, self._sockets)
        every = self._settings.every
        first = min(_BEGIN_S * place, every * place / count)
        # not all at once after a moment without network
        again = _AGAIN_S[0] + (_AGAIN_S[1] - _AGAIN_S[0]) * place / count
        pace = DriverPace(every, first, self._settings.pause, again)
        unit = ServedPdu(target, panel, self._numbers, pace, stage)
        is_open = ups in self._driven
        self._driven[ups] = _Driven(target, unit, stage)
        if is_open:  # the same name for another PDU
            stage.mark(False)
            stage.show(panel.view)
            unit.start()
        else:
            self._opening.add(ups)
            self._sockets.send(Open(ups, name, panel.view))

    def _end(self, ups: str) -> None:
        """Let a PDU's commands end. Nothing of it is shown any longer."""
        driven = self._driven[ups]
        driven.stage.is_shown = False
        driven.unit.end(_GONE)

    def _reload(self) -> None:
        """Take over what the list and the logins say now. PDUs that stay go on as they are."""
        targets_by_ups = reread(self._read, functools.partial(notify_admin, names.DRIVER))
        if targets_by_ups is None:
            return
        removed_pdus = [ups for ups in self._driven if ups not in targets_by_ups]
        for ups in removed_pdus:
            self._end(ups)
            self._sockets.send(Close(ups))
            del self._driven[ups]
        new = changes = 0
        for place, (ups, target) in enumerate(targets_by_ups.items()):
            old_pdu = self._driven.get(ups)
            if old_pdu is not None and old_pdu.target == target:
                continue
            if old_pdu is not None and _is_same_pdu(old_pdu.target, target):
                old_pdu.unit.renew(target)
                self._driven[ups] = old_pdu._replace(target=target)
                changes += 1
                continue
            if old_pdu is not None:
                self._end(ups)
            changes, new = changes + (old_pdu is not None), new + (old_pdu is None)
            self._add(ups, target, place, len(targets_by_ups))
        notify_admin(
            names.DRIVER,
            f"the list was read again: {counted(len(targets_by_ups), 'PDU')}, {new} new,"
            f" {len(removed_pdus)} gone, {changes} changed",
        )

    # ---- messages --------------------------------------------------------------------------------

    def _turn(self, signals: ServiceSignals, seconds: Optional[float] = None) -> None:
        """Wait for signals and messages."""
        front = self._sockets.fileno()
        ready = wait([signals.pipe] if self._is_gone else [signals.pipe, front], seconds)
        if front in ready:
            try:
                for message in self._sockets.messages():
                    self._take(message)
            except (EOFError, OSError):
                self._is_gone = True
        if signals.pipe in ready:
            self._is_hung_up = signals.take_reload() or self._is_hung_up

    def _take(self, message: object) -> None:
        if isinstance(message, CommandRequested):
            self._ask(message)
        elif isinstance(message, CommandExpired):
            command = self._open.get(message.ticket)
            if command is not None:
                command.late()
        elif isinstance(message, Opened):
            self._opening.discard(message.ups)
            if message.error:
                self._refused.append(message.error)
                notify_admin(message.ups, message.error)
                del self._driven[message.ups]
            else:
                self._driven[message.ups].unit.start()

    def _ask(self, request: CommandRequested) -> None:
        def report(result: int) -> None:
            self._sockets.send(InstcmdResult(request.ticket, result))
            self._open.pop(request.ticket, None)

        driven = self._driven.get(request.ups)
        if driven is None:
            notify_admin(
                request.ups, f"outlet {request.number} {request.action}: not sent: {_GONE}"
            )
            self._sockets.send(InstcmdResult(request.ticket, FAILED))
            return
        command = DriverCommand(
            request.number, request.action, report, driven.stage.say, request.until
        )
        self._open[request.ticket] = command
        driven.unit.submit(command)


def _is_same_pdu(first: Target, second: Target) -> bool:
    """Whether both read the same PDU in the same way, perhaps with another login."""
    mine, theirs = first.device, second.device
    return (mine.handler, mine.address, mine.metered, mine.settings) == (
        theirs.handler,
        theirs.address,
        theirs.metered,
        theirs.settings,
    )
