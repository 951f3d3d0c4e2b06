"""The parts of the Fairness page: whom a model serves how well, and thresholds for groups."""
