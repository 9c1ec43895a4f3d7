"""Servers, the outlets that feed them, and DCImanager's rule that derives a server's state from its
PDU port and its BMC.

The rule for one port, and the preference of power commands for the BMC, are from the vendor's page
"Server power supply management logic". That page does not mention several feeds: here they count as
on if one of them is on (inferred). The BMC's state is entered by a person or set by a power
command.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from .database import Database
from .records import Refusal
from .store import storable

BMC = ("ON", "OFF", "UNKNOWN", "")  # "": the server has no BMC
COMMANDS = ("on", "off", "reset")


class Feed(NamedTuple):
    pdu: int
    identity: str


class Server(NamedTuple):
    id: int
    name: str
    bmc: str
    feeds: tuple[Feed, ...]


class Step(NamedTuple):
    """One step of a power command: switch a feed's outlet, or let the BMC act (`feed` None)."""

    feed: Feed | None
    on: bool


class Servers:
    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> list[Server]:
        feeds: dict[int, list[Feed]] = {}
        for server, pdu, identity in self._db.rows(
            "SELECT server, pdu, identity FROM feed ORDER BY pdu, rowid"
        ):
            feeds.setdefault(server, []).append(Feed(pdu, identity))
        return [
            Server(number, name, bmc, tuple(feeds.get(number, ())))
            for number, name, bmc in self._db.rows(
                "SELECT id, name, bmc FROM server ORDER BY name, id"
            )
        ]

    def one(self, number: int) -> Server:
        """The server with this id. Raises LookupError."""
        for server in self.all():
            if server.id == number:
                return server
        raise LookupError("there is no such server")

    def add(self, name: str) -> int:
        return self._db.write(
            "INSERT INTO server (name, bmc) VALUES (?, 'UNKNOWN')", (storable(name),)
        )

    def remove(self, number: int) -> None:
        self._db.write("DELETE FROM server WHERE id = ?", (number,))

    def set_bmc(self, number: int, bmc: str) -> None:
        """Sets the state that the BMC reports, one of BMC.

        Raises Refusal for any other, LookupError for a removed server.
        """
        if bmc not in BMC:
            raise Refusal(
                400, 1001, "a BMC's state is ON, OFF or UNKNOWN, or empty without a BMC", bmc
            )
        with self._db.writing() as connection:
            if not connection.execute(
                "UPDATE server SET bmc = ? WHERE id = ?", (bmc, number)
            ).rowcount:
                raise LookupError("there is no such server")

    def connect(self, number: int, feed: Feed) -> None:
        """Connects an outlet to a server.

        Raises Refusal if it feeds one already, LookupError for a removed server or PDU.
        """
        with self._db.writing() as connection:
            if connection.execute(
                "SELECT 1 FROM feed WHERE pdu = ? AND identity = ?", feed
            ).fetchone():
                raise Refusal(409, 1004, "this outlet feeds a server already", feed.identity)
            try:
                connection.execute(
                    "INSERT INTO feed VALUES (?, ?, ?)", (number, feed.pdu, storable(feed.identity))
                )
            except sqlite3.IntegrityError:
                raise LookupError("there is no such server or PDU") from None

    def disconnect(self, number: int, feed: Feed) -> None:
        self._db.write(
            "DELETE FROM feed WHERE server = ? AND pdu = ? AND identity = ?", (number, *feed)
        )


def port_state(states: Sequence[str]) -> str:
    """The state of a server's feeds together: UP if one is on, DOWN if there are feeds and all are
    off, else UNKNOWN.
    """
    if "UP" in states:
        return "UP"
    return "DOWN" if states and all(state == "DOWN" for state in states) else "UNKNOWN"


def server_state(port: str, bmc: str) -> str:
    """The vendor's table: OFF if the port is off, else the BMC's state, which is UNKNOWN without a
    BMC (inferred).
    """
    return "OFF" if port == "DOWN" else bmc or "UNKNOWN"


def plan(command: str, server: Server, states: Sequence[str]) -> list[Step]:
    """The steps of a power command, in order. `states`: one per feed. Raises Refusal if the
    server's state forbids the command.

    On: outlets that are not on are switched on, then the BMC acts. Off: the BMC acts, or without a
    BMC the outlets are switched off. Reset with a BMC: the outlets are switched on if all are off,
    then the BMC acts. Reset without a BMC: the outlets are switched off and on again.
    """
    shown = server_state(port_state(states), server.bmc)
    if command == "on" and shown == "ON":
        raise Refusal(409, 1004, "the server is on already", server.name)
    outlets_can_go_off = not server.bmc and port_state(states) != "DOWN"
    if command == "off" and shown != "ON" and not outlets_can_go_off:
        raise Refusal(409, 1004, "the server is not known to be on", server.name)
    bmc = [Step(None, command != "off")] if server.bmc else []
    if command == "on":
        return [
            Step(feed, True) for feed, state in zip(server.feeds, states) if state != "UP"
        ] + bmc
    if server.bmc and port_state(states) != "DOWN":
        return bmc
    off = [Step(feed, False) for feed in server.feeds] if not server.bmc else []
    return off if command == "off" else [*off, *(Step(feed, True) for feed in server.feeds), *bmc]
