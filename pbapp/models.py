"""Every table, gathered for migrations and for the mapper; import it for its effect."""

from pbapp.accounts import models as accounts  # noqa: F401
from pbapp.assets import models as assets  # noqa: F401
from pbapp.audit import models as audit  # noqa: F401
from pbapp.ballots import models as ballots  # noqa: F401
from pbapp.ballots.closing import models as closing  # noqa: F401
from pbapp.ballots.log import models as ballot_log  # noqa: F401
from pbapp.ballots.paper import models as paper  # noqa: F401
from pbapp.ballots.roll import models as voters_list  # noqa: F401
from pbapp.boards import models as boards  # noqa: F401
from pbapp.decisions import models as decisions  # noqa: F401
from pbapp.delivery import models as delivery  # noqa: F401
from pbapp.engagement import models as engagement  # noqa: F401
from pbapp.jobs import models as jobs  # noqa: F401
from pbapp.maps import models as maps  # noqa: F401
from pbapp.messages import models as messages  # noqa: F401
from pbapp.news import models as news  # noqa: F401
from pbapp.organisations import models as organisations  # noqa: F401
from pbapp.organisations.passport import models as passport  # noqa: F401
from pbapp.papers.meetings import models as meetings  # noqa: F401
from pbapp.places import models as places  # noqa: F401
from pbapp.plans import models as plans  # noqa: F401
from pbapp.proposals import models as proposals  # noqa: F401
from pbapp.results import models as results  # noqa: F401
from pbapp.results.opendata import models as open_data  # noqa: F401
from pbapp.rounds import models as rounds  # noqa: F401
from pbapp.web import models as web  # noqa: F401
