"""The faces in the queue: how many are decided, one at a time, and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import cv2
import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from dashboard.app.markdown import plain
from dashboard.views.review.decide import NEXT, buttons, reviewer
from dashboard.widgets import output
from facespace import limits
from facespace.artifacts import face_space
from facespace.faces import annotate
from facespace.faces.annotate import Mark
from facespace.faces.wording import count
from facespace.io import encode, images
from facespace.review.item import DECISIONS, REASONS, Item, crop_of
from facespace.review.order import by_usefulness
from facespace.review.queue import Queue
from facespace.types import Box, FacespaceError

VIEWS = {
    "one": "One at a time",
    "many": "Table",
    "statistics": "Statistics",
    "files": "Export, import, delete",
}

#: The page that a face came from.
PLACES = {"photo": "Photo", "folder": "Folder", "video": "Video", "webcam": "Webcam"}

#: Width of a picture in pixels, and rows of the table at most.
WIDE, SMALL, ROWS = 384, 168, 200


def progress(items: Sequence[Item]) -> None:
    """How many faces are decided."""
    done = sum(item.decision is not None for item in items)
    st.progress(done / len(items), f"{done:,} of {count(len(items), 'face')} decided")
    if len(items) >= limits.MAX_REVIEWS:
        st.info(
            "The queue is full: of the faces that wait, the oldest make room for new ones.",
            icon=":material/inventory_2:",
        )


def filtered(items: Sequence[Item], waiting: bool = False) -> list[Item]:
    """The faces that the filters leave; only those that wait, where asked."""
    if waiting:
        items = [item for item in items if item.decision is None]
    with st.container(horizontal=True):
        states = {"waiting": "Waiting", "decided": "Decided"}
        state = None if waiting else _pills("State", states, "state")
        places = [place for place in PLACES if any(item.place == place for item in items)]
        place = _pills("From", {key: PLACES[key] for key in places}, "place")
    # In a row of their own they wrap.
    reasons = {r: w for r, w in REASONS.items() if any(r in item.reasons for item in items)}
    reason = _pills("Why it is here", reasons, "reason")
    return [
        item
        for item in items
        if (not state or (item.decision is None) == (state == "waiting"))
        and (not place or item.place == place)
        and (not reason or reason in item.reasons)
    ]


def _pills(label: str, options: dict[str, str], key: str) -> str | None:
    if len(options) < 2:
        return None
    return st.pills(label, list(options), format_func=options.__getitem__, key=f"review_{key}")


def one_at_a_time(queue: Queue, waiting: Sequence[Item], items: Sequence[Item]) -> None:
    """The most useful face to decide, large, with the buttons."""
    chosen = [item for item in waiting if item.id == NEXT.get()]
    # The order looks at what was decided last, whatever the filters are.
    done = [item for item in items if item.decision is not None]
    item = next(iter(chosen or by_usefulness([*waiting, *done], 1)), None)
    if item is None:
        left = sum(item.decision is None for item in items)
        st.success(
            f"No face with these filters; {left:,} wait without them."
            if left
            else "Every face is decided. The view “Export, import, delete” gives them to training.",
            icon=":material/task_alt:",
        )
        buttons(queue, [])
        return
    pictures = queue.pictures(item.id)
    if pictures is None:
        st.rerun()
    crop, context = crop_of(pictures[0]), images.load(pictures[1])
    buttons(queue, [item])
    box = Mark(Box(item.x, item.y, item.width, item.height), "?", ("?",))
    boxed = annotate.draw_marks(context, [box])
    if len(boxed) < WIDE:  # so that browsers need not blur it
        boxed = np.asarray(cv2.resize(boxed, (WIDE, WIDE), interpolation=cv2.INTER_CUBIC), np.uint8)
    here, there = st.columns([3, 2], gap="medium")
    here.image(boxed, width=520, alt="The face, boxed, in the middle of its surroundings")
    with there:
        shown = {"The grey crop": crop} | _rebuilt(crop)
        st.image(
            [cv2.resize(picture, (SMALL, SMALL), interpolation=cv2.INTER_CUBIC)
             for picture in shown.values()],
            list(shown),
            width=SMALL,
            alt=list(shown),
        )  # fmt: skip
        st.markdown("\n".join(f"- {REASONS[reason]}" for reason in item.reasons))
        when = datetime.fromtimestamp(item.added).astimezone()
        st.caption(
            f"{plain(item.source)} · {PLACES.get(item.place) or plain(item.place)} · "
            f"{when:%Y-%m-%d %H:%M} · model {plain(item.model)} {plain(item.model_sha256[:8])}"
        )
        if st.toggle(
            "Show what the model would say",
            key="review_tell",
            help="Whoever has seen it agrees with it more often; so it is hidden at first.",
        ):
            st.markdown(
                f"{_told(item)}, "
                f"distance from face space {item.distance:.2f}, "
                f"detection score {item.detection:.2f}"
            )
    reviewer()


def _told(item: Item) -> str:
    """What the model would answer, and how sure that would be where it is known."""
    if item.chance_wrong is None:
        return item.predicted
    return f"{item.predicted}, {1 - item.chance_wrong:.0%} sure"


def _rebuilt(crop: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.uint8]]:
    """A crop as its eigenfaces rebuild it; nothing where there is no face space."""
    try:
        space = face_space.load()
    except FacespaceError:
        return {}
    own = np.asarray(cv2.resize(crop, (space.side, space.side)), np.uint8)[None]
    return {"Rebuilt from eigenfaces": space.rebuilt(space.coordinates(own))[0]}


def many(queue: Queue, items: Sequence[Item]) -> None:
    """A table with check boxes, for deciding many faces at once."""
    useful = by_usefulness(items)
    done = sorted((i for i in items if i.decision is not None), key=lambda i: -(i.decided or 0))
    shown = [*useful, *done][:ROWS]
    if not shown:
        st.info("No face with these filters.", icon=":material/search_off:")
        return
    pictures = [queue.pictures(item.id) for item in shown]
    frame = pd.DataFrame(
        {
            "face": [p and encode.to_address(crop_of(p[0])) for p in pictures],
            "decision": [DECISIONS[i.decision] if i.decision else "" for i in shown],
            "reasons": ["; ".join(REASONS[reason] for reason in i.reasons) for i in shown],
            "source": [item.source for item in shown],
            "place": [PLACES.get(item.place, item.place) for item in shown],
            "added": [datetime.fromtimestamp(item.added).astimezone() for item in shown],
            "reviewer": [item.reviewer for item in shown],
        }
    )
    place = st.container()
    # The key changes with every decision: boxes that were checked for it must not stay so.
    event = output.table(
        frame,
        "Faces with check boxes, decision, reasons and source",
        {
            "face": st.column_config.ImageColumn("Face", width="small"),
            "decision": "Decision",
            "reasons": "Why it is here",
            "source": "Source",
            "place": "From",
            "added": st.column_config.DatetimeColumn("Added", format="YYYY-MM-DD HH:mm"),
            "reviewer": "Reviewer",
        },
        "content" if len(shown) <= 6 else 520,
        key=f"review table {sum(item.version for item in items)} {len(items)}",
        on_select="rerun",
        selection_mode="multi-row",
        row_height=72,
    )
    chosen = [shown[row] for row in event.selection.rows]
    with place:
        buttons(queue, chosen)
    st.caption(
        f"{count(len(chosen), 'face')} checked. "
        + (f"The first {ROWS} of {len(items):,} are shown; filters find the others."
           if len(items) > ROWS else "")
    )  # fmt: skip
    reviewer()
