"""One module a command or group, each a handful of lines over a library or a service."""
