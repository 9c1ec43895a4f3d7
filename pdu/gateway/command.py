"""`pdu gateway`: read and switch machines over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple, Optional, Union

from handlers.shared.errors import SettingsError, printable

from ..core.cli import optional_packages
from ..core.cli.exit_codes import DONE
from ..core.cli.groups import Subcommand
from ..core.cli.options import (
    ArgumentForm,
    RunOptions,
    option,
    secret_files,
)
from ..core.cli.output import counted, print_json, report
from ..core.cli.shared_options import (
    ALIVE,
    ALLOW_HOST,
    AUTH,
    CONFIRM,
    DRAWING as DRAWING_FILE,
    LIST as LIST_FILE,
    LISTEN,
    PAUSE,
    POWER_TIMEOUT,
    STATE_DIR,
    THRESHOLD,
    VERIFIED,
)
from ..core.files import secret_files as private
from ..core.network import hosts
from ..core.network.listening import listen_address
from ..core.network.service_signals import ServiceSignals
from ..pdus.polling import Target
from ..pdus.reading import error_of
from ..site.drawing.drawing import Drawing
from ..site.machines.evidence import EvidenceFile
from ..site.machines.machine_power import OffProof
from ..site.machines.observations import default_folder
from ..site.owner_files import DRAWING, LIST, OwnerFileOptions, OwnerFiles
from . import clients as clients_file
from .meter_proof import MeterProof
from .request import LONGEST_PAUSE_S

USUAL_LISTEN = "127.0.0.1:9915"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_BY_METERS = [ArgumentForm("confirm", "current".__eq__, "--confirm current")]


class GatewayOptions(NamedTuple):
    """The options of one run."""

    owner_files: Annotated[
        OwnerFiles,
        OwnerFileOptions([LIST], LIST_FILE, DRAWING_FILE, AUTH, needs=[LIST, DRAWING]),
    ]
    clients: Annotated[
        str,
        option(
            "--clients", "tokens and rights; not readable by other users", "FILE", required=True
        ),
    ]
    journal: Annotated[
        str,
        option(
            "--journal",
            "where each command is written down before it is sent",
            "FILE",
            default="gateway.jsonl",
            show_default=True,
        ),
    ]
    #: ADDRESS:PORT
    listen: Annotated[str, LISTEN(default=USUAL_LISTEN, show_default=True)]
    cert: Annotated[
        Optional[str],
        option(
            "--cert",
            "serve HTTPS with this certificate and its chain (PEM)",
            "FILE",
            requires=["--key"],
        ),
    ]
    key: Annotated[
        Optional[str],
        option("--key", "the certificate's key (PEM)", "FILE", requires=["--cert"]),
    ]
    plain_http: Annotated[
        bool, option("--plain-http", "allow HTTP without TLS beyond this machine")
    ]
    allow_host: Annotated[Sequence[str], ALLOW_HOST()]
    switch_by_get: Annotated[bool, option("--switch-by-get", "let pdudaemon's paths switch")]
    #: in s
    pause: Annotated[float, PAUSE(default=10.0, show_default=True)]
    confirm: Annotated[str, CONFIRM(default="state", show_default=True)]
    #: in A
    threshold: Annotated[
        float,
        THRESHOLD(default=OffProof().threshold_a, show_default=True, requires=_BY_METERS),
    ]
    #: in s
    power_timeout: Annotated[
        float, POWER_TIMEOUT(default=20.0, show_default=True, requires=_BY_METERS)
    ]
    alive: Annotated[Optional[str], ALIVE(requires=_BY_METERS)]
    verified: Annotated[Optional[str], VERIFIED(requires=_BY_METERS)]
    state_dir: Annotated[Optional[str], STATE_DIR(requires=_BY_METERS)]

    @property
    def proof(self) -> Optional[MeterProof]:
        """What proves a machine off; None: the states of its outlets."""
        if self.confirm != "current":
            return None
        folder = Path(self.state_dir) if self.state_dir else default_folder()
        proof = OffProof(True, self.threshold, self.power_timeout)
        drawing = self.owner_files.require_path(DRAWING)
        file = EvidenceFile.of(self.verified, drawing)
        return MeterProof(proof, folder, file, self.alive)


class ListenAddress(NamedTuple):
    """Where the gateway listens."""

    host: str
    is_loopback: bool
    #: whether it is each address of this machine, so that no client calls it by it
    is_any: bool

    @property
    def url_host(self) -> str:
        """The host as a URL and a Host header have it."""
        return f"[{self.host}]" if ":" in self.host else self.host


class Files(NamedTuple):
    """What the gateway reads at its start and after SIGHUP."""

    drawing: Drawing
    targets: Sequence[Target]
    clients: clients_file.Clients
    #: None for plain HTTP
    tls: Optional[ssl.SSLContext]


def _run(gateway_options: GatewayOptions, run_options: RunOptions) -> int:
    try:
        # imported late: 60 ms, and its package may be missing
        from ..core.web import server as web
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "h11":
            raise
        raise SettingsError(optional_packages.missing("the gateway", "h11")) from None
    if gateway_options.pause > LONGEST_PAUSE_S:
        raise SettingsError(f"--pause: give 0 to {LONGEST_PAUSE_S:g} seconds; clients wait for it")
    address = gateway_address(gateway_options)
    # SIGTERM and SIGHUP break nothing off, from the start on; a second SIGTERM neither
    with ServiceSignals(second=lambda: None) as signals:
        files = _read_files(gateway_options)
        listener = web.listening_at(gateway_options.listen, "--listen", USUAL_LISTEN)
        with listener:
            asyncio.run(_serve(gateway_options, run_options, files, address, listener, signals))
    return DONE


def _read_files(options: GatewayOptions) -> Files:
    """All files, at the start and after SIGHUP. Raises SettingsError."""
    clients = clients_file.read_clients(options.clients)
    drawing = options.owner_files.read_drawing()
    if not drawing.machines:
        raise SettingsError(f"{drawing.path}: there is no machine in it; add [[machine]] tables")
    _check_patterns(clients, drawing, options.clients)
    pdu_names = {cord.pdu for machine in drawing.machines.values() for cord in machine.cords}
    return Files(drawing, options.owner_files.pdus(pdu_names), clients, _tls_context(options))


async def _serve(
    options: GatewayOptions,
    run_options: RunOptions,
    files: Files,
    address: ListenAddress,
    listener: socket.socket,
    signals: ServiceSignals,
) -> None:
    """Serve until SIGTERM or Ctrl-C; then carry the running commands through."""
    # imported late, as in `_gateway`
    from ..core.web import server as web
    from . import application, command_log, power_service

    names = {*(name.lower() for name in options.allow_host)}
    if not address.is_any:
        names.update((address.url_host.lower(), *_LOOPBACK))
    choices = application.Choices(names, options.pause, options.switch_by_get)
    _warn_of_many_machines(files)
    with contextlib.closing(command_log.CommandLog(options.journal)) as book:
        for command in book.lost:
            report(
                f"the result of {command.request.action} of {command.request.machine} by"
                f" {command.client} is not known: look at the machine"
            )
        switchboard = power_service.PowerService(
            files.drawing.machines,
            files.targets,
            book,
            report,
            options.proof,
        )
        api = application.Application(switchboard, book, choices, report)
        server = web.WebServer(api.guard(files.clients), tls=files.tls, report=report)

        async def reload() -> None:
            """Commands that run are carried through as they were begun."""
            new_files = await asyncio.to_thread(_reread_files, options)
            if isinstance(new_files, str):
                api.health.not_reloaded = new_files
                report(f"not reloaded, nothing changes: {new_files}")
                return
            _warn_of_many_machines(new_files)
            switchboard.renew(new_files.drawing.machines, new_files.targets)
            server.application, server.tls = api.guard(new_files.clients), new_files.tls
            api.health.not_reloaded = ""
            report(
                f"reloaded: {counted(len(new_files.clients), 'client')},"
                f" {counted(len(new_files.drawing.machines), 'machine')},"
                f" {counted(len(new_files.targets), 'PDU')}"
            )

        async def reloads() -> None:
            """One after the other."""
            while True:
                await reload_request.wait()
                reload_request.clear()
                try:
                    await reload()
                except Exception as error:  # a defect must not end later reloads
                    report(f"defect: {type(error).__name__}: {error}")

        def take_signals() -> None:
            if signals.take_reload():
                reload_request.set()
            if signals.ending is not None:
                server.stop()

        reload_request, loop = asyncio.Event(), asyncio.get_running_loop()
        serving = loop.create_task(server.serve(listener))
        reloading = loop.create_task(reloads())
        await asyncio.sleep(0)  # from here on it can be stopped
        loop.add_reader(signals.pipe.fileno(), take_signals)
        url = f"{'https' if options.cert else 'http'}://{address.url_host}:{listener.getsockname()[1]}/"
        if run_options.json:
            print_json({"url": url})
        else:
            print(url)
        sys.stdout.flush()
        try:
            await serving
        finally:
            loop.remove_reader(signals.pipe.fileno())
            reloading.cancel()
            await switchboard.close()


def _warn_of_many_machines(files: Files) -> None:
    """Print which clients could switch a machine that they did not name."""
    for client in files.clients:
        count = sum(map(client.sees, files.drawing.machines))
        if count > 1 and clients_file.SWITCH in client.may:
            report(
                f"client {client.name} switches {count} machines: a program that names none, such"
                " as fence_redfish without systems_uri, switches the wrong one; give it a client"
                " of its own with one machine"
            )


def _reread_files(options: GatewayOptions) -> Union[Files, str]:
    """All files again, or why they cannot be used."""
    try:
        return _read_files(options)
    except Exception as error:  # whatever fails must not end the gateway
        return error_of(error).reason


def _tls_context(options: GatewayOptions) -> Optional[ssl.SSLContext]:
    """TLS with the owner's certificate. Raises SettingsError."""
    from ..core.web import server as web  # imported late, as in `_gateway`

    if options.cert is None or options.key is None:
        return None
    private.read_secret(options.key, private.SECRET)  # refused if others can read it
    try:
        return web.tls_context(options.cert, options.key)
    except OSError as error:  # ssl.SSLError is one
        raise SettingsError(f"--cert, --key: {getattr(error, 'strerror', None) or error}") from None


