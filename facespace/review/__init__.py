"""Faces that a human should judge."""
