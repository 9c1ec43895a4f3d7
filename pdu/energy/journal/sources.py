"""Where readings come from: the table of sources, and the one that the argument names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Callable, NamedTuple

from handlers.shared.errors import SettingsError, printable
from handlers.shared.tls import Trust

from .journals import MeterJournal
from .prometheus import Prometheus
from .queries import Api, QueryLogin, is_url
from .readings import ReadingSource


class Access(NamedTuple):
    """How a server is reached. Files need none of it."""

    credentials: QueryLogin = QueryLogin()
    trust: Trust = Trust()
    #: more labels of the series
    match: str = ""
    #: files of a meter, and lines of them, that are left out
    without: Sequence[str] = ()


class SourceKind(NamedTuple):
    """One kind of source."""

    name: str
    #: whether an argument names such a source
    fits: Callable[[str], bool]
    #: raises SettingsError
    opened: Callable[[str, Access], ReadingSource]


def _server(name: str, access: Access) -> ReadingSource:
    return Prometheus(Api(name, access.credentials, access.trust), access.match)


def _journal(name: str, access: Access) -> ReadingSource:
    if os.path.isfile(name):
        raise SettingsError(
            f"{printable(name)} is a file: give the folder of `pdu meter LIST --into FOLDER`"
        )
    return MeterJournal(name, access.without)


# A new kind needs a line here. The last one takes what no other does.
KINDS: Sequence[SourceKind] = (
    SourceKind("server", is_url, _server),
    SourceKind("journal", lambda _: True, _journal),
)


def source_of(name: str, access: Access) -> ReadingSource:
    """The source that an argument names. Raises SettingsError."""
    return next(kind for kind in KINDS if kind.fits(name)).opened(name, access)
