"""What moderators and the operator do. Each act is written into the audit, and returns its row's id."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from tasks.doors.door import Door
from tasks.errors import Overtaken, RetentionTooLong, UnknownJob, WrongState
from tasks.moderation import bans, blocks, changes, gifts, removal, roles, undo
from tasks.moderation.audit import Act
from tasks.people.enrol import enrol_account, enrol_community, enrol_member, payer_of
from tasks.quota.situation import look_up
from tasks.records import Asker, CommunityChanges, Fingerprint, Person, Place, Scalar

_ONE_QUEUE = "queue:1"


class ModeratorsDoor(Door):
    """`actor` is the moderator who acts, or `None` for the operator; whether they may is the front end's
    to check, since only it knows their rights on the platform."""

    def configure(
        self,
        actor: Person | None,
        place: Place,
        settings: CommunityChanges,
        reason: str = "",
        *,
        expected: Mapping[str, Scalar] | None = None,
    ) -> int:
        """Change a community's settings. `expected`: what the front end's own (`settings`) must be now, so
        that nobody overwrites what somebody else changed since they looked.

        Raises `OptionInvalid`, `RetentionTooLong`; `Overtaken` where they are not as expected.
        """
        hours = settings.get("result_hours")
        if hours is not None and hours > self._settings.result_hours:
            raise RetentionTooLong(f"pictures are kept at most {self._settings.result_hours} hours")
        only_from = None if expected is None else {"settings": dict(expected)}
        return self._change_community(actor, place, "configure", dict(settings), reason, only_from)

    def allow(self, actor: Person | None, place: Place, allowed: bool | None, reason: str = "") -> int:
        """Let a community in, keep it out, or (`None`) leave it to the operator's setting."""
        return self._change_community(actor, place, "allow", {"allowed": allowed}, reason)

    def pause(self, actor: Person | None, place: Place, reason: str = "") -> int:
        """No new jobs from a community, and none of its queued ones starts. What runs goes on."""
        return self._change_community(actor, place, "pause", {"paused": True}, reason)

    def resume(self, actor: Person | None, place: Place, reason: str = "") -> int:
        """End the community's pause."""
        return self._change_community(actor, place, "resume", {"paused": False}, reason)

    def pause_all(self, actor: Person | None, reason: str = "") -> int:
        """No job starts anywhere; new ones are accepted, and wait."""
        with self._writing() as connection:
            act = self._act(connection, actor, reason)
            return self._change(connection, act, "pause_all", _ONE_QUEUE, {"paused": True})

    def resume_all(self, actor: Person | None, reason: str = "") -> int:
        """Jobs start again."""
        with self._writing() as connection:
            act = self._act(connection, actor, reason)
            return self._change(connection, act, "resume_all", _ONE_QUEUE, {"paused": False})

    def set_member(
        self,
        actor: Person | None,
        member: Asker,
        *,
        member_limit: int | None,
        weight: int | None = None,
        reason: str = "",
    ) -> int:
        """A member's own limit and weight (a supporter's is above 1); `None`: as their roles say.

        Raises `OptionInvalid`.
        """
        with self._writing() as connection:
            member_id, act = self._about(connection, actor, member, reason)
            after = {"member_limit": member_limit, "weight": weight}
            return self._change(connection, act, "set_member", f"member:{member_id}", after)

    def set_role(
        self,
        actor: Person | None,
        place: Place,
        role: str,
        *,
        member_limit: int | None,
        weight: int | None = None,
        reason: str = "",
    ) -> int:
        """What members of a role may; the best of a member's roles holds. Raises `OptionInvalid`."""
        with self._writing() as connection:
            community_id = enrol_community(connection, place, self._clock())
            act = self._act(connection, actor, reason, community_id=community_id)
            role_id = roles.enrol_role(connection, community_id, role)
            after = {"member_limit": member_limit, "weight": weight}
            return self._change(connection, act, "set_role", f"role:{role_id}", after)

    def grant(
        self, actor: Person | None, member: Asker, pictures: int, request_id: str, reason: str = ""
    ) -> int:
        """Give pictures on top of any limit, kept until used. The same `request_id` again gives nothing more.

        Raises `OptionInvalid`.
        """
        with self._writing() as connection:
            member_id, act = self._about(connection, actor, member, reason)
            return gifts.grant(connection, act, member_id, pictures, f"{member.platform}:{request_id}")

    def reset(self, actor: Person | None, member: Asker, reason: str = "") -> int:
        """Forgive what a member used of their limit in this window; jobs that go on still count."""
        with self._writing() as connection:
            _, act = self._about(connection, actor, member, reason)
            situation = look_up(connection, member, self._settings, self._clock, lock=True)
            assert situation is not None
            return gifts.reset(connection, act, situation, member.roles)

    def ban(
        self,
        actor: Person | None,
        person: Person,
        place: Place | None,
        until: datetime | None = None,
        reason: str = "",
    ) -> int:
        """Ban a person in a community, or everywhere (`None`); who is banned there is banned otherwise.

        Raises `BannedAlready`, `OptionInvalid`.
        """
        with self._writing() as connection:
            act = self._act_on(connection, actor, person, place, reason)
            return bans.ban(connection, act, until, self._settings)

    def unban(self, actor: Person | None, person: Person, place: Place | None, reason: str = "") -> int:
        """Lift such a ban. Raises `WrongState` if there is none."""
        with self._writing() as connection:
            act = self._act_on(connection, actor, person, place, reason)
            return bans.unban(connection, act, self._settings)

    def block_picture(
        self, actor: Person | None, picture: Fingerprint, place: Place | None, reason: str = ""
    ) -> int:
        """Block a picture and what looks like it, in a community or everywhere (`None`).

        Raises `WrongState` if the same file is blocked there already.
        """
        with self._writing() as connection:
            community_id = None if place is None else enrol_community(connection, place, self._clock())
            act = self._act(connection, actor, reason, community_id=community_id)
            return blocks.block(connection, act, picture, self._settings)

    def unblock_picture(self, actor: Person | None, block_id: int, reason: str = "") -> int:
        """Lift such a block, by its id in `blocked_pictures`. Raises `WrongState` if it does not hold."""
        with self._writing() as connection:
            community_id = blocks.community_of(connection, block_id)
            act = self._act(connection, actor, reason, community_id=community_id)
            return blocks.unblock(connection, act, block_id, self._settings)

    def remove_job(self, actor: Person | None, job_id: int, reason: str = "") -> str | None:
        """Cancel anybody's job, or take its picture back. Returns the store key to delete.

        Raises `UnknownJob`.
        """
        with self._writing() as connection:
            if (owner := removal.owner_of(connection, job_id)) is None:
                raise UnknownJob(f"no job {job_id}")
            account_id, community_id = owner
            act = self._act(connection, actor, reason, account_id, community_id)
            return removal.remove_job(connection, act, job_id, self._settings)

    def cancel_job(self, actor: Person | None, job_id: int, reason: str = "") -> int:
        """Cancel anybody's job that goes on; free. Raises `UnknownJob`, `WrongState`."""
        with self._writing() as connection:
            if (owner := removal.owner_of(connection, job_id)) is None:
                raise UnknownJob(f"no job {job_id}")
            return removal.cancel_job(
                connection, self._act(connection, actor, reason, *owner), job_id, self._settings
            )

    def undo(self, actor: Person | None, audit_id: int, reason: str = "") -> int:
        """Put back what an act changed, an undoing too. Raises `UnknownAudit`, `WrongState`."""
        with self._writing() as connection:
            return undo.undo(connection, self._act(connection, actor, reason), audit_id, self._settings)

    # Inside

    def _act(
        self,
        connection: Connection,
        actor: Person | None,
        reason: str,
        subject_id: int | None = None,
        community_id: int | None = None,
    ) -> Act:
        now = self._clock()
        actor_id = None if actor is None else enrol_account(connection, actor, self._settings, now)
        return Act(actor_id, reason, now, subject_id, community_id)

    def _act_on(
        self, connection: Connection, actor: Person | None, person: Person, place: Place | None, reason: str
    ) -> Act:
        now = self._clock()
        community_id = None if place is None else enrol_community(connection, place, now)
        subject_id = enrol_account(connection, person, self._settings, now)
        return self._act(connection, actor, reason, subject_id, community_id)

    def _about(
        self, connection: Connection, actor: Person | None, member: Asker, reason: str
    ) -> tuple[int, Act]:
        """The member's row, and an act about them."""
        member_id = enrol_member(connection, member, self._settings, self._clock())
        payer = payer_of(connection, member_id)
        return member_id, self._act(connection, actor, reason, payer.account_id, payer.community_id)

    def _change(
        self, connection: Connection, act: Act, action: str, target: str, after: Mapping[str, object]
    ) -> int:
        return changes.change(connection, act, action, target, after, self._settings)

    def _change_community(
        self,
        actor: Person | None,
        place: Place,
        action: str,
        after: Mapping[str, object],
        reason: str,
        only_from: Mapping[str, object] | None = None,
    ) -> int:
        with self._writing() as connection:
            community_id = enrol_community(connection, place, self._clock())
            act = self._act(connection, actor, reason, community_id=community_id)
            target = f"community:{community_id}"
            try:
                return changes.change(
                    connection, act, action, target, after, self._settings, only_from=only_from
                )
            except WrongState as changed:
                raise Overtaken(str(changed)) from None
