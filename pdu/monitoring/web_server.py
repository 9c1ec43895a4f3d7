"""The web server of the exporter: waitress, which answers in a fixed number of threads.

Three things are added to it. Of too many connections, the one that has waited longest without a
whole request gives way to a new one: waitress would accept no more. A client that sends a byte now
and then is cut as a silent one is, and so is one that does not read its answer: waitress would let
them stay.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Optional, cast

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: connections of all clients: half of the usual limit of open files
CONNECTIONS = 500
#: seconds without a whole request or a read answer after which a connection is cut; Prometheus asks
#: for many PDUs over one connection, and makes a new one if it was cut
IDLE_S = 120
_CHECK_S = 10  # seconds between two looks for connections to cut
_MOST_BYTES = 16 << 10  # of a request's head, and of its body


class _Channel(HTTPChannel):
    """The connection of a client."""

    def handle_read(self) -> None:
        """Read; only a whole request counts as activity, not a byte now and then."""
        activity = self.last_activity
        super().handle_read()
        if self.request is not None:  # a part of it has arrived
            self.last_activity = activity


class WebServer(TcpWSGIServer):
    """Serves one listening socket from `run` on. Its threads end with the process."""

    channel_class = _Channel

    def __init__(
        self,
        application: WSGIApplication,
        listener: socket.socket,
        threads: int,
        connections: int = CONNECTIONS,
        idle_s: int = IDLE_S,
    ) -> None:
        self._most = connections
        super().__init__(
            application,
            _sock=listener,
            sockinfo=(listener.family, listener.type, None, listener.getsockname()),
            bind_socket=False,
            sockets=[listener],
            threads=threads,
            # reached only if that many clients wait for an answer: new ones then wait, too
            connection_limit=connections + threads,
            channel_timeout=idle_s,
            cleanup_interval=min(_CHECK_S, idle_s),
            max_request_header_size=_MOST_BYTES,
            max_request_body_size=_MOST_BYTES,
            backlog=1024,
            asyncore_use_poll=True,  # select takes no file descriptor from 1024 on
            log_socket_errors=False,
            ident="pdu-exporter",
        )

    @property
    def channels(self) -> Sequence[HTTPChannel]:
        """The open connections."""
        channel_by_descriptor = cast("dict[int, HTTPChannel]", self.active_channels)
        return list(channel_by_descriptor.values())

    def accept(self) -> Optional[tuple[socket.socket, object]]:
        """Accept a connection; if all are in use, cut the one that waits longest."""
        if len(self.channels) >= self._most:
            self._cut_oldest()
        try:
            return super().accept()
        except OSError:  # no file descriptor is free; waitress tries again
            self._cut_oldest()
            raise

    def maintenance(self, now: int) -> None:
        """Close the connections that waitress has marked as idle, also if their clients do not read
        their answers.
        """
        super().maintenance(now)
        for channel in self.channels:
            if channel.will_close and channel.socket is not None:
                # waitress closes it when its client reads; now it does so at once
                with contextlib.suppress(OSError):
                    channel.socket.shutdown(socket.SHUT_RDWR)

    def _cut_oldest(self) -> None:
        """Cut the connection that has waited longest without a whole request, if one waits."""
        waiting = [channel for channel in self.channels if not channel.requests]
        if waiting:
            oldest = min(waiting, key=lambda channel: channel.last_activity)
            oldest.handle_close()
