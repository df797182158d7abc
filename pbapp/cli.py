"""The `pbapp` command."""
