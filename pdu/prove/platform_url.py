"""One simulated PDU on an owner's DCImanager: register, add, poll, switch, figures, remove.

The three calls of registration are documented, and `register.sh` makes them. The others are looked
up in the server's own description (`openapi_calls.py`); a call that is not found there is not
tried, and the file says what is there instead. The simulated PDU is behind a NUT server of this
machine, and is the truth: what DCImanager shows and does is compared with what the simulator is.

From answers only names and types are kept, and the values of what this program added.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

from handlers import VERSION
from handlers.shared.errors import PduHandlerError, SettingsError, Unreachable, printable
from pdu_common.helper import EnumPowerStatus

from ..core.cli.options import SharedOptions
from ..core.cli.states import DOWN, UP, word
from ..core.inventory import connection_data
from ..core.inventory.handler_loading import load
from ..core.inventory.reading import Reading
from . import unit_reading
from .dcimanager import Api, ApiResponse
from .document import BROKEN, KEPT, NOT_TRIED, SIMULATED, UNIT, PlatformPoint, PlatformProof
from .openapi_calls import (
    Alternatives,
    Call,
    calls,
    definitions,
    filled,
    numbers,
    objects,
    scripts,
    shape,
)
from .platform_copy import CLONE
from .unit_reading import NAMED, Clock, Unit

HANDLER = "nut"
#: in the title of this project's own description of the API
STAND_IN = "stand-in for DCImanager"
_HANDLERS, _SWAGGER = "/api/eservice/v3/custom_equipment", "/swagger/"
_NAME = "pdu-prove-simulated"
#: DCImanager polls its equipment every five minutes
PATIENCE_S, _LOOK_S = 660.0, 5.0
_SWITCH_S = 60.0
_START_S, _BUILD_S, _REGISTER_S = 60.0, 120.0, 900.0
# outlets that are off at first, so that on and off can be told apart
_OFF = ("2", "5")
_TARGET = "3"
_LONGEST, _MOST_LINES = 500, 60
_WORDS: Mapping[EnumPowerStatus, Sequence[str]] = {
    UP: ("on", "up", "enabled", "enable", "active", "poweron", "true", "1"),
    DOWN: ("off", "down", "disabled", "disable", "inactive", "poweroff", "false", "0"),
}


class Simulated(NamedTuple):
    """The simulated PDU."""

    #: where DCImanager reaches it
    address: str
    #: values of DCImanager's form
    settings: Mapping[str, str]
    #: reads it, as `pdu status` does
    unit: Unit


class Site(NamedTuple):
    """What the owner gave."""

    url: str
    email: str
    password: str
    #: the address of this machine at which the location reaches the simulated PDU
    at: str = "127.0.0.1"
    #: id of the test location; "" for none
    location: str = ""
    clock: Clock = Clock()
    tell: Callable[[str], None] = lambda _: None


def proof(site: Site, is_simulated: bool) -> PlatformProof:
    """All steps, in order. `is_simulated`: whatever the server says about itself.

    Raises Denied, Unreachable and SettingsError before the first step.
    """
    with contextlib.ExitStack() as stack:
        api = Api(site.url, site.clock.sleep)
        site.tell("starting a simulated PDU")
        made = stack.enter_context(simulated(site.at))
        found = [_point("log in", api.log_in(site.email, site.password))]
        site.tell("registering the handler")
        found.append(registered(site))
        listed = api.call("GET", _HANDLERS)
        found.append(_point("list of handlers", listed))
        site.tell("reading the description of the API")
        found_calls = list(described(api))
        found.append(
            PlatformPoint(
                "calls about PDUs in the description of the API",
                KEPT if found_calls else NOT_TRIED,
                tuple(_short(str(one)) for one in found_calls[:_MOST_LINES])
                or (f"no description was found at {_SWAGGER}",),
            )
        )
        number = next(
            (
                str(one["id"])
                for one in objects(listed.document)
                if one.get("handler") == f"pdu_{HANDLER}" and "id" in one
            ),
            "",
        )
        found += Steps(site, api, made, found_calls).all(number)
    is_ours = any(STAND_IN in one.title for one in found_calls)
    return PlatformProof(
        SIMULATED if is_simulated or is_ours else UNIT,
        datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        VERSION,
        "",
        tuple(found),
    )


# ---- the simulated PDU ---------------------------------------------------------------------------


@contextlib.contextmanager
def simulated(at: str) -> Iterator[Simulated]:
    """A simulated PDU that listens at this address. Raises SettingsError if it cannot."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.dcimanager.simulated", HANDLER),
            *("--at", at, "--off", ",".join(_OFF)),
        ],
        cwd=CLONE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()  # it ends by itself if it cannot start
        if not line:
            raise SettingsError(
                f"the simulated PDU cannot listen at {at[:60]!r}: give --at an address of this"
                " machine that DCImanager's location server reaches"
            )
        said = json.loads(line)
        loaded = load(HANDLER)
        settings = dict(said["settings"])
        secrets = {"password": settings.pop("password")}
        state = SharedOptions(
            settings=settings, of_list=settings, login="the simulator", secrets=secrets
        )
        data = connection_data.pdu_data(loaded, said["address"], state)
        yield Simulated(said["address"], said["settings"], Unit(loaded, data))
    finally:
        process.kill()
        process.communicate()


