"""Whose turn it is at one PDU: one dialogue at a time, and readings go before commands that wait.

A reading takes part of a second, a command ten seconds or more. So after each command all readings
that wait by then have their turn, then one command has: neither waits for long behind the other.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator


class PduQueue:
    """Who reads or switches one PDU next. For one event loop."""

    def __init__(self) -> None:
        self._is_taken = False
        self._readings: deque[asyncio.Future[None]] = deque()
        self._commands: deque[asyncio.Future[None]] = deque()
        # how many readings still come before the next command
        self._batch = 0

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Wait for the turn of a reading, and have it during the block."""
        await self._wait(self._readings)
        try:
            yield
        finally:
            self._pass_on()

    @contextlib.asynccontextmanager
    async def command(self) -> AsyncIterator[None]:
        """Wait for the turn of a command, and have it during the block."""
        await self._wait(self._commands)
        try:
            yield
        finally:
            self._batch = len(self._readings)
            self._pass_on()

    async def _wait(self, line: deque[asyncio.Future[None]]) -> None:
        if not self._is_taken:
            self._is_taken = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()  # it was given the turn, and does not take it
            raise

    def _pass_on(self) -> None:
        """Give the turn to who is next."""
        self._is_taken = False
        if self._batch > 0:
            self._batch -= 1
            lines = (self._readings, self._commands)
        else:
            lines = (self._commands, self._readings)
        for line in lines:
            while line and not self._is_taken:
                turn = line.popleft()
                if not turn.done():  # else its owner left
                    self._is_taken = True
                    turn.set_result(None)
