"""The parts of the Detectors page: side by side, the known faults, and what was measured."""
