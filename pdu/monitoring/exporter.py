"""`pdu exporter`: a multi-target exporter for Prometheus.

It keeps no readings, so several exporters can share one list.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Sequence
from multiprocessing.connection import wait
from typing import Annotated, Any, NamedTuple, NoReturn

from handlers import registry
from handlers.shared.errors import SettingsError, printable

from ..core.cli import optional_packages
from ..core.cli.error_output import Interrupted, fail
from ..core.cli.groups import Subcommand
from ..core.cli.options import RunOptions, Seconds, option, secret_files
from ..core.cli.output import print_json, report
from ..core.cli.shared_options import (
    ALLOW_HOST,
    ARCHIVES,
    AUTH,
    LIST as LIST_FILE,
    LISTEN,
    PARALLEL,
)
from ..core.network.listening import listening_at
from ..core.network.service_signals import ServiceSignals
from ..pdus import names
from ..pdus.handler_loading import load
from ..pdus.newest_archives import loadable_handlers
from ..pdus.owner_files import OwnerFileOptions, OwnerFiles
from ..pdus.reading import error_of
from .host_check import HostCheck
from .networks import one_network
from .target_policy import TargetPolicy

USUAL_LISTEN = "127.0.0.1:9914"
_PACKAGES = ("prometheus_client", "waitress")


class ExporterOptions(NamedTuple):
    """The options of one run."""

    #: the PDUs that may be queried, and the logins
    owner_files: Annotated[
        OwnerFiles, OwnerFileOptions(LIST_FILE, AUTH, ARCHIVES, is_argument=True)
    ]
    network: Annotated[
        Sequence[str],
        option(
            "--network", "further addresses that may be queried; repeatable", "CIDR", multiple=True
        ),
    ]
    #: ADDRESS:PORT
    listen: Annotated[str, LISTEN(default=USUAL_LISTEN, show_default=True)]
    allow_host: Annotated[Sequence[str], ALLOW_HOST()]
    #: how many probes run at a time
    parallel: Annotated[int, PARALLEL(default=64, show_default=True)]
    #: in s
    timeout_offset: Annotated[
        float,
        option(
            "--timeout-offset",
            "end a probe this much before Prometheus gives up",
            "SECONDS",
            Seconds(0, 60),
            default=0.5,
            show_default=True,
        ),
    ]
    identity: Annotated[
        bool,
        option(
            "--identity",
            "also serve serial numbers, firmware and uptimes: more requests",
        ),
    ]
    power: Annotated[
        bool,
        option(
            "--power",
            "also serve the watts of outlets: more requests",
        ),
    ]


def _run(config: ExporterOptions, run_options: RunOptions) -> int:
    """Serve until Ctrl-C or SIGTERM. Ends the process."""
    try:
        # imported late: 60 ms, and their packages may be missing
        from . import probes, server
        from .web_server import WebServer
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _PACKAGES:
            raise
        raise SettingsError(optional_packages.missing("the exporter", *_PACKAGES)) from None
    is_open = bool(config.network and config.owner_files.auth)
    if config.owner_files.list is None and not is_open:
        if not names.usual_list():
            raise SettingsError(
                "give LIST, or --network with --auth: without these, no PDU can be queried; a list"
                f" is known by {names.how()}"
            )
        config = config._replace(owner_files=config.owner_files.add_known_list())
    # SIGHUP before listening must not end the process
    with ServiceSignals() as signals:
        exporter = server.Exporter(
            read_targets(config),
            server.ServerLimits(config.parallel, config.timeout_offset),
            probes.ProbeExtras(config.identity, config.power),
        )
        listener = listening_at(config.listen, "--listen", USUAL_LISTEN)
        url = page_url(config.listen, listener.getsockname()[1])
        here = config.listen.rpartition(":")[0]
        application = HostCheck(server.ExporterRoutes(exporter), here, config.allow_host)
        web_server = WebServer(application, listener, exporter.threads)
        threading.Thread(target=web_server.run, daemon=True).start()
        _greet(url, run_options)
        while signals.ending is None:
            wait([signals.pipe])
            if signals.take_reload():
                reload_targets(exporter, config)
        code = fail(run_options, Interrupted("")) if signals.ending == signal.SIGINT else 0
    _end(code)


def _greet(url: str, run_options: RunOptions) -> None:
    if run_options.json:
        print_json({"url": url})
    else:
        print(url)
    sys.stdout.flush()


def _end(code: int) -> NoReturn:
    """Ends this process without waiting for probes in other threads. A normal exit would run
    OpenSSL's cleanup, and a probe that still uses OpenSSL could then crash the process."""
    sys.stdout.flush()
    atexit._run_exitfuncs()  # removes the folders of unpacked archives, for example
    os._exit(code)


def page_url(listen: str, port: int) -> str:
    # ":9914" listens on all IPv4 addresses, so localhost works
    host = listen.rpartition(":")[0] or "localhost"
    return f"http://{host}:{port}/"


def read_targets(config: ExporterOptions) -> TargetPolicy:
    """Reads the list and the logins, and loads every handler that a query can name.

    Raises SettingsError.
    """
    fleet = config.owner_files.files()
    networks = [one_network(text) for text in dict.fromkeys(config.network)]
    targets = config.owner_files.targets(fleet)
    archive_devices = [
        target.device.name for target in targets if not registry.is_handler(target.handler.shown)
    ]
    has_archives = bool(archive_devices) or config.owner_files.archives is not None
    asks_more = config.identity or config.power
    if asks_more and has_archives:
        raise SettingsError(
            f"{'--identity' if config.identity else '--power'} is not for archives, which answer"
            " DCImanager's calls only: "
            + (printable(", ".join(archive_devices), 200) or "--archives")
        )
    path_by_name = loadable_handlers(config.owner_files.archives) if networks else {}
    handlers = {name: load(path) for name, path in path_by_name.items()}
    return TargetPolicy(targets, networks, handlers, fleet.auths)


def reload_targets(exporter: Any, config: ExporterOptions) -> None:
    """Reads the list and the logins again, after SIGHUP.

    If that fails, the old ones stay in use.
    """
    try:
        exporter.allowed = read_targets(config)
        exporter.own.is_loaded.set(1)
    except Exception as error:  # whatever fails must not end the exporter
        exporter.own.is_loaded.set(0)
        report(f"not reloaded: {error_of(error).reason}")


_HELP = """Serve many PDUs to Prometheus: /probe?target=NAME or
/probe?target=HOST[:PORT]&handler=HANDLER&auth=LOGIN.

Targets must be on LIST (as for pdu check) or in a --network. For an address that is
only in a --network, a query must name a handler and a login. SIGHUP makes the exporter read the
list and the logins again. /targets is the list for http_sd_configs, /metrics is about the
exporter itself. The exporter prints its
address and runs until Ctrl-C or SIGTERM."""
exporter = Subcommand.typed(
    "exporter",
    ExporterOptions,
    _run,
    examples=(
        "pdu exporter hall.csv --auth logins.toml",
        "pdu exporter hall.csv --listen 127.0.0.1:9116",
    ),
    help=_HELP,
    unnamed=secret_files(),
)
