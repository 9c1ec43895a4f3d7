"""The hall's drawing: feeds, panels, PDUs, machines and cords, as values."""
