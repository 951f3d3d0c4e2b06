"""Labels and scores -> metrics, curves and intervals."""
