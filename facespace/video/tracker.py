"""Readings over time -> tracks: who is where, also between two readings, with one steady verdict.

Boxes are joined over time as in SORT (Bewley et al. 2016): where a track is expected, by overlap,
assigned optimally (Jonker and Volgenant 1987), likeness of the crops deciding where overlap leaves
it open. In place of a Kalman filter an alpha-beta filter carries centre and size at constant
velocity: the same filter in its steady state (Kalata 1984).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import lap
import numpy as np

from facespace.faces import doubts
from facespace.faces.decide import Rules, verdict
from facespace.faces.detectors.base import iou
from facespace.types import Box, Face, Floats, Verdict
from facespace.video.track import Track, box_of, place_of

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

#: Readings with the face before a track counts; one is enough where no other lies within ``GONE``.
HITS = 2

#: Seconds without the face before a track ends, and readings without it: films of slides, and
#: cameras that store a picture now and then, have looks that lie further apart.
GONE, MISSES = 1.5, 2

#: Seconds for which a box is carried on: where no later reading was without the face, where one
#: was.
CARRIED, COAST = 2.0, 0.5

#: A face seen for this many seconds weighs like one more independent look, up to ``LOOKS``: frames
#: that follow one another make the same mistakes, and even photos from different days do. The mean
#: log-odds of two such photos of 400 people (Labeled Faces in the Wild) are best taken 1.8 times.
SECONDS_A_LOOK, LOOKS = 1.0, 2.0

#: What a crop weighs at least, so that a track of the worst has a verdict too.
LEAST_WEIGHT = 1e-6

#: No single probability counts for more than this.
SUREST = 0.98

#: An answer is taken back where its chance of being wrong is so many times the largest allowed.
SLACK = 1.5

#: Ended tracks that are remembered where trails are not kept, so that a camera may run for days.
REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class Tracked:
    """A track as it is at one moment.

    ``number`` counts from 1. ``box`` is in pixels, measured, or carried on from the last reading.
    ``probability_female`` is what all its crops say together, 0 to 1, and the ``verdict`` the one
    on that and on what is known of them on average. ``first`` and ``last`` are
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
    def confidence(self) -> float:
        """The chance that the verdict is right, or that an answer would be, 0 to 1."""
        return self.verdict.confidence

    @property
    def shown(self) -> Face:
        """The best crop, with what is said of the whole track."""
        score = replace(self.best.score, probability_female=self.probability_female)
        return replace(self.best, score=score, verdict=self.verdict)

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
            "chance_wrong": round(self.verdict.chance_wrong, 4),
            "reasons": list(self.verdict.reasons),
        }


