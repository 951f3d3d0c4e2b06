"""The review queue: faces that a human should judge, kept in SQLite until one has.

A queue is a file that any number of processes may use at once (write-ahead logging), or lives in
memory and dies with its owner. What is committed survives the end of the process at any moment.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from facespace import limits
from facespace.io.perceptual_hash import differing
from facespace.review.item import COLUMNS, DECISIONS, Candidate, Decision, Item, item_of, row_of
from facespace.types import FacespaceError

#: Crops whose hashes differ in at most so many of 64 bits are one face kept once. Of 700 faces of
#: FairFace no two came nearer than 8 (244,650 pairs); half of the same photos saved as JPEG at
#: quality 50 came within 4. A face seen twice costs a glance, a face lost is lost.
NEAR = 6

#: Seconds that a writer waits for another.
PATIENCE = 10.0

#: One script for each version of the layout, which ``PRAGMA user_version`` counts.
MIGRATIONS = (
    """
    CREATE TABLE items (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        version INTEGER NOT NULL DEFAULT 1,
        hash INTEGER NOT NULL,
        crop BLOB NOT NULL,
        context BLOB NOT NULL,
        x REAL NOT NULL, y REAL NOT NULL, width REAL NOT NULL, height REAL NOT NULL,
        source TEXT NOT NULL,
        place TEXT NOT NULL,
        added REAL NOT NULL,
        reasons TEXT NOT NULL,
        probability_female REAL NOT NULL,
        threshold REAL NOT NULL,
        distance REAL NOT NULL,
        detection REAL NOT NULL,
        model TEXT NOT NULL,
        model_sha256 TEXT NOT NULL,
        decision TEXT CHECK (decision IN ('female', 'male', 'no face', 'unknown')),
        reviewer TEXT NOT NULL DEFAULT '',
        decided REAL
    );
    """,
    "CREATE INDEX items_by_decision ON items (decision, added);",
    "ALTER TABLE items ADD COLUMN chance_wrong REAL;",
    "CREATE TABLE identity AS SELECT lower(hex(randomblob(8))) AS name;",
    """
    ALTER TABLE items ADD COLUMN file_sha256 TEXT NOT NULL DEFAULT '';
    ALTER TABLE items ADD COLUMN photo_hash TEXT NOT NULL DEFAULT '';
    """,
)


class Conflict(FacespaceError):
    """Another reviewer was faster; what they decided stands."""


class Full(FacespaceError):
    """No face goes in any more: those that are decided, which nobody deletes unasked, fill it."""


class Queue:
    """The queue of one file, or of this object alone. May be used by many threads at once.

    Holds at most ``limits.MAX_REVIEWS`` faces. Those that wait are deleted after
    ``limits.REVIEW_DAYS`` days, and where there are too many, those that have waited longest; what
    a human decided stays until a human deletes it.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Open a queue, or make it.

        Args:
            path: its file; in memory where None.

        Raises:
            FacespaceError: the file cannot be used, or a newer version of this program made it.
        """
        self.path = path
        self._lock = threading.RLock()
        with _sentences(path):
            if path is not None:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.touch(mode=0o600)
            self._db = sqlite3.connect(
                path or ":memory:", PATIENCE, isolation_level=None, check_same_thread=False
            )
            try:
                self._db.row_factory = sqlite3.Row
                # Deleted faces are overwritten, and a commit is on the disk when it returns.
                for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                    self._db.execute(f"PRAGMA {pragma}")
                self._migrate()
            except BaseException:
                self._db.close()
                raise
        self.purge()

    @property
    def identity(self) -> str:
        """What tells this queue from all others, be they made at its place; hexadecimal."""
        with self._reading():
            (name,) = self._db.execute("SELECT name FROM identity").fetchone()
        return str(name)

    def close(self) -> None:
        """Close the file; a queue in memory is gone."""
        with self._lock:
            self._db.close()

    def add_all(self, candidates: Sequence[Candidate]) -> list[int | None]:
        """Put faces in, all of them or none, as ``add`` puts one."""
        return self.insert([row_of(candidate, None) for candidate in candidates])

    def add(self, candidate: Candidate, now: float | None = None) -> int | None:
        """Put a face in, unless its like is there.

        Args:
            candidate: the face.
            now: seconds since 1970; the clock's where None.

        Returns:
            its id; None where a near duplicate is kept already.

        Raises:
            Full: decided faces leave it no place.
        """
        return self.insert([row_of(candidate, now)])[0]

    def insert(self, rows: Sequence[dict[str, Any]]) -> list[int | None]:
        """Put whole rows in, as ``add`` puts one; for what an export holds.

        A row that is decided decides its near duplicate that waits. One whose photo is known makes
        that of a near duplicate known that was kept before photos were noted.
        """
        with self._writing():
            ids = [self._insert(row) for row in rows]
            self._purge(time.time())
            if any(number is not None for number in ids):
                self._demand_room(rows)
            return ids

    def items(self) -> list[Item]:
        """All faces, the oldest first."""
        return self._items("ORDER BY id")

    def get(self, item_id: int) -> Item | None:
        """One face; None where it is not there any more."""
        return next(iter(self._items("WHERE id = ?", item_id)), None)

    def pictures(self, item_id: int) -> tuple[bytes, bytes] | None:
        """Crop (PNG) and context (JPEG) of a face; None where it is not there any more."""
        with self._reading():
            row = self._db.execute(
                "SELECT crop, context FROM items WHERE id = ?", (item_id,)
            ).fetchone()
            return None if row is None else (bytes(row["crop"]), bytes(row["context"]))

    def decide(
        self, item: Item, decision: Decision | None, reviewer: str = "", now: float | None = None
    ) -> Item:
        """Write a decision, or take it back with None, on a face as it was seen.

        Returns:
            the face as it is now.

        Raises:
            Conflict: it was changed or deleted since ``item`` was read; nothing is written.
        """
        when = None if decision is None else (time.time() if now is None else now)
        with self._writing():
            done = self._db.execute(
                "UPDATE items SET decision = ?, reviewer = ?, decided = ?, version = version + 1 "
                "WHERE id = ? AND version = ?",
                (decision, "" if decision is None else reviewer, when, item.id, item.version),
            ).rowcount
            current = self.get(item.id)
            if not done or current is None:
                raise Conflict(_faster(current))
            return current

    def purge(self, now: float | None = None) -> int:
        """Delete what is too old or too much; returns how many were."""
        with self._writing():
            return self._purge(time.time() if now is None else now)

    def delete_all(self) -> int:
        """Delete every face, also from the file's unused parts; returns how many there were."""
        with self._writing():
            count = self._db.execute("DELETE FROM items").rowcount
        with self._reading():
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    def _items(self, which: str, *values: int) -> list[Item]:
        with self._reading():
            # The names are this program's own, the values are bound.
            query = f"SELECT {', '.join(COLUMNS)} FROM items {which}"  # noqa: S608
            rows = self._db.execute(query, values)
            return [item_of(row) for row in rows]

    def _insert(self, row: dict[str, Any]) -> int | None:
        twin = self._twin(row["hash"])
        if twin is None:
            names, marks = ", ".join(row), ", ".join("?" * len(row))
            query = f"INSERT INTO items ({names}) VALUES ({marks})"  # noqa: S608
            cursor = self._db.execute(query, tuple(row.values()))
            return cursor.lastrowid
        self._db.execute(
            "UPDATE items SET file_sha256 = ?, photo_hash = ? WHERE id = ? AND photo_hash = ''",
            (row.get("file_sha256", ""), row.get("photo_hash", ""), twin),
        )
        if row.get("decision"):
            self._db.execute(
                "UPDATE items SET decision = ?, reviewer = ?, decided = ?, version = version + 1 "
                "WHERE id = ? AND decision IS NULL",
                (row["decision"], row["reviewer"], row["decided"], twin),
            )
        return None

    def _twin(self, code: int) -> int | None:
        known = self._db.execute("SELECT id, hash FROM items").fetchall()
        if not known:
            return None
        codes = np.array([row["hash"] for row in known], np.int64)
        apart = differing(codes, code)
        nearest = int(apart.argmin())
        return int(known[nearest]["id"]) if apart[nearest] <= NEAR else None

    def _purge(self, now: float) -> int:
        oldest = now - limits.REVIEW_DAYS * 86_400
        old = self._db.execute(
            "DELETE FROM items WHERE decision IS NULL AND added < ?", (oldest,)
        ).rowcount
        return old + (
            self._db.execute(
                "DELETE FROM items WHERE id IN (SELECT id FROM items WHERE decision IS NULL "
                "ORDER BY added, id LIMIT max(0, (SELECT count(*) FROM items) - ?))",
                (limits.MAX_REVIEWS,),
            ).rowcount
        )

    def _demand_room(self, rows: Sequence[dict[str, Any]]) -> None:
        """That what is decided leaves a place to what was just put in."""
        count = "SELECT count(*) FROM items WHERE decision IS NOT NULL"
        (decided,) = self._db.execute(count).fetchone()
        waits = any(row.get("decision") is None for row in rows)
        if decided + waits > limits.MAX_REVIEWS:
            raise Full(
                f"The review queue is full: at most {limits.MAX_REVIEWS:,} faces are kept, and "
                "those that are decided are never deleted unasked. Export and delete them on the "
                "page Review; until then no face is kept."
            )

    def _migrate(self) -> None:
        with self._writing():
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version > len(MIGRATIONS):
                raise FacespaceError(
                    f"The review queue {self.path} was written by a newer Facespace. Update this "
                    "one, or name another file in FACESPACE_REVIEWS."
                )
            for script in MIGRATIONS[version:]:
                # Not executescript, which would commit what was begun.
                for statement in filter(str.strip, script.split(";")):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock, _sentences(self.path):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All of the block or nothing; the lock is taken first, so that no other write is lost."""
        with self._reading():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")


def _faster(current: Item | None) -> str:
    if current is None:
        return "This face was deleted in the meantime. Your decision was not kept."
    who = f" ({current.reviewer})" if current.reviewer else ""
    if current.decision is None:
        return "Another reviewer took a decision back in the meantime. Yours was not kept."
    return (
        f"Another reviewer{who} decided this face in the meantime: "
        f"{DECISIONS[current.decision]}. Yours was not kept."
    )


@contextmanager
def _sentences(path: Path | None) -> Iterator[None]:
    where = f"The review queue {path}" if path else "The review queue"
    try:
        yield
    except sqlite3.OperationalError as error:
        raise FacespaceError(f"{where} cannot be used now: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise FacespaceError(
            f"{where} is damaged or no queue ({error}). Move the file away to begin anew."
        ) from error
    except OSError as error:
        raise FacespaceError(f"{where} cannot be made: {error.strerror}.") from error
