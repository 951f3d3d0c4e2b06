"""ONNX Runtime as all networks here are run."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort

from facespace import limits
from facespace.types import FacespaceError


def loaded(source: Path | bytes) -> ort.InferenceSession:
    """A session on the CPU with ``limits.THREADS`` threads; many threads may run it at once.

    Args:
        source: an ONNX file, or its content.

    Raises:
        FacespaceError: this is no ONNX model, or one that ONNX Runtime cannot run.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = limits.THREADS
    options.inter_op_num_threads = 1
    # Threads that wait for work by spinning would take the processors from the stream and pages.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    content = source if isinstance(source, bytes) else str(source)
    try:
        return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a type of its own for each cause
        raise FacespaceError("The model file is not an ONNX model that can be loaded.") from error
