"""A fence agent for Pacemaker: takes the power of a machine, and says so only if it is proven."""
