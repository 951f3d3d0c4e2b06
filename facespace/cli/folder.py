"""``facespace folder SOURCE...``: any number of photos into tables and pictures."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from functools import partial
from pathlib import Path

from facespace.batch import output_pictures
from facespace.batch.dask_connection import connect
from facespace.batch.follow import Arrivals
from facespace.batch.journal import NOTE, Journal
from facespace.batch.read_photo import Outputs, needs, settings_fingerprint
from facespace.batch.run import Step, read_photos
from facespace.batch.writers import (
    ENDINGS,
    GROWING,
    Writer,
    csv_writer,
    json_lines_writer,
    open_growing,
    open_writer,
)
from facespace.cli import arguments
from facespace.cli.arguments import Submissions
from facespace.cli.terminal import INTERRUPTED, complain, interrupted, show
from facespace.faces.analyze import Settings
from facespace.io import find_photos
from facespace.io.atomic import check_folder
from facespace.io.find_photos import Photo
from facespace.io.formats import passed_over
from facespace.types import FacespaceError

DESCRIPTION = (
    "Reads any number of photos, by all processors, and prints or writes one result a face."
)
EXIT_CODES = (
    "Exit codes: 0 all photos were read, 1 some were not, 2 wrong usage, 130 after Ctrl-C, which "
    "keeps what was read; a second one does not."
)

#: What may be written to standard output.
_PRINTED = {"csv": csv_writer, "jsonl": json_lines_writer}

#: So many photos that arrive together are read without worker processes.
FEW = 16

#: Of so many photos that cannot be read each is named; the output has them all.
NAMED = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a photo, a folder (with those in it), a ZIP, a pattern in quotes ('**/*.jpg'), "
        "or - for names on standard input, one a line or in a table's column file",
    )
    parser.add_argument(
        "--out",
        type=_output,
        action="append",
        default=[],
        metavar="FILE",
        help="write results here; the ending says how: .csv and .parquet a row a face, .jsonl a "
        "line a photo, .html a contact sheet. May be given more than once. Beside the first, "
        "FILE.journal remembers what was read, so that the same command goes on where it was "
        "interrupted and reads only what is new. Default: print",
    )
    parser.add_argument(
        "--format", choices=_PRINTED, default="csv", help="what is printed; default: csv"
    )
    parser.add_argument(
        "--annotated", type=Path, metavar="FOLDER", help="keep every photo with its faces boxed"
    )
    parser.add_argument(
        "--crops",
        type=Path,
        metavar="FOLDER",
        help="keep every face, sorted into female/, male/ and unsure/, as training reads them",
    )
    arguments.add_anonymise(parser, "the pictures of --annotated")
    arguments.add_reviews(parser)
    parser.add_argument(
        "--follow",
        action="store_true",
        help="go on with what arrives in the folders, each file once it is complete, until Ctrl-C; "
        "results are appended to --out (.csv, .jsonl) or printed. Needs the extra follow",
    )
    parser.add_argument(
        "--workers",
        type=arguments.positive,
        metavar="N",
        help="processes; default: one a processor",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="read on the workers of this Dask scheduler (tcp://host:8786), to which the photos "
        "are sent, not by processes of this machine",
    )
    parser.add_argument(
        "--anew", action="store_true", help="forget the journal and read everything again"
    )
    arguments.add_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Read the photos and write what was asked for, in their order; with --follow as they arrive.

    Returns:
        The exit code: 0 if every photo was read, 1 if some were not, 130 after Ctrl-C.

    Raises:
        FacespaceError: it was not tried, as an option is at fault.
    """
    if options.anonymise:
        _demand_anonymous(options)
    if options.follow:
        _demand_followable(options)
    settings = arguments.settings_of(options)
    photos = [] if options.follow else _photos(options)
    origins = (photo.origin for photo in photos if isinstance(photo.origin, Path))
    outputs = [*options.out, _journal_place(options)]
    arguments.check_outputs(outputs, options.reviews, origins, "is one of the photos")
    for folder in filter(None, (options.annotated, options.crops)):
        check_folder(folder)
    queue = arguments.submissions(options.reviews)
    try:
        with queue as submit:
            if options.follow:
                return _follow(options, settings, submit)
            return _read(options, settings, photos, submit)
    except FacespaceError as error:
        complain(str(error))
        return 1


def _photos(options: argparse.Namespace) -> list[Photo]:
    """What to read."""
    others: list[str] = []
    photos = find_photos.find(options.sources, getattr(sys.stdin, "buffer", None), others)
    photos = _not_drawn(photos, options)
    if remark := passed_over(others, sum(not photo.problem for photo in photos)):
        complain(remark)
    return photos


def _not_drawn(photos: list[Photo], options: argparse.Namespace) -> list[Photo]:
    """The photos without the pictures that this run or an earlier one has drawn."""
    own = [Path(os.path.realpath(path)) for path in (options.annotated, options.crops) if path]

    def is_drawn(origin: object) -> bool:
        if not isinstance(origin, Path):
            return False
        return any(Path(os.path.realpath(origin)).is_relative_to(folder) for folder in own)

    return [photo for photo in photos if not is_drawn(photo.origin)]


