"""`pdu exporter`: a multi-target exporter for Prometheus.

It keeps no readings, so several exporters can share one list.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing.connection import wait
from typing import Any, NamedTuple, NoReturn, Optional

import click

from handlers import registry
from handlers.shared.errors import SettingsError

from ..cli import optional_packages
from ..cli.error_output import Interrupted, fail
from ..cli.exit_codes import DONE
from ..cli.groups import Subcommand
from ..cli.options import (
    FILE_ARGUMENT,
    TEXT,
    Output,
    Run,
    output_options,
    pass_run,
)
from ..cli.output import print_json, report
from ..cli.shared_options import (
    auth_option,
    list_option,
    listen_option,
)
from ..loading.handler_loading import LoadedHandler, load
from ..network.listening import bound_socket
from ..network.service_signals import ServiceSignals
from ..pdu_list import names
from ..pdu_list.login_options import Login, pass_login, secret_file_option
from ..reading.owner_files import OwnerFiles
from ..reading.parts import error_of
from .networks import one_network
from .target_policy import TargetPolicy

USUAL_LISTEN = "127.0.0.1:9914"
_PACKAGES = ("prometheus_client", "waitress")


class ExporterOptions(NamedTuple):
    """What may be queried, and what is served of it."""

    #: the PDUs that may be queried, and the logins
    owner_files: OwnerFiles
    #: further addresses that may be queried
    networks: Sequence[str] = ()


@click.command(
    "exporter",
    cls=Subcommand,
    examples=(
        "pdu exporter hall.csv --auth logins.toml",
        "pdu exporter hall.csv --listen 127.0.0.1:9116",
    ),
)
@click.argument("list_word", metavar="[LIST]", required=False, type=FILE_ARGUMENT)
@list_option()
@auth_option()
@click.option(
    "--network",
    metavar="CIDR",
    type=TEXT,
    multiple=True,
    help="further addresses that may be queried; repeatable",
)
@listen_option(default=USUAL_LISTEN)
@click.option(
    "--allow-host",
    metavar="NAME",
    type=TEXT,
    multiple=True,
    help="on a loopback address: a further name by which clients call it; repeatable",
)
@secret_file_option
@output_options
@pass_login
@pass_run
def exporter(
    run: Run,
    login: Login,
    list_word: Optional[str],
    list_file: Optional[str],
    auth_file: Optional[str],
    network: Sequence[str],
    listen: str,
    allow_host: Sequence[str],
) -> int:
    """Serve many PDUs to Prometheus: /probe?target=NAME or
    /probe?target=HOST[:PORT]&handler=HANDLER&auth=LOGIN.

    Targets must be on LIST (as for pdu check) or in a --network. For an address that is
    only in a --network, a query must name a handler and a login. SIGHUP makes the exporter read the
    list and the logins again. /targets is the list for http_sd_configs, /metrics is about the
    exporter itself. The exporter prints its
    address and runs until Ctrl-C or SIGTERM.
    """
    try:
        # imported late: its packages may be missing
        from . import server
    except ModuleNotFoundError as error:
        package, _, _ = (error.name or "").partition(".")
        if package not in _PACKAGES:
            raise
        raise SettingsError(optional_packages.missing("the exporter", *_PACKAGES)) from None
    owner_files = OwnerFiles.of_command(list_word, list_file, auth_file, login)
    needs_list = not network or not auth_file
    if needs_list:
        owner_files = _with_list(owner_files)
    config = ExporterOptions(owner_files, network)
    # SIGHUP before listening must not end the process
    with ServiceSignals() as signals:
        app = server.Exporter(read_targets(config))
        listener = bound_socket(listen, "--listen", USUAL_LISTEN)
        address, _, _ = listen.rpartition(":")
        server.serve(app, listener, address, allow_host)
        _greet(page_url(listen, listener.getsockname()[1]), run.output)
        while signals.ending is None:
            wait([signals.pipe])
            if signals.take_reload():
                reload_targets(app, config)
        code = fail(run, Interrupted("")) if signals.ending == signal.SIGINT else DONE
    _end(code)


def _with_list(owner_files: OwnerFiles) -> OwnerFiles:
    """The files with a list, that of the command or the usual one. Raises SettingsError."""
    if owner_files.list is None and not names.usual_list():
        raise SettingsError(
            "give LIST, or --network with --auth: without these, no PDU can be queried; a list"
            f" is known by {names.how_a_list_is_known()}"
        )
    return owner_files.add_known_list()


def _greet(url: str, output: Output) -> None:
    """Print where the exporter is called."""
    if output.json:
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
    """The URL of a server's page. `listen`: its --listen, ADDRESS:PORT, whose port may be 0:
    the system chooses one. `port`: the one that it listens on.
    """
    address, _, _ = listen.rpartition(":")
    # ":9914" listens on all IPv4 addresses, so localhost works
    return f"http://{address or 'localhost'}:{port}/"


def read_targets(config: ExporterOptions) -> TargetPolicy:
    """Reads the list and the logins, and loads every handler that a query can name.

    Raises SettingsError.
    """
    fleet = config.owner_files.files()
    networks = [one_network(text) for text in dict.fromkeys(config.networks)]
    targets = config.owner_files.targets(fleet)
    handlers: dict[str, LoadedHandler] = {}
    if networks:
        for name in registry.names():
            handlers[name] = load(name)
    return TargetPolicy(targets=targets, networks=networks, handlers=handlers, auths=fleet.auths)


def reload_targets(exporter: Any, config: ExporterOptions) -> None:
    """Reads the list and the logins again, after SIGHUP.

    If that fails, the old ones stay in use.
    """
    try:
        exporter.policy = read_targets(config)
        exporter.own_metrics.is_loaded.set(1)
    except Exception as error:  # whatever fails must not end the exporter
        exporter.own_metrics.is_loaded.set(0)
        report(f"not reloaded: {error_of(error).reason}")