class Tracker:
    """Joins readings. Not for several threads at once: its user holds a lock.

    ``count`` is how many tracks counted so far.
    """

    def __init__(
        self,
        rules: Rules,
        trails: bool = False,
        ended: Callable[[Tracked], None] = lambda _: None,
    ) -> None:
        """Nothing is in view yet.

        Args:
            rules: those that the readings are judged by.
            trails: whether to keep where every track ever was, as a film needs it; where not, the
                last ``REMEMBERED`` tracks that ended are kept.
            ended: is told each track that counted as it ends.
        """
        self._rules, self._trails, self._tell = rules, trails, ended
        self._tracks: list[Track] = []
        self._updated = -math.inf
        self._alone = True
        self._ended: deque[Tracked] = deque(maxlen=None if trails else REMEMBERED)
        self.count = 0

    def update(self, faces: Sequence[Face], time: float) -> list[Tracked]:
        """Join the faces of a reading to the tracks.

        Args:
            faces: all faces of one frame.
            time: of the frame, in seconds; later than at the last call, however much.

        Returns:
            the tracks in view, as ``at`` gives them.
        """
        pause = time - self._updated > GONE
        if pause:
            self._count_lonely()
        for each in self._tracks:
            each.misses += each.last < self._updated
        for old in [t for t in self._tracks if time - t.last > GONE and t.misses >= MISSES]:
            self._end(old)
        for track, face in self._assigned(faces, time):
            passed = 0.0
            if track is None:
                track = Track(face, time, time, place_of(face.detection.box))
                self._tracks.append(track)
            else:
                passed = min(track.move(face, time), SECONDS_A_LOOK)
                if track.hits >= HITS:
                    self._count(track)
            self._judge(track, face, time, passed)
        self._updated, self._alone = time, pause
        return self.at(time)

    def end(self) -> None:
        """End all tracks, as where nobody looked for so long that anybody may be there now."""
        self._count_lonely()
        for track in list(self._tracks):
            self._end(track)

    def _end(self, track: Track) -> None:
        self._tracks.remove(track)
        if track.number:
            whole = self._whole(track)
            self._ended.append(whole)
            self._tell(whole)

    def _count(self, track: Track) -> None:
        if not track.number:
            self.count += 1
            track.number = self.count

    def _count_lonely(self) -> None:
        """Let those count that only the newest reading saw, where none was near enough before it.

        Called where none comes soon after it either: nobody could have been seen twice.
        """
        for track in self._tracks:
            if self._alone and track.last == self._updated:
                self._count(track)

    def at(self, time: float) -> list[Tracked]:
        """The tracks in view at some time at or after the last but one reading, by number.

        They come without their trails.
        """
        in_view = [
            self._seen(track, time)
            for track in self._tracks
            if track.number and track.first <= time <= track.last + self._carried(track)
        ]
        return sorted(in_view, key=lambda track: track.number)

    def all(self) -> list[Tracked]:
        """The tracks that counted so far, those that ended too, by number, with their trails.

        The newest reading is taken for the last one.
        """
        self._count_lonely()
        alive = [self._whole(track) for track in self._tracks if track.number]
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

    def _judge(self, track: Track, face: Face, time: float, passed: float) -> None:
        """Add what a crop says, and decide anew."""
        if self._trails:
            track.trail.append((time, face.detection.box))
        rules = self._rules
        about = doubts.about(face.detection, face.score, face.evidence, rules.threshold)
        weight = max(LEAST_WEIGHT, math.exp(-doubts.beside_the_margin(rules.chance, about)))
        track.evidence += weight * _log_odds(face.score.probability_female)
        track.weight += weight
        track.good_seconds += weight * passed
        track.measures.add(about, weight)
        quality = weight * face.detection.score * min(face.detection.box.side, 100)
        if quality > track.best_quality:
            track.best, track.best_quality = face, quality
        track.verdict = self._verdict(track)

    def _verdict(self, track: Track) -> Verdict:
        """The verdict on a track as on one face; once given it stays until in doubt."""
        rules, female = self._rules, _probability(track)
        about = track.measures.mean()
        about["margin"] = margin = doubts.margin(female, rules.threshold)
        about["hidden_margin"] = doubts.hidden(margin, about["covered"])
        stays = track.verdict.label == rules.predicted(female)
        return verdict(female, about, rules, rules.most_wrong * (SLACK if stays else 1))

    def _whole(self, track: Track) -> Tracked:
        return replace(self._seen(track, track.last), trail=tuple(track.trail))

    def _seen(self, track: Track, time: float) -> Tracked:
        return Tracked(
            number=track.number,
            box=box_of(track.expected(time)),
            verdict=track.verdict,
            probability_female=_probability(track),
            first=track.first,
            last=track.last,
            hits=track.hits,
            face=track.face,
            best=track.best or track.face,
        )


def _cost(track: Track, face: Face, time: float) -> float:
    """How badly a face fits a track, below ``FOREIGN`` where it may be its own: overlap first.

    After a pause somebody else may be in the same place: there overlap alone is not enough.
    """
    expected, box = box_of(track.expected(time)), face.detection.box
    alike = _cosine(track.face.score.coordinates, face.score.coordinates)
    overlap = float(iou(np.array([expected]), np.array(box))[0])
    if overlap >= LEAST_IOU and (time - track.last <= GONE or alike >= ALIKE):
        return 1 - overlap + LIKENESS * (1 - alike)
    apart = min(
        np.hypot(*(place_of(box) - place)[:2]) for place in (track.place, place_of(expected))
    )
    near = apart <= max(box.side, expected.side) * (NEAR + REACH * (time - track.last))
    size = box.side / max(track.face.detection.box.side, 1e-6)
    return FOREIGN - alike if near and 0.5 < size < 2 and alike >= ALIKE else 2 * FOREIGN


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
