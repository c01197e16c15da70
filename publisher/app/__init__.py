"""The composition root."""

from publisher.app.root import App, open_app, system_clock

__all__ = ["App", "open_app", "system_clock"]
