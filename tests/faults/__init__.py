"""The fault matrix: the four calls of each handler, with faults at each exchange on the wire.

    python -m tests.faults              all cells, as a table
    python -m tests.faults nut -m status --fault half     a part of them

A *subject* (`subjects/`) is a handler with its simulated device, its protocol's form of each wrong
answer, and the reasons why some faults are not played for it. A *fault* (`catalogue`) happens on
the network, in a host in between, or at the device. It begins at the wanted *step*, an exchange of
request and answer, counted from 0; most faults last from there to the end of the call. Faults of
TLS, and those that begin before the call, have no step. The simulated device plays the faults of
the device, `handshakes` those of TLS, and the relay between handler and device (`wire`,
`datagrams`) all others. A *cell* is one call of one handler, with one fault at one step or with
none. The call must return only true or unknown states and figures, or raise an error that fits the
fault (`cell`).

The device and the relay run in a separate process (`stage`), so that their files and threads do not
count as those of the call.
"""
