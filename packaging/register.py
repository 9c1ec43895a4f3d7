#!/bin/sh
""":"
python3 -I -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || { echo 'register.sh: Python 3.9 or newer, called python3, is missing: install it' >&2; exit 2; }
exec python3 -I "$0" "$@"
"""

# Register the PDU handler pack with DCImanager 6, or upload a new version of it. packaging/build.py
# writes this file, with the version and the handlers, as register.sh; it needs Python 3.9 and curl.
#
# Secrets are never an argument of a program, and in no environment: curl reads its options from
# standard input (-K -), and the login is in a folder that only this user can read. The folder is
# removed on exit, also after SIGHUP, SIGINT, SIGQUIT, SIGPIPE or SIGTERM.

from __future__ import annotations

import contextlib
import getpass
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import warnings
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn, Optional

VERSION = "@VERSION@"
# name|name shown in DCImanager|protocol
HANDLERS = """@HANDLERS@"""
# the handlers whose archives of this version lay beside this script when it was built
BUILT = "@BUILT@"

REFUSED, USAGE, LOGIN, UNREACHABLE, UNCLEAR, BAD_ARCHIVE = 1, 2, 3, 4, 5, 6
SIGNALS = {
    signal.SIGHUP: 129,
    signal.SIGINT: 130,
    signal.SIGQUIT: 131,
    signal.SIGPIPE: 141,
    signal.SIGTERM: 143,
}
HELP = """\
register.sh [options] [NAME ...]     register handlers with DCImanager, or upload a new version of them

Without a NAME or --archive: every handler that was built with this script. A handler that is registered already
gets a new version.

  --archive FILE   upload this archive: an older one to roll back, or a handler of your own; one of this pack needs
                   no other option; any other one has these, or SHOWN and PROTOCOL in its about.py:
  --import PATH    its import path, such as handler_dir.my_handler (if several of its files have make_handler)
  --name TEXT      its name in DCImanager's interface (default: the internal name)
  --protocol WORD  snmp, or custom: DCImanager's form then asks for handler settings
  --internal-name NAME   its unique internal name (default: the name of its directory)
  --feature WORD   a feature; may be repeated (PDUs have none)
  --try            register and upload under a second name, NAME_try, beside the handler that is in use
  --id ID          upload to the handler that is registered under this id; needs one NAME or --archive
  --dry-run        show the calls and send nothing
  --help           this text

Environment (the script asks on a terminal for a URL, e-mail or password that is not set, except with --dry-run):
  DCI_URL             https://dci.example.com
  DCI_EMAIL           an administrator of DCImanager
  DCI_PASSWORD        the password, or
  DCI_PASSWORD_FILE   a file with the password in its first line
  DCI_INSECURE=1      accept any certificate (then others can listen); better: CURL_CA_BUNDLE=/path/to/ca.pem
  DCI_IDS             file that remembers the ids by server (default: register.ids beside this script)
  DCI_PAUSE           first pause in whole seconds (0 to 999) when the server is not ready (503) or refuses the connection,
                      doubled each time, six tries in all (default 1)

Exit codes:
  0 done    1 refused, or the server's answer is an error or not DCImanager's
  2 wrong use, or a setting or program is missing or wrong    3 login or rights
  4 server not reached or not ready, no complete answer, or its certificate not trusted
  5 not known whether a handler was registered
  6 an archive is missing, damaged or no handler's; nothing was sent
  129, 130, 131, 141, 143 interrupted
"""

