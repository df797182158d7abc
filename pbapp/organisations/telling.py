"""Write down what happened to a group in the officers' log, and tell the people it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.audit.models import Event
from pbapp.messages import services as messages
from pbapp.organisations.models import Organisation

SUBJECT = "organisation"
OPERATOR = "operator"


def log(
    organisation: Organisation, what: str, by: Account | None, facts: dict[str, Any] | None = None
) -> Event:
    """One line of the officers' log; `facts` holds ids, never names or addresses.

    `by` is None for who runs the installation, from the command line.
    """
    return audit.record(
        actor=by.actor if by else OPERATOR,
        verb=f"{SUBJECT}.{what}",
        subject_type=SUBJECT,
        subject_id=str(organisation.id),
        facts=facts,
    )


def tell(
    event: Event, people: Iterable[Account], *, template: str, context: dict[str, Any]
) -> None:
    """Write to people what an event was, once each; `context` is what the template says."""
    for person in people:
        messages.write(
            key=f"event {event.number} to {person.id}",
            to=person.email,
            template=template,
            context=context,
            language=person.language,
        )


def called(person: Account) -> str:
    """How the people of one group see each other: by name, else by the address they know."""
    return person.name or person.email
