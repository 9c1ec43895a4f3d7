"""Makes drawings from CSV files, and from NetBox and Nautobot."""
