"""What the partner has: events as lines of a bundle, some of which cannot be taken; and what has to become of each line."""
import json
import random

SOURCE = "partner-desk"
PLACES = (("SS", "Yei", "Africa/Juba"), ("KE", "Kisumu", "Africa/Nairobi"), ("MX", "Oaxaca", "America/Mexico_City"),
          ("CL", "Temuco", "America/Santiago"), ("PT", "Évora", "Europe/Lisbon"), ("LB", "طرابلس", "Asia/Beirut"))
WORDS = "seeds water land paths bread letters rivers school clinic harvest semillas água terre أرض мир records audits".split()


def missing_title(line):
    del line["title"]
    return "title"


def unknown_kind(line):
    line["kind"] = "party"
    return "kind"


def unknown_zone(line):
    line["when"]["time_zone"] = "Mars/Olympus"
    return "when"


def no_such_day(line):
    line["when"]["starts_local"] = "2098-02-30T18:00:00"
    return "when"


def skipped_hour(line):
    # Clocks go from 02:00 to 03:00 on this day.
    line["when"].update(time_zone="Europe/Berlin", starts_local="2027-03-28T02:30:00")
    return "when"


def unknown_country(line):
    line["place"]["country"] = "ZZ"
    return "place"


def unknown_member(line):
    line["colour"] = "red"
    return "colour"


def unknown_record(line):
    line["initiative"] = "nobody-knows"
    return "initiative"


def impossible_number(line):
    line["capacity"] = -3
    return "capacity"


def not_json(_line):
    return ""


SPOILS = (missing_title, unknown_kind, unknown_zone, no_such_day, skipped_hour, unknown_country, unknown_member, unknown_record,
          impossible_number, not_json)


class Desk:
    """The partner's own events. `one_in` of them cannot be taken, each for a reason of its own."""

    def __init__(self, seed, count, one_in=100):
        self.dice = random.Random(seed)
        self.events = [self.event(number) for number in range(count)]
        spoiled = self.dice.sample(range(count), max(len(SPOILS), count // one_in))
        self.spoiled = {number: SPOILS[place % len(SPOILS)] for place, number in enumerate(sorted(spoiled))}

    def event(self, number):
        country, locality, zone = self.dice.choice(PLACES)
        words = " ".join(self.dice.choices(WORDS, k=self.dice.randint(3, 40)))
        day = f"20{self.dice.randint(70, 98)}-{self.dice.randint(1, 12):02}-{self.dice.randint(1, 28):02}"
        return {
            "type": "event", "id": f"e-{number}", "kind": "dialogue", "title": f"Dialogue {number} on {self.dice.choice(WORDS)}",
            "summary": words, "format": "in_person", "language": "en", "visibility": "public",
            "when": {"precision": "minute", "starts_local": f"{day}T18:00:00", "time_zone": zone, "duration_minutes": 90},
            "place": {"country": country, "locality": locality}, "public_precision": "locality", "initiative": "desk",
        }

    def line(self, number):
        """The line, and the member that is wrong; `None` if it can be taken."""
        line, spoil = json.loads(json.dumps(self.events[number])), self.spoiled.get(number)
        wrong = spoil(line) if spoil else None
        text = json.dumps(line, ensure_ascii=False)
        return (text[:-5] if spoil is not_json else text), wrong

    def files(self, wave, parts, verdicts):
        """Files of all the events, with what has to become of each line: `(name, text, {line: (verdict, wrong member, event)})`."""
        header = {"type": "bundle", "format": "solidarity-bundle", "version": 1, "source": SOURCE, "language": "en"}
        about = {"type": "initiative", "id": "desk", "title": "Dialogues of the desk", "country": "SS"}
        size = -(-len(self.events) // parts)
        for part in range(parts):
            lines, expected = [json.dumps(header)], {}
            if part == 0:
                lines.append(json.dumps(about))
                expected[2] = ("created" if wave == 1 else "unchanged", None, None)
            for number in range(part * size, min((part + 1) * size, len(self.events))):
                text, wrong = self.line(number)
                lines.append(text)
                expected[len(lines)] = ("failed" if wrong is not None else verdicts(number), wrong, number)
            yield f"{wave}-{part}", "\n".join(lines) + "\n", expected

    def go_on(self, kept):
        """Time goes by: some events are edited, and half of what could not be taken is mended. Gives the edited and the mended."""
        mended = set(self.dice.sample(sorted(self.spoiled), len(self.spoiled) // 2))
        for number in mended:
            del self.spoiled[number]
        whole = [number for number in range(len(self.events)) if number not in self.spoiled and number not in mended]
        edited = set(self.dice.sample(whole, max(3, len(whole) // 30))) | set(kept)
        for number in edited:
            self.events[number]["summary"] = "Edited: " + self.events[number]["summary"]
        return edited, mended
