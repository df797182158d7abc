"""The group passport: what a funder asks of every group, entered once and used in every bid."""

from pbapp.organisations.passport.queries import Missing, host_of, missing_for

__all__ = ["Missing", "host_of", "missing_for"]
