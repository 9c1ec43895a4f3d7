"""The hall: its drawing, and what is computed from the drawing and from the PDUs' readings.

Rooms: `importing` and `drawings` make and check the drawing, `walk` follows power and currents
through it, `failure` says what a failure does (`failure.rehearsal`), `restore` what a return
does. Nothing here switches.

Commands: `drawings.plan`, `rehearse`.
"""
