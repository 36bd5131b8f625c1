from tests.support.paying import live_sandbox

__all__ = ["live_sandbox"]
