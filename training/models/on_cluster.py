"""scikit-learn's search on a Dask cluster: joblib, which it works with, sends its tasks there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import joblib

from facespace.batch.executors import DYING
from facespace.types import FacespaceError

if TYPE_CHECKING:
    from facespace.batch.dask_cluster import Cluster


@contextmanager
def on_cluster(cluster: Cluster, shared: Sequence[Any]) -> Iterator[None]:
    """Let joblib's ``Parallel`` work on a cluster.

    Args:
        cluster: whose workers were seen to fit.
        shared: the arrays that its tasks are called with. joblib would have workers hold them,
            and what only workers hold is lost with them; of a task's result the scheduler knows
            how to have it made again.

    Raises:
        FacespaceError: a task ends every worker that tries it.
    """
    client = cluster.client
    try:
        with joblib.parallel_config("dask", client=client) as active:
            active["backend"].data_futures |= {
                id(array): client.submit(_itself, array, pure=False) for array in shared
            }
            yield
    except cluster.ended as error:
        raise FacespaceError(DYING) from error


def _itself(array: Any) -> Any:
    return array
