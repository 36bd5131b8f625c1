"""Background work: Celery on Redis, or on files in `var/` in the embedded profile."""

from core.jobs.setup import enqueue, every, init_app

__all__ = ["enqueue", "every", "init_app"]
