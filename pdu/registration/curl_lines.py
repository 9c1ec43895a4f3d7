"""The calls of a registration as curl commands, for a person who reads or pastes them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from handlers.shared.errors import printable

from .registrar import CONTENT, HANDLERS, LOGIN
from .uploads import Upload

_HEADERS = '    -H "isp-box-instance: true" -H "x-xsrf-token: <token>"'
_JSON_HEADER = '-H "Content-Type: application/json"'


def login_lines(url: str, email: str) -> Iterator[str]:
    r"""The lines of a curl command that logs in at `url`, with a word in the place of the password.

    >>> print(*login_lines("https://dci.example.com", "admin@example.com"), sep="\n")
    curl -X POST https://dci.example.com/api/auth/v4/public/token \
        -H "isp-box-instance: true" -H "Content-Type: application/json" \
        -d '{"email": "admin@example.com", "password": "<password>"}'
    """
    body = json.dumps({"email": email, "password": "<password>"}, ensure_ascii=False)
    yield f"curl -X POST {shlex.quote(url + LOGIN)} \\"
    yield f'    -H "isp-box-instance: true" {_JSON_HEADER} \\'
    yield f"    -d {_quoted(body)}"


def upload_lines(url: str, upload: Upload, number: str) -> Iterator[str]:
    r"""The lines of curl commands for a handler: its registration, unless its id is known, and the
    upload of its archive, after an empty line. `number`: the id, "" if it is not known.

    pdu_snmp: known under id 7
    curl -X POST https://dci.example.com/api/eservice/v3/custom_equipment/7/content \
        -H "isp-box-instance: true" -H "x-xsrf-token: <token>" \
        -F 'data=@"dist/pdu_snmp-5.0.0.tar.gz"' -F handler_import=pdu_snmp.handler
    """
    handlers_url = f"{url}{HANDLERS}"
    yield ""
    if number:
        yield f"{upload.handler}: known under id {number}"
    else:
        yield f"{upload.handler}: if no handler in DCImanager has this internal name:"
        body = json.dumps(upload.description(), ensure_ascii=False)
        yield f"curl -X POST {shlex.quote(handlers_url)} \\"
        yield f"{_HEADERS} {_JSON_HEADER} \\"
        yield f"    -d {_quoted(body)}"
    path = CONTENT.format(number or "<id>")
    content_url = f"{handlers_url}/{path}"
    yield f"curl -X POST {shlex.quote(content_url)} \\"
    yield f"{_HEADERS} \\"
    # curl takes a comma or a semicolon for the end of a name without quotes
    file = upload.path.replace("\\", "\\\\").replace('"', '\\"')
    file_field = _quoted(f'data=@"{file}"')
    import_field = _quoted(f"handler_import={upload.import_path}")
    yield f"    -F {file_field} -F {import_field}"
    if not upload.is_file:
        yield f"  (of an archive that is made of it: its directory is {upload.handler})"


def _quoted(text: str) -> str:
    """The text as one word of a shell, in which no character is unprintable.

    >>> print(_quoted('{"name": "rack 7"}'))
    '{"name": "rack 7"}'
    """
    return shlex.quote(printable(text, 10 * len(text) + 1))
