"""Energy that can be billed: readings that last, and kWh with a bound on their error."""
