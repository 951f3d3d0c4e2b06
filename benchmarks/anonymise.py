"""Of faces that are to be unrecognisable, how many stay visible, and what is hidden for nothing.

    python benchmarks/anonymise.py --data FOLDER [--films FOLDER] [--json FILE]

FOLDER holds sets of pictures with marked faces (``annotations.csv`` beside ``images/``). A face of
20 pixels or more counts as covered where what is hidden holds its middle and 80 % of its box. The
settings were chosen on the files whose name has an even CRC-32; figures are of the odd ones alone.
``plain_covered`` is by the detector at its own threshold, with the same margin. ``hidden_in`` is
the share of pictures without a face in which something is hidden, ``found_after_WAY`` the share of
the covered faces in whose place the detector still finds a face once the picture is a JPEG file.

Of films the detector looks at every frame of the files: ``films.found_in`` is the share of frames
in which it finds a face, ``films.found_after_WAY`` that of those that are written. They are not
told apart by their names: nothing was chosen on them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.harness import output
from facespace.faces import anonymise, detectors
from facespace.faces.detectors.base import iou
from facespace.io import encode, images
from facespace.io.formats import FILM_ENDINGS
from facespace.types import RGB, Bools, Box
from facespace.video import frames
from facespace.video.anonymous_film import anonymise_film
from training.abstain import marked_faces
from training.abstain.marked_faces import Picture

#: The least share of a face's box that is hidden where it is covered.
COVERED = 0.8


def covered(rgb: RGB, boxes: Sequence[Box], picture: Picture) -> Bools:
    """Which of a picture's marked faces are covered, bool (N,)."""
    white = np.full_like(rgb, 255)
    hidden = (anonymise.hidden(white, boxes, "fill") != 255).any(axis=2)
    shares = []
    for x, y, width, height in picture.boxes:
        left, top = max(0, round(x)), max(0, round(y))
        part = hidden[top : max(top + 1, round(y + height)), left : max(left + 1, round(x + width))]
        middle = hidden[
            min(max(0, round(y + height / 2)), hidden.shape[0] - 1),
            min(max(0, round(x + width / 2)), hidden.shape[1] - 1),
        ]
        shares.append(part.mean() if part.size and middle else 0.0)
    return np.array(shares) >= COVERED


def still_found(rgb: RGB, picture: Picture, hidden: Bools) -> dict[str, int]:
    """By way, how many of the hidden faces the detector finds in the picture that is shown."""
    counts: dict[str, int] = {}
    for way in anonymise.WAYS:
        shown = images.load(encode.to_jpeg(anonymise.anonymised(rgb, way)))
        found = detectors.get().detect(shown)
        after: npt.NDArray[np.float64] = np.array([face.box for face in found]).reshape(-1, 4)
        counts[way] = sum(
            bool(len(after)) and bool(iou(after, face).max() >= picture.least_iou)
            for face in picture.boxes[hidden]
        )
    return counts


def measured(pictures: Sequence[Picture]) -> dict[str, Any]:
    """The figures of one set."""
    faces = plain_covered = any_hidden = all_covered = 0
    after: dict[str, int] = dict.fromkeys(anonymise.WAYS, 0)
    for picture in pictures:
        rgb = marked_faces.opened(picture.path)
        boxes = anonymise.places(rgb, detectors.get())
        plain = [face.box for face in detectors.get().detect(rgb)]
        hidden = covered(rgb, boxes, picture) & picture.counted
        faces += int(picture.counted.sum())
        all_covered += int(hidden.sum())
        plain_covered += int((covered(rgb, plain, picture) & picture.counted).sum())
        any_hidden += bool(boxes)
        if hidden.any():
            for way, count in still_found(rgb, picture, hidden).items():
                after[way] += count
    if not faces:
        return {"pictures": len(pictures), "hidden_in": any_hidden / len(pictures)}
    figures = {
        "faces": faces,
        "covered": all_covered / faces,
        "plain_covered": plain_covered / faces,
    }
    return figures | {f"found_after_{way}": n / all_covered for way, n in after.items()}


def of_films(paths: Sequence[Path]) -> dict[str, Any]:
    """The figures of some films."""
    before = [found for path in paths for found in frames_with_a_face(path)]
    figures: dict[str, Any] = {"frames": len(before), "found_in": float(np.mean(before))}
    with TemporaryDirectory() as folder:
        written = Path(folder, "anonymous.mp4")
        for way in anonymise.WAYS:
            after: list[bool] = []
            for path in paths:
                for _ in anonymise_film(path, written, way):
                    pass
                after += frames_with_a_face(written)
            figures[f"found_after_{way}"] = float(np.mean(after))
    return figures


def frames_with_a_face(path: Path) -> list[bool]:
    """Of each frame of a film, whether the detector finds a face in it."""
    with frames.opened(path) as film:
        return [bool(detectors.get().detect(film.upright(frame))) for frame in film.frames()]


def main() -> None:
    parser = output.parser(__doc__)
    parser.add_argument("--films", type=Path, metavar="FOLDER", help="with films, read as well")
    options = parser.parse_args()
    figures = {
        name: measured([picture for picture in pictures if not picture.even])
        for name, pictures in marked_faces.read_sets(options.data).items()
    }
    if options.films:
        ends = tuple(f".{end}" for end in FILM_ENDINGS)
        paths = sorted(path for path in options.films.iterdir() if path.suffix.lower() in ends)
        figures["films"] = of_films(paths)
    output.publish(output.rounded(output.flat(figures), 4), options.json)


if __name__ == "__main__":
    main()
