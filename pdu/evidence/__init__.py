"""What a unit shows: `identify` says what a device is, `record` writes its answers to a file,
`replay` serves such a file as a device.
"""
