"""A platform process in which another build of an archive takes the place of the one that it has
loaded. Run by its path, on any Python from 3.9.

Reads a job as JSON from standard input, and prints the problems of its cells as JSON: a list of
sentences. A cell is one way of such an upload, `[files, modules, when, call]`, such as ["replaced",
"kept", "status", "port_down"]: after a status, the archive's files are replaced, its modules stay
loaded, then port_down is called. Each cell runs in a forked process with its own copy of the
archive's files. The two builds differ in the name of the folder with their code, such as "b1f0c".
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any, Callable

WAIT_SECONDS = 300.0


def _nothing(frame: FrameType, event: str, argument: object) -> None:
    """Watches nothing."""


class Watch:
    """Notes what this process does with the modules of an archive while it is `watching`: `ran` are
    the builds whose code ran, `imported` the modules that were imported, `calls` the number of its
    functions that were called. Before call number `at`, the function `then` is run.
    """

    def __init__(self, top: str, place: str) -> None:
        """`top`: the name of the archive's directory; `place`: the folder that it is in."""
        self.top = top
        self.start = os.path.join(place, top, "")
        #: the builds whose code ran, by the name of their folder
        self.ran: set[str] = set()
        #: imports of the archive's modules
        self.imported: list[str] = []
        #: calls of the archive's functions
        self.calls = 0
        #: run before the call of this number
        self.at = 0
        self.then: Callable[[], object] = gc.collect
        self._on = False
        sys.addaudithook(self._audit)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Notes what happens in the block, in all threads, and forgets what was noted before."""
        self.ran = set()
        self.imported = []
        self.calls = 0
        self._on = True
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(_nothing)
            self._on = False

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook: note an import of a module of the archive, such as "pdu_nut.handler"."""
        if self._on and event == "import" and str(arguments[0]).partition(".")[0] == self.top:
            self.imported.append(str(arguments[0]))

    def _profile(self, frame: FrameType, event: str, _: object) -> None:
        """The profile function: note the build of a function of the archive that is called, and
        run `then` before call number `at`.
        """
        name = frame.f_code.co_filename
        if event != "call" or not name.startswith(self.start):
            return
        self.ran.add(name[len(self.start) :].partition(os.sep)[0])
        if threading.current_thread() is threading.main_thread():
            self.calls += 1
            if self.calls == self.at:
                self._on = False
                self.then()
                self._on = True


