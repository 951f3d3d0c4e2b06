"""The parts of the Webcam page."""
