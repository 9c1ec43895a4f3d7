"""Where readings come from: the table of sources, and the one that the arguments name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Callable, NamedTuple

from ...errors import SettingsError
from ...tls import Trust
from .journals import MeterJournal
from .prometheus import Prometheus
from .queries import Api, QueryLogin, is_url
from .readings import ReadingSource
from .rounds import Rounds


class Access(NamedTuple):
    """How a server is reached. Files need none of it."""

    credentials: QueryLogin = QueryLogin()
    trust: Trust = Trust()
    #: more labels of the series
    match: str = ""


class SourceKind(NamedTuple):
    """One kind of source."""

    name: str
    #: whether an argument names such a source
    fits: Callable[[str], bool]
    #: raises SettingsError
    opened: Callable[[Sequence[str], Access], ReadingSource]


def _server(names: Sequence[str], access: Access) -> ReadingSource:
    if len(names) > 1:
        raise SettingsError("give one server, whose samples must not come twice")
    return Prometheus(Api(names[0], access.credentials, access.trust), access.match)


def _journal(names: Sequence[str], _: Access) -> ReadingSource:
    if len(names) > 1:
        raise SettingsError("give one folder of `pdu meter`: each is a chain of its own")
    return MeterJournal(names[0])


# A new kind needs a line here. The last one takes what no other does.
KINDS: Sequence[SourceKind] = (
    SourceKind("server", is_url, _server),
    SourceKind("journal", os.path.isdir, _journal),
    SourceKind("rounds", lambda _: True, lambda names, _: Rounds(names)),
)


def source_of(names: Sequence[str], access: Access) -> ReadingSource:
    """The source that all arguments name. Raises SettingsError."""
    kinds = [next(kind for kind in KINDS if kind.fits(name)) for name in names]
    if len({kind.name for kind in kinds}) > 1:
        raise SettingsError("give either one server, or files of one kind")
    return kinds[0].opened(names, access)
