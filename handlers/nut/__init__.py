"""NUT (Network UPS Tools): the devices of a NUT server as DCImanager PDUs, and a client for
administrators.

What a reading passes, from the server to DCImanager:

- connection, client, requests, answers, quoting: one session with a server
- sessions, settings: the session of a call, by the PDU's form
- devices, mirrors: the devices of the server that make up one PDU. A mirror is a device that only
  shows another one once more
- daisy_chain: the members of a device, which are the units of a daisy chain
- outlets: the outlets of a member; states, state_words: whether one is on; groups: banks of outlets
- metering: which variables tell load and energy, and in which order. A side is the input or the
  output of a device; a source is a variable, or the variables of a side's lines or of all outlets
- figures: whether one is measured, not metered or not known
- switching: a command, and its proof
- pynut: the client under the names of NUT's own Python module; for scripts
"""
