"""Lets tools (`pdu exporter`, `pdu check`) make several calls of a handler in one session.

Outside of `one_session`, each call has a session of its own and nothing is kept between calls. A
handler's module offers `one_session` to tools under this name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, Callable, Optional, TypeVar

T = TypeVar("T")


class _SharedSessions:
    """The sessions of the handlers that are called in one `one_session`."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.sessions: dict[int, Any] = {}
        self.found: dict[tuple[int, str], Any] = {}
        # an owner that ended would leave its id to another one
        self._owners: dict[int, object] = {}

    def key(self, owner: object) -> int:
        """The key of an owner, which is kept alive as long as this object."""
        self._owners[id(owner)] = owner
        return id(owner)


_KEPT: ContextVar[Optional[_SharedSessions]] = ContextVar("kept", default=None)


@contextmanager
def one_session() -> Iterator[None]:
    """Calls of one handler object in this block and thread share a session, which ends with the
    block. What one of them has read from the device, the others may use.

    For calls that only read. A call that fails ends the session.
    """
    with ExitStack() as stack:
        token = _KEPT.set(_SharedSessions(stack))
        try:
            yield
        finally:
            _KEPT.reset(token)


@contextmanager
def session(
    owner: object,
    open_session: Callable[[], AbstractContextManager[T]],
    renew: Callable[[T], object],
) -> Iterator[T]:
    """The session of a call: a new one, or in `one_session` that of the call before, with the time
    for a new call by `renew`.
    """
    scope = _KEPT.get()
    if scope is None:
        with open_session() as entered_session:
            yield entered_session
        return
    key = scope.key(owner)
    if key in scope.sessions:
        entered_session = scope.sessions[key]
        renew(entered_session)
    else:
        entered_session = scope.sessions[key] = scope.stack.enter_context(open_session())
    try:
        yield entered_session
    except BaseException:
        # its end, at the end of the block, releases it
        scope.sessions.pop(key, None)
        raise


def read_once(owner: object, what: str, read: Callable[[], T]) -> T:
    """What `read` returns; in `one_session`, what it returned at the first call."""
    scope = _KEPT.get()
    if scope is None:
        return read()
    key = (scope.key(owner), what)
    if key not in scope.found:
        scope.found[key] = read()
    result: T = scope.found[key]
    return result


def is_shared() -> bool:
    """Whether this call shares a session with others (`one_session`)."""
    return _KEPT.get() is not None
