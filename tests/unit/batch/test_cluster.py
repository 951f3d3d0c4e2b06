"""Work on a Dask cluster of real processes: as on one machine, whatever becomes of the workers."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import dask
import distributed
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import facespace
from facespace.artifacts.manifest import artifacts_folder, load_manifest
from facespace.batch import dask_connection, read_photo, run
from facespace.batch.dask_connection import connect
from facespace.batch.journal import Entry
from facespace.batch.read_photo import Outputs
from facespace.cli import main as cli
from facespace.datasets.dataset import Photo
from facespace.io import find_photos, images
from facespace.types import RGB, FacespaceError
from tests.support.paths import ROOT
from tests.support.pictures import GREY, packed, png, variant
from training.__main__ import main
from training.models import front_ends, pipeline
from training.photos import crops

pytestmark = pytest.mark.slow

DEADLY = b"deadly"
COUNT = 30

READING = partial(read_photo.needs, facespace.Settings())


class Fragile(distributed.WorkerPlugin):
    """Workers that one content ends, as a decoder's fault may."""

    def setup(self, worker: object) -> None:
        load = images.load_reduced

        def loading(
            source: bytes | str | Path, longer: float, pixels: int | None = None
        ) -> images.Decoded:
            if source == DEADLY:
                os._exit(9)
            return load(source, longer, pixels)

        images.load_reduced = loading


@pytest.fixture(scope="module")
def started() -> Iterator[distributed.LocalCluster]:
    """A scheduler here and two processes that work for it."""
    # So long after a worker ended the cluster looks whether it is back, and gives it up if not. A
    # worker that a later test has just killed is not back.
    patient = dask.config.set({"distributed.deploy.lost-worker-timeout": "1h"})
    with (
        patient,
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
    ):
        with cluster.get_client() as client:
            client.register_plugin(Fragile())
        yield cluster


@pytest.fixture
def local(started: distributed.LocalCluster) -> distributed.LocalCluster:
    """The same, with all that was killed running again."""
    started.wait_for_workers(2, timeout=120)
    return started


@pytest.fixture(autouse=True)
def no_client_half_made() -> None:
    """A client whose scheduler did not answer closes when it is collected, which waits for ever if
    that happens while another one starts."""
    gc.collect()


def kill_one(local: distributed.LocalCluster) -> None:
    os.kill(local.workers[0].pid, signal.SIGKILL)


@contextmanager
def less_patient(local: distributed.LocalCluster) -> Iterator[None]:
    """The scheduler gives up a task with the first worker that it ends, not with the fourth."""
    before = local.scheduler.allowed_failures
    local.scheduler.allowed_failures = 0
    try:
        yield
    finally:
        local.scheduler.allowed_failures = before


@pytest.fixture(scope="module")
def portraits(tmp_path_factory: pytest.TempPathFactory, astronaut: RGB) -> Path:
    """The astronaut in 2 x 30 ways, with what is no portrait among them, and a ZIP."""
    there = tmp_path_factory.mktemp("portraits")
    rng = np.random.default_rng(0)
    for label in ("female", "male"):
        (there / label).mkdir()
        for number in range(COUNT):
            picture = Image.fromarray(variant(astronaut, rng, label == "male"))
            picture.save(there / label / f"{number:02}.png")
    (there / "female" / "text.jpg").write_text("no picture")
    (there / "male" / "grey.png").write_bytes(png(GREY))
    whole = images.load((there / "male" / "00.png").read_bytes())
    (there / "some.zip").write_bytes(packed({"a.png": png(whole), "b.png": "x"}))
    return there


def table(portraits: Path) -> list[Photo]:
    return [Photo(path, path.parent.name) for path in sorted(portraits.glob("*male/*"))]


def bare(entries: list[Entry]) -> list[Entry]:
    return [entry | {"milliseconds": None} for entry in entries]


def files(where: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(where)): path.read_bytes()
        for path in where.rglob("*")
        if path.is_file()
    }


# Reading


def test_photos_are_read_as_here_though_a_worker_is_killed(
    local: distributed.LocalCluster, portraits: Path, tmp_path: Path
) -> None:
    found = find_photos.find(
        [str(portraits), str(portraits / "some.zip"), str(portraits / "none.jpg")]
    )
    (tmp_path / "there").mkdir()
    here, there = (
        Outputs(tmp_path / name / "annotated", tmp_path / name / "crops", thumbs=True)
        for name in ("here", "there")
    )
    mine = [step.entry for step in run.read_photos(found, workers=1, outputs=here)]
    known: dict[str, Entry] = {}
    entries = []
    with connect(local.scheduler_address, READING) as cluster:
        for step in run.read_photos(found, workers=cluster, known=known, outputs=there):
            entries.append(step.entry)
            if step.done == 10:
                kill_one(local)
    assert len(entries) == 2 * COUNT + 5 and bare(entries) == bare(mine)
    assert files(tmp_path / "there") == files(tmp_path / "here") != {}
    assert len(known) == 2 * COUNT + 1  # all but what is no picture, and what is in the ZIP again


