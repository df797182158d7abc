"""The columns a list may have: what they are called by others, and how long a cell may be.

Ours are the ones of the table that we give away (`assets.outgoing`), so that it can come back.
"""

from __future__ import annotations

import unicodedata

# Field to the headings that we take for it, in plain letters; the first that fits is proposed.
# English as councils, registers and spreadsheets have it, then Gaelic.
ABOUT = {
    "name": (
        *("name", "title", "organisation", "organization", "organisationname", "organizationname"),
        *("groupname", "nameofgroup", "nameoforganisation", "nameoforganization", "charityname"),
        *("servicename", "venuename", "placename", "assetname", "group", "club", "clubname"),
        *("ainm", "ainmnabuidhne"),
    ),
    "kind": ("assetkind", "kind", "type", "typeoforganisation", "typeofgroup", "seorsa"),
    "summary": ("summary", "category", "purpose", "shortdescription", "inoneline"),
    "description": (
        *("description", "about", "activities", "details", "longdescription", "fulldescription"),
        *("moreaboutit", "tuairisgeul"),
    ),
    "website": ("website", "web", "webaddress", "url", "homepage", "websiteaddress", "larachlin"),
    "postcode": ("postcode", "postalcode", "postcodes", "zip", "zipcode", "codpuist"),
    "ward": ("wardcode", "ward", "wardname", "electoralward", "wardnameorcode", "uard"),
    "where_words": ("where", "venue", "location", "meetingplace", "whereinwords", "caite", "aite"),
    "opening": ("opening", "when", "openinghours", "openingtimes", "hours", "cuin"),
    "sessions": ("times", "regulartimes", "sessions", "amannan"),
}
TAKING_PART = {
    "cost": ("cost", "cosgais"),
    "cost_words": ("costwords", "price", "fee", "fees", "charge", "charges", "aboutthecost"),
    "age_from": ("agefrom", "minimumage", "minage", "youngestage"),
    "age_to": ("ageto", "maximumage", "maxage", "oldestage"),
    "eligibility": ("eligibility", "whocancome", "whocanattend"),
    "join_by": ("joinby", "howtojoin"),
    "access": ("access", "accessibility", "gettinginandaround"),
    "access_terms": ("accessfeatures",),
    "audience": ("audience", "whoitisfor"),
    "themes": ("themes",),
    "main": ("mainpriority",),
    "supports": ("priorities",),
    "serves": ("serves", "areaserved", "wardsserved"),
    "status": ("status",),
    "alert": ("alert",),
    "alert_until": ("alertuntil",),
}
WHOM_TO_ASK = {
    "contact_name": ("contactname", "contact", "contactperson"),
    "contact_phone": ("contactphone", "phone", "telephone", "phonenumber", "tel", "mobile", "fon"),
    "contact_email": ("contactemail", "email", "emailaddress", "postd"),
    "contact_consent": ("contactconsent", "consent", "agreedtobeshown", "maypublish"),
}
THE_LIST = {
    "placed_by": ("placedby",),
    "shown_as": ("shownas",),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "lng", "long", "longitude"),
    "source": ("source",),
    "source_ref": ("sourceref", "reference", "charitynumber", "id", "ref"),
    "source_url": ("sourceurl", "link"),
    "licence": ("licence", "license"),
}
COLUMNS = {**ABOUT, **TAKING_PART, **WHOM_TO_ASK, **THE_LIST}
LIMITS = {
    "name": 120,
    "summary": 200,
    "description": 3000,
    "opening": 300,
    "access": 300,
    "where_words": 200,
    "website": 500,
    "cost_words": 200,
    "eligibility": 300,
    "alert": 200,
    "contact_name": 120,
    "contact_phone": 30,
    "contact_email": 320,
    "source": 200,
    "source_ref": 200,
    "source_url": 500,
    "licence": 200,
}


def guess(head: list[str]) -> dict[str, str]:
    """Field to the column that is probably meant; no column twice.

    Whom to ask is proposed only where the list has a column for their consent.
    """
    plain = {_plain(name): name for name in reversed(head)}
    found: dict[str, str] = {}
    agreed = any(one in plain for one in WHOM_TO_ASK["contact_consent"])
    for name, likely in COLUMNS.items():
        if name in WHOM_TO_ASK and not agreed:
            continue
        column = next((plain[one] for one in likely if one in plain), None)
        if column and column not in found.values():
            found[name] = column
    return found


def _plain(heading: str) -> str:
    """Letters and digits alone, without accents or case."""
    parts = unicodedata.normalize("NFKD", heading).casefold()
    return "".join(c for c in parts if c.isalnum())
