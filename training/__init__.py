"""Labelled photos -> ONNX artifacts. Runs offline; the dashboard never imports it."""
