"""The sentences of the operator's page."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.tongue import Tongue


def words(tongue: Tongue) -> Mapping[str, str]:
    """By the names that the page's HTML calls them."""
    say = tongue.say
    return {
        "title": say("AI-Giydir: operator"),
        "sign_in": say("Sign in"),
        "sign_out": say("Sign out"),
        "password": say("The operator's password"),
        "wrong": say("That is not right. Please try again."),
        "too_many": say("Too many wrong passwords. Please wait a minute."),
        "again": say("Look again"),
        "done": say("Done. It stands in the record below."),
        "queue": say("Queue"),
        "waiting": say("waiting"),
        "running": say("running"),
        "held": say("held back by pauses"),
        "owed": say("answers owed"),
        "oldest": say("longest wait"),
        "silent": say("longest silence of a worker"),
        "busy": say("workers at work"),
        "all_paused": say("The queue is paused: no job starts."),
        "pause_all": say("Pause the queue"),
        "resume_all": say("Resume the queue"),
        "workers": say("Workers on this machine"),
        "no_workers": say(
            "None tells of itself. With GIYDIR_WORKER_HEALTH_PORT set, they and their GPUs show here."
        ),
        "port": say("port"),
        "taken": say("jobs taken up"),
        "models": say("models"),
        "gpu": say("GPU memory"),
        "resting": say("resting after failures"),
        "well": say("well"),
        "waited": say("Waiting time of the newest jobs"),
        "stepped": say("Time of a step, newest pictures"),
        "outcomes": say("How the newest jobs ended"),
        "nothing": say("Nothing yet."),
        "jobs": say("Jobs"),
        "all": say("all"),
        "job": say("job"),
        "state": say("state"),
        "who": say("who"),
        "when": say("when"),
        "cancel": say("Cancel"),
        "remove": say("Remove"),
        "reason": say("reason"),
        "people": say("People, quotas and bans"),
        "person": say("person, as platform:name"),
        "find": say("Find"),
        "nobody": say("Nobody is called so."),
        "place": say("community"),
        "left": say("left"),
        "used": say("used"),
        "limit": say("limit"),
        "bonus": say("bonus"),
        "pictures": say("pictures"),
        "grant": say("Give pictures"),
        "ban": say("Ban"),
        "unban": say("Lift the ban"),
        "everywhere": say("everywhere"),
        "days": say("days; empty is for good"),
        "good": say("for good"),
        "bans": say("Bans in force"),
        "forgotten": say("somebody who was forgotten"),
        "places": say("Communities"),
        "paused": say("paused"),
        "pause": say("Pause"),
        "resume": say("Resume"),
        "reports": say("Reported pictures"),
        "keep": say("Leave it"),
        "audit": say("Record of acts"),
        "operator": say("the operator"),
        "undo": say("Undo"),
        "undone": say("undone"),
    }
