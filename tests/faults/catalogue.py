"""The faults: for each what happens, which errors a call may raise, and whether the request can
reach the device.
"""

from __future__ import annotations

from typing import NamedTuple

METHODS = ("status", "port_up", "port_down", "statistic")
WRITES = ("port_up", "port_down")

# The kinds of errors that a call may raise (`kind` of PduHandlerError). A correct result is always
# allowed, also one with UNKNOWN states.
NONE: frozenset[str] = frozenset()
NETWORK = frozenset({"unreachable"})
WRONG = frozenset({"unreachable", "protocol"})
RIGHTS = frozenset({"denied", "refused"})
BUSY = frozenset(
    {"unreachable", "refused", "protocol", "unsupported", "data-stale", "driver-not-connected"}
)
ANY = frozenset({"unreachable", "protocol", "refused", "denied", "unsupported", "no-such-outlet"})


class Fault(NamedTuple):
    """One fault of the matrix.

    `place`: the part that plays the fault. "tcp", "udp": the relay between handler and device.
    "answer": the relay; it replaces the device's answer by a wrong one from the handler's module in
    `protocols`. "tls": a server in place of the device. "device": the simulated device.

    `kinds`: the errors that a call may raise; NONE if it must not fail. `lasts`: a relay's fault
    lasts from its step to the end of the call; otherwise it happens once. `reaches`: the request
    can reach the device. `seeds`: so many random forms of the fault are played; if there are any,
    a changed state or figure may be valid.
    """

    key: str
    place: str
    about: str
    kinds: frozenset[str]
    lasts: bool = True
    reaches: bool = True
    seeds: int = 0