def test_a_photo_that_ends_its_workers_is_an_error_like_any_other(
    local: distributed.LocalCluster, portraits: Path
) -> None:
    found = find_photos.find([str(portraits / "female")])[:10]
    mine = [step.entry for step in run.read_photos(found, workers=0)]
    found[3] = find_photos.Photo("deadly.png", DEADLY)
    with less_patient(local), connect(local.scheduler_address, READING) as cluster:
        entries = [step.entry for step in run.read_photos(found, workers=cluster)]
    assert "ended the process" in entries[3]["error"] and entries[3]["faces"] == []
    assert bare(entries[:3] + entries[4:]) == bare(mine[:3] + mine[4:])


def test_where_every_photo_ends_its_workers_it_gives_up_with_a_sentence(
    local: distributed.LocalCluster,
) -> None:
    found = [find_photos.Photo(f"{number}.png", DEADLY) for number in range(5)]
    with (
        less_patient(local),
        connect(local.scheduler_address, READING) as cluster,
        pytest.raises(FacespaceError, match="fewer workers"),
    ):
        list(run.read_photos(found, workers=cluster))


def test_what_is_on_its_way_is_bounded(
    local: distributed.LocalCluster, portraits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facespace.batch.dask_cluster.FLIGHT", 1)
    with connect(local.scheduler_address, READING) as cluster:
        under_way = []
        sent = cluster._sent

        def sending(*arguments: Any) -> Any:
            under_way.append(len(cluster._under_way))
            return sent(*arguments)

        monkeypatch.setattr(cluster, "_sent", sending)
        found = find_photos.find([str(portraits / "male")])
        assert len(list(run.read_photos(found, workers=cluster))) == COUNT + 1
    assert under_way == [0] * 4


def test_a_worker_that_came_later_must_fit_too(local: distributed.LocalCluster) -> None:
    with connect(local.scheduler_address, READING) as cluster:
        needs, fit = cluster._fit
        cluster._fit = needs, (*fit, ("a thing", "that no worker has"))
        with pytest.raises(FacespaceError, match="has other a thing than the machine that asks"):
            list(cluster.each(abs, [1]))


# Training


def test_crops_and_search_are_as_here_though_workers_are_killed(
    local: distributed.LocalCluster,
    portraits: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    photos = table(portraits)
    mine = crops.crop_all(photos, tmp_path / "here", jobs=1)
    with connect(local.scheduler_address, crops.needs, ("scikit-learn",)) as cluster:
        each = cluster.each

        def killing(*arguments: Any) -> Iterator[Any]:
            for number, cropping in enumerate(each(*arguments)):
                if number == 0:
                    kill_one(local)
                yield cropping

        monkeypatch.setattr(cluster, "each", killing)
        made = crops.crop_all(photos, tmp_path / "there", cluster)
        np.testing.assert_array_equal(made.crops, mine.crops)
        assert made.rows.tobytes() == mine.rows.tobytes()
        assert made.found.sum() == 2 * COUNT and len(made.found) == 2 * COUNT + 2

        pixels = front_ends.rows(front_ends.PIXELS, mine.crops[mine.found])
        labels = np.array([photo.label for photo in photos])[mine.found]
        here = pipeline.search(front_ends.PIXELS, pixels, labels, np.arange(2 * COUNT), 1)
        with killed_once_it_works(local):
            there = pipeline.search(
                front_ends.PIXELS, pixels, labels, np.arange(2 * COUNT), cluster
            )
    assert there[0] == here[0]
    for rows in (there[1], here[1]):
        for row in rows:
            del row["fit_seconds"]
    assert there[1] == here[1]


@contextmanager
def killed_once_it_works(local: distributed.LocalCluster) -> Iterator[None]:
    """A worker is killed when some of the block's search is done."""
    ended, killed = threading.Event(), threading.Event()

    def kill() -> None:
        while not ended.wait(0.05):
            prefixes = list(local.scheduler.task_prefixes.values())
            done = [p.state_counts["memory"] for p in prefixes if "fit_and_score" in p.name]
            if sum(done) >= 4:
                kill_one(local)
                killed.set()
                return

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
        assert killed.is_set()
    finally:
        ended.set()
        thread.join()


def test_a_photo_that_ends_its_workers_has_no_crop_and_is_tried_again(
    local: distributed.LocalCluster, portraits: Path, tmp_path: Path
) -> None:
    (tmp_path / "deadly.png").write_bytes(DEADLY)
    photos = [*table(portraits)[:3], Photo(tmp_path / "deadly.png", "male")]
    with (
        less_patient(local),
        connect(local.scheduler_address, crops.needs) as cluster,
    ):
        made = crops.crop_all(photos, tmp_path / "cache", cluster)
    assert made.found.tolist() == [True] * 3 + [False]
    assert "ended the process" in made.rows["error"][3]
    again = crops.crop_all(photos, tmp_path / "cache", jobs=1)
    assert "not a JPEG" in again.rows["error"][3]


# Sentences


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("tcp://127.0.0.1:1", "No Dask scheduler answers at tcp://127.0.0.1:1"),
        ("http://127.0.0.1:1", "No Dask scheduler answers"),
        ("nowhere", "No Dask scheduler answers"),
    ],
)
def test_where_no_scheduler_answers(
    address: str, words: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("facespace.batch.dask_cluster.PATIENCE", 1)
    assert cli.main(["folder", "x.png", "--scheduler", address]) == 1
    assert words in capfd.readouterr().err
    assert main(["train", "--data", str(ROOT / "tests"), "--model", "eigenfaces", "--scheduler",
                 address]) == 1  # fmt: skip
    assert words in capfd.readouterr().err


def test_where_dask_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "facespace.batch.dask_cluster", None)
    with pytest.raises(FacespaceError, match=r"pip install -r training/dask-requirements\.txt"):
        connect("tcp://127.0.0.1:8786", READING)


