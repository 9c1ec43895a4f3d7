"""Registers: what is known of them, which readings can be believed, and energies with bounds."""
