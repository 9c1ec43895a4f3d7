"""The trial of names: what `pdu supports` answers to lists of models that nobody here wrote."""
