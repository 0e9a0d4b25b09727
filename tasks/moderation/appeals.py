"""Appeals: the owner of a picture that a moderator removed may say once why it should not have been."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from config.settings import Settings
from tasks.db.complaints import appeals
from tasks.db.people import accounts, members
from tasks.db.work import audit, jobs
from tasks.errors import AppealDecided, AppealStands, NotToAppeal, WrongState
from tasks.jobs.cancel import locked_job
from tasks.jobs.view import SELECT_JOBS, to_job
from tasks.moderation.audit import Act, record
from tasks.moderation.bans import in_force, unban
from tasks.moderation.complaints import check_words
from tasks.moderation.gifts import grant
from tasks.moderation.notices import owe
from tasks.moderation.removal import REMOVED, owner_of
from tasks.reports import Appeal, Removal, Verdict

_OPEN = appeals.c.verdict.is_(None)


def check_appeal(connection: Connection, account_id: int, job_id: int) -> None:
    """Raises `NotToAppeal` unless this person's job was removed by somebody else; `AppealStands` or
    `AppealDecided` if they have appealed."""
    owner = owner_of(connection, job_id)
    if owner is None or owner[0] != account_id or not _removed_by_another(connection, account_id, job_id):
        raise NotToAppeal("nothing of this person's that a moderator removed")
    before = connection.execute(select(appeals.c.verdict).where(appeals.c.job_id == job_id)).one_or_none()
    if before is not None:
        raise AppealStands("not decided yet") if before.verdict is None else AppealDecided(before.verdict)


def _removed_by_another(connection: Connection, account_id: int, job_id: int) -> bool:
    removed = connection.execute(
        select(jobs.c.id).where(
            jobs.c.id == job_id,
            jobs.c.error_code == REMOVED,
            select(audit.c.id)
            .where(
                audit.c.target == f"job:{job_id}",
                audit.c.action == "remove",
                or_(audit.c.actor_id.is_(None), audit.c.actor_id != account_id),
            )
            .exists(),
        )
    )
    return removed.first() is not None


def removals(connection: Connection, account_id: int, limit: int) -> list[Removal]:
    """What others took away from this person, the newest pictures first."""
    wanted = (
        SELECT_JOBS.add_columns(appeals.c.id.label("appeal_id"), appeals.c.verdict)
        .join(appeals, appeals.c.job_id == jobs.c.id, isouter=True)
        .where(members.c.account_id == account_id, jobs.c.error_code == REMOVED)
        .order_by(jobs.c.id.desc())
        .limit(limit)
    )
    return [
        Removal(
            job=to_job(row),
            appealed=row["appeal_id"] is not None,
            verdict=None if row["verdict"] is None else Verdict(row["verdict"]),
        )
        for row in connection.execute(wanted).mappings().all()
        if _removed_by_another(connection, account_id, row["id"])
    ]


def appeal(connection: Connection, account_id: int, job_id: int, text: str, now: datetime) -> int:
    """Appeal, once. Returns the appeal's number. Raises `UnknownJob`, `OptionInvalid`, and what
    `check_appeal` does: of two at the same moment, the later."""
    check_words(text)
    locked_job(connection, job_id)
    check_appeal(connection, account_id, job_id)
    added = insert(appeals).values(job_id=job_id, text=text, at=now).returning(appeals.c.id)
    return int(connection.execute(added).scalar_one())


def open_appeals(connection: Connection, community_id: int | None, now: datetime, limit: int) -> list[Appeal]:
    """Of a community, or of all; those that wait longest first."""
    wanted = (
        SELECT_JOBS.add_columns(
            appeals.c.id.label("appeal_id"),
            appeals.c.text,
            appeals.c.at,
            members.c.account_id,
            members.c.community_id.label("in_community"),
        )
        .join(appeals, appeals.c.job_id == jobs.c.id)
        .where(_OPEN)
        .order_by(appeals.c.id)
        .limit(limit)
    )
    if community_id is not None:
        wanted = wanted.where(members.c.community_id == community_id)
    return [
        Appeal(
            id=row["appeal_id"],
            job=to_job(row),
            text=row["text"],
            at=row["at"],
            banned=in_force(connection, row["account_id"], row["in_community"], now) is not None,
        )
        for row in connection.execute(wanted).mappings().all()
    ]


def find_appeal(connection: Connection, appeal_id: int) -> RowMapping:
    """Raises `WrongState` if it is not there (any more)."""
    row = connection.execute(select(appeals).where(appeals.c.id == appeal_id)).mappings().one_or_none()
    if row is None:
        raise WrongState("the appeal is there no more")
    return row


def decide(
    connection: Connection, act: Act, appeal_id: int, settings: Settings, *, granted: bool, lift_ban: bool
) -> int:
    """Uphold the removal, or grant the appeal: one picture back, and with `lift_ban` the community's ban
    lifted, if one is in force. Returns the act's number. Raises `UnknownJob`, `WrongState`."""
    if lift_ban:
        # As everybody does who locks both: the account first, then its member.
        connection.execute(
            select(accounts.c.id).where(accounts.c.id == act.subject_id).with_for_update(key_share=True)
        )
    job = locked_job(connection, find_appeal(connection, appeal_id)["job_id"])
    if find_appeal(connection, appeal_id)["verdict"] is not None:
        raise WrongState("decided already")
    verdict = "granted" if granted else "upheld"
    connection.execute(
        update(appeals)
        .where(appeals.c.id == appeal_id)
        .values(verdict=verdict, decided_by=act.actor_id, decided_at=act.now)
    )
    if granted:
        grant(connection, act, job["member_id"], 1, f"appeal:{appeal_id}")
    lifted = False
    if granted and lift_ban and act.subject_id is not None:
        lifted = in_force(connection, act.subject_id, act.community_id, act.now) is not None
        if lifted:
            unban(connection, act, settings)
    told = Verdict.UPHELD if not granted else Verdict.LIFTED if lift_ban else Verdict.GRANTED
    owe(connection, job["id"], told, act.now)
    after = {"verdict": verdict, "ban_lifted": lifted}
    return record(connection, act, f"appeal_{verdict}", f"appeal:{appeal_id}", {"verdict": None}, after)
