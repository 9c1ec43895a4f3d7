"""Over HTTP a reading is an answer of status 200 and no other: what stands beside another one, such
as a part of the content (206), shows no state and no figure.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers import registry

from .call import Call, play
from .catalogue import ANY, Fault
from .protocols import subject
from .protocols.http import content, reply
from .wire import Exchange

#: beside 200, and neither an error nor a redirect that is followed
OTHERS = (201, 204, 206, 299, 304)
FAULT = Fault("other-status", "answer", "the status is another one", ANY)


@pytest.mark.sample(12)
@pytest.mark.parametrize("status", OTHERS)
@pytest.mark.parametrize(
    "name", [name for name in registry.names() if subject(name).tls == "at once"]
)
def test_an_answer_with_another_status_is_no_reading(name: str, status: int) -> None:
    def corruption(exchange: Exchange) -> bytes:
        return reply(status, b"" if status in (204, 304) else content(exchange.answer))

    tried = subject(name)
    corrupted = replace(tried, corruptions={**tried.corruptions, FAULT.key: corruption})
    for method in ("status", "statistic"):
        for step in range(play(tried, None, Call(method)).steps):
            outcome = play(corrupted, FAULT, Call(method, step))
            assert outcome.kind, (method, step, outcome)
            assert not outcome.problems, (method, step, outcome)
