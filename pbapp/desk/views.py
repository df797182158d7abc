"""The officers' desk: the queue and what is decided there, rounds, and what-if."""

from pbapp.desk import (  # noqa: F401 — their pages hang on this room's blueprint
    log_pages,
    queries,
    rehearsals,
    simulate_pages,
    what_if_pages,
    what_will_be_sealed,
    words,
)
from pbapp.desk import rounds as round_pages  # noqa: F401 — and so do these
from pbapp.desk.blueprint import bp
from pbapp.desk.queue import (  # noqa: F401 — and these
    appeal_pages,
    bulk_pages,
    complaint_pages,
    item_pages,
    note_pages,
    pages,
    reply_pages,
    service_pages,
)

blueprints = (bp,)