FAULTS: tuple[Fault, ...] = (
    # ---- TCP
    Fault("refused", "tcp", "connections are refused", NETWORK, reaches=False),
    Fault("silent", "tcp", "the request arrives, but no answer is sent", NETWORK),
    Fault("deaf", "tcp", "the request is lost, so that no answer is sent", NETWORK, reaches=False),
    Fault("closed", "tcp", "the connection ends without an answer", NETWORK),
    Fault("reset", "tcp", "the connection is reset in the middle of the answer", NETWORK),
    Fault("half", "tcp", "the connection ends after half the answer", WRONG),
    Fault("stalls", "tcp", "half the answer arrives, then nothing more", WRONG),
    Fault("drip", "tcp", "the answer arrives byte by byte, one every 50 ms", NETWORK),
    Fault("garbage", "tcp", "the answer is garbage", WRONG),
    Fault(
        "previous",
        "tcp",
        "the previous answer is sent instead, or garbage if there is none",
        WRONG | {"no-such-outlet", "unsupported"},
    ),
    Fault("twice", "tcp", "the answer is sent twice", WRONG, lasts=False),
    Fault("reboot", "tcp", "the answer arrives, then the device is gone", NETWORK),
    Fault(
        "blip",
        "tcp",
        "one connection ends without an answer, but the next works",
        NETWORK,
        lasts=False,
    ),
    # ---- UDP
    Fault("lost", "udp", "one request is lost", NETWORK, lasts=False, reaches=False),
    Fault("lost-answer", "udp", "one answer is lost", NETWORK, lasts=False),
    Fault("unanswered", "udp", "no answer arrives from this step on", NETWORK),
    Fault("gone", "udp", "no request arrives from this step on", NETWORK, reaches=False),
    Fault("lossy-10", "udp", "each datagram is lost with a probability of 10 %", NETWORK),
    Fault("lossy-30", "udp", "each datagram is lost with a probability of 30 %", NETWORK),
    Fault("duplicate", "udp", "every answer arrives twice", NONE),
    Fault("late", "udp", "an answer arrives after the next request", NETWORK, lasts=False),
    Fault("reordered", "udp", "the previous answer arrives once more, before the right one", NONE),
    Fault("noise", "udp", "the answer is garbage", WRONG),
    Fault("cut", "udp", "answers are cut in half", WRONG),
    Fault("away", "udp", "the answer arrives, then the device is gone", NETWORK),
    # ---- in place of the answer
    Fault("credentials", "answer", "the login is refused", RIGHTS | NETWORK, reaches=False),
    # protocol: an energy or a load that this account may not read is not known
    Fault(
        "rights",
        "answer",
        "the account may not do this",
        RIGHTS | {"unsupported", "protocol"},
        reaches=False,
    ),
    Fault("moved", "answer", "the answer is a redirect to another host", ANY, reaches=False),
    Fault(
        "obeyed-moved",
        "answer",
        "the answer is a redirect (307) to another path, although the device obeyed",
        ANY,
    ),
    Fault(
        "no-status",
        "answer",
        "the status is none of HTTP's (999), although the device obeyed",
        ANY,
    ),
    Fault(
        "accepted",
        "answer",
        "the answer is an empty one with status 202, although the device obeyed",
        WRONG | {"unsupported", "refused"},
    ),
    Fault("broken", "answer", "the answer is an internal error, although the device obeyed", BUSY),
    Fault(
        "hiccup",
        "answer",
        "one answer is an internal error, although the device obeyed",
        BUSY,
        lasts=False,
    ),
    Fault(
        "busy",
        "answer",
        "the device is busy (503, resourceUnavailable) or NUT's driver is not connected; nothing is"
        " done",
        BUSY,
        reaches=False,
    ),
    Fault(
        "other",
        "answer",
        "the answer belongs to another request",
        WRONG | {"refused", "no-such-outlet"},
    ),
    Fault(
        "empty",
        "answer",
        "the answer has no content",
        WRONG | {"unsupported", "refused", "no-such-outlet"},
    ),
    Fault("page", "answer", "the answer is an HTML page, as from a proxy", WRONG),
    Fault(
        "cut-off",
        "answer",
        "the content of a complete message ends too early",
        # over SNMP half of one object is none, as in "empty"
        WRONG | {"unsupported", "refused", "no-such-outlet"},
    ),
    Fault("echo", "answer", "an error repeats the login of the request", ANY, reaches=False),
    Fault("echo-text", "answer", "each text of the answer is the login of the request", ANY),
    Fault("huge", "answer", "the answer is 500 MiB long", WRONG),
    Fault("bomb", "answer", "the content is compressed, although that was not requested", WRONG),
    Fault("nested", "answer", "the answer has 15,000 levels of nesting or more", WRONG),
    Fault("digits", "answer", "numbers have about 5,000 digits", ANY),
    Fault("nulls", "answer", "values are missing, null or empty", ANY),
    Fault("repeated", "answer", "lists repeat their first entry", ANY),
    Fault("neighbour", "answer", "an answer about one object names another one", WRONG),
    Fault("below-zero", "answer", "figures are below zero", ANY),
    Fault("no-figures", "answer", "figures are infinite, text, lists or of 400 digits", ANY),
    Fault("control", "answer", "each text has control characters and a lone surrogate", ANY),
    Fault("random", "answer", "bytes of the answers are changed at random", ANY | BUSY, seeds=4),
    # ---- TLS
    Fault("tls-expired", "tls", "the certificate has expired", NETWORK, reaches=False),
    Fault("tls-other-host", "tls", "the certificate is for another host", NETWORK, reaches=False),
    Fault(
        "tls-other-authority",
        "tls",
        "the certificate is signed by an authority that is not trusted",
        NETWORK,
        reaches=False,
    ),
    Fault("tls-changed", "tls", "the certificate is not the pinned one", NETWORK, reaches=False),
    Fault("tls-old", "tls", "the server supports TLS 1.1 at most", NETWORK, reaches=False),
    Fault("tls-hangs", "tls", "the handshake never ends", NETWORK, reaches=False),
    Fault("tls-none", "tls", "the server does not use TLS", WRONG, reaches=False),
    # ---- the device; faults of AT_START begin before the call, the others when the device has
    #  answered at their step
    Fault("stuck", "device", "the outlet's relay does not move", NONE),
    Fault("cycling", "device", "the outlet is in the middle of a power cycle", ANY),
    Fault("counter-reset", "device", "the energy counters restart at 0", NONE),
    Fault(
        "renumbered",
        "device",
        "the last outlet disappears during the call, as when the device renumbers its table",
        ANY,
    ),
    Fault("two-writers", "device", "another client switches the outlet back at once", NONE),
)
AT_START = ("stuck", "cycling")
# A call with one of these may time out, and gets a short limit. The others must not time out, even
# on a busy machine.
WAITS = frozenset(
    "silent deaf stalls drip unanswered gone away noise cut lossy-10 lossy-30 lost lost-answer late"
    " reboot tls-hangs other nested digits huge page empty cut-off random".split()
)
BY_KEY: dict[str, Fault] = {fault.key: fault for fault in FAULTS}
