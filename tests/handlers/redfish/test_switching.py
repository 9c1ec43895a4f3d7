"""Switching: which command is sent, which outlets get no command, and that a command is repeated
only with an ETag.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Optional, Union

import pytest

from handlers.shared.errors import PduHandlerError
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.clocks import in_switching

from .tree import (
    EXPAND,
    OUTLETS,
    PASSWORD,
    Answer,
    Json,
    Request,
    Tree,
    handler,
    outlet,
    serving,
    unit,
)

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
TARGET, INFO, MONITOR = (
    f"{OUTLETS}/1/Outlet.PowerControl",
    f"{OUTLETS}/1/Info",
    "/redfish/v1/TaskService/Tasks/5",
)
Reply = Union[Answer, Callable[[Request], Answer]]
DEADLINE_S, PAUSE_S = 10.0, 1.0


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    in_switching(monkeypatch)


class Switched(Tree):
    """A unit whose outlet 1 follows its action at once; with `follows` false, it only answers.

    `reply`: the answer to a command.
    """

    def __init__(
        self,
        resource: Optional[Json] = None,
        reply: Reply = Answer(None, 204),
        follows: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(unit([resource or outlet("1"), outlet("2")], **more))
        self.reply = reply
        self.follows = follows
        self.special[TARGET] = self._command
        self.monitors: list[Answer] = []
        self.special[MONITOR] = lambda request: (
            self.monitors.pop(0) if len(self.monitors) > 1 else self.monitors[0]
        )

    @property
    def commands(self) -> list[Json]:
        return [json.loads(request.body) for request in self.requests if request.method == "POST"]

    def _command(self, request: Request) -> Optional[Answer]:
        answer = self.reply(request) if callable(self.reply) else self.reply
        if request.method == "POST" and self.follows:
            body = json.loads(request.body)
            self.resources[f"{OUTLETS}/1"]["PowerState"] = (
                body.get("PowerState") or str(body["OutletStatus"]).title()
            )
        return answer


def switch(tree: Tree, on: bool = False, identity: str = "1", **settings: str) -> EnumPowerStatus:
    port = PduPortView(identity, UNKNOWN)
    with serving(tree) as address:
        pdu = handler(address, **settings)
        switch = pdu.port_up if on else pdu.port_down
        assert switch(port, deadline=DEADLINE_S, pause=PAUSE_S) is port
    return port.power_status


def refused(tree: Tree, **how: Any) -> PduHandlerError:
    with pytest.raises(PduHandlerError) as error_info:
        switch(tree, **how)
    return error_info.value


@pytest.mark.parametrize("expand", [None, EXPAND])
def test_switching_sends_one_absolute_command_and_reads_once(expand: Optional[Json]) -> None:
    tree = Switched(expand=expand)
    assert switch(tree) is DOWN
    assert switch(tree) is DOWN
    assert switch(tree, on=True) is UP
    assert tree.commands == [{"PowerState": "Off"}, {"PowerState": "Off"}, {"PowerState": "On"}]
    assert len(tree.requests) == 3 * ((2 if expand else 4) + 2 + 2)


def test_a_command_goes_to_the_outlet_with_the_id_even_if_another_link_ends_with_it() -> None:
    tree = Switched()
    tree.resources[f"{OUTLETS}/1"]["Id"] = "OUTLET1"
    tree.resources[f"{OUTLETS}/2"]["Id"] = "1"
    tree.special[f"{OUTLETS}/2/Outlet.PowerControl"] = Answer(None, 204)
    assert switch(tree) is UNKNOWN
    written = [request.path for request in tree.requests if request.method == "POST"]
    assert written == [f"{OUTLETS}/2/Outlet.PowerControl"]


def test_an_outlet_without_an_id_gets_no_command_for_the_id_of_another_one() -> None:
    """Outlets/1 is "2"; Outlets/2 leaves its Id empty, so its link shows none."""
    tree = Switched(follows=False)
    tree.special[f"{OUTLETS}/2/Outlet.PowerControl"] = Answer(None, 204)
    tree.resources[f"{OUTLETS}/1"]["Id"] = "2"
    tree.resources[f"{OUTLETS}/2"]["Id"] = ""

    state = switch(tree, identity="2")

    assert state is UNKNOWN
    written = [request.path for request in tree.requests if request.method == "POST"]
    assert written == [TARGET]


def test_an_outlet_that_has_the_link_of_another_one_gets_no_command() -> None:
    tree = Switched({**outlet("1"), "@odata.id": f"{OUTLETS}/2"}, follows=False)
    tree.resources[f"{OUTLETS}/2"]["PowerState"] = "Off"
    assert refused(tree).kind == "protocol"
    assert not tree.commands


@pytest.mark.parametrize("expand", [None, EXPAND])
def test_no_outlet_of_a_pdu_that_is_offline_has_a_state(expand: Optional[Json]) -> None:
    tree = Switched(expand=expand, Status={"State": "UnavailableOffline"})
    with serving(tree) as address:
        view = handler(address).status()
    assert [port.power_status for port in view.ports] == [UNKNOWN, UNKNOWN]
    assert switch(tree) is UNKNOWN
    assert tree.commands == [{"PowerState": "Off"}]


@pytest.mark.parametrize("name", ["Id", "@odata.id"])
def test_a_reading_without_the_id_that_the_outlet_had_proves_no_state(name: str) -> None:
    tree = Switched()
    tree.special[f"{OUTLETS}/1"] = lambda request: (
        Answer({**outlet("1"), "PowerState": "Off", name: None}) if tree.commands else None
    )
    assert switch(tree) is UNKNOWN
    assert len(tree.commands) == 1


@pytest.mark.parametrize("linked", [True, False])
def test_a_reading_of_another_outlet_is_not_the_state(linked: bool) -> None:
    tree = Switched(follows=False)
    tree.resources[f"{OUTLETS}/2"]["PowerState"] = "Off"
    if not linked:
        del tree.resources[f"{OUTLETS}/2"]["@odata.id"]
    tree.special[f"{OUTLETS}/1"] = lambda request: (
        Answer(tree.resources[f"{OUTLETS}/2"]) if tree.commands else None
    )
    assert switch(tree) is UNKNOWN


def test_an_ambiguous_identity_gets_no_command() -> None:
    tree = Switched()
    tree.resources[f"{OUTLETS}/other/1"] = {
        **tree.resources[f"{OUTLETS}/1"],
        "@odata.id": f"{OUTLETS}/other/1",
    }
    tree.resources[OUTLETS] = {
        "Members": [{"@odata.id": f"{OUTLETS}/{part}"} for part in ("1", "2", "other/1")]
    }
    assert refused(tree).kind == "protocol"
    assert not tree.commands
    # outlet 2.1 of PDU 1 and outlet 1 of PDU 1.2 share the identity 1.2.1
    tree = Switched()
    racks = "/redfish/v1/PowerEquipment/RackPDUs"
    tree.resources[racks] = {"Members": [{"@odata.id": f"{racks}/{part}"} for part in ("1", "1.2")]}
    tree.resources[f"{racks}/1.2"] = {**tree.resources[f"{racks}/1"], "Id": "1.2"}
    tree.resources[OUTLETS] = {
        "Members": [
            {**outlet("2.1"), "@odata.id": f"{OUTLETS}/1"},
            {**outlet("1"), "@odata.id": f"{OUTLETS}/2"},
        ]
    }
    assert refused(tree, identity="1.2.1").kind == "protocol"
    assert not tree.commands


def test_an_outlet_that_does_not_exist_gets_no_command() -> None:
    tree = Switched()
    error = refused(tree, identity="3")
    assert error.kind == "no-such-outlet"
    assert not tree.commands
    tree.resources[OUTLETS] = {"Members": [outlet("1")]}  # in full, without a link
    assert refused(tree, identity="").kind == "no-such-outlet"


@pytest.mark.parametrize(
    "change",
    [
        {"PowerControlLocked": True},
        {"ConfigurationLocked": True},
        {"PowerControlLocked": "yes"},
        {"Actions": None},
        {"Actions": {}},
        {"Actions": {"#Outlet.ResetMetrics": {"target": TARGET}}},
        {"Actions": {"#Outlet.PowerControl": {"target": ""}}},
    ],
)
def test_a_locked_outlet_and_one_without_the_action_get_no_command(change: dict[str, Any]) -> None:
    tree = Switched({**outlet("1"), **change})
    error = refused(tree)
    assert error.kind == "unsupported"
    assert not tree.commands
    assert ("offers no action" if "Actions" in change else "locked") in str(error)


@pytest.mark.parametrize(
    "target", ["https://evil.example/Outlet.PowerControl", "//evil.example/x", "ftp:x"]
)
def test_a_target_on_another_service_gets_no_command(target: str) -> None:
    resource = outlet("1")
    resource["Actions"]["#Outlet.PowerControl"]["target"] = target
    tree = Switched(resource)
    assert refused(tree).kind == "protocol"
    assert not tree.commands


def action(**more: Any) -> Json:
    return {**outlet("1"), "Actions": {"#Outlet.PowerControl": {"target": TARGET, **more}}}


@pytest.mark.parametrize(
    "values, sent",
    [
        (["On", "Off"], True),
        (["On", "Cycle"], False),
        ([], False),
        (None, False),
        ("Off", False),
        ({"Off": True}, False),
        (["off"], False),
        ([None, 7, ["Off"], "Off"], True),
        ([None, 7, ["Off"]], False),
    ],
)
def test_a_value_is_sent_only_if_the_action_allows_it(values: Any, sent: bool) -> None:
    allowed = Switched(action(**{"PowerState@Redfish.AllowableValues": values}))
    described = Switched(action(**{"@Redfish.ActionInfo": INFO}))
    described.resources[INFO] = {
        "Id": "Info",
        "Parameters": [
            {"Name": "Other", "AllowableValues": ["Off"]},
            {"Name": "PowerState", "AllowableValues": values},
        ],
    }
    for tree in (allowed, described):
        if sent:
            assert switch(tree) is DOWN
            assert tree.commands == [{"PowerState": "Off"}]
        else:
            assert refused(tree).kind == "unsupported"
            assert not tree.commands


def test_the_error_for_a_value_lists_ten_allowed_values_and_marks_a_longer_list() -> None:
    values = [f"Value{number}" for number in range(1, 12)]
    for allowed, end in ((values, "'Value10', ..."), (values[:10], "'Value10'")):
        tree = Switched(action(**{"PowerState@Redfish.AllowableValues": allowed}))
        assert str(refused(tree)).endswith(end)


@pytest.mark.parametrize(
    "action",
    [{"PowerState@Redfish.AllowableValues": [PASSWORD]}, {"target": f"/redfish/v1/{PASSWORD}"}],
)
def test_a_password_in_an_action_is_not_in_the_error(action: Json) -> None:
    resource = outlet("1")
    resource["Actions"]["#Outlet.PowerControl"].update(action)
    tree = Switched(resource)
    error = refused(tree)
    assert PASSWORD not in str(error)
    assert "holds the login" in str(error)
    assert not tree.commands


@pytest.mark.parametrize("described", [False, True])
def test_an_action_without_allowed_values_is_sent_only_with_the_owners_setting(
    described: bool,
) -> None:
    tree = Switched(action(**({"@Redfish.ActionInfo": INFO} if described else {})))
    tree.resources[INFO] = {
        "Id": "Info",
        "Parameters": [{"Name": "PowerState", "DataType": "String"}],
    }
    error = refused(tree)
    assert error.kind == "unsupported"
    assert error.keys == ("switch_unproven",)
    assert not tree.commands
    assert switch(tree, switch_unproven="yes") is DOWN
    assert tree.commands == [{"PowerState": "Off"}]


HPE = {
    "OutletNumber": 1,
    "StartupState": "last",
    "OutletName": "db-1",
    "OnDelay": 3,
    "OffDelay": 0,
    "RebootDelay": 5,
    "OutletStatus": "on",
}


def test_the_command_for_hpe_repeats_the_configuration_that_was_read() -> None:
    tree = Switched({**action(), **HPE})
    assert refused(tree).kind == "unsupported"
    assert not tree.commands
    assert switch(tree, switch_unproven="yes") is DOWN
    assert tree.commands == [{**HPE, "OutletStatus": "off"}]


@pytest.mark.parametrize("key", [key for key in HPE if key != "OutletStatus"])
def test_the_command_for_hpe_is_not_sent_without_the_whole_configuration(key: str) -> None:
    values: list[Any] = [None, [], True, False]
    for value in values:
        tree = Switched({**action(), **HPE, key: value})
        assert refused(tree, switch_unproven="yes").kind == "unsupported"
        assert not tree.commands


@pytest.mark.parametrize("number", [2, 0, -1, "2", "x", "", "1.0"])
def test_the_command_for_hpe_is_not_sent_to_another_outlets_number(number: object) -> None:
    tree = Switched({**action(), **HPE, "OutletNumber": number})
    error = refused(tree, switch_unproven="yes")
    assert error.kind == "unsupported"
    assert not tree.commands
    assert "its OutletNumber is" in str(error)


@pytest.mark.parametrize("own_id", ["1", "OUTLET1", "OUTLET01", ""])
def test_the_command_for_hpe_names_the_outlet_of_the_id_or_link(own_id: str) -> None:
    tree = Switched({**action(), **HPE})
    tree.resources[f"{OUTLETS}/1"]["Id"] = own_id
    state = switch(tree, identity=own_id or "1", switch_unproven="yes")
    assert state is DOWN
    assert tree.commands == [{**HPE, "OutletStatus": "off"}]


def test_an_outlet_of_hpe_whose_id_does_not_fit_its_link_gets_no_command() -> None:
    tree = Switched({**action(), **HPE})
    tree.resources[f"{OUTLETS}/1"]["Id"] = "A"
    error = refused(tree, identity="A", switch_unproven="yes")
    assert error.kind == "unsupported"
    assert not tree.commands


def test_an_unknown_state_after_a_command_has_its_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tree = Switched(outlet("1", PowerEnabled=False), follows=False)
    assert switch(tree) is UNKNOWN
    assert "outlet 1: its PowerState is On, and its PowerEnabled false" in caplog.messages


def test_an_outlet_with_an_id_like_hpes_gets_no_command_without_its_configuration() -> None:
    tree = Switched(action())
    tree.resources[f"{OUTLETS}/1"]["Id"] = "OUTLET1"
    assert refused(tree, identity="OUTLET1", switch_unproven="yes").kind == "unsupported"
    assert not tree.commands


# ---- answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 412, 423, 429])
def test_a_declined_command_is_an_error_without_a_reading(status: int) -> None:
    tree = Switched(reply=Answer({"error": {"message": "not today"}}, status), follows=False)
    error = refused(tree)
    assert error.kind == ("denied" if status in (401, 403) else "refused")
    assert "not today" in str(error)
    assert len(tree.commands) == 1
    assert tree.requests[-1].method == "POST"


DONE = {"MessageId": "Base.1.8.Success"}
_AMBIGUOUS = [
    *(Answer(None, status) for status in (300, 304, 500, 502, 503)),
    *(
        Answer(None, status, {"Location": "https://evil.example/"})
        for status in (301, 302, 303, 307, 308)
    ),
    *(Answer(None, 301, {"Location": path}) for path in (TARGET, f"{TARGET}/", f"{TARGET}/moved")),
    *(
        Answer(None, 307, {"Location": path})
        for path in (TARGET, TARGET.replace("Outlets/1", "Outlets/2"))
    ),
    Answer({"error": {"message": "and yet"}}, 200),
    Answer(
        {
            "error": {
                "@Message.ExtendedInfo": [
                    DONE,
                    {"MessageId": "Oem.1.0.Stuck", "Severity": "Critical"},
                ]
            }
        },
        200,
    ),
]


@pytest.mark.parametrize("answer", _AMBIGUOUS, ids=str)
def test_after_an_ambiguous_answer_the_state_is_read_once(answer: Answer) -> None:
    for follows in (True, False):
        tree = Switched(reply=answer, follows=follows)
        if follows:
            assert switch(tree) is DOWN
        else:
            error = refused(tree)
            assert error.kind == "unreachable"
            assert "may or may not have switched" in str(error)
        assert len(tree.commands) == 1
        assert [request.method for request in tree.requests[-2:]] == [
            "POST",
            "GET",
        ]


@pytest.mark.parametrize(
    "error",
    [
        {"@Message.ExtendedInfo": [DONE]},
        {"code": "Base.1.8.Success", "message": "done"},
        {"@Message.ExtendedInfo": [{"MessageId": "Oem.1.0.Switched", "MessageSeverity": "OK"}]},
        None,
    ],
)
def test_a_message_of_success_is_not_ambiguous_and_the_state_is_awaited(
    error: Optional[Json],
) -> None:
    tree = Switched(reply=Answer({"error": error}, 200), follows=False)
    assert switch(tree) is UNKNOWN
    assert len(tree.commands) == 1


@pytest.mark.parametrize(
    "error, words", [({"message": "and yet"}, "error: and yet"), ({}, "error: no reason is given")]
)
def test_the_error_for_an_ambiguous_answer_has_the_devices_reason(error: Json, words: str) -> None:
    tree = Switched(reply=Answer({"error": error}, 200), follows=False)
    assert words in str(refused(tree))


# ---- ETags ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [True, False])
def test_a_service_that_requires_an_etag_gets_the_outlets_etag(header: bool) -> None:
    def reply(request: Request) -> Answer:
        is_current = request.headers.get("if-match") == 'W/"9"'
        return Answer(None, 204 if is_current else 428)

    tree = Switched({**outlet("1"), "@odata.etag": 'W/"9"'}, reply)
    if header:
        resource = tree.resources[f"{OUTLETS}/1"]
        tree.special[f"{OUTLETS}/1"] = Answer(resource, 200, {"ETag": 'W/"9"'})
        resource["@odata.etag"] = "old"

    assert switch(tree) is DOWN
    last = [(request.method, request.headers.get("if-match")) for request in tree.requests[-4:]]
    assert last == [("POST", None), ("GET", None), ("POST", 'W/"9"'), ("GET", None)]


@pytest.mark.parametrize("etag", ["", "\x1b", "ä"])
def test_an_outlet_without_a_usable_etag_is_not_switched_where_one_is_required(etag: str) -> None:
    tree = Switched({**outlet("1"), "@odata.etag": etag}, Answer(None, 428), follows=False)
    assert refused(tree).kind == "unsupported"
    assert len(tree.commands) == 1


@pytest.mark.parametrize(
    "answer, kind",
    [
        pytest.param(Answer(None, 500), "refused", id="500"),
        pytest.param(Answer(None, 503), "refused", id="503"),
        pytest.param(Answer(None, 404), "refused", id="404"),
        pytest.param(Answer(None, 0), "refused", id="no answer"),
        pytest.param(Answer(None, 403), "denied", id="403"),
    ],
)
def test_without_the_etag_that_the_service_requires_it_is_certain_that_nothing_was_switched(
    answer: Answer, kind: str
) -> None:
    """The service refuses the command with 428 (Precondition Required, RFC 6585), and then answers
    the GET for the outlet's ETag with an error.
    """
    tree = Switched(reply=Answer(None, 428), follows=False)
    # None: the outlet's resource, as long as no command was sent
    tree.special[f"{OUTLETS}/1"] = lambda request: answer if tree.commands else None
    error = refused(tree)
    assert error.kind == kind
    assert len(tree.commands) == 1
    assert "may or may not" not in str(error)


# ---- tasks ---------------------------------------------------------------------------------------


def task(state: str, *messages: str) -> Json:
    return {
        "@odata.id": MONITOR,
        "@odata.type": "#Task.v1_7_0.Task",
        "Id": "5",
        "TaskState": state,
        "Messages": [{"Message": message} for message in messages],
    }


RUNNING = Answer(task("Running"), 202)
# DSP0266, "Asynchronous operations": the monitor answers 202 until the task has ended; with the
# task, or without a body
STILL = [RUNNING, Answer(None, 202), Answer({}, 202)]


def accepted(
    *monitors: Answer, follows: bool = True, location: str = MONITOR, body: Any = None
) -> Switched:
    tree = Switched(
        reply=Answer(body, 202, {"Location": location} if location else {}), follows=follows
    )
    tree.monitors = list(monitors)
    return tree


@pytest.mark.parametrize(
    "end",
    [
        Answer(task("Exception", "the relay is stuck"), 200),
        Answer({"error": {"message": "the relay is stuck"}}, 409),
    ],
    ids=str,
)
@pytest.mark.parametrize("running", STILL, ids=["task", "no body", "empty"])
def test_a_failed_task_is_an_error_with_the_devices_message(running: Answer, end: Answer) -> None:
    for location in (MONITOR, f"https://pdu.example{MONITOR}", f"http://192.0.2.9:8080{MONITOR}"):
        error = refused(accepted(running, end, follows=False, location=location))
        assert error.kind == "refused"
        assert "the relay is stuck" in str(error)


@pytest.mark.parametrize("status", [500, 502, 503, 507])
def test_a_fault_that_a_tasks_monitor_reports_is_an_error_with_the_devices_message(
    status: int,
) -> None:
    fault = Answer({"error": {"message": "the relay board is silent"}}, status)
    error = refused(accepted(RUNNING, fault, follows=False))
    assert error.kind == "unreachable"
    assert "may or may not have switched" in str(error)
    assert f"({status}): the relay board is silent" in str(error)

    # an outlet that follows proves the command in spite of it
    assert switch(accepted(RUNNING, fault)) is DOWN


@pytest.mark.parametrize(
    "location, end",
    [("", RUNNING), (MONITOR, Answer(None, 404))],
    ids=["no monitor", "no such monitor"],
)
def test_a_task_that_the_answer_itself_reports_as_failed_is_an_error(
    location: str, end: Answer
) -> None:
    body = {**task("Exception", "the relay is stuck"), "@odata.id": location}
    error = refused(accepted(end, follows=False, location=location, body=body))
    assert error.kind == "refused"
    assert "the relay is stuck" in str(error)


def test_after_a_failed_task_the_state_of_the_outlet_decides() -> None:
    assert switch(accepted(Answer(task("Exception"), 200))) is DOWN


def test_a_task_in_the_answer_itself_is_followed() -> None:
    tree = Switched(reply=Answer(task("New"), 200))
    tree.monitors = [RUNNING, Answer(None, 204)]
    assert switch(tree) is DOWN
    assert sum(request.path == MONITOR for request in tree.requests) == 2
