"""``python -m training train``, and what adds to its artifacts or tests them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from facespace.types import FacespaceError
from training import evaluate
from training.models import MODELS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0 done, 1 the data or the export is at fault."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "evaluate":
        return evaluate.main(options)
    if not options.data and not getattr(options, "download", None):
        parser.error("the following arguments are required: --data")
    # What follows needs scikit-learn; the evaluation does not.
    from training import retest
    from training.abstain import cutoffs
    from training.models.export import ExportError
    from training.photos import download
    from training.report import describe_data, face_space
    from training.train import train

    try:
        if options.command == "rules":
            cutoffs.choose(
                options.data,
                options.detect,
                options.out,
                options.limit,
                options.cache,
                options.jobs,
            )
            return 0
        if options.command in ("space", "retest"):
            again = face_space.measure if options.command == "space" else retest.retest
            again(
                options.data,
                options.out,
                options.test,
                options.limit,
                options.cache,
                options.jobs,
            )
            return 0
        if options.command == "describe":
            describe_data.describe(
                options.data, options.out, options.test, options.limit, options.cache, options.jobs
            )
            return 0
        if options.download:
            options.data.append(download.lfw(options.cache, options.names, print))
        chosen = MODELS if not options.model or "all" in options.model else options.model
        train(
            options.data,
            options.out,
            options.test,
            chosen,
            options.limit,
            options.epochs,
            options.cache,
            options.jobs,
            options.reviews,
            options.review_weight,
            options.replace,
            options.scheduler,
            options.classifier,
            options.keep,
        )
    except (FacespaceError, ExportError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    return 0


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _jobs(text: str) -> int:
    try:
        jobs = int(text)
    except ValueError:
        jobs = 0
    if jobs == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes")
    return jobs


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--data",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="folder with labels.csv (columns file, gender; optional: age, race, person, split), "
        "with sub-folders female/ and male/, or as FairFace, LFW or UTKFace come; may be given "
        "more than once",
    )
    common.add_argument("--out", type=Path, default=Path("artifacts"), help="default: artifacts")
    common.add_argument(
        "--limit", type=_positive, metavar="N", help="quick try with about N photos"
    )
    common.add_argument(
        "--cache",
        type=Path,
        default=Path(".cache"),
        help="where crops and the network's checkpoints are kept; default: .cache",
    )
    common.add_argument(
        "--jobs", type=_jobs, default=-1, help="worker processes, -1: all processors"
    )
    parser = argparse.ArgumentParser(prog="python -m training")
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")
    testing = argparse.ArgumentParser(add_help=False)
    testing.add_argument(
        "--test",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a further data set to test on; may be given more than once",
    )
    command = commands.add_parser(
        "train", parents=[common, testing], help="photos in, artifacts out"
    )
    command.add_argument(
        "--model",
        choices=("all", *MODELS),
        action="append",
        default=[],
        help="may be given more than once; default: all. The embedding needs PyTorch",
    )
    command.add_argument(
        "--download",
        choices=("lfw",),
        help="a public data set to fetch into the cache and train on, too; needs --names",
    )
    command.add_argument(
        "--names",
        type=Path,
        metavar="DIR",
        help="with --download lfw: folder with female_names.txt and male_names.txt",
    )
    command.add_argument(
        "--keep",
        action="store_true",
        help="other models that are in --out stay there, and are tested once more",
    )
    command.add_argument(
        "--epochs", type=_positive, metavar="N", help="of the network; default: as in its recipe"
    )
    command.add_argument(
        "--classifier",
        choices=("auto", "svc", "nystroem"),
        default="auto",
        help="svc: an RBF SVM, whose cost grows with the square of the photos; nystroem: one on "
        "landmarks, whose cost grows with the photos; auto, the default: svc up to 40,000 photos",
    )
    command.add_argument(
        "--reviews",
        type=Path,
        metavar="FILE",
        help="a review queue, or the ZIP it exports: its decided faces are fitted on too; prints "
        "old against new on the test sets, and leaves old models that are better",
    )
    command.add_argument(
        "--review-weight",
        type=_positive,
        default=1,
        metavar="N",
        help="how many photos a reviewed face counts as; default: 1",
    )
    command.add_argument(
        "--replace", action="store_true", help="with --reviews: replace also better models"
    )
    command.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="crop and search on the workers of this Dask scheduler (tcp://host:8786), to which "
        "the photos are sent",
    )
    commands.add_parser(
        "describe",
        parents=[common, testing],
        help="who and what is in the photos: measured again in artifacts that are there",
    )
    command = commands.add_parser(
        "rules", parents=[common], help='when to say "?": adds to artifacts that are there'
    )
    command.add_argument(
        "--detect",
        type=Path,
        required=True,
        metavar="DIR",
        help="folders of pictures with marked faces (annotations.csv: file, x, y, w, h), one of "
        "them without any, one with faces marked frontal and profile (column pose)",
    )
    commands.add_parser(
        "space",
        parents=[common, testing],
        help="where test faces lie in face space: adds to artifacts that are there",
    )
    commands.add_parser(
        "retest",
        parents=[common, testing],
        help="measure the models that are there once more",
    )
    evaluate.arguments(
        commands.add_parser("evaluate", help="labelled photos in, how well the models read them")
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
