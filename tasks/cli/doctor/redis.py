"""Redis: is it there, new enough, and told to throw nothing away?"""

from __future__ import annotations

from redis import Redis
from redis.exceptions import RedisError

from config.settings import Settings
from tasks.cli.doctor.findings import Finding, ok, problem, warning

PART = "redis"
OLDEST = (6, 2)
_SECONDS = 5


def check(settings: Settings) -> list[Finding]:
    """Nothing is written."""
    if settings.redis_url is None:
        return [ok(PART, "none set: giydir up starts one")]
    try:
        client = Redis.from_url(
            settings.redis_url.get_secret_value(),
            socket_timeout=_SECONDS,
            socket_connect_timeout=_SECONDS,
        )
    except ValueError:
        # Its text may be the URL's, with the password.
        return [problem(PART, "GIYDIR_REDIS_URL cannot be read", "redis://[:password@]host[:6379][/0]")]
    try:
        about = client.info()
    except (RedisError, OSError, ValueError) as error:
        said = f"cannot be asked: {error}".splitlines()[0]
        return [problem(PART, said, "is it running, and is GIYDIR_REDIS_URL right?")]
    finally:
        client.close()
    version, policy = str(about["redis_version"]), about.get("maxmemory_policy")
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        return [problem(PART, f"Redis {version} is too old", "6.2 or newer")]
    if policy != "noeviction":
        said = f"Redis {version} throws things away when it is full (maxmemory-policy {policy})"
        return [warning(PART, said, "CONFIG SET maxmemory-policy noeviction, and in its configuration")]
    return [ok(PART, f"Redis {version}, which throws nothing away")]
