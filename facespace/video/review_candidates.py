"""The faces of a film that stayed "?", each with the frame in which it is best to look at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from facespace.artifacts.manifest import load_manifest
from facespace.review.candidate import Candidate
from facespace.video import frames
from facespace.video.film import Film
from facespace.video.tracker import Tracked


def candidates(film: Film, source: Path) -> list[Candidate]:
    """A face for the review queue of each track that stayed "?"; reads the film once more.

    Reasons and probability are those of the whole track.

    Args:
        film: what was read.
        source: its file.

    Raises:
        FacespaceError: the film or the artifacts cannot be read any more.
    """
    due: dict[float, list[Tracked]] = {}
    for track in film.tracks:
        if track.verdict.label == "?":
            seen = (when for when, box in track.trail if box == track.best.detection.box)
            due.setdefault(next(seen), []).append(track)
    if not due:
        return []
    info = load_manifest().model(film.model)
    chosen: list[Candidate] = []
    with frames.opened(source) as pictures:
        when = pictures.times()
        for frame in pictures.frames():
            tracks = due.pop(when(frame), [])
            rgb = pictures.upright(frame) if tracks else None
            for track in tracks:
                assert rgb is not None
                chosen.append(
                    replace(
                        Candidate.of(rgb, track.best, info, film.source, "video"),
                        reasons=track.verdict.reasons,
                        probability_female=track.probability_female,
                    )
                )
            if not due:
                break
    return chosen
