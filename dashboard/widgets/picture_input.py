"""The pictures that a page looks at: the user's files, their camera's, or the example."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard.app.choice import one_of
from dashboard.app.markdown import plain
from dashboard.app.page_artifacts import sentences
from dashboard.app.session import Remembered
from dashboard.widgets import output, paste, scaled
from dashboard.widgets.example import CREDIT, example, examples
from facespace import limits
from facespace.faces.analyze import Settings
from facespace.io import images
from facespace.io.formats import PICTURE_ENDINGS, PICTURES
from facespace.types import RGB

Origin = Literal["Upload", "Camera", "Example"]

#: The origin of a picture that another page has handed over, and what people read of it.
CHOSEN, CHOSEN_TITLE = "Chosen", "The face you chose"

#: Pictures named at once.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture a user brought: its name, its content, and what tells it from the others."""

    name: str
    content: bytes
    identity: Hashable

    def rgb(self) -> RGB:
        """Its pixels, uint8 (H, W, 3); raises FacespaceError where it cannot be read."""
        return images.load(self.content)

    def shown(self, longest: int = scaled.SHOWN_SIDE) -> RGB:
        """Its pixels, shrunk so that no side has more than ``longest``; raises as ``rgb``."""
        return scaled.fitted(images.load_reduced(self.content, longest).rgb, longest)


@dataclass(frozen=True, slots=True)
class Handed:
    """A picture that one page hands to another, and the settings by which its faces were found."""

    picture: Picture
    settings: Settings


HANDED = Remembered[Handed]("handed over")


def choose(
    label: str, origins: Sequence[Origin], keys: str = "", several: bool = False
) -> list[Picture]:
    """Let pictures be chosen; none where there is none yet. The origin is in the address.

    Args:
        label: of the choice between the origins.
        origins: where pictures may come from, at first from the first; and, where only one is
            taken, the one that another page has handed over.
        keys: begins the keys of the widgets.
        several: whether more than one may be uploaded.
    """
    handed = None if several else HANDED.get()
    every = [*origins, *([CHOSEN] if handed else [])]
    titles = {origin: CHOSEN_TITLE if origin == CHOSEN else origin for origin in every}
    origin = one_of(label, every, f"{keys}from", titles=titles)
    if handed and origin == CHOSEN:
        return [handed.picture]
    if origin == "Camera":
        return camera(f"{keys}camera", "camera.jpg")
    if origin == "Upload":
        return uploads(f"{keys}uploads") if several else upload(f"{keys}upload")
    picture = example_picture()
    st.caption(CREDIT)
    return [picture]


def read_with(picture: Picture) -> Settings:
    """By which settings to read a picture: as the page did that handed it over, else as usual."""
    handed = HANDED.get()
    return handed.settings if handed and handed.picture == picture else Settings()


def example_picture() -> Picture:
    """The example; stops the page with a sentence where it is not installed."""
    with sentences():
        name, content = example()
    return Picture(name, content, name)


def example_pictures() -> list[Picture]:
    """All examples, as ``example.EXAMPLES`` names them; stops the page as ``example_picture``."""
    with sentences():
        made = examples()
    return [Picture(name, content, name) for name, content in made.items()]


def upload(key: str, label: str = PICTURES) -> list[Picture]:
    """The picture that was uploaded, if one was."""
    file = st.file_uploader(label, PICTURE_ENDINGS, key=key, **_forgetting(key))
    paste.paste(key)
    return _lasting(key, [_picture(file)] if file else [])


def uploads(key: str) -> list[Picture]:
    """The pictures that were uploaded, as many as are read at once."""
    files = st.file_uploader(
        PICTURES, PICTURE_ENDINGS, accept_multiple_files=True, key=key, **_forgetting(key)
    )
    paste.paste(key)
    if len(files) > limits.MAX_FILES:
        st.info(f"At most {limits.MAX_FILES} pictures are read at once; these are the first.")
    return _lasting(key, [_picture(file) for file in files[: limits.MAX_FILES]])


def camera(key: str, name: str) -> list[Picture]:
    """The picture that the browser's camera took, if it took one, by this name."""
    file = st.camera_input("Look into the camera", key=key, **_forgetting(key))
    return _lasting(key, [_picture(file, name)] if file else [])


def hand_over(pictures: list[Picture], from_key: str, to_key: str) -> None:
    """Let the widget of another page have the pictures of this one."""
    _brought(from_key).forget()
    _brought(to_key).put(pictures)


def _forgetting(key: str) -> dict[str, Any]:
    """Arguments of a widget whose user brings other pictures, or takes them away."""
    return {"on_change": _brought(key).forget}


def _brought(key: str) -> Remembered[list[Picture]]:
    """What was brought to a widget: Streamlit forgets it once its page is left."""
    return Remembered(f"{key} brought")


def _lasting(key: str, pictures: list[Picture]) -> list[Picture]:
    """The pictures of a widget, or those of before its page was left."""
    before = _brought(key)
    if pictures:
        before.put(pictures)
        return pictures
    kept = before.get() or []
    if kept:
        names = ", ".join(plain(picture.name) for picture in kept[:_NAMED])
        more = f" and {len(kept) - _NAMED} more" if len(kept) > _NAMED else ""
        output.notice(f"Still here: {names}{more}.", "history", "Remove", before.forget, "close")
    return kept


def _picture(file: UploadedFile, name: str = "") -> Picture:
    return Picture(name or file.name, file.getvalue(), file.file_id)
