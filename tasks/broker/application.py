"""The Celery application: one task, a bell that says that work may be there.

A message carries nothing that matters. Which job is made next is decided in SQL by whoever hears the
bell, so that a bell which is lost, late or rung twice does no harm. The settings are for long work on a
GPU; each says what goes wrong without it.
"""

from __future__ import annotations

from celery import Celery

from config.settings import Settings
from tasks.broker.connection import SOCKET_SECONDS

QUEUE = "giydir"
BELL = "giydir.bell"
# A worker is killed by its parent if even the soft limit's exception did not end the job.
HARD_LIMIT_GRACE = 30


def make_application(settings: Settings) -> Celery:
    """A Celery application for these settings; nothing is connected yet."""
    hard_limit = settings.job_seconds + HARD_LIMIT_GRACE
    # All three places need the same time: where programs share a Redis, the shortest one holds.
    visibility = 2 * hard_limit
    redis = {"visibility_timeout": visibility, "socket_timeout": SOCKET_SECONDS}
    application = Celery("giydir", broker=broker_url(settings.redis_address()), set_as_current=False)
    application.conf.update(
        # Only JSON is ever read: a pickle in the broker would run whatever it says.
        accept_content=["json"],
        task_serializer="json",
        result_serializer="json",
        event_serializer="json",
        # The job's row is its state. Nothing waits for a result store, and Redis keeps nothing.
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_default_queue=QUEUE,
        task_create_missing_queues=False,
        # A bell stays in the broker until its job has ended, and comes back if the process dies.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        # With one child: one bell in the hand, none hoarded while others are idle.
        worker_concurrency=1,
        worker_prefetch_multiplier=1,
        worker_pool="prefork",
        # A child loads models before it is ready; by default it would be killed for that after 4 s, for ever.
        worker_proc_alive_timeout=3600,
        # To replace a child is to load the models again.
        worker_max_tasks_per_child=None,
        task_soft_time_limit=settings.job_seconds,
        task_time_limit=hard_limit,
        broker_transport_options={
            **redis,
            # Bells of dead workers come back within seconds, not minutes.
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
        },
        result_backend_transport_options=redis,
        visibility_timeout=visibility,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # SIGTERM lets the job end or puts it back (`tasks.worker.drain`). SIGQUIT is for somebody in a hurry.
        worker_soft_shutdown_timeout=float(settings.drain_seconds),
        # A job that goes on without a broker is right: its end is written into the database.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_enable_remote_control=True,
        enable_utc=True,
    )
    return application


def broker_url(address: str) -> str:
    """The name by which Celery knows an address of Redis: it calls unix:// redis+socket://."""
    if address.startswith("unix://"):
        return "redis+socket://" + address.removeprefix("unix://").replace("?db=", "?virtual_host=")
    return address
