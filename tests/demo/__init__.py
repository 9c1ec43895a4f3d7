"""Build, register, poll and switch without a device: `make demo`, or `python -m tests.demo`."""
