"""ONNX Runtime as all networks here are run."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort

from facespace import limits
from facespace.types import FacespaceError

#: Microseconds that a thread waits for more work before it sleeps.
SPIN = 100


# All sessions have one arena: with one each they take 100 MB more for pictures of many sizes, and
# are no faster. It can be said once a process.
ort.create_and_register_allocator(
    ort.OrtMemoryInfo("Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT),
    None,
)


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
    # Threads that wait for work by spinning would take the processors from the stream and pages;
    # from one node of a network to the next it is worth it.
    options.add_session_config_entry("session.intra_op.spin_duration_us", str(SPIN))
    # Pictures of many sizes follow each other: a plan for one would be made anew for the next.
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.log_severity_level = 3
    content = source if isinstance(source, bytes) else str(source)
    try:
        return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a type of its own for each cause
        raise FacespaceError("The model file is not an ONNX model that can be loaded.") from error
