"""The fence agent in a whole cluster: Corosync and Pacemaker with all their daemons, on one node.

Its other node `srv-1` was never seen. A cluster may start that node's services only after it
fenced it, so this is the moment in which an untrue "off" runs a service twice.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

import pytest

from tests.needs import ROOT, programs
from tests.pdu.fence.site import DRAWING, OTHER_RACK, Site, closed_port, site
from tests.pdu.monitoring.halls import HASTY, PDU, environment
from tests.ports import reserved
from tests.waiting import PATIENCE_S, bounded, until

#: A fence that fails takes about 7 s here, and the cluster may begin with one that cannot know.
_LONG_S = 8 * PATIENCE_S

# The daemons know their folders and the agents' only by fixed paths, and talk over sockets whose
# names a whole machine shares. Here each of these is the test's own: the mounts are seen by these
# processes alone, and libqb's file makes them use sockets in /run. As the first process of a
# namespace the shell takes all the others with it when it is killed.
_START = """
set -e
overlay() {
    mkdir -p "$folder/upper$1" "$folder/work$1"
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$folder/upper$1,workdir=$folder/work$1" "$1"
}
folder=$1
mount --make-rprivate /
for of in /run /dev/shm /var/lib/corosync /var/lib/pacemaker /var/log; do
    mount -t tmpfs tmpfs $of
done
overlay /etc
overlay /usr/sbin
mkdir -p /etc/libqb /etc/corosync /run/crm /run/corosync /run/lock /run/resource-agents
mkdir -p /var/log/corosync /var/log/pacemaker /var/lib/pacemaker/blackbox /var/lib/pacemaker/cib
mkdir -p /var/lib/pacemaker/cores /var/lib/pacemaker/pengine
touch /etc/libqb/force-filesystem-sockets
cp "$folder/corosync.conf" /etc/corosync/corosync.conf
cp "$folder/fence_pdu" /usr/sbin/fence_pdu
cp "$folder/cib.xml" /var/lib/pacemaker/cib/cib.xml
chmod 600 /var/lib/pacemaker/cib/cib.xml
chown -R hacluster:haclient /var/lib/pacemaker /var/log/pacemaker /run/crm
{opened}
touch "$folder/begun"
"$2" -f >"$folder/corosync.log" 2>&1 &
tries=0
until corosync-quorumtool >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || exit 1
    sleep 0.1
done
"$3" &
wait
"""
_COROSYNC = """
totem {{
  version: 2
  cluster_name: test
  transport: knet
  crypto_cipher: none
  crypto_hash: none
  interface {{
    linknumber: 0
    mcastport: {port}
  }}
}}
nodelist {{
  node {{
    name: keeper
    nodeid: 1
    ring0_addr: 127.0.0.1
  }}
  node {{
    name: srv-1
    nodeid: 2
    ring0_addr: 127.0.0.2
  }}
}}
quorum {{
  provider: corosync_votequorum
  two_node: 1
  wait_for_all: 0
}}
logging {{
  to_stderr: yes
  to_syslog: no
  to_logfile: no
}}
"""
_CIB = """<cib crm_feature_set="3.0.0" validate-with="pacemaker-3.0" epoch="1" num_updates="0"
 admin_epoch="1"><configuration><crm_config><cluster_property_set id="options">
{options}
</cluster_property_set></crm_config><nodes/><resources>
{resources}
</resources><constraints/></configuration><status/></cib>
"""
_OPTIONS = {"stonith-enabled": "true", "stonith-action": "off", "dc-deadtime": "1s"}


class Cluster(NamedTuple):
    """A cluster that runs, and the folder of its files."""

    folder: Path
    #: of the program that made the namespaces
    pid: int

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A program that speaks to this cluster."""
        spaces = f"/proc/{self.pid}/ns"
        return subprocess.run(
            ["nsenter", f"--mount={spaces}/mnt", f"--pid={spaces}/pid_for_children", *command],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=_LONG_S,
        )

    def run(self, *command: str) -> str:
        """Its output."""
        return self.call(*command).stdout

    def role(self, resource: str) -> str:
        """What the cluster says of a resource; "" before it says something."""
        said = self.run("crm_mon", "-1", "--inactive")
        shown = re.search(rf"\* {resource}\t\([\w:]+\):\s+(\w+)", said)
        return shown[1] if shown else ""

    @property
    def serves(self) -> bool:
        """Whether the service runs here, by its own file."""
        return (self.folder / "service").exists()

    def log(self) -> str:
        """What all daemons logged."""
        path = Path(f"/proc/{self.pid}/root/var/log/pacemaker/pacemaker.log")
        return path.read_text("utf-8", "replace") if path.exists() else ""


