"""The whole road without a device: `make demo`, or `python -m tests.demo`."""
