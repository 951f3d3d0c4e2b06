"""Where things are: the project, its pages, and photos that are not part of it."""

from __future__ import annotations

import os
from pathlib import Path

#: The project's own folder.
ROOT = Path(__file__).parents[2]

#: The dashboard's script, and the names of all its pages.
APP = ROOT / "streamlit_app.py"
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))

#: The committed artifacts.
ARTIFACTS = ROOT / "artifacts"

#: Real photos for development; not part of the project. Set FACESPACE_DATA to have them elsewhere.
DATA = Path(os.environ.get("FACESPACE_DATA", ROOT.parent / "shared" / "data"))
