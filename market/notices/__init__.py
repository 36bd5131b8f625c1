"""Notices: what people are told in the application and by mail, as they prefer."""
