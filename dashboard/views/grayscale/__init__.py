"""The lessons of the page Grayscale."""
