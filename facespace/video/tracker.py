"""Readings over time -> tracks: who is where, also between two readings, with one steady verdict.

Boxes are joined over time as in SORT (Bewley et al. 2016): where a track is expected, by overlap,
assigned optimally (Jonker and Volgenant 1987), likeness of the crops deciding where overlap leaves
it open. In place of a Kalman filter an alpha-beta filter carries centre and size at constant
velocity: the same filter in its steady state (Kalata 1984).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import lap
import numpy as np

from facespace.faces.decide import Rules
from facespace.faces.detectors.base import iou
from facespace.types import Box, Face, Floats, Label, Verdict
from facespace.video.track import Floats64, Track, box_of, place_of

#: A face is a track's own if boxes overlap by this IoU, or if it looks alike and lies no further
#: off than so many sides, and so many more for each second since the last reading with it.
LEAST_IOU, NEAR, REACH = 0.1, 0.5, 3.0

#: Cosine similarity of two crops' PCA coordinates from which on they may be one person's: 95% of
#: pairs of photos of one person are (Labeled Faces in the Wild), half of two people's of one sex.
ALIKE = 0.35

#: How much a lack of likeness counts beside a lack of overlap. Of 96 crossings and meetings of two
#: faces in made-up scenes 14 mixed them up at 0, 6 at 0.25, 1 at 0.75.
LIKENESS = 0.75

#: What it costs to give a track a face that is not its own: more than any other.
FOREIGN = 2.0

#: Readings with the face before a track counts, and seconds without it before the track ends.
HITS, GONE = 2, 1.5

#: Seconds for which a box is carried on: where no later reading was without the face, where one
#: was.
CARRIED, COAST = 2.0, 0.5

#: A face seen for this many seconds weighs like one more independent look, up to ``LOOKS``: frames
#: that follow one another make the same mistakes, and even photos from different days do. The mean
#: log-odds of two such photos of 400 people (Labeled Faces in the Wild) are best taken 1.8 times.
SECONDS_A_LOOK, LOOKS = 1.0, 2.0

#: What a crop weighs that is marked with one of these reasons; every other weighs 1.
WEAK = {"covered": 0.05, "blurred": 0.2, "profile": 0.2, "small": 0.3, "detector": 0.3}

#: No single probability counts for more than this.
SUREST = 0.98

#: How far an answer must fall below the certainty needed before it is taken back.
SLACK = 0.05

#: Ended tracks that are remembered where trails are not kept, so that a camera may run for days.
REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class Tracked:
    """A track as it is at one moment.

    ``number`` counts from 1. ``box`` is in pixels, measured, or carried on from the last reading.
    ``probability_female`` is what all its crops say together, 0 to 1. ``first`` and ``last`` are
    the times of its first and last reading in seconds, ``hits`` the number of readings. ``face``
    is its newest face and ``best`` the one whose crop is best to look at. ``trail`` are the times
    and boxes of all its readings, where the tracker keeps them.
    """

    number: int
    box: Box
    verdict: Verdict
    probability_female: float
    first: float
    last: float
    hits: int
    face: Face
    best: Face
    trail: tuple[tuple[float, Box], ...] = ()

    @property
    def certainty(self) -> float:
        """The probability of the likelier class, 0.5 to 1."""
        return max(self.probability_female, 1 - self.probability_female)

    @property
    def seconds(self) -> float:
        """How long it was in view."""
        return self.last - self.first

    def to_dict(self) -> dict[str, Any]:
        """The track as plain data for JSON; times in seconds, rounded to 0.001."""
        return {
            "track": self.number,
            "first": round(self.first, 3),
            "last": round(self.last, 3),
            "hits": self.hits,
            "label": self.verdict.label,
            "probability_female": round(self.probability_female, 4),
            "reasons": list(self.verdict.reasons),
        }


class Tracker:
    """Joins readings. Not for several threads at once: its user holds a lock."""

    def __init__(self, rules: Rules, trails: bool = False) -> None:
        """Nothing is in view yet.

        Args:
            rules: those that the readings are judged by.
            trails: whether to keep where every track ever was, as a film needs it; where not, the
                last ``REMEMBERED`` tracks that ended are kept.
        """
        self._rules, self._trails = rules, trails
        self._tracks: list[Track] = []
        self._updated = 0.0
        self._ended: deque[Tracked] = deque(maxlen=None if trails else REMEMBERED)
        self._count = 0

    def update(self, faces: Sequence[Face], time: float) -> list[Tracked]:
        """Join the faces of a reading to the tracks.

        Args:
            faces: all faces of one frame.
            time: of the frame, in seconds; later than at the last call.

        Returns:
            the tracks in view, as ``at`` gives them.
        """
        for old in [track for track in self._tracks if time - track.last > GONE]:
            self._tracks.remove(old)
            if old.hits >= HITS:
                self._ended.append(self._whole(old))
        for track, face in self._assigned(faces, time):
            if track is None:
                self._begin(face, time)
            else:
                self._move(track, face, time)
        self._updated = time
        return self.at(time)

    def at(self, time: float) -> list[Tracked]:
        """The tracks in view at some time at or after the last but one reading, by number.

        They come without their trails.
        """
        in_view = [
            self._seen(track, time)
            for track in self._tracks
            if track.hits >= HITS and track.first <= time <= track.last + self._carried(track)
        ]
        return sorted(in_view, key=lambda track: track.number)

    @property
    def count(self) -> int:
        """How many tracks counted so far."""
        return self._count

    def all(self) -> list[Tracked]:
        """The tracks that counted so far, those that ended too, by number, with their trails."""
        alive = [self._whole(track) for track in self._tracks if track.hits >= HITS]
        return sorted([*self._ended, *alive], key=lambda track: track.number)

    def _carried(self, track: Track) -> float:
        return CARRIED if track.last == self._updated else COAST

    def _assigned(self, faces: Sequence[Face], time: float) -> list[tuple[Track | None, Face]]:
        """Each face with the track whose it is, or None: the assignment of the least cost."""
        if not faces or not self._tracks:
            return [(None, face) for face in faces]
        cost = np.array([[_cost(track, face, time) for track in self._tracks] for face in faces])
        _, columns, _ = lap.lapjv(cost, extend_cost=True, cost_limit=FOREIGN)
        own = [self._tracks[column] if column >= 0 else None for column in columns]
        return list(zip(own, faces, strict=True))

    def _begin(self, face: Face, time: float) -> None:
        track = Track(face, time, time, place_of(face.detection.box))
        self._tracks.append(track)
        self._judge(track, face, time, 0.0)

    def _move(self, track: Track, face: Face, time: float) -> None:
        passed = track.move(face, time)
        if track.hits == HITS:
            self._count += 1
            track.number = self._count
        self._judge(track, face, time, min(passed, SECONDS_A_LOOK))

    def _judge(self, track: Track, face: Face, time: float, passed: float) -> None:
        """Add what a crop says, and decide anew."""
        if self._trails:
            track.trail.append((time, face.detection.box))
        weight = min((WEAK.get(reason, 1.0) for reason in face.verdict.reasons), default=1.0)
        track.good += weight == 1
        odds = _log_odds(face.score.probability_female)
        track.evidence += weight * odds
        track.weight += weight
        track.good_seconds += weight * passed
        track.reasons.update(face.verdict.reasons)
        quality = weight * face.detection.score * min(face.detection.box.side, 100)
        if quality > track.best_quality:
            track.best, track.best_quality = face, quality
        track.label = self._label(track)

    def _label(self, track: Track) -> Label:
        """The verdict on a track: none before a good look; once given it stays until in doubt."""
        if not track.good:
            return "?"
        female = _probability(track)
        reads: Label = "female" if female >= self._rules.threshold else "male"
        needed = self._rules.certainty - (SLACK if track.label == reads else 0.0)
        return reads if max(female, 1 - female) >= needed else "?"

    def _whole(self, track: Track) -> Tracked:
        return replace(self._seen(track, track.last), trail=tuple(track.trail))

    def _seen(self, track: Track, time: float) -> Tracked:
        return Tracked(
            number=track.number,
            box=box_of(track.expected(time)),
            verdict=Verdict(track.label, _reasons(track) if track.label == "?" else ()),
            probability_female=_probability(track),
            first=track.first,
            last=track.last,
            hits=track.hits,
            face=track.face,
            best=track.best or track.face,
        )


def _cost(track: Track, face: Face, time: float) -> float:
    """How badly a face fits a track, below ``FOREIGN`` where it may be its own: overlap first."""
    expected, box = box_of(track.expected(time)), face.detection.box
    alike = _cosine(track.face.score.coordinates, face.score.coordinates)
    overlap = float(iou(_corners(expected)[None], _corners(box))[0])
    if overlap >= LEAST_IOU:
        return 1 - overlap + LIKENESS * (1 - alike)
    apart = min(
        np.hypot(*(place_of(box) - place)[:2]) for place in (track.place, place_of(expected))
    )
    near = apart <= max(box.side, expected.side) * (NEAR + REACH * (time - track.last))
    size = box.side / max(track.face.detection.box.side, 1e-6)
    return FOREIGN - alike if near and 0.5 < size < 2 and alike >= ALIKE else 2 * FOREIGN


def _reasons(track: Track) -> tuple[str, ...]:
    """Why a track is "?": what marked at least half of its crops, or else most of them."""
    often = track.reasons.most_common()
    half = [reason for reason, times in often if 2 * times >= track.hits]
    if track.good and "unsure" not in half:
        half.insert(0, "unsure")
    return tuple(half) or (often[0][0],)


def _probability(track: Track) -> float:
    """What a track's crops say together: the mean of their log-odds, as often as they count.

    Were all crops independent, their log-odds would add up; were they copies, their mean would
    stand. Frames that follow one another are nearly copies.
    """
    looks = 1 + min(LOOKS - 1, track.good_seconds / SECONDS_A_LOOK)
    odds = looks * track.evidence / track.weight if track.weight else 0.0
    return float(1 / (1 + np.exp(-odds)))


def _log_odds(probability: float) -> float:
    clipped = min(max(probability, 1 - SUREST), SUREST)
    return float(np.log(clipped / (1 - clipped)))


def _cosine(one: Floats, other: Floats) -> float:
    return float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-9))


def _corners(box: Box) -> Floats64:
    return np.array([box.x, box.y, box.width, box.height])
