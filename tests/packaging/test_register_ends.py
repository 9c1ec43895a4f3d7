"""register.sh that is interrupted, or whose standard streams are closed or full."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from typing import Callable

import pytest

from tests.dcimanager.api import Answer, Request
from tests.dcimanager.manager import DciManager
from tests.waiting import PATIENCE_S

from .registering import SHELLS, Admin
from .test_register import CREATE, calls


def started(admin: Admin, manager: DciManager) -> subprocess.Popen[str]:
    """The script in a group of its own, with its curl."""
    return subprocess.Popen(
        admin.command("snmp"),
        env=admin.environment(manager),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_further_interruptions_do_not_end_the_clean_up(admin: Admin) -> None:
    reached, released = threading.Event(), threading.Event()

    def hold(request: Request, serve: Callable[[Request], Answer]) -> Answer:
        reached.set()
        released.wait(PATIENCE_S)
        return serve(request)

    with DciManager(wrap=hold) as manager:
        process = started(admin, manager)
        try:
            assert reached.wait(PATIENCE_S)
            while process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE_S)
        finally:
            released.set()
    assert process.returncode == 130 and "run it again" in err
    assert admin.left_behind() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_an_interrupted_run_cleans_up_and_the_next_one_goes_on(
    admin: Admin, number: signal.Signals
) -> None:
    at_create, released, first = threading.Event(), threading.Event(), [True]

    def hold(request: Request, serve: Callable[[Request], Answer]) -> Answer:
        answer = serve(request)
        if (request.method, request.path) == CREATE and first:
            first.clear()
            at_create.set()
            released.wait(PATIENCE_S)
        return answer

    with DciManager(wrap=hold) as manager:
        process = started(admin, manager)
        try:
            assert at_create.wait(PATIENCE_S)
            os.killpg(process.pid, number)  # signals the script and its curl
            _, err = process.communicate(timeout=PATIENCE_S)
        finally:
            released.set()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 128 + number and "run it again" in err
        assert admin.left_behind() == []
        assert admin.run(manager, "snmp").code == 0
        assert calls(manager, CREATE) == 1 and manager.handlers()[0].uploads == 1


def test_a_run_whose_output_is_closed_cleans_up_and_the_next_one_goes_on(
    admin: Admin, manager: DciManager
) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            admin.command("snmp"),
            env=admin.environment(manager),
            stdin=subprocess.DEVNULL,
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_S,
        )
    finally:
        os.close(write)
    assert done.returncode == 128 + signal.SIGPIPE and "run it again" in done.stderr
    assert admin.left_behind() == []
    assert admin.run(manager, "snmp").code == 0
    assert calls(manager, CREATE) == 1 and manager.handlers()[0].uploads == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "closing", [">&-", "2>&-", "<&-", ">&- 2>&- <&-", ">/dev/full", "2>/dev/full"]
)
def test_a_run_whose_outputs_are_closed_or_full_registers_the_handler(
    admin: Admin, manager: DciManager, shell: str, closing: str
) -> None:
    command = admin.command("snmp", shell=admin.shell(shell))
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" "$@" {closing}', *command],
        env=admin.environment(manager),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    assert calls(manager, CREATE) == 1 and manager.handlers()[0].uploads == 1


def test_an_error_that_cannot_be_printed_keeps_its_exit_code(admin: Admin) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" "$@" 2>/dev/full', *admin.command("nope")],
        env=admin.environment(None),
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 2


def test_a_full_folder_for_temporary_files_is_named(admin: Admin) -> None:
    mounted = subprocess.run(["unshare", "-m", "true"], capture_output=True, timeout=PATIENCE_S)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    mount = f"mount -t tmpfs -o size=4k tmpfs '{admin.temporary}'"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", f'{mount} && exec "$0" "$@"', *admin.command("snmp")],
        env=admin.environment(None, DCI_URL="https://127.0.0.1:1"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 2 and "is the disk full?" in done.stderr.splitlines()[-1]
