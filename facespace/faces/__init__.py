"""A picture -> its faces: found, aligned, scored, decided."""
