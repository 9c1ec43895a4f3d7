"""Downloads and uploads of files over HTTP: the methods `get` and `form_data_file` of Agent."""
from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Dict, Mapping, Optional, Sequence, Union

from ....http.message import Reply, Stream
from ....http.strict_json import LIMIT
from .waits import DEFAULT_TIMEOUT

DOWNLOAD_LIMIT = 512 << 20                  # bytes
_IN_QUERY = "?&=,:+%"                       # not percent-encoded in a file's target: the caller has encoded its query


class Files(ABC):
    """Base of Agent, which carries the requests."""

    timeout: Optional[float]

    @abstractmethod
    def exchange(self, shown: str, method: str, target: str, headers: Mapping[str, str], body: Union[bytes, Stream, None],
                 wait: float, total: float, limit: int, repeatable: bool, also: str = "") -> Reply:
        """One HTTP request, as Agent describes it."""

    def get(self, target: str) -> bytes:
        """The body of an HTTP GET, of at most DOWNLOAD_LIMIT bytes. Raises the errors of `exchange`."""
        wait = self.timeout or DEFAULT_TIMEOUT
        return self.exchange("0: GET", "GET", target, {}, None, wait, 60 * wait, DOWNLOAD_LIMIT, True, _IN_QUERY).body

    def form_data_file(self, target: str, datas: Sequence[Mapping[str, object]]) -> Dict[str, Any]:
        """POST files as a form in one round trip. Files are streamed. Returns {"headers": mapping, "body": text}.

        Each of `datas` has data (bytes or an open binary file), filename and formname. Optional: mimetype, and progress, a
        function called with (bytes sent, size). Header names are lower case; a look-up ignores case. Raises the errors of
        `exchange`, TypeError for other data, and OSError for a file that cannot seek.
        """
        from ....http.multipart import Headers, MultipartForm  # imported late: method calls do not need it

        form, wait = MultipartForm(datas), self.timeout or DEFAULT_TIMEOUT
        headers = {"Content-Type": form.content_type, "Content-Length": str(len(form))}
        reply = self.exchange("0: POST", "POST", target, headers, form, 6 * wait, 60 * wait, LIMIT, False, _IN_QUERY)
        return {"headers": Headers(reply.headers), "body": reply.body.decode("utf-8", "replace")}
