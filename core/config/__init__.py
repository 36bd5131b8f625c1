"""One typed settings object, read from the environment once, at the edge of the process."""

from core.config.settings import ConfigurationError, Settings, load_settings

__all__ = ["ConfigurationError", "Settings", "load_settings"]
