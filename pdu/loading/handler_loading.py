"""Loads a handler: one of this pack by its name, `snmp`, or anybody's by the path of its file,
folder or archive, `pdu_acme.tar.gz`. An archive is unpacked into a temporary folder, which is
removed when this process ends. `_loaded_archives` notes which archives were loaded, by the name of
their directory, because one process cannot import two of one name.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, NamedTuple, Optional

from common.logger import get_logger
from handlers import registry
from handlers.shared.errors import SettingsError
from handlers.shared.settings import Setting
from pdu_common.snmp_client.process_options import SENT

from ..cli.error_output import NoSuchHandler
from ..cli.output import printing_to_stderr
from ..cli.spelling import meant
from .handler_archives import Archive
from .handler_module import FOREIGN_ERRORS, entry_of, import_handler
from .handler_paths import is_handler_there
from .handler_source import HandlerSource, read_handler, require_own_name


class LoadedHandler(NamedTuple):
    """A loaded handler, whose `make` makes the object for a PDU. Of `load("snmp")` the name is
    `snmp`, of `load("dist/pdu_acme.tar.gz")` it is `acme`, shown as `pdu_acme.tar.gz`.
    """

    #: such as `raritan`; for an archive, the name of its directory without `pdu_`
    name: str
    #: its name in output
    display_name: str
    #: its make_handler
    make: Callable[[object], Any]
    #: those that it declares; a handler of another pack may have none
    settings: Sequence[Setting[object]]
    #: whether it takes a PduSnmpData
    snmp: bool
    #: holds the function that it calls for each request it sends; None if it has no such variable
    request_hook: Optional[ContextVar[Callable[[], object]]] = None


def load(handler: str) -> LoadedHandler:
    """The handler of this name, or at this path of a file, a folder or an archive; `:IMPORT.PATH`
    behind the path names one of several in it. Its module is imported. Raises NoSuchHandler if
    there is none, and SettingsError if it cannot be loaded.

    >>> load("snmp").snmp, load("nut").snmp
    (True, False)
    >>> load("smnp")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.cli.error_output.NoSuchHandler: 'smnp' is not a handler (...
    """
    if registry.is_handler(handler):
        module = import_handler(f"handlers.{handler}.handler")
        return _loaded_handler(handler, handler, module, registry.about(handler).protocol)
    if not is_handler_there(handler):
        raise NoSuchHandler(_unknown_text(handler), handler)
    source = read_handler(handler)
    module = _import_source(source)
    name = source.archive.top.removeprefix("pdu_")
    display_name = os.path.basename(os.path.normpath(source.path))
    if os.path.isdir(source.path):
        display_name += "/"
    return _loaded_handler(name, display_name, module, source.protocol)


def load_again(handler: str) -> LoadedHandler:
    """Load a handler at a path a second time: its modules are removed from sys.modules and imported
    anew, so that what they read when imported, such as variables of the environment, is read again.
    """
    top = read_handler(handler).archive.top
    for name in list(sys.modules):
        if name.partition(".")[0] == top:
            del sys.modules[name]
    # the folder stays on sys.path
    return load(handler)


def _unknown_text(word: str) -> str:
    """The text of the error for a word that is no handler, with the handler that was probably
    meant: `'smnp' is not a handler (digitalloggers, ...), and no file, folder or archive with one
    has that name (...); did you mean 'snmp'?`.
    """
    names = ", ".join(registry.names())
    sentence = (
        f"{word[:200]!r} is not a handler ({names}), and no file, folder or archive with one has"
        " that name (`make packages` in a copy of the project builds archives)"
    )
    advice = meant(word, registry.names())
    return f"{sentence}; {advice}" if advice else sentence


def _loaded_handler(
    name: str, display_name: str, module: ModuleType, protocol: str
) -> LoadedHandler:
    """The handler whose module was imported. `protocol`: "snmp" or "custom". Raises SettingsError
    if the module has no make_handler.

    >>> _loaded_handler("acme", "acme.py", ModuleType("acme"), "custom")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: acme.py is not a handler: acme has no make_handler, ...
    """
    entry = entry_of(module)
    if entry is None:
        raise SettingsError(
            f"{display_name} is not a handler: {module.__name__} has no make_handler, which"
            " DCImanager calls"
        )
    is_snmp = protocol == "snmp"
    # over SNMP, pdu_common sends the requests and has the variable; another handler of this pack
    # has it itself; in anybody's handler, something else may have its name
    request_hook = SENT if is_snmp else getattr(entry.home, "SENT", None)
    return LoadedHandler(
        name=name,
        display_name=display_name,
        make=entry.make,
        settings=entry.settings,
        snmp=is_snmp,
        request_hook=request_hook if isinstance(request_hook, ContextVar) else None,
    )


# folders that this process removes when it ends
_unpacked_here: list[tempfile.TemporaryDirectory[str]] = []
# name of an archive's directory -> the archive's path, its files
_loaded_archives: dict[str, tuple[str, Mapping[str, bytes]]] = {}


def _import_source(source: HandlerSource) -> ModuleType:
    """Unpack the archive of a handler that was read, if it is not yet, and import its module.
    Raises SettingsError.

    pdu_acme.tar.gz                       the module pdu_acme.handler
    the same archive again                the same module
    another archive of that name          old.tar.gz and new.tar.gz are both pdu_acme: ...
    its code raises                       pdu_acme.tar.gz cannot be imported (ImportError: ...)
    """
    path, archive = source.path, source.archive
    try:
        is_loaded = archive.top in _loaded_archives
        if not is_loaded and not archive.top.startswith("pdu_"):
            require_own_name(source)
        if not is_loaded:
            _loaded_archives[archive.top] = (path, archive.files)
        known_path, known_files = _loaded_archives[archive.top]
        if os.path.realpath(known_path) != os.path.realpath(path):
            raise SettingsError(
                f"{path} and {known_path} are both {archive.top}: one run can load only one of them"
            )
        if known_files != archive.files:
            raise SettingsError(
                f"{path} was replaced after it was loaded: restart this program to run the new"
                " archive"
            )
        if archive.top not in sys.modules:
            _unpack_for_import(archive)
    except OSError as error:
        raise SettingsError(f"{path}: {error}") from None
    try:
        with printing_to_stderr():
            return import_handler(source.import_path)
    except FOREIGN_ERRORS as error:
        get_logger(__name__).debug(f"{path}: {source.import_path}", exc_info=True)
        raise SettingsError(
            f"{path} cannot be imported ({type(error).__name__}: {error}); --debug shows where"
        ) from None


def _unpack_for_import(archive: Archive) -> None:
    """Unpack an archive into a new temporary folder, `pdu-archive-...`, and put this first into
    sys.path. The folder is removed when this process ends. Raises OSError.
    """
    _remove_after_signals()
    folder = tempfile.TemporaryDirectory(prefix="pdu-archive-")
    _unpacked_here.append(folder)
    atexit.register(_remove, os.getpid())
    _lock(folder.name)
    archive.unpack(Path(folder.name))
    sys.path.insert(0, folder.name)
    importlib.invalidate_caches()


def _remove(pid: int) -> None:
    """Remove the folders of unpacked archives if this process is `pid`, the one that made them; a
    process that was forked from it removes nothing.
    """
    if os.getpid() != pid:
        return
    for folder in _unpacked_here:
        folder.cleanup()


def _lock(folder: str) -> None:
    """Lock a folder until this process ends, so that systemd-tmpfiles does not remove its files
    when they are some days old: a handler imports some of its modules late.
    """
    # Windows has no fcntl, and some file systems have no locks
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_SH | fcntl.LOCK_NB)


def _remove_after_signals() -> None:
    """Let SIGTERM and SIGHUP remove the folders of unpacked archives before they end this process,
    unless the process ignores or handles them. A forked child does not remove them.
    """
    # Python sets signal handlers in the main thread only
    if threading.current_thread() is not threading.main_thread():
        return
    pid = os.getpid()

    def end(number: int, _: object) -> None:
        _remove(pid)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    # Windows has no SIGHUP
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)
