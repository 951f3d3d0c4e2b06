"""Fronts on the library that run for long: HTTP, and a camera that is watched."""
