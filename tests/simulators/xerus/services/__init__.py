"""Everything that a unit serves beside its power model."""