def test_where_there_are_no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facespace.batch.dask_cluster.PATIENCE", 1)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None) as empty,
        pytest.raises(FacespaceError, match="python -m dask worker tcp://"),
    ):
        connect(empty.scheduler_address, READING)


def test_where_workers_have_other_artifacts(
    local: distributed.LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(artifacts_folder(), tmp_path / "artifacts")
    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    (copy / "manifest.json").write_text(json.dumps(manifest | {"more": 1}), "utf-8")
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(copy))  # the workers were started without
    with pytest.raises(FacespaceError, match=r"worker tcp://\S+ has other artifacts"):
        connect(local.scheduler_address, READING)
    with connect(local.scheduler_address, crops.needs):
        pass  # training makes artifacts and needs none


def test_where_workers_have_none_or_other_code(
    local: distributed.LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FacespaceError, match=r"worker tcp://\S+ cannot be used. There is no model"):
        connect(local.scheduler_address, _needing_another_model)
    monkeypatch.setattr(dask_connection, "code", lambda *folders: "other")
    with pytest.raises(FacespaceError, match="has other code"):
        connect(local.scheduler_address, crops.needs)


def _needing_another_model() -> dict[str, str]:
    is_worker = multiprocessing.parent_process() is not None
    return read_photo.needs(facespace.Settings(model="another" if is_worker else None))


def test_where_versions_differ(
    local: distributed.LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    here: Callable[[list[str] | None], dict[str, Any]] = distributed.versions.get_versions

    def others(packages: list[str] | None = None) -> dict[str, Any]:
        told = here(packages)
        return told | {"packages": told["packages"] | {"numpy": "1.0"}}

    monkeypatch.setattr(distributed.client.version_module, "get_versions", others)
    with pytest.raises(FacespaceError, match=r"other versions than this[\s\S]+ numpy +\| 1\.0 "):
        connect(local.scheduler_address, READING)


def test_where_the_scheduler_goes_away(portraits: Path) -> None:
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as brief:
        found = find_photos.find([str(portraits)])
        with connect(brief.scheduler_address, READING) as cluster:
            steps = run.read_photos(found, workers=cluster)
            next(steps)
            brief.close()
            with pytest.raises(FacespaceError, match="went away"):
                list(steps)


# The documentation


def test_the_commands_of_the_documentation(portraits: Path, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    section = text.split("## More than one machine")[1].split("\n## ")[0]
    starting, using = (block.strip().splitlines() for block in section.split("```")[1::2])
    assert starting[0] == "pip install -r training/dask-requirements.txt"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    # As it is there, but for where things are, and no more workers than a test should start.
    places = {
        "HOST:8786": host,
        "--nworkers -1": "--nworkers 2 --no-dashboard",
        "dask scheduler": f"dask scheduler --port {host.split(':')[1]} --no-dashboard",
        "archive/": str(portraits),
        "faces.csv": str(tmp_path / "faces.csv"),
        "PHOTOS": f"{portraits} --out {tmp_path / 'out'} --cache {tmp_path / 'cache'}",
    }

    def command(line: str) -> list[str]:
        line = line.partition("#")[0]
        for name, place in places.items():
            line = line.replace(name, place)
        python, *words = line.split()
        assert python == "python"
        return [sys.executable, *words]

    started = []
    try:
        for line in starting[1:]:
            started.append(subprocess.Popen(command(line), cwd=ROOT, stderr=subprocess.DEVNULL))
        for line in using:
            done = subprocess.run(
                command(line), cwd=ROOT, capture_output=True, text=True, timeout=200
            )
            # Two of the photos are none, and say so.
            assert done.returncode == ("folder" in line), done.stderr
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(20)
    told = pd.read_csv(tmp_path / "faces.csv")
    assert len(told) == 2 * COUNT + 2 and told["label"].notna().sum() == 2 * COUNT
    assert "eigenfaces" in load_manifest(tmp_path / "out").models
