"""The Redis of our own, and the secret key that is made once."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from redis import Redis

from config.settings import Settings, load_settings, private_socket
from tasks.stack.redis import redis_command
from tasks.stack.secret import add_secret_key
from tests.tasks.redis import running_redis


def test_our_redis_is_for_its_owner_alone_and_writes_nothing() -> None:
    with running_redis() as server:
        redis = Redis(unix_socket_path=str(server.socket), decode_responses=True)
        assert redis.config_get("port") == {"port": "0"}
        assert redis.config_get("save") == {"save": ""}
        assert redis.config_get("appendonly") == {"appendonly": "no"}
        assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o600
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
        # Celery needs commands that old servers lack.
        assert tuple(map(int, redis.info()["redis_version"].split("."))) >= (6, 2)


def test_a_folder_with_spaces_and_quotes_in_its_name_does_no_harm(tmp_path: Path) -> None:
    socket = tmp_path / 'a "strange" place' / "redis.sock"
    _, settings = redis_command(socket)
    assert f'unixsocket "{tmp_path}/a \\"strange\\" place/redis.sock"' in Path(settings).read_text()


def test_a_deep_folder_gets_a_short_socket_and_always_the_same_one(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["deep"] * 30)
    assert len(str(private_socket(deep))) < 100
    assert private_socket(deep) == private_socket(deep)
    assert private_socket(deep) != private_socket(deep / "er")
    assert private_socket(Path("/v")) == Path("/v/run/redis.sock")


def test_without_a_setting_redis_is_where_giydir_up_starts_it() -> None:
    assert Settings().redis_address() == f"unix://{private_socket(Path('var'))}"


def test_a_secret_key_is_added_to_what_env_holds_and_nobody_else_may_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIYDIR_SECRET_KEY", raising=False)
    env = tmp_path / ".env"
    env.write_text("GIYDIR_MEMBER_LIMIT=7")
    key = add_secret_key(env)
    settings = load_settings(env)
    assert settings.member_limit == 7
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == key
    assert len(key) >= 32
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    assert add_secret_key(tmp_path / "one") != add_secret_key(tmp_path / "two")
