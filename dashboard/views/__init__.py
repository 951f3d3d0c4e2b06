"""The parts of the pages, a file or folder a page."""
