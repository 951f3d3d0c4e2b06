"""The parts of the page "Bring your own test"."""