def _truth(simulated: Simulated) -> Reading:
    """The simulated PDU as our own handler reads it."""
    found = unit_reading.read(simulated.unit, NAMED)
    if found.failure is not None:
        raise SettingsError(f"the simulated PDU cannot be read: {found.failure.reason}")
    return found


# ---- registration --------------------------------------------------------------------------------


def registered(site: Site) -> PlatformPoint:
    """The handler, by register.sh, built now. Raises SettingsError if it cannot be built."""
    with tempfile.TemporaryDirectory() as folder:
        built = subprocess.run(
            [sys.executable, str(CLONE / "packaging" / "build.py"), HANDLER, "--out", folder],
            capture_output=True,
            check=False,
            timeout=_BUILD_S,
        )
        if built.returncode:
            raise SettingsError("the archive cannot be built: run make packages")
        done = subprocess.run(
            ["sh", str(Path(folder, "register.sh")), HANDLER],
            capture_output=True,
            check=False,
            timeout=_REGISTER_S,
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                "DCI_URL": site.url,
                "DCI_EMAIL": site.email,
                "DCI_PASSWORD": site.password,
                "DCI_IDS": str(Path(folder, "register.ids")),
            },
        )
    lines = (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()
    said = [_without(site, line) for line in lines]
    return PlatformPoint(
        "register.sh",
        BROKEN if done.returncode else KEPT,
        (*said[:_MOST_LINES], f"exit code {done.returncode}"),
    )


def _without(site: Site, text: str) -> str:
    """A line without the server's address and the owner's e-mail."""
    return _short(text.replace(site.url, "URL").replace(site.email, "EMAIL"))


# ---- the description -----------------------------------------------------------------------------


def described(api: Api) -> Iterator[Call]:
    """The calls about PDUs in all descriptions that the server's Swagger page names."""
    page = api.url + _SWAGGER
    first = api.call("GET", page)
    named = definitions(first.text, page)
    for one in scripts(first.text, page):
        named += definitions(api.call("GET", one).text, one)
    for one in dict.fromkeys(named):
        yield from calls(api.call("GET", one).document, one)


class Steps:
    """The steps that need calls of the description, `described`."""

    def __init__(self, site: Site, api: Api, simulated: Simulated, described: list[Call]) -> None:
        self._site, self._api, self._simulated = site, api, simulated
        self._calls = described
        #: the added PDU's id
        self._id = ""
        #: the last answers of calls that read it
        self._seen: list[tuple[Call, Any]] = []

    def all(self, handler: str) -> list[PlatformPoint]:
        """`handler`: its id in DCImanager; "" if the list has none."""
        points = [self._added(handler)]
        if not self._id:
            why = ("no PDU was added",)
            left = ("poll", "switch off", "switch on", "figures", "remove the PDU")
            return [*points, *(PlatformPoint(f"{one}", NOT_TRIED, why) for one in left)]
        try:
            points.append(self._polled())
            points += [self._switched(on) for on in (False, True)]
            points.append(self._figures())
        except Unreachable as error:
            points.append(PlatformPoint("the server", BROKEN, (self._plain(error.reason),)))
        finally:
            points.append(self._removed())
        return points

    # ---- add and remove

    def _added(self, handler: str) -> PlatformPoint:
        point = "add a PDU"
        found = [
            one
            for one in self._calls
            if one.method == "POST" and not one.words and not one.parameters and one.body
        ]
        if not found:
            return PlatformPoint(point, NOT_TRIED, ("the description has no POST .../pdu",))
        said: list[str] = []
        verdict = NOT_TRIED
        for one in found:
            body, missing = filled(one.body or {}, one.document, self._values(handler))
            if missing:
                said.append(f"{one.path} needs what is not known here: {', '.join(missing)}")
                continue
            self._site.tell("adding the simulated PDU")
            reply = self._api.call("POST", one.path, body)
            said.append(f"{one.method} {one.path} with {', '.join(body)}: {reply}")
            said.append(shape(reply.document))
            self._id = next((str(x["id"]) for x in objects(reply.document) if "id" in x), "")
            if reply.is_done and self._id:
                return PlatformPoint(point, KEPT, tuple(map(self._plain, said)))
            self._id, verdict = "", BROKEN
            if not 400 <= reply.status < 500:
                break  # it may have been added, so no other call is tried
        return PlatformPoint(point, verdict, tuple(map(self._plain, said)))

    def _values(self, handler: str) -> Mapping[str, Any]:
        """By the words of properties. Only these are known; what they mean is plain."""
        by_name = Alternatives((f"pdu_{HANDLER}", handler))
        address, settings = self._simulated.address, dict(self._simulated.settings)
        words: dict[str, Any] = {}
        words.update(dict.fromkeys(("name", "title", "devicename", "pduname"), _NAME))
        words.update(
            dict.fromkeys(
                ("handler", "handlername", "handlerid", "equipmenthandler", "customequipment"),
                by_name,
            )
        )
        words.update(
            dict.fromkeys(("ip", "ipaddr", "ipaddress", "address", "host", "hostname"), address)
        )
        words.update(
            dict.fromkeys(
                ("customparams", "handlersettings", "handlerparams", "settings", "params"), settings
            )
        )
        words["protocol"] = "custom"
        words.update(dict.fromkeys(("note", "notes", "comment", "description"), _NAME))
        if self._site.location:
            words.update(dict.fromkeys(("location", "locationid", "cluster"), self._site.location))
        return words

    def _removed(self) -> PlatformPoint:
        found = [
            one
            for one in self._calls
            if one.method == "DELETE" and not one.words and len(one.parameters) == 1
        ]
        for one in found:
            with contextlib.suppress(PduHandlerError):
                reply = self._api.call("DELETE", one.at(self._id))
                if reply.is_done:
                    return _point("remove the PDU", reply)
        why = f"remove the PDU {_NAME} in DCImanager by hand; pdu_{HANDLER} stays registered"
        return PlatformPoint("remove the PDU", BROKEN if found else NOT_TRIED, (why,))

    # ---- read and switch

    def _reading(self, *words: str) -> Iterator[tuple[Call, Any]]:
        """The answers of calls that read the added PDU, if one of the words is in their path."""
        for one in self._calls:
            if one.method != "GET" or len(one.parameters) != 1 or one.must:
                continue
            if words and not any(word in part for part in one.words for word in words):
                continue
            reply = self._api.call("GET", one.at(self._id))
            if reply.is_done:
                yield one, reply.document

    def _polled(self) -> PlatformPoint:
        """Wait until DCImanager shows the outlets and states of the simulated PDU."""
        clock, begun = self._site.clock, self._site.clock.monotonic()
        truth = {one.identity: one.state for one in _truth(self._simulated).outlets}
        self._site.tell("waiting until DCImanager has polled the PDU (up to 11 minutes)")
        while True:
            self._seen = list(self._reading())
            for call, document in self._seen:
                ports = _ports(document, truth)
                if ports is not None:
                    seconds = clock.monotonic() - begun
                    return PlatformPoint(
                        "poll",
                        KEPT,
                        (
                            f"{call.path} shows the {len(truth)} outlets and their states after"
                            f" {seconds:.0f} s: identity in {ports.identity!r}, state in"
                            f" {ports.state!r} ({', '.join(sorted(set(ports.words)))})",
                        ),
                    )
            if clock.monotonic() - begun >= PATIENCE_S:
                break
            clock.sleep(_LOOK_S)
        said = [f"{call.path}: {shape(document)}" for call, document in self._seen]
        return PlatformPoint(
            "poll",
            BROKEN if self._seen else NOT_TRIED,
            tuple(map(self._plain, said)) or ("the description has no GET .../pdu/{id}",),
        )

    def _switched(self, on: bool) -> PlatformPoint:
        """By DCImanager; the simulated PDU says whether its outlet moved."""
        point = f"switch {'on' if on else 'off'}"
        wanted = UP if on else DOWN
        truth = {one.identity: one.state for one in _truth(self._simulated).outlets}
        port = next(
            (
                found.ids[_TARGET]
                for _, document in self._reading()
                if (found := _ports(document, truth)) is not None
            ),
            "",
        )
        if not port:
            return PlatformPoint(point, NOT_TRIED, ("no answer shows the outlets with their ids",))
        chosen = self._command(wanted)
        if chosen is None:
            return PlatformPoint(
                point,
                NOT_TRIED,
                (f"the description has no call that switches a port {word(wanted)}",),
            )
        call, body = chosen
        clock = self._site.clock
        self._site.tell(f"switching an outlet of the simulated PDU {word(wanted)}")
        begun = clock.monotonic()
        reply = self._api.call(call.method, call.at(self._id, port), body)
        said = [f"{call.method} {call.path}{f' with {body}' if body else ''}: {reply}"]
        said.append(shape(reply.document))
        while clock.monotonic() - begun < _SWITCH_S:
            now = {one.identity: one.state for one in _truth(self._simulated).outlets}
            if now[_TARGET] is wanted:
                moved = [
                    one for one, was in truth.items() if one != _TARGET and now[one] is not was
                ]
                said.append(
                    f"the outlet of the simulated PDU is {word(wanted)} after"
                    f" {clock.monotonic() - begun:.0f} s, {len(moved)} others moved"
                )
                is_well = reply.is_done and not moved
                return PlatformPoint(
                    point, KEPT if is_well else BROKEN, tuple(map(self._plain, said))
                )
            clock.sleep(1.0)
        said.append(f"the outlet of the simulated PDU did not go {word(wanted)}")
        return PlatformPoint(point, BROKEN, tuple(map(self._plain, said)))

    def _command(self, wanted: EnumPowerStatus) -> Optional[tuple[Call, Optional[dict[str, Any]]]]:
        """The call that switches a port: its path says the state, or a property of its body."""
        for one in self._calls:
            if one.method not in ("POST", "PUT", "PATCH") or len(one.parameters) != 2:
                continue
            if "port" not in one.words or one.must:
                continue
            said = one.words[-1].replace("_", "")
            if said in _WORDS[wanted] or said in [f"port{word}" for word in _WORDS[wanted]]:
                body, missing = filled(one.body or {}, one.document, {})
                if not missing:
                    return one, body or None
            states = Alternatives((*_WORDS[wanted], *(w.upper() for w in _WORDS[wanted])))
            keys = ("powerstatus", "powerstate", "state", "status", "adminstatus")
            body, missing = filled(one.body or {}, one.document, dict.fromkeys(keys, states))
            if body and not missing:
                return one, body
        return None

    def _figures(self) -> PlatformPoint:
        """Wait until a number of DCImanager is the energy that the simulated PDU has counted."""
        clock, begun = self._site.clock, self._site.clock.monotonic()
        self._site.tell("waiting for figures (up to 11 minutes)")
        asked: dict[str, str] = {}
        while True:
            truth = _truth(self._simulated)
            for call, document in self._reading():
                asked[call.path] = shape(document)
                shown = _shown(document, truth)
                if any("energy" in one for one in shown):
                    return PlatformPoint("figures", KEPT, (f"{call.path}: {', '.join(shown)}",))
            if clock.monotonic() - begun >= PATIENCE_S:
                break
            clock.sleep(_LOOK_S)
        wants = [f"{one} wants {', '.join(one.must)}" for one in self._calls if one.must]
        said = [*(f"{path}: {seen}" for path, seen in asked.items()), *wants]
        return PlatformPoint(
            "figures",
            NOT_TRIED,
            ("no answer has the simulated PDU's energy or load", *map(self._plain, said)),
        )

    def _plain(self, text: str) -> str:
        return _without(self._site, text)


class Ports(NamedTuple):
    """Where an answer has the outlets."""

    #: the names of the properties
    identity: str
    state: str
    #: the words or values of the states
    words: Sequence[str]
    #: identity -> the id by which calls name the port
    ids: Mapping[str, str]


def _ports(document: Any, truth: Mapping[str, EnumPowerStatus]) -> Optional[Ports]:
    """Where the answer shows exactly these outlets with these states; None if it does not."""
    listed = [one for one in objects(document) if any(str(x) in truth for x in one.values())]
    for identity in {name for one in listed for name in one}:
        rows = {str(one[identity]): one for one in listed if str(one.get(identity)) in truth}
        if rows.keys() != truth.keys():
            continue
        for state in set.intersection(*(set(one) for one in rows.values())):
            read = {key: _state(one[state]) for key, one in rows.items()}
            if state != identity and read == truth:
                words = [str(one[state]) for one in rows.values()]
                return Ports(
                    identity,
                    state,
                    words,
                    {key: str(one.get("id", key)) for key, one in rows.items()},
                )
    return None


def _state(value: Any) -> Optional[EnumPowerStatus]:
    said = str(value).lower().replace("_", "").removeprefix("power")
    return next((state for state, words in _WORDS.items() if said in words), None)


def _shown(document: Any, truth: Reading) -> list[str]:
    """The names of numbers that are the unit's or the outlet's energy or load."""
    outlet = truth.outlet(_TARGET)
    known = {
        "energy of the PDU in kWh": truth.energy_kwh,
        "load of the PDU in A": truth.load_a,
        "energy of the outlet in kWh": outlet.energy_kwh if outlet else None,
    }
    return [
        f"{name} is the {what}"
        for what, value in known.items()
        if value
        for name, number in numbers(document)
        if not name.lower().endswith("id") and abs(number - value) <= 0.01 * value
    ]


def _point(name: str, reply: ApiResponse) -> PlatformPoint:
    verdict = KEPT if reply.is_done else BROKEN
    return PlatformPoint(name, verdict, (str(reply), _short(shape(reply.document))))


def _short(text: str) -> str:
    return printable(text.strip(), _LONGEST)
