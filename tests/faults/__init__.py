"""The fault matrix: the four calls of each handler, with faults at each exchange on the wire.

    python -m pytest tests/faults                      some steps of each call
    python -m pytest tests/faults -m trial             every step
    python -m pytest tests/faults -k "nut and tls"     one handler, faults of one place

Whatever a device or the network sends, a call ends in time. It returns only true or unknown states
and figures, or raises one error of ours that names host and operation and shows no secret. A
command is sent at most once, and no error after it says that nothing happened.

A *subject* (`protocols/`) is a handler with its simulated device, its protocol's form of each wrong
answer, and the reasons why some faults are not played for it. A *fault* (`catalogue`) happens on
the network, in a host in between, or at the device. It begins at the wanted *step*, an exchange of
request and answer, counted from 0. The simulated device plays the faults of the device,
`handshakes` those of TLS, and the relay between handler and device (`wire`, `datagrams`) all
others. `call` makes one call with a fault, and `judgement` lists what is wrong with its result.

`parsers` has random input for what reads files and messages without a handler.
"""