class _Results:
    """What comes of photos, on its way to the writers; what went wrong is said."""

    def __init__(self, writers: Sequence[Writer]) -> None:
        self._writers = writers
        self.failures = self.faces = self.photos = 0

    def add(self, step: Step) -> None:
        """Take the next photo."""
        problem, note = step.entry["error"], step.entry.get(NOTE)
        self.photos += 1
        self.failures += bool(problem)
        self.faces += len(step.entry["faces"])
        if note or (problem and self.failures <= NAMED):
            complain(f"{step.photo.name}: {problem or note}")
        for writer in self._writers:
            writer.add(step.entry)


def _read(
    options: argparse.Namespace, settings: Settings, photos: list[Photo], submit: Submissions | None
) -> int:
    done = 0
    outputs = _outputs(options, submit)
    with ExitStack() as stack:
        known = stack.enter_context(_journal(options, settings))
        writers = [stack.enter_context(open_writer(path)) for path in options.out]
        results = _Results(writers or _printer(options))
        workers = options.workers
        if options.scheduler:
            cluster = connect(options.scheduler, partial(needs, settings))
            workers = stack.enter_context(cluster)
        stop = stack.enter_context(interrupted())
        for step in read_photos(photos, settings, workers, known, outputs, stop, submit):
            done = step.done
            results.add(step)
            show(_line(step))
        show("")
    sys.stdout.flush()
    if done < len(photos):
        again = " Run the same again to go on." if options.out else ""
        complain(f"stopped after {done:,} of {len(photos):,} photos.{again}")
        return INTERRUPTED
    if options.crops and (earlier := output_pictures.crops_in(options.crops) - results.faces) > 0:
        complain(f"{earlier:,} of the faces in {options.crops} are of earlier runs")
    if results.failures > NAMED:
        complain(f"{results.failures:,} photos could not be read")
    return int(results.failures > 0)


def _follow(options: argparse.Namespace, settings: Settings, submit: Submissions | None) -> int:
    """Read what is in the folders and what arrives there, until Ctrl-C."""
    outputs = _outputs(options, submit)
    with ExitStack() as stack:
        known = stack.enter_context(_journal(options, settings))
        growing = [stack.enter_context(open_growing(path)) for path in options.out]
        results = _Results([writer for writer, _ in growing] or _printer(options))
        # A photo that is not in all of the files is read, or remembered, and written to all.
        names = set.intersection(*(names for _, names in growing)) if growing else set()
        arrivals = Arrivals(options.sources, names)
        stop = stack.enter_context(interrupted())
        for batch in arrivals.batches(stop):
            photos, others = _not_drawn(batch.photos, options), _not_own(batch.others, options)
            if remark := passed_over(others, len(photos)):
                complain(remark)
            # A process more takes longer to start than to read a few photos here.
            workers = options.workers if len(photos) > FEW else 0
            for step in read_photos(photos, settings, workers, known, outputs, stop, submit):
                results.add(step)
                show(f"{results.photos:,} photos, {results.faces:,} faces; Ctrl-C ends it")
            sys.stdout.flush()
        show("")
    complain(f"ended after {results.photos:,} photos")
    return INTERRUPTED


def _not_own(names: list[str], options: argparse.Namespace) -> list[str]:
    """The files without those that this command writes."""
    own = {os.path.realpath(path) for path in (*options.out, _journal_place(options)) if path}
    return [name for name in names if os.path.realpath(name) not in own]


def _demand_followable(options: argparse.Namespace) -> None:
    for source in options.sources:
        if not Path(source).is_dir():
            raise FacespaceError(f"--follow takes folders, and {source} is none")
    for path in options.out:
        if path.suffix.lower() not in GROWING:
            raise FacespaceError(f"--follow writes {' and '.join(GROWING)} files, not {path}")
    if options.scheduler:
        raise FacespaceError("--follow reads on this machine: leave --scheduler out")


def _demand_anonymous(options: argparse.Namespace) -> None:
    if not options.annotated:
        raise FacespaceError("--anonymise needs --annotated, the folder that the pictures go to")
    if options.crops or options.reviews or _has_sheet(options):
        raise FacespaceError(
            "--crops, --reviews and .html show faces: leave them, or --anonymise out"
        )


def _has_sheet(options: argparse.Namespace) -> bool:
    """Whether a contact sheet is asked for, which shows a small picture of each face."""
    return any(path.suffix.lower() == ".html" for path in options.out)


def _outputs(options: argparse.Namespace, submit: Submissions | None) -> Outputs:
    queue = submit.identity if submit else ""
    sheet = _has_sheet(options)
    return Outputs(options.annotated, options.crops, sheet, queue, options.anonymise)


def _printer(options: argparse.Namespace) -> list[Writer]:
    sys.stdout.flush()
    return [_PRINTED[options.format](sys.stdout.buffer)]


def _journal_place(options: argparse.Namespace) -> Path | None:
    if not options.out:
        return None
    first: Path = options.out[0]
    return first.with_name(first.name + ".journal")


def _journal(options: argparse.Namespace, settings: Settings) -> Journal | nullcontext[None]:
    path = _journal_place(options)
    if path is None:
        return nullcontext()
    if options.anew:
        path.unlink(missing_ok=True)
    return Journal(path, settings_fingerprint(settings))


def _line(step: Step) -> str:
    line = f"{step.done:,} of {step.total:,} photos"
    if step.kept:
        line += f", {step.kept:,} of them known"
    if step.left is None:
        return line
    return f"{line}, {step.rate:.0f} a second, {step.left // 60:.0f}:{step.left % 60:02.0f} left"


def _output(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in ENDINGS:
        ends = ", ".join(ENDINGS)
        raise argparse.ArgumentTypeError(f"{text} must end in one of {ends}")
    return path
