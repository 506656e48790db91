"""How Celery is set up: no results, late acknowledgement, small prefetch, and quick recovery from a dead connection.

The database is the truth. Redis with kombu may lose a message in the moment a connection dies and may repeat one after
the visibility time-out; tasks carry one id, are safe to repeat, and the sweep rings again for everything that is due.
"""

from celery import Celery

VISIBILITY_SECONDS = 600

TRANSPORT_OPTIONS = {
    "visibility_timeout": VISIBILITY_SECONDS,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 15,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "global_keyprefix": "storywell:",
}


def make_celery(broker: str) -> Celery:
    """A Celery application for the broker at a `redis://` or `redis+socket://` address."""
    celery = Celery("storywell", broker=broker)
    celery.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_acks_late=True,
        task_publish_retry=False,
        task_default_queue="storywell",
        task_create_missing_queues=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=TRANSPORT_OPTIONS,
        enable_utc=True,
        timezone="UTC",
    )
    return celery
