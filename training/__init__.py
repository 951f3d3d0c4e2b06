"""Labelled photos -> ONNX artifacts. Runs offline; the dashboard never imports it."""

import facespace as facespace  # before onnxruntime, which it tells to send nothing
