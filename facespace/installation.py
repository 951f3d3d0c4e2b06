"""Where this copy of Facespace lies: a clone, or a package that pip installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facespace.types import FacespaceError

#: What a wheel carries of a clone beside the package; there is none of it in a clone.
CARRIED = Path(__file__).parent / "_app"

IS_CLONE = not CARRIED.is_dir()

#: The folder of ``streamlit_app.py``, ``artifacts/`` and what else the dashboard loads.
ROOT = CARRIED.parents[1] if IS_CLONE else CARRIED

#: What a clone has for some extras of ``pyproject.toml``.
_REQUIREMENTS = {
    "dashboard": "requirements.txt",
    "serve": "serve-requirements.txt",
    "dask": "training/dask-requirements.txt",
}


def command(extra: str) -> str:
    """What to type where packages are missing that ``pyproject.toml`` names as an extra."""
    if IS_CLONE and extra in _REQUIREMENTS:
        return f"pip install -r {_REQUIREMENTS[extra]}"
    return f'pip install "{"." if IS_CLONE else "facespace"}[{extra}]"'


def not_installed(what: str, package: str, extra: str) -> FacespaceError:
    """What to raise where ``what`` needs a package of an extra and has it not."""
    from facespace.types import FacespaceError  # needs packages, and the doctor must not

    return FacespaceError(f"{what} needs {package}, which is not installed: {command(extra)}")
