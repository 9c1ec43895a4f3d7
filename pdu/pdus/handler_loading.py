"""Loads a handler: one of this tree by its name, or a built archive by its path."""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import importlib.util
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from types import ModuleType
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

from common.logger import get_logger
from handlers import registry
from handlers.shared.errors import SettingsError
from handlers.shared.settings import Setting
from handlers.shared.similar_names import similar_names
from pdu_common.snmp_client.process_options import SENT

from ..core.cli.error_output import NoSuchHandler

if TYPE_CHECKING:
    import tempfile


class LoadedHandler(NamedTuple):
    """A loaded handler."""

    #: such as `raritan`; for an archive, the name of its directory without `pdu_`
    name: str
    #: its name in output
    shown: str
    #: its make_handler
    make: Callable[[object], Any]
    #: those that it declares; a handler of another pack may have none
    settings: Sequence[Setting[object]]
    #: whether it takes a PduSnmpData
    snmp: bool
    #: holds what it calls for each request; None if it does not say
    sent: Optional[ContextVar[Callable[[], object]]] = None
    #: the module that it was loaded from
    module: str = ""


class HandlerReference(NamedTuple):
    """A loaded handler, for another process of this program."""

    name: str
    shown: str
    module: str
    #: where the module is found; for an archive, the folder into which this program unpacked it
    folder: str


def load(handler: str) -> LoadedHandler:
    """Load a handler by its name, or by the path of an archive. Raises SettingsError, and
    NoSuchHandler if there is none.

    An archive is unpacked into a temporary folder.
    """
    if registry.is_handler(handler):
        return _loaded_handler(
            handler, handler, importlib.import_module(f"handlers.{handler}.handler")
        )
    if not os.path.isfile(handler):
        near = similar_names(handler, registry.names())
        raise NoSuchHandler(
            f"{handler[:200]!r} is not a handler ({', '.join(registry.names())}), and no archive"
            " has that name (`make packages` in a copy of the project builds archives)"
            f"{f'; did you mean {near[0]}?' if near else ''}",
            handler,
        )
    module = _unpack_archive(handler)
    return _loaded_handler(
        module.__name__.partition(".")[0].removeprefix("pdu_"), os.path.basename(handler), module
    )


def reference(handler: LoadedHandler) -> HandlerReference:
    """Names the handler for `load_reference`."""
    package, _, _ = handler.module.partition(".")
    folder = os.path.dirname(os.path.dirname(getattr(sys.modules.get(package), "__file__", "")))
    return HandlerReference(handler.name, handler.shown, handler.module, folder)


@functools.lru_cache(maxsize=1000)
def load_reference(reference: HandlerReference) -> LoadedHandler:
    """The handler. An archive is not unpacked again."""
    if reference.module not in sys.modules and reference.folder not in sys.path:
        sys.path.insert(0, reference.folder)
    return _loaded_handler(
        reference.name, reference.shown, importlib.import_module(reference.module)
    )


def _loaded_handler(name: str, display_name: str, module: ModuleType) -> LoadedHandler:
    make = getattr(module, "make_handler", None)
    if not callable(make):
        raise SettingsError(f"{display_name} is not a handler: its handler.py has no make_handler")
    home = sys.modules.get(make.__module__, module)
    snmp = any(map(_speaks_snmp, vars(home).values()))
    sent_hook = SENT if snmp else getattr(home, "SENT", None)
    return LoadedHandler(
        name,
        display_name,
        make,
        _settings(getattr(home, "SETTINGS", ())),
        snmp,
        sent_hook if isinstance(sent_hook, ContextVar) else None,
        module.__name__,
    )


def _speaks_snmp(kind: object) -> bool:
    """Whether this is a class below BaseSnmpPdu. By such a class a handler says that it takes a
    PduSnmpData; an archive has no `ABOUT` that could say it.

    BaseSnmpPdu is known by its name here, because only an SNMP handler should import its module.
    """
    return isinstance(kind, type) and any(
        (base.__module__, base.__name__) == ("pdu_common.base_snmp_pdu", "BaseSnmpPdu")
        for base in kind.__mro__[1:]
    )


def _settings(value: Any) -> Sequence[Setting[object]]:
    """`value` if it is a list or tuple of settings, else (): another pack may use the name
    SETTINGS for other data.
    """
    settings = value if isinstance(value, (tuple, list)) else ()
    return tuple(settings) if all(map(_is_setting, settings)) else ()


def _is_setting(value: object) -> bool:
    # an archive has its own class Setting
    fields = ("key", "allowed", "read", "default", "help", "secret", "longest")
    return all(hasattr(value, name) for name in fields)


# folders that this process removes when it ends
_unpacked_here: list[tempfile.TemporaryDirectory[str]] = []
# name of an archive's directory -> the archive's path, its files
_loaded: dict[str, tuple[str, Mapping[str, bytes]]] = {}


def _unpack_archive(path: str) -> ModuleType:
    import tempfile  # imported late: 12 ms together; only archives need them
    from pathlib import Path

    from . import handler_archives

    try:
        archive = handler_archives.read_archive(Path(path).read_bytes())
        if not archive.holds_module(f"{archive.top}.handler"):
            raise SettingsError(
                f"{path} is not a handler archive: one folder with a handler.py is expected"
            )
        is_ours = archive.top in _loaded or archive.top.startswith("pdu_")
        if not is_ours and _is_module(archive.top):
            raise SettingsError(
                f"{path}: its directory {archive.top!r} has the name of another Python module"
            )
        known_path, content = _loaded.setdefault(archive.top, (path, archive.files))
        if os.path.realpath(known_path) != os.path.realpath(path):
            raise SettingsError(
                f"{path} and {known_path} are both {archive.top}: one run can load only one of them"
            )
        if content != archive.files:
            raise SettingsError(
                f"{path} was replaced after it was loaded: restart this program to run the new"
                " archive"
            )
        if archive.top not in sys.modules:
            _remove_after_signals()
            folder = tempfile.TemporaryDirectory(prefix="pdu-archive-")
            _unpacked_here.append(folder)
            atexit.register(_remove, os.getpid())
            _lock(folder.name)
            archive.unpack(Path(folder.name))
            sys.path.insert(0, folder.name)
    except (handler_archives.BadArchive, OSError) as error:
        raise SettingsError(f"{path}: {error}") from None
    try:
        return importlib.import_module(f"{archive.top}.handler")
    except (Exception, SystemExit) as error:  # anybody may have written the archive
        get_logger(__name__).debug(f"{path}: {archive.top}.handler", exc_info=True)
        raise SettingsError(
            f"{path} cannot be imported ({type(error).__name__}: {error}); --debug shows where"
        ) from None


def _is_module(name: str) -> bool:
    return name in sys.modules or importlib.util.find_spec(name) is not None


def _remove(pid: int) -> None:
    """Remove the folders if this process is `pid`, which made them.

    Processes that are forked from it leave the folders to it.
    """
    for folder in _unpacked_here if os.getpid() == pid else ():
        folder.cleanup()


def _lock(folder: str) -> None:
    """Lock a folder until this process ends, so that systemd-tmpfiles does not remove its files
    when they are some days old: a handler imports some of its modules late."""
    # Windows has no fcntl, and some file systems have no locks
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_SH)


def _remove_after_signals() -> None:
    """Let SIGTERM and SIGHUP remove the folders before they end this process, unless the process
    ignores or handles them.
    """
    # Python allows no signal handler there
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
