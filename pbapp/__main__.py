"""`python -m pbapp` is the `pbapp` command."""

from pbapp.cli import main

main()
