"""Runs work shard by shard: in this process, in local Dask workers, or on an existing Dask cluster."""

import contextlib
import ctypes
import gc
import itertools
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Any, Protocol, TypeVar, runtime_checkable

import cv2
import pyarrow as pa
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sts.errors import ConfigError, ServerError, StsError
from sts.wording import counted

log = logging.getLogger(__name__)


@runtime_checkable
class Done(Protocol):
    """What a task says of its work: a ShardInfo, or anything else of a shard."""

    @property
    def path(self) -> str:
        """Of the shard"""

    @property
    def clips(self) -> int:
        """How many were worked on"""


T = TypeVar("T", bound=Done)
Capacity = Callable[[], int]
"""How many tasks can run at once, now"""


def map_shards(tasks: Mapping[int, Callable[[], T]], workers: str = "1") -> dict[int, T]:
    """Run picklable tasks, each named by the number of its shard.

    `workers` is "1" (this process), "4" (local Dask workers) or "tcp://host:8786" (an existing Dask cluster). When a
    shard fails with an StsError the others are finished before it is raised; Ctrl-C waits for the shards in work.
    """
    done: dict[int, T] = {}
    failed: dict[int, StsError] = {}
    waiting, running = iter(tasks.items()), dict[Future[T], int]()
    if not tasks:
        return done
    with _executor(workers) as (pool, capacity), _progress(len(tasks), capacity) as report:
        try:
            while True:
                for index, task in itertools.islice(waiting, max(capacity() + 1 - len(running), 0)):
                    running[pool.submit(_work, task)] = index
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    index = running.pop(future)
                    error = _error(future, index)
                    if error is None:
                        done[index] = future.result()
                        report(done[index])
                    else:
                        failed[index] = error
                        if len(done) + len(failed) < len(tasks):  # else it is raised now, and said once
                            log.error("%s", error)
        except KeyboardInterrupt:
            work = counted(len(running), "shard")
            log.warning("stopping after %s in work; Ctrl-C again leaves what is not done", work)
            wait(running)
            raise
    if failed:
        first, others = failed[min(failed)], len(failed) - 1
        raise type(first)(f"{first} ({counted(others, 'more shard')} failed)") if others else first
    return done


class InProcess(Executor):
    """Runs each task when it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future that is already done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - it belongs to the future
            future.set_exception(error)
        return future


@contextlib.contextmanager
def _executor(workers: str) -> Iterator[tuple[Executor, Capacity]]:
    if workers == "1":
        yield InProcess(), lambda: 0
    elif workers.isdigit() and int(workers) > 1:
        with _local(int(workers)) as address, _cluster(address) as pool:
            yield pool
    elif "://" in workers:
        with _cluster(workers) as pool:
            yield pool
    else:
        raise ConfigError(
            f"--workers {workers}: give a number from 1, or the address of a Dask scheduler, tcp://host:8786"
        )


@contextlib.contextmanager
def _local(n: int) -> Iterator[str]:
    """Processes of one thread each on the loopback, deaf to Ctrl-C so that they can finish their shards."""
    import dask

    library = _distributed()
    environment = {f"{name}_NUM_THREADS": 1 for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
    environment["MALLOC_ARENA_MAX"] = 1  # else the thread of the tasks keeps what it frees
    settings = {
        "distributed.nanny.pre-spawn-environ": environment,
        "distributed.scheduler.allowed-failures": 1,
        "distributed.worker.profile.enabled": False,  # a worker would keep an hour of it, and grow for as long
    }
    listening = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if listening else None
    try:
        with dask.config.set(settings):
            cluster = library.LocalCluster(
                n_workers=n,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            )
    finally:
        if listening:
            signal.signal(signal.SIGINT, before)
    with cluster:
        yield cluster.scheduler_address


@contextlib.contextmanager
def _cluster(address: str) -> Iterator[tuple[Executor, Capacity]]:
    try:
        client = _distributed().Client(address, timeout=5)
    except (OSError, ValueError, TimeoutError) as error:
        raise ServerError(f"no Dask scheduler answers at {address}: start one with `dask scheduler`") from error

    def capacity() -> int:
        try:
            return sum(client.nthreads().values())
        except OSError as error:
            raise ServerError(f"the Dask scheduler at {address} is gone: start it and run the command again") from error

    with client:
        yield client.get_executor(pure=False), capacity


def _distributed() -> Any:
    """The library, without its own lines in the log; the levels are set late because importing it sets others."""
    import distributed

    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return distributed


def _work(task: Callable[[], T]) -> T:
    """One shard in a worker."""
    settle()
    return task()


def settle() -> None:
    """One thread each: many workers with many threads slow each other down. No search for garbage in what is loaded.

    What a process has loaded before its first shard is left out of every search, so that one a shard costs little.
    What the last shard freed goes back to the system (Arrow and glibc keep it), so that memory stays flat.
    """
    cv2.setNumThreads(1)
    gc.collect()
    if not gc.get_freeze_count():
        gc.freeze()
    pa.default_memory_pool().release_unused()
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _error(future: Future[Any], index: int) -> StsError | None:
    """Why a shard was not made. What is no StsError is a bug and keeps its traceback."""
    if future.cancelled():
        return ServerError(f"shard {index}: the Dask scheduler is gone; run the command again to make what is missing")
    error = future.exception()
    if isinstance(error, StsError):
        return type(error)(f"shard {index}: {error}")
    if type(error).__name__ == "KilledWorker":
        return ServerError(f"shard {index}: each worker that tried it died, maybe out of memory; use fewer --workers")
    if error is not None:
        error.add_note(f"while shard {index} was made")
        raise error
    return None


@contextlib.contextmanager
def _progress(total: int, capacity: Capacity) -> Iterator[Callable[[Done], None]]:
    """A bar in a terminal, plain lines in a log."""
    console, start, clips = Console(stderr=True), time.monotonic(), 0
    ends: list[float] = []
    columns = (
        TextColumn("shards"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[pace]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("shards", total=total, pace="")

        def report(info: Done) -> None:
            nonlocal clips
            clips += info.clips
            ends.append(time.monotonic() - start)
            pace = f"{clips / ends[-1]:.2f} clips/s{in_words(time_left(ends, total, max(capacity(), 1)))}"
            bar.update(task, advance=1, pace=pace)
            done = f"{len(ends)} of {counted(total, 'shard')}"
            log.info("%s: %s; %s, %s", info.path, counted(info.clips, "clip"), done, pace)

        yield report


def time_left(ends: Sequence[float], total: int, at_once: int) -> float | None:
    """Seconds until `total` shards are done, from when the first ones were (ascending, s); None while nobody can tell.

    The first shards start the workers and analyse what later ones find in the cache. So nothing is said before
    there are two for each of the `at_once` workers, and only the later half of the shards counts.
    """
    n_done = len(ends)
    if n_done < 2 * at_once:
        return None
    early = max(at_once, n_done // 2)
    return (ends[-1] - ends[early - 1]) / (n_done - early) * (total - n_done)


def in_words(left: float | None) -> str:
    """The end of a line that tells how long it takes, from seconds; empty while nobody can tell."""
    if left is None:
        return ""
    return f", {left:.0f} s left" if left < 120 else f", {left / 60:.0f} min left"