def unwatched(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, below which no code is watched, as that costs time: for functions of the
    platform, which do not call the archive.
    """

    def called(*arguments: Any) -> Any:
        watching = sys.getprofile()
        sys.setprofile(None)
        try:
            return function(*arguments)
        finally:
            sys.setprofile(watching)

    return called


class Host:
    """The platform of one cell. `entry` is the archive's module `handler` as the platform has it
    loaded, `folder` has the archive's files, and `watch` notes which build's code runs. `job` has
    what the process was given: "old" and "new" are the folders of the two builds.
    """

    def __init__(self, job: dict[str, Any], place: str) -> None:
        """Copies the old build into the folder `place`, and imports its module."""
        self.job = job
        self.top = job["top"]
        self.place = place
        self.folder = os.path.join(place, self.top)
        shutil.copytree(job["old"], self.folder)
        sys.path.insert(0, place)
        self.entry = importlib.import_module(f"{self.top}.handler")
        self.watch = Watch(self.top, place)

    def make(self, entry: Any) -> Any:
        """The handler object that make_handler of the module `entry` returns, for the job's PDU."""
        connection = importlib.import_module("pdu_common.connection")
        snmp = dict(self.job["snmp"])
        settings = dict(self.job["settings"])
        if snmp:
            return entry.make_handler(connection.PduSnmpData(self.job["address"], snmp, settings))
        return entry.make_handler(connection.PduData(self.job["address"], settings))

    def upload(self, files: str, modules: str) -> None:
        """Put the new build in the place of the old one, as a platform may do it:

        files          removed: there are none; replaced: the new build's alone; overwritten: both's
        modules        kept; reloaded: `entry` by importlib.reload; purged: out of sys.modules
        """
        if files != "overwritten":
            shutil.rmtree(self.folder)
        if files != "removed":
            shutil.copytree(self.job["new"], self.folder, dirs_exist_ok=True)
        importlib.invalidate_caches()
        if modules == "reloaded":
            self.entry = importlib.reload(self.entry)
        elif modules == "purged":
            for name in list(sys.modules):
                if name.partition(".")[0] == self.top:
                    del sys.modules[name]
            del self.entry
            gc.collect()

    def newest(self) -> Any:
        """The entry module that the platform has after the upload."""
        return importlib.import_module(f"{self.top}.handler")

    def _answer(self, pdu: Any, call: str) -> tuple[list[Any], bool]:
        """What a call returns, as JSON can hold it, and whether that is right:

        "status"       (["1", "2"], True)          the job's identities of outlets
        "statistic"    ([2.5, 20.0], True)         two floats above 0
        "port_down"    (["DOWN", True], True)      the state, in the same object as was given
        """
        if call == "status":
            identities = [port.identity for port in pdu.status().ports]
            return identities, identities == self.job["identities"]
        if call == "statistic":
            view = pdu.statistic()
            figures = [view.load, view.total_consumption]
            return figures, all(type(figure) is float and figure > 0 for figure in figures)
        helper = importlib.import_module("pdu_common.helper")
        port = helper.PduPortView(self.job["outlet"], helper.EnumPowerStatus.UNKNOWN)
        is_same_object = getattr(pdu, call)(port) is port
        answer = [port.power_status.name, is_same_object]
        return answer, answer == ["UP" if call == "port_up" else "DOWN", True]

    def problems(self, pdu: Any, call: str, build: str) -> list[str]:
        """Call a method of a handler object. Returns what is wrong; [] for nothing. The call must
        answer right, run code of `build` alone, and import nothing.

            ["ran ['b1f0c', 'b2a7d'] instead of b1f0c", "imported ['pdu_nut.decoding']"]
        """
        problems = []
        try:
            with self.watch.watching():
                answer, is_right = self._answer(pdu, call)
        except BaseException as error:
            return [f"{type(error).__name__}: {error}"[:300]]
        if not is_right:
            problems.append(f"answered {answer}")
        if self.watch.ran != {build}:
            problems.append(f"ran {sorted(self.watch.ran)} instead of {build}")
        if self.watch.imported:
            problems.append(f"imported {self.watch.imported[:3]}")
        return problems


def cell(job: dict[str, Any], place: str, files: str, modules: str, when: str, call: str) -> Any:
    """Run one cell in this process, which was forked for it. Returns its problems, as sentences.
    `place`: an empty folder; `files` and `modules`: how the upload is done; `when`: after the
    object was "made", after a "status", or within the call, after a part of it such as "0.5".

        object of the old build    [status]; upload; call; another call
        object of the new build    call; then once more call of the old object
    """
    host = Host(job, place)
    first_pdu = host.make(host.entry)
    problems: list[str] = []

    def check(pdu: Any, what: str, method: str, build: str) -> None:
        problems.extend(f"{what}: {problem}" for problem in host.problems(pdu, method, build))

    old_build, new_build = job["builds"]
    if when == "status":
        check(first_pdu, "before", "status", old_build)
    if when in ("made", "status"):
        host.upload(files, modules)
        within = call
    else:
        host.watch.at = max(1, int(float(when) * job["calls"][call]))
        host.watch.then = lambda: host.upload(files, modules)
        within = f"{call}, within"
    check(first_pdu, f"old {within}", call, old_build)
    if host.watch.at > host.watch.calls:
        problems.append("there was no upload")
    host.watch.at = 0
    # whatever came first, the other calls work too
    second_call = "statistic" if call == "status" else "status"
    check(first_pdu, f"old {second_call}", second_call, old_build)
    if files != "removed":
        new_pdu = host.make(host.newest())
        check(new_pdu, f"new {call}", call, old_build if modules == "kept" else new_build)
        check(first_pdu, f"old {call} after new", call, old_build)
    return problems


def counted(job: dict[str, Any], place: str, call: str) -> Any:
    """How many functions of the archive one call runs, without an upload; or its problems, as
    sentences, if the call is not right. `place`: an empty folder.
    """
    host = Host(job, place)
    return host.problems(host.make(host.entry), call, job["builds"][0]) or host.watch.calls


def forked(function: Callable[..., Any], *arguments: Any) -> Any:
    """What `function(arguments[0], place, *arguments[1:])` returns in a forked process, as JSON
    brings it back; `place` is an empty folder that exists meanwhile. For an error, and after 300 s,
    a list with a sentence:

        ["KeyError: 'old'"], ["the process ended without an answer"]
    """
    with tempfile.TemporaryDirectory(prefix="upload-") as place:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                timer = threading.Timer(WAIT_SECONDS, os._exit, (3,))
                timer.daemon = True
                timer.start()
                result = function(arguments[0], place, *arguments[1:])
            except BaseException as error:
                result = [f"{type(error).__name__}: {error}"[:300]]
            with os.fdopen(writing, "w") as out:
                json.dump(result, out)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        os.waitpid(child, 0)
        return json.loads(text) if text else ["the process ended without an answer"]


def main() -> None:
    """Read the job from standard input, run its cells one after another, and print the problems as
    JSON. Before that, each call is made once without an upload, to count its functions: a problem
    there is the only one that is printed.

        ["replaced kept status port_down: old port_down: answered ['UP', True]"]
    """
    job: dict[str, Any] = json.load(sys.stdin)
    sys.path[:0] = job["path"]
    for name in ("connection", "helper", "base_pdu"):
        importlib.import_module(f"pdu_common.{name}")
    if job["snmp"]:
        base = importlib.import_module("pdu_common.base_snmp_pdu").BaseSnmpPdu
        for name in ("snmp_get", "snmp_walk", "snmp_set"):
            setattr(base, name, unwatched(getattr(base, name)))
    calls: dict[str, Any] = {}
    for call in ("status", "statistic", "port_down", "port_up"):
        calls[call] = forked(counted, job, call)
        if not isinstance(calls[call], int):
            print(json.dumps([f"without an upload: {call}: {calls[call]}"]))
            return
    job["calls"] = calls
    problems = []
    for names in job["cells"]:
        problems += [f"{' '.join(names)}: {problem}" for problem in forked(cell, job, *names)]
    print(json.dumps(problems))


if __name__ == "__main__":
    main()
