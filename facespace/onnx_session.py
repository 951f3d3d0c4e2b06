"""ONNX Runtime as all networks here are run."""

from __future__ import annotations

import os
from pathlib import Path

import onnxruntime as ort

from facespace import limits
from facespace.types import FacespaceError

#: The variable that names where networks run, the first choice first: ``cuda``, ``openvino`` …,
#: onnxruntime's names of its execution providers in any case, without that word.
PROVIDERS = "FACESPACE_PROVIDERS"

_SUFFIX, _CPU = "ExecutionProvider", "CPUExecutionProvider"

#: Microseconds that a thread waits for more work before it sleeps.
SPIN = 100


# All sessions have one arena: with one each they take 100 MB more for pictures of many sizes, and
# are no faster. It can be said once a process.
ort.create_and_register_allocator(
    ort.OrtMemoryInfo("Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT),
    None,
)


def providers() -> list[str]:
    """What networks run on, by onnxruntime's names: the CPU, or what ``FACESPACE_PROVIDERS`` names.

    What a network needs and the others lack runs on the CPU in any case.

    Raises:
        FacespaceError: one is named that this onnxruntime does not have.
    """
    asked = [name.strip() for name in os.environ.get(PROVIDERS, "").split(",") if name.strip()]
    known = {name.removesuffix(_SUFFIX).lower(): name for name in ort.get_available_providers()}
    for name in asked:
        if name.lower() not in known:
            raise FacespaceError(
                f"Networks cannot run on {name!r}, as the onnxruntime that is installed has only: "
                f"{', '.join(known)}. A GPU needs another package, such as onnxruntime-gpu, in its "
                f"place; or leave --device and {PROVIDERS} out."
            )
    return list(dict.fromkeys([*(known[name.lower()] for name in asked), _CPU]))


def loaded(source: Path | bytes) -> ort.InferenceSession:
    """A session on ``providers`` with ``limits.THREADS`` threads; many threads may run it at once.

    Args:
        source: an ONNX file, or its content.

    Raises:
        FacespaceError: this is no ONNX model, or one that ONNX Runtime cannot run; or it does not
            run where it was asked to.
    """
    wanted = providers()
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
        session = ort.InferenceSession(content, options, providers=wanted)
    except Exception as error:  # onnxruntime raises a type of its own for each cause
        raise FacespaceError("The model file is not an ONNX model that can be loaded.") from error
    if session.get_providers()[0] != wanted[0]:  # it takes the CPU then, and only logs why
        raise FacespaceError(
            f"{wanted[0].removesuffix(_SUFFIX)} could not be started; its driver or libraries are "
            f"missing. Leave --device and {PROVIDERS} out to run on the CPU."
        )
    return session
