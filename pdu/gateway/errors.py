"""What the gateway answers instead of a result. Pure.

After each of these, nothing was sent to a PDU.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn, Optional

from handlers.shared.errors import printable

_LONGEST = 500
NOT_FOUND = "no such path, or no such machine for this client"


class ApiError(Exception):
    """An answer that is no result. The text is printable."""

    def __init__(
        self,
        status: int,
        kind: str,
        reason: str,
        retry_after_s: Optional[float] = None,
        allow: Sequence[str] = (),
    ) -> None:
        #: of HTTP
        self.status = status
        #: one word for programs
        self.kind = kind
        self.reason = printable(reason, _LONGEST)
        #: when it may be asked again
        self.retry_after_s = retry_after_s
        #: the methods that the path takes, for one that it does not
        self.allow = allow
        super().__init__(self.reason)


def bad(reason: str) -> ApiError:
    """A malformed request."""
    return ApiError(400, "request", reason)


def not_found() -> NoReturn:
    """Raise for a path or machine that does not exist, or that is not one of the client's: it is
    not told which.
    """
    raise ApiError(404, "not-found", NOT_FOUND)
