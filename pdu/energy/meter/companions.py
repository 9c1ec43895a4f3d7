"""What goes along with a meter: the screen, systemd, and the metrics that it serves."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Callable, Optional

from handlers.shared.errors import SettingsError

from ...core.cli import optional_packages
from ...core.cli.options import RunOptions
from ...core.cli.output import report, show_status_line
from ...core.network.service_signals import SystemdNotify
from ...core.web.exposition import render
from .service import LONGEST_WAIT_S, Companion, MeterService


class Screen(Companion):
    """Standard error: sentences, and on a terminal below them a line that lives."""

    def __init__(self, run_options: RunOptions) -> None:
        self._as_json = run_options.json or run_options.debug
        is_live = sys.stderr.isatty() and not self._as_json
        self.every_s = 1.0 if is_live else LONGEST_WAIT_S

    def say(self, text: str) -> None:
        """Tell an administrator something."""
        self.clear()
        report(text)

    def clear(self) -> None:
        """Take the line away that lives."""
        with contextlib.suppress(OSError):
            show_status_line("", self._as_json)

    def turn(self, meter: MeterService) -> None:
        with contextlib.suppress(OSError):
            show_status_line(meter.health.line(), self._as_json)


class SystemdNotifier(Companion):
    """systemd, beside a meter."""

    def __init__(self, supervisor: SystemdNotify) -> None:
        self._supervisor = supervisor

    def turn(self, meter: MeterService) -> None:
        self._supervisor.lives(meter.health.line())


class ServedMetrics(Companion):
    """Its metrics, served by a process of their own."""

    def __init__(self, where: str, names: Sequence[str], say: Callable[[str], object]) -> None:
        """`names`: further hosts by which clients may call it. Raises SettingsError for an address
        that cannot be used."""
        try:
            # imported late: 60 ms, and its package may be missing
            from ...core.web.server import listening_at
            from .metrics_process import MetricsProcess
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] != "h11":
                raise
            raise SettingsError(optional_packages.missing("--metrics", "h11")) from None
        listener = listening_at(where, "--metrics", "127.0.0.1:9117")
        self._say = say
        self._meter: Optional[MeterService] = None
        self._port = listener.getsockname()[1]
        self._front = MetricsProcess(listener, self._page, where.rpartition(":")[0], names)
        say(f"metrics at http://{where.rpartition(':')[0] or 'localhost'}:{self._port}/metrics")

    def pipes(self) -> Mapping[Connection, Callable[[], None]]:
        return {self._front.pipe: self._answer} if self._front.is_running else {}

    def turn(self, meter: MeterService) -> None:
        self._meter = meter

    def close(self) -> None:
        self._front.close()

    def _page(self) -> bytes:
        return render(self._meter.health.metrics()) if self._meter is not None else b""

    def _answer(self) -> None:
        self._front.answer()
        if not self._front.is_running:
            self._say("the process that serves the metrics has ended; start this again to have it")
