"""Reads every calendar file in a folder with Python's icalendar, and compares it with what stands beside it:

    {"events": [{"uid", "status", "starts_at" and "ends_at", or "date"; "summary", "description", if they matter}],
     "replaces": "the file that a subscriber read before"}

The times are told in UTC. A time in a zone is turned into UTC twice: by the rules of the zone that the file states, and by
those that Python knows; both have to agree.
"""

import json
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar import Calendar

ONE_DAY = timedelta(days=1)


def require(condition, what):
    if not condition:
        raise AssertionError(what)


def zones_of(calendar):
    """The zones as the file defines them, whatever else is known of their names."""
    zones = {}
    for zone in calendar.walk("VTIMEZONE"):
        name = str(zone["TZID"])
        require(name not in zones, f"{name} is defined twice")
        zones[name] = zone.to_tz(lookup_tzid=False)
    return zones


def instant(event, name, zones, used):
    """A time of an event in UTC."""
    value = event[name]
    zone = value.params.get("TZID")
    if zone is None:
        require(value.dt.tzinfo is not None, f"{name} is a time of no zone")
        return value.dt.astimezone(timezone.utc)
    require(zone in zones, f"{zone} is named and not defined")
    used.add(zone)
    wall = value.dt.replace(tzinfo=None)
    stated, known = wall.replace(tzinfo=zones[zone]), wall.replace(tzinfo=ZoneInfo(zone))
    stated, known = stated.astimezone(timezone.utc), known.astimezone(timezone.utc)
    require(stated == known, f"{name}: {wall} in {zone} is {stated} by the file and {known} by Python")
    return known


def check_event(event, wanted, zones, used):
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    if "date" in wanted:
        require(type(start) is date and start.isoformat() == wanted["date"], f"begins on {start}")
        require(end - start == ONE_DAY, f"ends before {end}")
    else:
        for name, member in (("DTSTART", "starts_at"), ("DTEND", "ends_at")):
            found, expected = instant(event, name, zones, used), datetime.fromisoformat(wanted[member])
            require(found == expected, f"{name} is {found}, not {expected}")
    require(event["STATUS"] == wanted["status"], f"is {event['STATUS']}")
    for name in ("summary", "description"):
        if name in wanted:
            require(str(event[name.upper()]) == wanted[name], f"{name} is {event[name.upper()]!r}")
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        require(event[name].dt.utcoffset() == timedelta(0), f"{name} is not in UTC")


def check_file(path):
    """The events of a file by their identifiers."""
    raw = path.read_bytes()
    for line in raw.removesuffix(b"\r\n").split(b"\r\n"):
        require(len(line) <= 75, f"a line of {len(line)} octets")
        require(b"\n" not in line and b"\r" not in line, "a line that ends with something else than CR LF")
        line.decode()  # A character that is cut in two is an error.
    calendars = Calendar.from_ical(raw, multiple=True)
    require(len(calendars) == 1, f"{len(calendars)} calendars")
    calendar = calendars[0]
    faults = [fault for part in calendar.walk() for fault in part.errors]
    require(not faults, f"cannot be read: {faults}")
    require((calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH"), "is no published calendar")
    expected = json.loads(path.with_suffix(".json").read_text())
    events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    require(len(events) == len(calendar.walk("VEVENT")), "two events share an identifier")
    require(set(events) == {wanted["uid"] for wanted in expected["events"]}, "has other events")
    zones, used = zones_of(calendar), set()
    for wanted in expected["events"]:
        check_event(events[wanted["uid"]], wanted, zones, used)
    require(used == set(zones), f"defines zones that nobody names: {set(zones) - used}")
    if "replaces" in expected:
        before = path.with_name(expected["replaces"] + ".ics")
        require(before.exists(), f"{before.name} is missing")
        check_replaced(Calendar.from_ical(before.read_bytes()), events)
    return len(events)


def check_replaced(before, events):
    """A subscriber keeps one event for each identifier: that of the greater SEQUENCE (RFC 5546 §2.1.5)."""
    kept = {str(event["UID"]): event for event in before.walk("VEVENT")}
    for uid, event in events.items():
        if uid in kept:
            require(event["SEQUENCE"] > kept[uid]["SEQUENCE"], "SEQUENCE has not grown")
            require(event["LAST-MODIFIED"].dt >= kept[uid]["LAST-MODIFIED"].dt, "it was changed before the other")
        kept[uid] = event
    require(set(kept) == set(events), "what was moved is there twice")


def main(folder):
    paths = sorted(Path(folder).glob("*.ics"))
    events = failed = 0
    for path in paths:
        try:
            events += check_file(path)
        except Exception as error:  # Whatever it is, the other files are read too.
            failed += 1
            print(f"{path.name}: {type(error).__name__}: {error}")
    print(f"calendars: {len(paths)} files with {events} events read, {failed} not as expected")
    if not paths:
        print(f"calendars: there are no files in {folder}: run the tests first")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
