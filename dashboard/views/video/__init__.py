"""The parts of the Video page."""
