"""Independent computations of every value and gradient: autodiff, differences, and exact ones for the tables."""
