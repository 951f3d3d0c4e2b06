"""A picture with a box and a label over each face, drawn by the browser at the screen's size.

Labels stay readable where the picture is small, and on a phone; downloads have boxes in the picture
itself (``facespace.faces.annotate``).
"""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from facespace.faces.wording import face_text, in_words
from facespace.io import encode
from facespace.palette import VERDICTS, ink
from facespace.types import RGB, Face

#: Faces that the tabulator stops at; of a crowd the table has the rest.
REACHED = 48

#: Faces up to which every label is written out, however narrow its box.
FEW = 3

#: Below this share of the picture's height there is room for a label above a box, and from this
#: share of its width on a label ends where its box does.
HIGH, RIGHT = 0.08, 0.6

#: A label is the shortest of three texts in a narrow box; ``few`` faces have room beside them.
_STYLE = """<style>
.fs-picture { position: relative; overflow: hidden }
.fs-picture > img { width: 100%; display: block }
.fs-face { position: absolute; box-sizing: border-box; container-type: inline-size;
  border: 2px solid var(--verdict) }
.fs-face:is(:hover, :focus) { z-index: 1; outline: 2px solid var(--ground) }
.fs-unsure { border-style: dashed }
.fs-label { position: absolute; bottom: 100%; left: -2px; padding: 0 5px; white-space: nowrap;
  font-size: 13px; line-height: 20px; font-weight: 600; background: var(--verdict);
  color: var(--ground) }
.fs-right .fs-label { left: auto; right: -2px }
.fs-high .fs-label { bottom: auto; top: 0 }
.fs-label i { font-style: normal; display: none }
.fs-label i:nth-child(1) { display: inline }
@container (width < 84px) {
  :not(.fs-few) > .fs-face i:nth-child(1) { display: none }
  :not(.fs-few) > .fs-face i:nth-child(2) { display: inline }
}
@container (width < 30px) {
  :not(.fs-few) > .fs-face .fs-label { font-size: 11px; line-height: 14px; padding: 0 2px }
  :not(.fs-few) > .fs-face i:nth-child(2) { display: none }
  :not(.fs-few) > .fs-face i:nth-child(3) { display: inline }
}
</style>"""


def show(
    rgb: RGB, size: tuple[int, int], faces: Sequence[Face], words: str, leaning: bool = False
) -> None:
    """Draw a picture with its faces boxed; each tells verdict and reasons on hover and focus.

    Args:
        rgb: uint8 (H, W, 3), as large as it is sent.
        size: width and height of the picture that the faces were found in, in pixels.
        faces: in pixels of that picture.
        words: what the picture shows.
        leaning: whether "?" says which class is likelier.
    """
    spots = [_spot(number, face, size, leaning) for number, face in enumerate(faces, 1)]
    few = " fs-few" if len(faces) <= FEW else ""
    st.html(
        f'{_STYLE}<div class="fs-picture{few}">'
        f'<img alt="{html.escape(words)}" src="{encode.to_address(rgb)}">{"".join(spots)}</div>'
    )


def _spot(number: int, face: Face, size: tuple[int, int], leaning: bool) -> str:
    """A face's box with its label."""
    box, label = face.detection.box, face.verdict.label
    left, width = (100 * pixels / size[0] for pixels in (box.x, box.width))
    top, height = (100 * pixels / size[1] for pixels in (box.y, box.height))
    text = face_text(face, leaning)
    why = in_words(face.verdict.reasons)
    spoken = html.escape(f"{number}: {text}{why and f' ({why})'}")
    kinds = ["fs-face"]
    kinds += ["fs-unsure"] if label == "?" else []
    kinds += ["fs-high"] if top < 100 * HIGH else []
    kinds += ["fs-right"] if left > 100 * RIGHT else []
    colour = VERDICTS[label]
    place = f"left:{left:.2f}%;top:{top:.2f}%;width:{width:.2f}%;height:{height:.2f}%"
    reached = 'tabindex="0" ' if number <= REACHED else ""
    texts = (f"{number} · {text}", f"{number} {label[0].upper()}", str(number))
    return (
        f'<span role="img" {reached}class="{" ".join(kinds)}" aria-label="{spoken}" '
        f'title="{spoken}" style="{place};--verdict:{colour};--ground:{ink(colour)}">'
        f'<b class="fs-label" aria-hidden="true">'
        f"{''.join(f'<i>{html.escape(words)}</i>' for words in texts)}</b></span>"
    )
