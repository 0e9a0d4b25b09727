"""All tables at once, for what needs the whole: migrations and their tests."""

from __future__ import annotations

from tasks.db.columns import METADATA
from tasks.db.complaints import reports
from tasks.db.crew import workers
from tasks.db.drafts import drafts
from tasks.db.inbox import inbox
from tasks.db.owed import notices
from tasks.db.people import accounts
from tasks.db.wishes import wishes
from tasks.db.work import jobs

# Importing a table is what enters it.
assert accounts.metadata is METADATA
assert drafts.metadata is METADATA
assert inbox.metadata is METADATA
assert jobs.metadata is METADATA
assert notices.metadata is METADATA
assert reports.metadata is METADATA
assert workers.metadata is METADATA
assert wishes.metadata is METADATA

__all__ = ["METADATA"]
