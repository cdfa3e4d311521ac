from datetime import date, datetime, timedelta, timezone

BUSINESS_ZONE = timezone(timedelta(hours=4))


def business_date() -> date:
    """The day that is played now: it changes at midnight, four hours east of UTC."""
    return datetime.now(BUSINESS_ZONE).date()
