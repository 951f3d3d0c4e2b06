"""The parts of the Eigenfaces page."""
