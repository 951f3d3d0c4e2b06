"""Films and cameras: frames, tracks, the annotated film."""
