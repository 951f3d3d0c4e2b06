"""What came of a film: it plays, with who was in view when, and the files."""

from __future__ import annotations

from collections import Counter
from typing import Any

import streamlit as st

from dashboard.app.markdown import plain
from dashboard.views.video.job import FROM, PLAYS, FilmJob
from dashboard.widgets import (
    face_actions,
    face_cards,
    face_tables,
    hidden_faces,
    output,
    review_queue,
    same,
)
from facespace.charts import film as charts
from facespace.faces.wording import count, verdicts
from facespace.types import Face
from facespace.video.film import Film, frames_csv, to_json, tracks_csv
from facespace.video.tracker import Tracked

#: Points of the chart of faces in view, and cards of tracks, at most.
POINTS, CARDS = 600, 24


def show(job: FilmJob, film: Film) -> None:
    """The annotated film and all that was read from it."""
    if film.problem:
        st.warning(plain(film.problem), icon=":material/warning:")
    if film.stopped:
        st.info(f"Stopped after {film.seconds:.1f} seconds of film.", icon=":material/stop_circle:")
    st.success(summary(film, job.boxed), icon=":material/check_circle:")
    begin = FROM.get()
    # Each press of a button says something else of the player, which is then a new one: one that
    # has played by itself does not do so again.
    played = "" if begin is None else f"; play {PLAYS.get()}, from {begin:.1f} s"
    st.video(
        job.written,
        start_time=round(begin or 0.0, 2),
        autoplay=begin is not None,
        alt=f"{job.name}, with every face {'hidden' if job.way else 'boxed'}{played}",
    )
    if job.way:
        hidden_faces.notice("film", " Its sound is kept, and voices can be recognised.")
    st.caption(
        f"{plain(film.source)} · {film.width} × {film.height} pixels · {film.seconds:.1f} s · "
        f"{_looks(film, bool(job.way))}"
    )
    downloads(job, film)
    _review(job, film)
    if not film.tracks:
        st.info("No face was found in this film.", icon=":material/search_off:")
        return
    st.subheader("Who was in view when")
    _timeline(film)
    st.subheader("How many at a time")
    _counts(film)
    st.subheader("Each face")
    _cards(job, film)


def _looks(film: Film, hidden: bool) -> str:
    """In how many frames the detector looked, and what was done in the others."""
    share = f"{len(film.looks):,} of {len(film.times):,} frames"
    if hidden:
        return f"faces were looked for in every frame, and judged in {share}"
    return f"faces were looked for in {share}; in between, the boxes were carried along"


def _review(job: FilmJob, film: Film) -> None:
    """Say that the faces that stayed "?" are in the review queue, or offer to keep them."""
    unsure = sum(track.verdict.label == "?" for track in film.tracks)
    if unsure and job.kept:
        review_queue.link(unsure, "that stayed “?”")
    elif unsure:
        review_queue.offer(unsure, "Then read the film again. ")


def summary(film: Film, boxed: float) -> str:
    """The film in a sentence; ``boxed`` is the share of its frames with a face in view."""
    if not film.tracks:
        return f"{len(film.times):,} frames, no face found."
    labels: Counter[str] = Counter(track.verdict.label for track in film.tracks)
    return (
        f"{len(film.times):,} frames, {count(labels.total(), 'face')} followed: "
        f"{verdicts(labels)}. A face is in view in {boxed:.0%} of the film."
    )


def _timeline(film: Film) -> None:
    """A bar a stretch in view; choosing one lets the film play from there."""
    spans = [span for track in film.tracks for span in stretches(film, track)]
    output.draw(
        charts.timeline(spans),
        "; ".join(
            f"face {span['track']} ({span['label']}): {span['start']:.1f} to {span['end']:.1f} s"
            for span in spans
        ),
        key="timeline",
        on_select=_play_chosen,
        selection_mode="points",
    )
    with st.container(horizontal=True):
        for span in spans[:CARDS]:
            st.button(
                f"Face {span['track']}, {span['start']:.1f} s",
                key=f"play {span['track']} {span['start']}",
                on_click=_play_from,
                args=(span["start"],),
                icon=":material/play_arrow:",
                help="Play from here",
            )


def _play_chosen() -> None:
    points = st.session_state["timeline"].selection.points
    if points:
        _play_from(float(points[0]["customdata"][0]))


def _play_from(seconds: float) -> None:
    FROM.put(seconds)
    PLAYS.put((PLAYS.get() or 0) + 1)


def stretches(film: Film, track: Tracked) -> list[dict[str, Any]]:
    """From when to when a track was in view, in seconds from the film's start."""
    return [
        {
            "track": track.number,
            "label": track.verdict.label,
            "confidence": track.confidence,
            "start": first - film.times[0],
            "end": last - film.times[0],
        }
        for first, last in film.stretches(track)
    ]


def _counts(film: Film) -> None:
    step = max(1, len(film.times) // POINTS)
    times = film.times[::step]
    seen = [[track.verdict.label for track, _ in film.in_view(when)] for when in times]
    counts = {label: [row.count(label) for row in seen] for label in ("female", "male", "?")}
    output.draw(
        charts.in_view([when - times[0] for when in times], counts),
        f"Faces in view over time; at most {max(map(len, seen))} at once",
    )


def _cards(job: FilmJob, film: Film) -> None:
    """The best crop of each face with its verdict, and the table of all."""
    tracks, start = film.tracks, film.times[0]

    def below(number: int, face: Face) -> None:
        candidate = job.faces.get(number)
        if candidate is not None:
            face_actions.wrong(f"video {id(job)} {number}", lambda: candidate)

    face_cards.cards({track.number: track.shown for track in tracks}, below)
    seconds = st.column_config.NumberColumn(format="%.1f")
    face_tables.of_tracks(
        tracks,
        "All faces followed with verdict, confidence, reasons and times",
        {
            "From, s": [track.first - start for track in tracks],
            "In view, s": [track.seconds for track in tracks],
            "Looks": [track.hits for track in tracks],
        },
        {"From, s": seconds, "In view, s": seconds},
    )
    st.caption(
        "A verdict counts all crops of a face together; covered, turned and blurred ones count "
        "little."
    )


def downloads(job: FilmJob, film: Film) -> None:
    """Buttons for the film, the tables and the JSON."""
    stem = job.name.rsplit(".", 1)[0]
    output.downloads(
        (
            ("MP4", lambda: job.written, f"{stem}-{'anonymous' if job.way else 'faces'}.mp4"),
            ("CSV per frame", lambda: frames_csv(film), f"{stem}-frames.csv"),
            ("CSV per face", lambda: tracks_csv(film), f"{stem}-faces.csv"),
            ("JSON", lambda: to_json(film), f"{stem}-film.json"),
        )
    )
    same.same("video", [job.name], job.settings, job.every, job.way)
