"""The services of a unit besides its power model."""