_MOST_BYTES = 1_000_000  # of an answer
_TRIES = 6
# end of lines, control characters, and marks that change the direction of text
_CONTROLS = re.compile("[\x00-\x1f\x7f]")
_HIDDEN = re.compile("[\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_API = "/api/eservice/v3/custom_equipment"
_JSON = ('header = "Content-Type: application/json"',)
_MOST_UNPACKED, _MOST_MEMBERS = 50_000_000, 5000  # of an archive
# at the level of a module
_ENTRY = re.compile(
    rb"^(?:(?:async )?def make_handler\b|make_handler\s*[:=]|from .* import .*\bmake_handler\b)",
    re.MULTILINE,
)
_ID = re.compile("[0-9]{1,19}")  # 20 digits exceed a signed number of 64 bits


class Stop(Exception):
    """The run ends with this exit code and sentence."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


class Interruption(BaseException):
    """A signal, or nobody reads the output any longer."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


# ---- output --------------------------------------------------------------------------------------


def printable(text: str) -> str:
    """`text` so that it is safe for a terminal. File names, the environment and answers may hold
    anything.
    """
    return _HIDDEN.sub("?", _CONTROLS.sub("", text))


def put(descriptor: int, text: str) -> None:
    """Write at once, whatever the locale is. Raises OSError."""
    data = text.encode("utf-8", "replace")
    while data:
        data = data[os.write(descriptor, data) :]


def tell(text: str) -> None:
    """Say a line. A full disk does not end a run that has registered a handler."""
    try:
        put(1, text + "\n")
    except BrokenPipeError:
        raise Interruption(signal.SIGPIPE) from None
    except OSError:
        pass


def complain(text: str) -> None:
    with contextlib.suppress(OSError):
        put(2, text + "\n")


# ---- answers -------------------------------------------------------------------------------------


def parsed(data: bytes) -> Any:
    """The JSON document. Raises ValueError, also for one that is too long or too deep."""
    if len(data) > _MOST_BYTES:
        raise ValueError("too long")

    def refuse(word: str) -> NoReturn:
        raise ValueError(word)  # NaN and Infinity are no JSON

    try:
        return json.loads(data.decode("utf-8", "replace"), strict=False, parse_constant=refuse)
    except RecursionError:
        raise ValueError("too deep") from None


def values(document: Any) -> list[Any]:
    """A document and every value in it, at any depth."""
    all_values = [document]
    for value in all_values:  # which grows meanwhile
        all_values += (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        )
    return all_values


def text_of(value: Any) -> str:
    """A text or a number as text, "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def id_of(value: Any) -> str:
    """An id, "" for anything that is none."""
    text = text_of(value)
    return text if _ID.fullmatch(text) else ""


class Answer(NamedTuple):
    """What came of a call."""

    #: curl's exit code; 0: an answer arrived
    curl: int
    #: 000 without an answer
    status: str
    body: bytes
    #: curl's own message
    message: str
    #: None also if the body is not JSON
    document: Any
    is_json: bool

    def error(self, key: str) -> Any:
        """A value of the answer's error; None if it has no such value."""
        error_document = self.document.get("error") if isinstance(self.document, dict) else None
        return error_document.get(key) if isinstance(error_document, dict) else None

    @property
    def names_error(self) -> bool:
        """Whether it names an error; `"error": null` is none."""
        texts = values(self.document.get("error") if isinstance(self.document, dict) else None)
        return any(text is not None and not isinstance(text, (dict, list)) for text in texts)

    @property
    def has_succeeded(self) -> bool:
        """The body may be empty or not JSON."""
        return not self.curl and self.status.startswith("2") and not self.names_error

    @property
    def is_refused(self) -> bool:
        """Whether the server clearly refused the call, so that nothing was done."""
        if self.curl:
            return False
        if self.status.startswith("4"):
            return True
        # 502, 504: a gateway lost the answer
        return self.status not in ("502", "503", "504") and self.names_error

    @property
    def was_never_sent(self) -> bool:
        return self.curl in (5, 6, 7, 35, 51, 60, 77, 97) or (self.curl, self.status) == (0, "503")


# ---- the server ----------------------------------------------------------------------------------


class Server:
    """DCImanager, called by curl in the folder `work`."""

    def __init__(self, url: str, pause: int, insecure: bool, work: str) -> None:
        self.url, self._pause, self._insecure, self._work = url, pause, insecure, work
        self.token = ""

    def call(self, method: str, path: str, seconds: int, lines: Sequence[str] = ()) -> Answer:
        """One call, tried at most six times. It is repeated only if the server is not ready (503)
        or curl cannot connect (7): then the server has not carried out the call. `lines`: more of
        curl's options.
        """
        pause = self._pause
        for left in reversed(range(_TRIES)):
            answer = self._once(method, path, seconds, lines)
            if answer.curl == 7:
                state = "refuses the connection or cannot be reached"
            elif (answer.curl, answer.status) == (0, "503"):
                state = "is not ready (503)"
            else:
                break
            if not left:
                break
            tell(f"  {self.url} {state}; trying again in {pause} s")
            time.sleep(pause)
            pause *= 2
        return answer

    def _once(self, method: str, path: str, seconds: int, lines: Sequence[str]) -> Answer:
        options = [
            f'url = "{self.url}{path}"',
            f'request = "{method}"',
            'proto = "=https"',
            "tlsv1.2",
            "silent",
            "show-error",
            "connect-timeout = 10",
            f"max-time = {seconds}",
            f"max-filesize = {_MOST_BYTES}",
            'output = "answer"',
            'dump-header = "headers"',
            'write-out = "%{http_code}"',
            'header = "isp-box-instance: true"',
            'header = "Accept: application/json"',
            'header = "Expect:"',
            "globoff",
            *(["insecure"] if self._insecure else []),
            *([f'header = "x-xsrf-token: {self.token}"'] if self.token else []),
            *lines,
        ]
        for name in ("answer", "headers"):
            with open(os.path.join(self._work, name), "wb"):
                pass  # an earlier answer must not be taken for this one's
        process = subprocess.run(
            ["curl", "-q", "-K", "-"],
            input="\n".join(options).encode("utf-8", "surrogateescape"),
            cwd=self._work,
            capture_output=True,
        )
        body = self._read_file("answer")
        code, words = process.returncode, process.stderr.decode("utf-8", "replace")
        # curl takes the end of a connection for the end of the headers: the answer would look empty
        if not code and not _is_whole(self._read_file("headers")):
            code, words = 52, "curl: (52) the answer ended within its headers"
        status = process.stdout.decode("ascii", "replace")
        try:
            return Answer(code, status, body, words, parsed(body), True)
        except ValueError:
            return Answer(code, status, body, words, None, False)

    def _read_file(self, name: str) -> bytes:
        with open(os.path.join(self._work, name), "rb") as file:
            return file.read(_MOST_BYTES + 1)

    def why(self, answer: Answer) -> str:
        """The failure as one sentence."""
        url = self.url
        if answer.curl:
            trust_advice = (
                f"the certificate of {url} is not trusted: check its name and dates, give its"
                " authority in CURL_CA_BUNDLE=/path/to/ca.pem, or set DCI_INSECURE=1 to accept any"
                " certificate"
            )
            words = re.sub(r"^curl: \([0-9]*\) ", "", answer.message.partition("\n")[0])
            sentence = {
                6: f"the name in DCI_URL ({url}) cannot be resolved: check it",
                7: f"{url} refuses the connection or cannot be reached: check DCI_URL, the network"
                " and whether DCImanager runs",
                28: f"{url} did not answer in time",
                35: f"the TLS handshake with {url} failed: check its address and port",
                51: trust_advice,
                60: trust_advice,
                77: "curl cannot read its file of certificate authorities: set CURL_CA_BUNDLE to a"
                " readable PEM file",
            }.get(answer.curl, f"the connection to {url} failed ({words})")
            return sentence + _proxy_hint()
        message, number, detail = (text_of(answer.error(key)) for key in ("msg", "code", "value"))
        if message or number:
            details = f' "{message}"' if message else ""
            details += f" (code {number})" if number else ""
            return f"DCImanager answers{details}" + (f": {detail}" if detail else "")
        if answer.status.startswith("3"):
            return (
                f"{url} leads to another address (HTTP {answer.status}): open it in a browser, and"
                " set DCI_URL to where it leads"
            )
        if answer.body and not answer.is_json:
            return (
                f"HTTP {answer.status} and an answer that is not JSON: is DCI_URL ({url}) a"
                " DCImanager?"
            )
        return f"HTTP {answer.status}"

    def stop(self, answer: Answer, what: str) -> NoReturn:
        """End with a failure. An expired login or a missing right ends with LOGIN."""
        reason = self.why(answer)
        if answer.curl:
            raise Stop(UNREACHABLE, f"{what}: {reason}")
        if answer.status in ("401", "403") or text_of(answer.error("code")) == "3005":
            raise Stop(
                LOGIN,
                f"{what}: {reason}; the login has expired or the account lacks the right: run"
                " again, as an administrator",
            )
        if answer.status == "503":
            raise Stop(UNREACHABLE, f"{what}: {self.url} is still not ready (503); try again later")
        raise Stop(REFUSED, f"{what}: {reason}")

    def log_in(self, email: str, password: str, source: str) -> None:
        """`source`: where the password comes from, for errors."""
        path = os.path.join(self._work, "login.json")
        with open(path, "wb") as file:
            file.write(_json({"email": email, "password": password}))
        options = (*_JSON, 'data-binary = "@login.json"')
        answer = self.call("POST", "/api/auth/v4/public/token", 60, options)
        os.unlink(path)
        if not answer.has_succeeded:
            self._login_failed(answer, email, source)
        token = answer.document.get("token") if isinstance(answer.document, dict) else None
        if not isinstance(token, str) or not re.fullmatch("[A-Za-z0-9._~+/=:-]+", token):
            raise Stop(
                REFUSED,
                f"the login was answered without a usable token: is DCI_URL ({self.url}) a"
                " DCImanager?",
            )
        self.token = token
        tell(f"Logged in to {self.url} as {printable(email)}.")

    def _login_failed(self, answer: Answer, email: str, source: str) -> NoReturn:
        is_wrong_place = answer.status in ("404", "405") or "/" in self.url[len("https://") :]
        message = answer.error("msg")
        # an error in another form is from another server
        if answer.is_refused and not is_wrong_place and isinstance(message, str) and message:
            raise Stop(
                LOGIN,
                f"the login of {email} was refused: {self.why(answer)}; check DCI_EMAIL and the"
                f" password, which {source}",
            )
        if answer.is_refused:
            raise Stop(
                REFUSED,
                f"the login failed: HTTP {answer.status}, and not from a login of DCImanager: give"
                f" its address in DCI_URL ({self.url}), without a path",
            )
        self.stop(answer, "the login failed")


def _proxy_hint() -> str:
    """What to check besides, if the environment names a proxy; it is shown without its login."""
    names = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    proxy = next((os.environ[name] for name in names if os.environ.get(name)), "")
    if not proxy:
        return ""
    proxy = proxy.rpartition("://")[2].rpartition("@")[2]
    return (
        f"; if it is reached through the proxy {proxy} (variable https_proxy or all_proxy), check"
        " that too, or name the server in no_proxy"
    )


def _is_whole(headers: bytes) -> bool:
    """Whether the headers of each answer end with an empty line."""
    is_open = False
    for line in headers.splitlines():
        is_open = line.startswith(b"HTTP/") or (is_open and line != b"")
    return not is_open


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogateescape")


# ---- ids that this script remembers --------------------------------------------------------------


class Ids:
    """Lines "URL HANDLER ID"; ID is ? while it is not known whether the create call was carried
    out.
    """

    def __init__(self, path: str, url: str) -> None:
        self.path, self._url = path, url

    def find_id(self, handler: str) -> str:
        """The id, "?", or "" if none is known. Raises Stop."""
        number = ""
        try:
            for line in self._lines():
                words = line.split()
                if words[:2] == [self._url, handler]:
                    number = words[2] if len(words) > 2 else ""
        except OSError:
            raise Stop(
                USAGE,
                f"the file {self.path}, which remembers ids, cannot be read: set DCI_IDS to another"
                " file",
            ) from None
        return number if re.fullmatch(r"[0-9]+|\?", number) else ""

    def keep(self, handler: str, number: str = "") -> bool:
        """Remember an id; without one, forget it. Returns whether that could be written."""
        new = f"{self.path}.{os.getpid()}"
        try:
            lines = [line for line in self._lines() if line.split()[:2] != [self._url, handler]]
            if number:
                lines.append(f"{self._url} {handler} {number}")
            with open(new, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.writelines(f"{line}\n" for line in lines)
            os.replace(new, self.path)
        except OSError:
            return False
        finally:
            with contextlib.suppress(OSError):
                os.unlink(new)
        return True

    def _lines(self) -> list[str]:
        if not os.path.isfile(self.path):
            return []
        with open(self.path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read().splitlines()


# ---- archives ------------------------------------------------------------------------------------


class Handler(NamedTuple):
    """A handler as DCImanager gets it, and its archive."""

    #: its unique internal name in DCImanager
    name: str
    shown: str
    protocol: str
    import_path: str
    features: tuple[str, ...] = ()


ROWS = {
    row[0]: Handler(f"pdu_{row[0]}", row[1], row[2], f"pdu_{row[0]}.handler")
    for row in (line.split("|") for line in HANDLERS.splitlines())
    if row[1:]
}


class Archive(NamedTuple):
    """A tar.gz that was read and checked."""

    #: its one directory
    top: str
    members: list[tuple[tarfile.TarInfo, bytes]]
    data: bytes

    @property
    def modules(self) -> dict[str, bytes]:
        """Import path -> text of each Python file."""
        return {
            entry.name.removesuffix(".py").replace("/", "."): content
            for entry, content in self.members
            if entry.name.endswith(".py")
        }

    @property
    def entries(self) -> list[str]:
        """The modules with make_handler: those directly in the directory, if there are any."""
        names = [name for name, text in self.modules.items() if _ENTRY.search(text)]
        return [name for name in names if name.count(".") == 1] or names

    def about(self, name: str) -> str:
        """SHOWN or PROTOCOL of its about.py, "" if it has none."""
        text = self.modules.get(f"{self.top}.about", b"").decode("utf-8", "replace")
        match = re.search(rf"""^{name} = (["'])([^"'\\\n]{{1,200}})\1$""", text, re.MULTILINE)
        return match[2] if match else ""

    @property
    def content(self) -> str:
        """What names this content: the folder of code in an archive of this pack, else a hash."""
        for name in self.modules:
            if match := re.match(r"[^.]+\.(c[0-9a-f]{12})\.", f"{name}."):
                return match[1]
        digest = hashlib.sha256()
        for entry, content in self.members:
            digest.update(f"{entry.name} {len(content)}\n".encode("utf-8", "replace") + content)
        return digest.hexdigest()[:12]


def read_archive(file: str, remedy: str) -> Archive:
    """Read and check an archive. Raises Stop."""
    if os.path.isdir(file):
        remedy = "it is a folder, which packaging/build.py packs"
    if not os.path.isfile(file):
        raise Stop(BAD_ARCHIVE, f"there is no archive {file}: {remedy}")
    try:
        with open(file, "rb") as raw:
            data = raw.read(_MOST_UNPACKED + 1)
    except OSError:
        raise Stop(BAD_ARCHIVE, f"the archive {file} cannot be read") from None
    if not data:
        raise Stop(BAD_ARCHIVE, f"the archive {file} is empty: {remedy}")
    members: list[tuple[tarfile.TarInfo, bytes]] = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as unzipped:
            with tarfile.open(fileobj=unzipped, mode="r|", encoding="utf-8") as tar:
                for entry in tar:
                    _check_member(entry, file)
                    size += entry.size
                    if size > _MOST_UNPACKED or len(members) > _MOST_MEMBERS:
                        raise Stop(BAD_ARCHIVE, f"the archive {file} is larger than 50 MB")
                    source = tar.extractfile(entry)
                    members.append((entry, source.read() if source is not None else b""))
            while unzipped.read(1 << 16):
                pass  # up to the checksum
    except (OSError, EOFError, tarfile.TarError, ValueError, zlib.error):
        raise Stop(BAD_ARCHIVE, f"the archive {file} is damaged or cut short: {remedy}") from None
    paths = [entry.name for entry, _ in members]
    top = paths[0].partition("/")[0] if paths else ""
    is_alone = all(path.partition("/")[0] == top for path in paths)
    if not (is_alone and f"{top}/__init__.py" in paths and top.isidentifier()):
        raise Stop(
            BAD_ARCHIVE,
            f"the archive {file} is no handler's: it must hold one directory with __init__.py and"
            " the handler's file (tar -czf NAME.tar.gz DIR)",
        )
    if top in ("common", "pdu_common", "handlers"):
        raise Stop(
            BAD_ARCHIVE,
            f"the archive {file} holds the directory {top}, which is DCImanager's own: rename it",
        )
    return Archive(top, members, data)


def _check_member(entry: tarfile.TarInfo, file: str) -> None:
    parts = entry.name.split("/")
    if entry.name.startswith("/") or ".." in parts or "." in parts or not entry.name:
        why = "is not a plain path below one directory"
    elif not (entry.isfile() or entry.isdir()):
        why = "is a link or no file"
    else:
        return
    raise Stop(BAD_ARCHIVE, f"the archive {file}: {entry.name[:100]!r} {why}")


def write_archive(archive: Archive, top: str, path: str) -> None:
    """Write the archive; with its directory renamed if `top` is another one."""
    if top == archive.top:
        with open(path, "wb") as file:
            file.write(archive.data)
        return
    with gzip.GzipFile(path, "wb", mtime=0) as packer:
        with tarfile.open(fileobj=packer, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for entry, content in archive.members:
                entry.name = top + entry.name[len(archive.top) :]
                tar.addfile(entry, io.BytesIO(content) if entry.isfile() else None)


class Upload(NamedTuple):
    """What is uploaded."""

    handler: Handler
    archive: Archive
    #: the file that it was read from
    file: str


def upload_of(options: Arguments, archive: Archive) -> Upload:
    """The archive of --archive as these arguments register it. Raises Stop."""
    file, top = options.archive, archive.top
    own_row = ROWS.get(top.removeprefix("pdu_")) if top.startswith("pdu_") else None
    import_path = options.import_path or (own_row.import_path if own_row else "")
    if not import_path and len(archive.entries) == 1:
        import_path = archive.entries[0]
    if not import_path or (options.import_path and import_path not in archive.modules):
        raise Stop(
            USAGE if archive.entries else BAD_ARCHIVE,
            f"the archive {file} has make_handler in {', '.join(archive.entries) or 'no file'}:"
            + (" give one with --import" if archive.entries else " the vendor's page wants one"),
        )
    _require_module(archive, import_path, file)
    name = options.internal_name or (own_row.name if own_row else top.lower())
    protocol = options.protocol or (own_row.protocol if own_row else archive.about("PROTOCOL"))
    if not re.fullmatch("[a-z][a-z0-9_]{0,60}", name):
        raise Stop(
            USAGE,
            f"{name[:60]!r} is no internal name: give one of lower-case letters, digits and _ with"
            " --internal-name",
        )
    if not protocol:
        raise Stop(
            USAGE,
            f"{top} is not of this pack: give --protocol snmp (DCImanager's form then asks for"
            " SNMP), or --protocol custom (it asks for handler settings)",
        )
    shown = options.shown or (own_row.shown if own_row else archive.about("SHOWN") or name)
    handler = Handler(name, shown, protocol, import_path, tuple(options.features))
    return Upload(handler, archive, file)


def _require_module(archive: Archive, import_path: str, file: str) -> None:
    if import_path not in archive.modules:
        raise Stop(BAD_ARCHIVE, f"the archive {file} has no module {import_path}")


def rename_for_trial(upload: Upload) -> Upload:
    """The same archive under a second name: DCImanager wants each handler's directory only once, so
    that is renamed too. Raises Stop.
    """
    handler, top = upload.handler, upload.archive.top
    own_import = re.compile(rf"^\s*(?:from|import)\s+{re.escape(top)}\b".encode(), re.MULTILINE)
    for module, text in upload.archive.modules.items():
        if own_import.search(text):
            raise Stop(
                USAGE,
                f"{module} imports its directory {top} by name, so --try cannot rename it: import"
                " with a leading dot (from . import …)",
            )
    trial = handler._replace(
        name=f"{handler.name}_try",
        shown=f"{handler.shown} (try)",
        import_path=f"{top}_try{handler.import_path[len(top) :]}",
    )
    return upload._replace(handler=trial)


def keep_uploaded(upload: Upload, here: str) -> None:
    """Keep a copy in `previous` beside the script: a later upload can be rolled back to it."""
    name = os.path.basename(upload.file).removesuffix(".tar.gz").partition("+")[0]
    folder = os.path.join(here, "previous")
    copy = os.path.join(folder, f"{name}+{upload.archive.content}.tar.gz")
    if os.path.exists(copy):
        return
    try:
        os.makedirs(folder, exist_ok=True)
        shutil.copyfile(upload.file, f"{copy}.part")
        os.replace(f"{copy}.part", copy)
    except OSError as error:
        tell(f"  (no copy for a roll back could be kept in {printable(folder)}: {error.strerror})")


# ---- a handler -----------------------------------------------------------------------------------


class Registration(NamedTuple):
    """One run."""

    server: Server
    ids: Ids
    work: str
    #: of --id, "" without it
    given_id: str

    def find_or_create(self, row: Handler) -> str:
        """The handler's id. Registers the handler if it is not known. Raises Stop."""
        if self.given_id:
            return self.given_id
        handler, ids = row.name, self.ids
        answer = self.server.call("GET", _API, 60)
        has_list = answer.has_succeeded and answer.is_json
        documents = values(answer.document) if has_list else []
        rows = [row for row in documents if isinstance(row, dict)]
        own_rows = [row for row in rows if row.get("handler") == handler]
        number = next(filter(None, (id_of(row.get("id")) for row in own_rows)), "")
        for kind in ("switch", "vpu"):  # the types that DCImanager documents besides pdu
            if any(row.get("device_type") == kind for row in own_rows):
                raise Stop(
                    REFUSED,
                    f"DCImanager has another handler named {handler} (id {number}), for devices of"
                    f" the type {kind}: its archive would be replaced; remove that handler in"
                    " DCImanager first",
                )
        if number:
            return number
        number = ids.find_id(handler)
        if any(text_of(row.get("id")) == number and row.get("handler") for row in rows):
            number = ""  # another handler has this id now
        if number == "?" and not has_list:
            raise Stop(
                UNCLEAR,
                f"an earlier run could not find out whether {handler} was registered: look in"
                " DCImanager's list of handlers; if it is there, run again with --id ID; if not,"
                f" delete its line in {ids.path}",
            )
        return number if number not in ("", "?") else self._create(row)

    def _create(self, row: Handler) -> str:
        handler, ids = row.name, self.ids
        if not ids.keep(handler, "?"):
            raise Stop(
                USAGE,
                f"the file {ids.path}, which remembers ids, cannot be written: set DCI_IDS to"
                " another file",
            )
        with open(os.path.join(self.work, "create.json"), "w", encoding="utf-8") as file:
            file.write(description(row))
        options = (*_JSON, 'data-binary = "@create.json"')
        answer = self.server.call("POST", _API, 60, options)
        number = ""
        if answer.has_succeeded and isinstance(answer.document, dict):
            number = id_of(answer.document.get("id"))
        if number:
            ids.keep(handler, number)
            tell(f'{handler}: registered as "{row.shown}" with id {number}.')
            return number
        if answer.is_refused or answer.was_never_sent:
            ids.keep(handler)
            self.server.stop(
                answer,
                f"{handler} was not registered (if DCImanager has it already, give its id with"
                " --id)",
            )
        raise Stop(
            UNCLEAR,
            f"it is not known whether {handler} was registered ({self.server.why(answer)}): run"
            " again to look it up, or find its id in DCImanager and give it with --id ID",
        )

    def upload(self, row: Handler, number: str) -> None:
        handler = row.name
        options = (
            f'form = "data=@{handler}.tar.gz"',
            f'form = "handler_import={row.import_path}"',
        )
        answer = self.server.call("POST", f"{_API}/{number}/content", 300, options)
        if not answer.has_succeeded:
            advice = (
                "is this its id in DCImanager?"
                if self.given_id
                else f"if the handler was removed in DCImanager, delete its line in {self.ids.path}"
            )
            self.server.stop(answer, f"{handler} (id {number}): the upload failed ({advice})")
        if not self.ids.keep(handler, number):
            tell(f"  (the id could not be written to {printable(self.ids.path)})")
        tell(f"{handler}: archive uploaded, import path {row.import_path}, id {number}.")


def description(row: Handler) -> str:
    """The body of the create call."""
    body = {
        "device_type": "pdu",
        "handler": row.name,
        "name": row.shown,
        "protocol": [row.protocol],
        "features": list(row.features),
    }
    return json.dumps(body, ensure_ascii=False)


# ---- what would be sent --------------------------------------------------------------------------


def shell_escaped(text: str) -> str:
    """`text` for the inside of single quotes, so that a user can paste the line."""
    return printable(text).replace("'", "'\\''")


def shown_login(url: str, email: str) -> str:
    body = _json({"email": email, "password": "<password>"}).decode("utf-8", "replace")
    return (
        "Nothing is sent. A run would make these calls (the token comes from the first answer);"
        " without --id, it also reads the list of handlers:\n"
        f'curl -X POST "{url}/api/auth/v4/public/token" \\\n'
        '    -H "isp-box-instance: true" -H "Content-Type: application/json" \\\n'
        f"    -d '{shell_escaped(body)}'"
    )


def shown_calls(url: str, row: Handler, number: str, file: str) -> str:
    handler, token = row.name, '-H "isp-box-instance: true" -H "x-xsrf-token: <token>"'
    if number in ("", "?"):
        number = "<id>"
        begin = (
            f"\n{handler}: if no handler in DCImanager has this internal name:\n"
            f'curl -X POST "{url}{_API}" \\\n'
            f'    {token} -H "Content-Type: application/json" \\\n'
            f"    -d '{shell_escaped(description(row))}'\n"
        )
    else:
        begin = f"\n{handler}: known under id {number}\n"
    return (
        f'{begin}curl -X POST "{url}{_API}/{number}/content" \\\n'
        f"    {token} \\\n"
        f"    -F 'data=@{shell_escaped(file)}' -F \"handler_import={row.import_path}\""
    )


# ---- settings ------------------------------------------------------------------------------------


def variable(name: str) -> str:
    """A variable of the environment as UTF-8; other bytes as surrogate escapes."""
    return os.environb.get(name.encode(), b"").decode("utf-8", "surrogateescape")


def ask(name: str, question: str, hidden: bool = False) -> str:
    """What a person types. Raises Stop."""
    try:
        terminal = open("/dev/tty", "r+b", buffering=0)  # noqa: SIM115 (closed below)
    except OSError:
        raise Stop(
            USAGE, f"{name} is not set and there is no terminal to ask on: see --help"
        ) from None
    with terminal:
        prompt = f"{printable(question)}: "
        if hidden:
            reply = _typed_unseen(prompt)
        else:
            terminal.write(prompt.encode())
            # without the blanks around a URL or an e-mail that was pasted
            reply = terminal.readline().decode("utf-8", "surrogateescape").strip()
    if not reply:
        raise Stop(USAGE, f"{name} is needed: see --help")
    return reply


def _typed_unseen(prompt: str) -> str:
    """Raises Stop if the terminal would show it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except EOFError:
            return ""
        except getpass.GetPassWarning:
            raise Stop(USAGE, "this terminal would show the password: set a variable") from None


def url_of(is_dry: bool) -> str:
    """Raises Stop."""
    url = variable("DCI_URL")
    if not url and is_dry:
        return "<DCI_URL>"
    url = (url or ask("DCI_URL", "URL of DCImanager (https://…)")).rstrip("/")
    # No quotes, backslashes, blanks or user:password@: the text is written into curl's options
    # and shown.
    if re.fullmatch(r"https://[^\0]+", url, re.DOTALL) and not re.fullmatch(
        r"https://[\]\[A-Za-z0-9.:/_~%-]+", url
    ):
        raise Stop(USAGE, "DCI_URL has characters that the address of a server cannot have")
    if not re.match(r"https://[\]\[A-Za-z0-9]", url):
        raise Stop(
            USAGE,
            "DCI_URL must begin with https:// and name a server (the password is sent there)",
        )
    return url


def password_of(email: str) -> tuple[str, str]:
    """The password, and where it comes from. Raises Stop."""
    password, path = variable("DCI_PASSWORD"), variable("DCI_PASSWORD_FILE")
    # programs that are started have no need of it
    os.environ.pop("DCI_PASSWORD", None)
    if password:
        return password, "is from DCI_PASSWORD"
    if not path:
        typed = ask("DCI_PASSWORD (or DCI_PASSWORD_FILE)", f"Password of {email}", hidden=True)
        return typed, "was typed"
    try:
        with open(os.fsencode(path), "rb") as file:
            first = file.readline(_MOST_BYTES)
    except OSError:
        raise Stop(USAGE, f"DCI_PASSWORD_FILE ({path}) cannot be read") from None
    # Windows editors write a byte order mark
    first = first.rstrip(b"\n").removesuffix(b"\r").removeprefix(b"\xef\xbb\xbf")
    if not first:
        raise Stop(USAGE, f"the first line of DCI_PASSWORD_FILE ({path}) is empty")
    return first.decode("utf-8", "surrogateescape"), f"is from DCI_PASSWORD_FILE ({path})"


class Arguments(NamedTuple):
    """The arguments."""

    names: list[str]
    archive: str
    given_id: str
    is_dry: bool
    is_trial: bool
    #: of an archive that is not of this pack, "" where not given
    import_path: str
    shown: str
    protocol: str
    internal_name: str
    features: list[str]


#: options with a value, and what it must be
_VALUES = {
    "--archive": ".+",
    "--id": "[0-9]+",
    "--import": r"[A-Za-z_]\w*(\.\w+)+",
    "--name": r"[^\x00-\x1f\x7f]{1,200}",
    "--protocol": "[a-z][a-z0-9_-]{0,30}",
    "--internal-name": "[a-z][a-z0-9_]{0,60}",
    "--feature": r"[\w.-]{1,60}",
}


def arguments_of(words: Sequence[str]) -> Optional[Arguments]:
    """None if the help is wanted. Raises Stop. argparse refuses an archive named `-x`."""
    names: list[str] = []
    values = dict.fromkeys(_VALUES, "")
    features: list[str] = []
    flags: set[str] = set()
    left = list(words)
    while left:
        word = left.pop(0)
        if word in ("--help", "-h"):
            return None
        if word in ("--dry-run", "--try"):
            flags.add(word)
        elif word in _VALUES:
            value = left.pop(0) if left else ""
            if not value:
                raise Stop(USAGE, f"{word} needs a value: see --help")
            if word == "--id" and not re.fullmatch(_VALUES[word], value):
                raise Stop(USAGE, "--id must be a number")
            if not re.fullmatch(_VALUES[word], value, re.DOTALL):
                raise Stop(USAGE, f"{word} cannot be {value[:60]!r}: see --help")
            values[word] = value
            features += [value] if word == "--feature" else []
        elif word.startswith("-"):
            raise Stop(USAGE, f"there is no option {word}: see --help")
        elif word.removeprefix("pdu_") in ROWS:
            names.append(word.removeprefix("pdu_"))
        else:
            raise Stop(
                USAGE,
                f"there is no handler '{word}' in this pack; it has: {', '.join(ROWS)}; an archive"
                " is given with --archive",
            )
    for word in ("--import", "--name", "--protocol", "--internal-name", "--feature"):
        if values[word] and not values["--archive"]:
            raise Stop(USAGE, f"{word} is for --archive FILE: see --help")
    return Arguments(
        list(dict.fromkeys(names)),
        values["--archive"],
        values["--id"],
        "--dry-run" in flags,
        "--try" in flags,
        values["--import"],
        values["--name"],
        values["--protocol"],
        values["--internal-name"],
        features,
    )


def pause_of() -> int:
    """Raises Stop."""
    text = variable("DCI_PAUSE") or "1"
    if not re.fullmatch("0|[1-9][0-9]{0,2}", text):
        raise Stop(
            USAGE,
            "DCI_PAUSE must be a whole number of seconds from 0 to 999, without leading zeros",
        )
    return int(text)


def insecure_of() -> bool:
    """Raises Stop."""
    text = variable("DCI_INSECURE")
    if text not in ("1", "yes", "", "0", "no"):
        raise Stop(USAGE, "DCI_INSECURE must be 1 or 0")
    return text in ("1", "yes")


def ids_path(here: str) -> str:
    """Raises Stop."""
    path = os.path.abspath(os.environ.get("DCI_IDS") or os.path.join(here, "register.ids"))
    if os.path.isdir(path):
        raise Stop(USAGE, f"DCI_IDS ({path}) is a folder: name a file in it for the ids")
    # it would be replaced: for root even /dev/null
    if os.path.exists(path) and not os.path.isfile(path):
        raise Stop(USAGE, f"DCI_IDS ({path}) is a device or a pipe: name a file for the ids")
    return path


# ---- main ----------------------------------------------------------------------------------------


def uploads(options: Arguments, here: str) -> list[Upload]:
    """What is to be uploaded. Every archive is read and checked before anything is asked or sent.
    Raises Stop.
    """
    if options.archive:
        archive = read_archive(options.archive, "name another one with --archive")
        if options.names not in ([], [archive.top.removeprefix("pdu_")]):
            raise Stop(
                USAGE,
                f"the archive {options.archive} holds {archive.top}: give no other NAME with it",
            )
        return [upload_of(options, archive)]
    remedy = (
        "build it with 'make packages', or with packaging/build.py if it is for your own profile"
    )
    upload_list: list[Upload] = []
    for name in options.names or BUILT.split():
        file = f"pdu_{name}-{VERSION}.tar.gz"
        archive = read_archive(os.path.join(here, file), remedy)
        if archive.top != f"pdu_{name}":
            raise Stop(
                BAD_ARCHIVE,
                f"the archive {file} holds {archive.top} instead of pdu_{name}: {remedy}",
            )
        _require_module(archive, ROWS[name].import_path, file)
        upload_list.append(Upload(ROWS[name], archive, os.path.join(here, file)))
    return upload_list


def run(words: Sequence[str], here: str) -> None:
    """Raises Stop."""
    options = arguments_of(words)
    if options is None:
        return tell(HELP.rstrip("\n"))
    if shutil.which("curl") is None:
        raise Stop(USAGE, "the program curl is missing: install it")
    pause, is_insecure, path = pause_of(), insecure_of(), ids_path(here)
    bundle = os.environ.get("CURL_CA_BUNDLE")
    if bundle:
        os.environ["CURL_CA_BUNDLE"] = os.path.abspath(bundle)  # curl runs in another folder
    try:
        work = tempfile.mkdtemp(prefix="register.", dir=os.environ.get("TMPDIR") or "/tmp")  # noqa: S108
    except OSError:
        raise Stop(USAGE, "no folder for temporary files: check TMPDIR") from None
    work = os.path.abspath(work)
    try:
        chosen = uploads(options, here)
        if options.given_id and len(chosen) > 1:
            raise Stop(USAGE, "--id is for one handler: give its NAME or --archive")
        if options.is_trial:
            chosen = [rename_for_trial(upload) for upload in chosen]
        for upload in chosen:
            write_archive(
                upload.archive,
                upload.handler.import_path.partition(".")[0],
                os.path.join(work, f"{upload.handler.name}.tar.gz"),
            )
        url = url_of(options.is_dry)
        ids = Ids(path, url)
        if options.is_dry:
            tell(shown_login(url, variable("DCI_EMAIL") or "<DCI_EMAIL>"))
            for upload in chosen:
                handler_id = options.given_id or ids.find_id(upload.handler.name)
                tell(shown_calls(url, upload.handler, handler_id, upload.file))
                if options.is_trial:
                    tell(f"  (with its directory renamed: {upload.handler.import_path})")
            return
        email = variable("DCI_EMAIL") or ask("DCI_EMAIL", "E-mail of an administrator")
        server = Server(url, pause, is_insecure, work)
        server.log_in(email, *password_of(email))
        registration = Registration(server, ids, work, options.given_id)
        for upload in chosen:
            number = registration.find_or_create(upload.handler)
            if not options.is_trial:
                keep_uploaded(upload, here)
            registration.upload(upload.handler, number)
        if options.is_trial:
            names = ", ".join(upload.handler.name for upload in chosen)
            tell(
                f"next: give one PDU the handler {names} in DCImanager and look at its outlets; to"
                " make it the real one, run the same command without --try; to remove it, give"
                " its PDUs another handler and delete it in DCImanager: this script deletes"
                " nothing"
            )
            return
        tell(
            "next: for a new PDU, Equipment, PDU, Add PDU in DCImanager, with this handler; for one"
            " that has it, look at its states after the next poll, five minutes at most"
        )
    finally:
        _be_deaf()
        shutil.rmtree(work, ignore_errors=True)


def _be_deaf() -> None:
    """A second Ctrl-C does not end the clean-up. Not by SIG_IGN: Python prints a traceback for a
    signal that arrives while its handler is replaced by that.
    """
    for number in SIGNALS:
        signal.signal(number, lambda *_: None)


def _interrupt(number: int, _: object) -> NoReturn:
    _be_deaf()
    raise Interruption(number)


def main() -> int:
    # descriptors that are closed would be given to files and pipes of this program
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    os.umask(0o077)
    for number in SIGNALS:
        if number != signal.SIGPIPE:  # Python raises BrokenPipeError
            signal.signal(number, _interrupt)
    try:
        run(sys.argv[1:], os.path.dirname(os.path.abspath(sys.argv[0])))
    except Stop as stop:
        complain(f"register.sh: {printable(stop.sentence)}")
        return stop.code
    except Interruption as interrupted:
        complain("\nregister.sh: interrupted; run it again to continue")
        return SIGNALS[signal.Signals(interrupted.number)]
    return 0


if __name__ == "__main__":
    os._exit(main())
