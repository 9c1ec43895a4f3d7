"""The hall: its drawing, and what is computed from the drawing and from the PDUs' readings.

Public doors: `drawing` (the values), `drawing_file.read`, `measured` (readings of the hall's PDUs),
`rehearsal.Hall` (what a failure does). None of them switches anything.

Commands: `plan` (makes and checks the drawing), `rehearse`, `cycle` (switches, by a plan of steps).
"""
