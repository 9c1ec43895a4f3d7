"""The PDUs of the fleet list as the environment of a run, and the signals that ask it to stop."""

from __future__ import annotations

import hashlib
import json
import signal
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Optional

from pdu_common.helper import EnumPowerStatus

from ...core.cli.options import RunOptions, command_line
from ...pdus.listed_pdu import place_of
from ...pdus.polling import Target, poll_full
from ...pdus.saved_readings import HallReadings, hall_readings
from ...site.drawing.drawing import Cord
from ...site.machines.pdu_access import SystemClock, serial, switch
from .plan_file import CyclePlan, PduDevice

# threads that read PDUs; a run of 200 PDUs reads all of them every quarter of an hour
_THREADS = 16


class Stopping:
    """Whether somebody asked the run to stop."""

    def __init__(self) -> None:
        self.is_asked = False


@contextmanager
def stopping() -> Iterator[Stopping]:
    """During the block the first SIGINT, SIGTERM or SIGHUP only asks to stop, so that a command
    that was sent gets its answer; the second raises KeyboardInterrupt.

    Signals that are ignored (under nohup: SIGHUP) stay ignored. A closed terminal often sends
    SIGHUP twice, so it never counts as the second.
    """
    stop_request = Stopping()

    def handle(number: int, _frame: object) -> None:
        if stop_request.is_asked and number in (signal.SIGINT, signal.SIGTERM):
            raise KeyboardInterrupt
        stop_request.is_asked = True

    names = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    handler_by_signal = {
        number: signal.signal(number, handle)
        for number in numbers
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield stop_request
    finally:
        for number, handler in handler_by_signal.items():
            signal.signal(number, handler)


def devices_of(targets: Sequence[Target]) -> dict[str, PduDevice]:
    """Which device each PDU is."""
    return {target.device.name: _device(target) for target in targets}


def _device(target: Target) -> PduDevice:
    settings = {**target.auth.settings, **dict(target.device.settings)}
    identity = [target.device.handler, target.device.address, sorted(settings.items())]
    digest = hashlib.sha256(json.dumps(identity).encode()).hexdigest()
    return PduDevice(target.device.handler, target.device.address, digest)


def listed_as(device: PduDevice, device_by_name: Mapping[str, PduDevice]) -> Optional[str]:
    """How a list names a device of a plan; None if the list does not have it with the same
    settings. The address alone does not say which it is: several PDUs may be behind one.
    """
    return next(
        (name for name, listed_device in device_by_name.items() if listed_device == device), None
    )


class PolledEnvironment(SystemClock):
    """PDUs over their protocols. A `RunEnvironment`."""

    def __init__(self, targets: Sequence[Target], stop_request: Stopping) -> None:
        self._targets: Mapping[str, Target] = {target.device.name: target for target in targets}
        self._asked = stop_request

    def read_pdus(self, pdus: Collection[str]) -> HallReadings:
        """States, currents and topology. A PDU that fails has an error, and what came before it."""
        targets = [self._targets[name] for name in sorted(pdus)]
        # threads: the commands go out from this process, so it must not be forked
        with ThreadPoolExecutor(_THREADS) as threads:
            readings = list(threads.map(poll_full, targets))
        return hall_readings([target.device for target in targets], readings, time.time())

    def switch(self, cord: Cord, on: bool) -> EnumPowerStatus:
        return switch(self._targets[cord.pdu], cord.outlet, on)

    def key(self, pdu: str) -> str:
        return " ".join(place_of(self._targets[pdu].device))

    def serials(self, pdus: Collection[str]) -> Mapping[str, Optional[str]]:
        return {name: serial(self._targets[name]) for name in pdus}

    def is_stopping(self) -> bool:
        return self._asked.is_asked


def switch_on(cord: Cord, plan: CyclePlan, targets: Sequence[Target]) -> str:
    """The command that switches an outlet of a plan on, without its login. Its settings are those
    of the fleet list, if that still has the device.
    """
    device, device_by_name = plan.pdus[cord.pdu], devices_of(targets)
    name = listed_as(device, device_by_name)
    if name is None and device_by_name.get(cord.pdu, device)[:2] == device[:2]:
        name = cord.pdu  # another setting was changed
    settings = next(
        (dict(target.device.settings) for target in targets if target.device.name == name), {}
    )
    run_options = RunOptions(settings=settings)
    return command_line(run_options, "on", device.handler, device.address, cord.outlet)