@contextlib.contextmanager
def cluster(
    folder: Path,
    fences: dict[str, dict[str, str]],
    program: Sequence[str] = HASTY,
    **options: str,
) -> Iterator[Cluster]:
    """A cluster with these fence devices, by name, and one service. Skips the test where it cannot
    run. `program`: what is the agent. `options`: of the cluster.
    """
    daemons = programs(
        "corosync", "pacemakerd", "crm_mon", "corosync-quorumtool", "unshare", "nsenter"
    )[:2]
    if os.geteuid() != 0:
        pytest.skip("corosync and pacemakerd run only as root")
    if not (ROOT / "pdu" / "__main__.py").stat().st_mode & 0o004:
        # `_opened` lets other users into folders, not read each file
        pytest.skip("this clone was made under umask 077, which closes it to the user hacluster")
    agent = folder / "fence_pdu"
    agent.write_text(f'#!/bin/sh\nexec {" ".join(program)} fence "$@"\n')
    agent.chmod(0o755)
    folder.joinpath("corosync.conf").write_text(_COROSYNC.format(port=reserved()))
    folder.joinpath("cib.xml").write_text(_cib(folder, fences, options))
    said = folder / "start.log"
    with said.open("wb") as errors:
        process = subprocess.Popen(
            ["unshare", "-m", "-p", "-f", "--kill-child", "--mount-proc", "sh", "-c"]
            + [_START.replace("{opened}", _opened()), "sh", str(folder), *daemons],
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    with bounded(process, 4 * _LONG_S):
        running, begun = Cluster(folder, process.pid), folder / "begun"
        assert until(lambda: process.poll() is not None or begun.exists())
        until(lambda: process.poll() is not None or bool(running.run("crm_mon", "-1")), every=0.1)
        if process.poll() is not None:
            pytest.skip(f"a cluster cannot be started here: {said.read_text()[-200:]}")
        yield running


def _opened() -> str:
    """The lines that let every user into the folders of Python and of the project, as a cluster's
    node needs it: the controller asks for the agent's metadata as the user hacluster.
    """
    needed = (Path(sys.executable).resolve(), Path(sys.base_prefix), Path(sys.prefix), ROOT)
    closed = {
        folder
        for path in needed
        for folder in (path, *path.parents)
        if folder.is_dir() and not folder.stat().st_mode & 0o001
    }
    outer = (folder for folder in closed if not closed.intersection(folder.parents))
    overlays = (f"overlay {shlex.quote(str(folder))}" for folder in outer)
    return "\n".join((*overlays, *(f"chmod o+x {shlex.quote(str(one))}" for one in closed)))


def _cib(
    folder: Path, fences: dict[str, dict[str, str]], cluster_options: Mapping[str, str]
) -> str:
    resources = [
        f'<primitive id={quoteattr(name)} class="stonith" type="fence_pdu">{_pairs(name, pairs)}'
        f'<operations><op id="{name}-start" name="start" interval="0" timeout="300s"/>'
        f'<op id="{name}-monitor" name="monitor" interval="60s" timeout="300s"/></operations>'
        "</primitive>"
        for name, pairs in fences.items()
    ]
    service = _pairs("service", {"state": str(folder / "service")})
    resources.append(
        '<primitive id="service" class="ocf" provider="pacemaker" type="Dummy">'
        f"{service}</primitive>"
    )
    pairs = {**_OPTIONS, **{key.replace("_", "-"): one for key, one in cluster_options.items()}}
    options = "".join(_pair("options", key, value) for key, value in pairs.items())
    return _CIB.format(options=options, resources="\n".join(resources))


def _pairs(of: str, pairs: dict[str, str]) -> str:
    inner = "".join(_pair(of, key, value) for key, value in pairs.items())
    return f'<instance_attributes id="{of}-set">{inner}</instance_attributes>'


def _pair(of: str, key: str, value: str) -> str:
    return f'<nvpair id="{of}-{key}" name={quoteattr(key)} value={quoteattr(value)}/>'


def _device(machine: Site, host: str, **more: object) -> dict[str, str]:
    return {
        **machine.options(power_timeout=1, **more),
        "pcmk_host_list": host,
        "pcmk_host_check": "static-list",
        "pcmk_off_retries": "1",
        "pcmk_monitor_retries": "1",
    }


@pytest.mark.trial
@pytest.mark.timeout(4 * _LONG_S)
def test_a_cluster_starts_a_service_only_when_the_other_machine_is_proven_off(
    tmp_path: Path,
) -> None:
    with site(tmp_path) as machine, closed_port() as port:
        machine.lines["third"] = f"127.0.0.1:{port},left,ca_pem=left.pem"
        machine.drawing = DRAWING + OTHER_RACK
        machine.write()
        relay = machine.pdus["right"].outlet("3")
        relay.welded = True
        fences = {
            "pdus": _device(machine, "srv-1", machines="srv-1"),
            "all": _device(machine, "srv-2"),
        }
        with cluster(tmp_path, fences) as running:
            failed = "targeting srv-1 using pdus returned 1"
            assert until(lambda: failed in running.log() or running.serves, _LONG_S, 0.1)
            assert (machine.draws, running.serves) == (True, False), running.log()[-4000:]
            relay.welded = False  # the cluster tries again by itself
            assert until(lambda: running.serves, _LONG_S, 0.05), running.log()[-4000:]
            assert not machine.draws
            # a dead PDU of another rack stops only the device that names no machines; its start
            # may still be tried
            assert until(lambda: running.role("all") == "Stopped", _LONG_S, 0.5)
            assert running.role("pdus") == "Started"
            log = running.log()
    assert "Failed to get metadata" not in log
    assert "off of srv-1 failed: right/3 carries 0.7 A" in log
    monitors = re.findall(r"Operation 'monitor' \[\d+\] using (\w+) returned 1", log)
    assert set(monitors) == {"all"}
    assert "monitor failed: srv-2: third/1: it could not be read" in log
    assert not any(pdu.password in log for pdu in machine.pdus.values())


@pytest.mark.trial
@pytest.mark.timeout(4 * _LONG_S)
def test_a_machine_that_was_verified_in_the_cluster_is_fenced_and_restarted(
    tmp_path: Path,
) -> None:
    """With no clock that hurries, by evidence that `pdu machine verify` wrote. `pytest -s` prints
    the seconds of each step.
    """
    with site(tmp_path, is_verified=False) as machine:
        # what never changes shows no period of a meter
        machine.share(swing=0.02)
        device = _device(machine, "srv-1", machines="srv-1")
        del device["power_timeout"]
        files = [word for key in ("list", "auth", "drawing") for word in (f"--{key}", device[key])]
        files += ["--state-dir", device["state_dir"]]
        with cluster(tmp_path, {"pdus": device}, PDU, maintenance_mode="true") as running:

            def timed(step: str, *command: str) -> subprocess.CompletedProcess[str]:
                begun = time.monotonic()
                done = running.call(*command)
                print(f"{step}: {time.monotonic() - begun:.1f} s")
                return done

            monitor = ["fence_pdu", "-o", "monitor", "-n", "srv-1", *files]
            untried = timed("monitor, not verified", *monitor)
            assert untried.returncode == 1 and "its cabling was never tried" in untried.stderr
            words = ["machine", "verify", "srv-1", *files, "--yes", "--alive", machine.alive]
            verified = timed("verify", *PDU, *words)
            assert verified.returncode == 0, verified.stderr
            assert (timed("monitor", *monitor).returncode, machine.draws) == (0, True)

            # its other node was never seen
            begun = time.monotonic()
            running.call("crm_attribute", "--name", "maintenance-mode", "--update", "false")
            assert until(lambda: running.serves, _LONG_S, 0.1), running.log()[-4000:]
            print(f"end of maintenance to service: {time.monotonic() - begun:.1f} s")
            assert (running.serves, machine.draws) == (True, False)
            limit = ["--timeout", "300"]
            for step, verb, draws in (
                ("on", "--unfence", True),
                ("off", "--fence", False),
                ("off again", "--fence", False),
                ("on again", "--unfence", True),
                ("reboot", "--reboot", True),
            ):
                done = timed(step, "stonith_admin", verb, "srv-1", *limit)
                assert (done.returncode, machine.draws) == (0, draws), running.log()[-4000:]
            assert timed("monitor after all", *monitor).returncode == 0

            machine.pdus["right"].stop()
            assert timed("monitor, a PDU is dead", *monitor).returncode == 1
            done = timed("off, a PDU is dead", "stonith_admin", "--fence", "srv-1", *limit)
            assert done.returncode != 0
            assert machine.pdus["left"].outlet("3").on is False
            log = running.log()
    assert "off of srv-1 failed: right: it could not be read before the command" in log
    assert not any(pdu.password in log for pdu in machine.pdus.values())
