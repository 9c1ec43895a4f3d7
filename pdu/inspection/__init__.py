"""What tools read of a live unit beyond DCImanager's four calls: nameplate, lines and breakers,
identification. A folder for each handler. In no archive.
"""
