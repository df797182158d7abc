"""The columns a list may have: what they are called by others, and how long a cell may be.

Ours are the ones of the table that we give away (`assets.outgoing`), so that it can come back.
"""

from __future__ import annotations

# Field to the headings that we take for it, in plain letters; the first that fits is proposed.
ABOUT = {
    "name": ("name", "title", "organisation", "organization", "groupname", "charityname"),
    "kind": ("kind", "type", "assetkind"),
    "summary": ("summary", "category", "purpose", "shortdescription"),
    "description": ("description", "about", "activities", "details"),
    "website": ("website", "web", "webaddress", "url"),
    "postcode": ("postcode", "postalcode", "postcodes"),
    "ward": ("wardcode", "ward", "wardname"),
    "where_words": ("where", "venue", "location"),
    "opening": ("opening", "when", "openinghours", "openingtimes", "hours"),
    "sessions": ("times", "regulartimes", "sessions"),
}
TAKING_PART = {
    "cost": ("cost",),
    "cost_words": ("costwords", "price", "fee", "charge"),
    "age_from": ("agefrom", "minimumage", "minage"),
    "age_to": ("ageto", "maximumage", "maxage"),
    "eligibility": ("eligibility", "whocancome"),
    "join_by": ("joinby", "howtojoin"),
    "access": ("access", "accessibility"),
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
    "contact_name": ("contactname", "contact"),
    "contact_phone": ("contactphone", "phone", "telephone"),
    "contact_email": ("contactemail", "email"),
    "contact_consent": ("contactconsent", "consent"),
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
    plain = {"".join(c for c in name.casefold() if c.isalnum()): name for name in head}
    found: dict[str, str] = {}
    agreed = any(one in plain for one in WHOM_TO_ASK["contact_consent"])
    for name, likely in COLUMNS.items():
        if name in WHOM_TO_ASK and not agreed:
            continue
        column = next((plain[one] for one in likely if one in plain), None)
        if column and column not in found.values():
            found[name] = column
    return found
