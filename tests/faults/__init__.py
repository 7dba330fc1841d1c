"""What must survive: servers and workers killed, stopped and hung under the running service."""