def gateway_address(options: GatewayOptions) -> ListenAddress:
    """Where to listen. Raises SettingsError, also if it is not safe as given."""
    host, _ = listen_address(options.listen, "--listen", USUAL_LISTEN)
    if not host:
        raise SettingsError(
            f"--listen {options.listen[:60]!r}: give ADDRESS:PORT, such as {USUAL_LISTEN}"
        )
    is_loopback = hosts.is_this_machine(host)
    is_any = hosts.one_spelling(host) in ("0.0.0.0", "::")  # noqa: S104 (it is refused below)
    if not is_loopback and options.cert is None and not options.plain_http:
        raise SettingsError(
            f"--listen {options.listen[:60]}: tokens would cross the network in the clear; give"
            " --cert and --key, or --plain-http behind a proxy that speaks TLS"
        )
    if is_any and not options.allow_host:
        raise SettingsError("give --allow-host NAME, the name by which clients call this gateway")
    return ListenAddress(host, is_loopback, is_any)


def _check_patterns(clients: clients_file.Clients, drawing: Drawing, path: str) -> None:
    """Raise SettingsError for a client that sees no machine: a name is wrong."""
    for client in clients:
        for pattern in client.machines:
            alone = client._replace(machines=[pattern])
            if not any(alone.sees(name) for name in drawing.machines):
                raise SettingsError(
                    f"{path}: [client.{client.name}]: no machine of the drawing matches"
                    f" {printable(pattern, 60)!r}"
                )


_HELP = """Read and switch the machines of a drawing over HTTP, by all their outlets.

For MAAS (webhook), labgrid (rest), pdudaemon's clients, Redfish clients (Ironic, sushy,
fence_redfish), and scripts (/v1, described by /v1/openapi.json). A machine is on or off if all its
outlets are, and unknown otherwise. A command is proven by reading back; with --confirm current, off
is proven by a trial (`pdu machine verify`) and the meters as by `pdu fence`, and
/v1/machines/NAME/proof says beforehand whether it can be. A restart switches on only what was
proven off and stayed off. The file --clients has a table [client.NAME] with token_file, machines
and may for each. SIGHUP makes it read all files again. Runs until Ctrl-C or SIGTERM."""
gateway = Subcommand.typed(
    "gateway",
    GatewayOptions,
    _run,
    examples=(
        "pdu gateway hall.csv --drawing hall.power.toml --clients clients.toml",
        "pdu gateway hall.csv --drawing h.toml --clients c.toml --pause 30",
    ),
    help=_HELP,
    unnamed=secret_files(),
)
