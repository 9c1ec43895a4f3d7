"""The fault matrix: every handler, every call, every fault, at each exchange on the wire.

    python -m tests.faults              all cells, as a table
    python -m tests.faults nut -m status --fault half     a part of them

A *subject* (`subjects/`) is a handler with its simulated device and with its protocol's form of each fault. A *fault*
(`catalogue`) is a failure of the network, of a host in between, or of the device. The relay (`wire`, `datagrams`) between
handler and device plays the fault at the wanted *step*; a step is an exchange of request and answer, counted from 0. Faults of
TLS (`handshakes`), and those that begin before the call, have no step. A *cell* is one call of one handler with one fault at one
step. The call must return only true or unknown states and figures, or raise an error that fits the fault (`cell`).

The device and the relay run in a separate process (`stage`), so that only the call opens files and threads in its own process.
"""
