"""A desk and a store together, whose files can be made old."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tasks.keeping.expiry import SweptStore, sweep_store
from tasks.records import Asker, Job
from tasks.store.store import Store
from tests.tasks.kit import Office, request

GRACE = timedelta(hours=1)


@dataclass
class Studio:
    """Files get their times from the desk's clock, as if it were the disk's."""

    office: Office
    store: Store
    folder: Path

    def put(self, asker: Asker, picture: bytes) -> str:
        key = self.store.put(self.office.desk.account(asker.person), picture)
        seconds = self.office.clock().timestamp()
        os.utime(self.folder / key, (seconds, seconds))
        return key

    def submit(self, asker: Asker, photo: bytes = b"photo", garment: bytes = b"garment") -> Job:
        """As a front end does: the pictures are put, then the job is asked for."""
        source, reference = self.put(asker, photo), self.put(asker, garment)
        return self.office.desk.submit(asker, request(source_key=source, reference_key=reference)).job

    def make_picture(self, asker: Asker, result: bytes = b"result", photo: bytes = b"photo") -> Job:
        self.submit(asker, photo)
        claim = self.office.claim()
        return self.office.desk.succeed(claim.token, self.put(asker, result))

    def sweep(self) -> SweptStore:
        return sweep_store(self.office.desk, self.store, self.office.clock.now, GRACE)

    def kept(self) -> set[str]:
        return {stored.key for stored in self.store.stored()}


def inputs_of(job: Job) -> set[str]:
    return {job.request.source_key, job.request.reference_key}
