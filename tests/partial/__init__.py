"""The trial of sums and counters: what a device leaves out of one answer."""
