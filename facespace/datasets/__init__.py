"""Labelled photos, and how well models read them."""
