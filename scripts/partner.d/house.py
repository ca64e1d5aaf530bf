"""The program, which is killed and started again, and those who work in it while the partner follows."""
import json
import os
import random
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

EMAIL, PASSWORD = "campaign@example.org", "marigold tractor seventeen fog"
# A session's token lasts ten minutes.
RENEWED = 240
LISTS = ("events", "initiatives", "quotes", "outcomes", "stories")


class House:
    """The server, started anew as often as it was killed."""

    def __init__(self, program, folder, database):
        self.program, self.folder = program, folder
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("SOLIDARITY_", "DATABASE_"))}
        self.environment |= {
            "SOLIDARITY_DATA_DIR": str(folder / "data"), "SOLIDARITY_METRICS_LISTEN": "off", "SOLIDARITY_REQUIRE_TOTP": "false",
            "DATABASE_URL": database or f"sqlite://{folder / 'solidarity.db'}", "SOLIDARITY_LOG": "warn,api=info",
        }
        self.process, self.address, self.port, self.faults = None, None, None, []

    def run(self, *arguments, text=""):
        done = subprocess.run([self.program, *arguments], input=text, text=True, env=self.environment, capture_output=True)
        if done.returncode:
            sys.exit(f"{arguments[0]} failed: {done.stderr}")

    def start(self):
        command = [self.program, "serve", "--listen", "127.0.0.1:0", "--log-format", "json"]
        self.process = subprocess.Popen(command, env=self.environment, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if '"address":"http' in line:
                self.address = json.loads(line)["address"] if "address" in json.loads(line) else line.split('"address":"')[1].split('"')[0]
                self.port = int(self.address.rsplit(":", 1)[1])
                threading.Thread(target=self.listen, args=(self.process,), daemon=True).start()
                return
            self.hear(line)
        sys.exit(f"the program ended: {self.faults}")

    def listen(self, process):
        for line in process.stderr:
            self.hear(line)

    def hear(self, line):
        if '"level":"ERROR"' in line:
            self.faults.append(line.strip())

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


class Caller:
    """Somebody who calls the server directly: an admin who signs in anew, or whoever has this key."""

    def __init__(self, house, key=None):
        self.house, self.key, self.signed_in = house, key, 0

    def credential(self):
        if self.key is None or (self.signed_in and time.monotonic() - self.signed_in > RENEWED):
            self.signed_in = time.monotonic()
            self.key = self.send("POST", "/v1/sessions", {"email": EMAIL, "password": PASSWORD})[0]["access_token"]
        return self.key

    def send(self, method, path, body=None, token=None, etag=None, once=None):
        """One attempt: the JSON and its entity tag."""
        headers = {"Content-Type": "application/json"}
        headers |= {name: value for name, value in
                    (("Authorization", token and f"Bearer {token}"), ("If-Match", etag), ("Idempotency-Key", once)) if value}
        request = urllib.request.Request(self.house.address + path, body and json.dumps(body).encode(), headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer), answer.headers.get("ETag")

    def ask(self, method, path, body=None, etag=None, once=None):
        """The same with a credential, until it is answered: the server may be away."""
        end = time.monotonic() + 120
        while True:
            try:
                return self.send(method, path, body, self.credential(), etag, once)
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503) or time.monotonic() > end:
                    raise RuntimeError(f"{method} {path} answered {error.code}: {error.read().decode()}") from error
                time.sleep(float(error.headers.get("Retry-After") or 1))
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def edit(self, path, change):
        """Edits a record; after a broken line it reads first."""
        while True:
            record, etag = self.ask("GET", path)
            if all(record.get(name) == value for name, value in change.items()):
                return
            try:
                self.send("PATCH", path, change, self.credential(), etag)
            except (urllib.error.HTTPError, OSError):
                time.sleep(0.2)

    def every(self, path, public=False):
        """All items of a list."""
        cursor = ""
        while True:
            at = f"{path}?limit=100{cursor}"
            page = self.send("GET", at)[0] if public else self.ask("GET", at)[0]
            yield from page["items"]
            if not page["next_cursor"]:
                return
            cursor = f"&cursor={page['next_cursor']}"

    def feed(self, path):
        """What a feed says to whoever reads it from the beginning: the last change of each record."""
        cursor, told = "", {}
        while True:
            page = self.ask("GET", f"{path}?limit=100{cursor}")[0]
            told |= {change["id"]: change for change in page["items"]}
            if not page["items"]:
                return {id: change for id, change in told.items() if change["op"] == "upsert"}
            cursor = f"&cursor={page['next_cursor']}"


class Others(threading.Thread):
    """Those who work in the campaign meanwhile: what they publish, edit, cancel and withdraw, the partner has to follow."""

    def __init__(self, house, seed, pause):
        super().__init__(daemon=True)
        self.caller, self.dice, self.pause = Caller(house), random.Random(seed), pause
        self.ended, self.done, self.events = threading.Event(), 0, []
        self.quotes = [quote["id"] for quote in self.caller.every("/v1/quotes")]

    def run(self):
        while not self.ended.wait(self.pause * self.dice.random() * 2):
            try:
                self.dice.choice((self.publish, self.publish, self.edit, self.edit, self.cancel, self.withdraw))()
                self.done += 1
            except (OSError, RuntimeError, ValueError):
                # The server was killed meanwhile, or it was done before: the partner is held against what the server says in the end.
                time.sleep(0.2)

    def publish(self):
        event = self.caller.send("POST", "/v1/events", {
            "kind": "dialogue", "title": f"Of others {self.done}", "language": "en", "format": "in_person", "visibility": "public",
            "when": {"precision": "day", "date": "2099-03-14"}, "place": {"country": self.dice.choice(("SS", "KE", "MX"))},
        }, self.caller.credential())[0]
        self.caller.send("POST", f"/v1/events/{event['id']}/schedule", {}, self.caller.credential())
        self.events.append(event["id"])

    def edit(self):
        if self.events:
            self.caller.edit(f"/v1/events/{self.dice.choice(self.events)}", {"summary": f"Edited {self.done}"})

    def cancel(self):
        if len(self.events) > 3:
            event = self.events.pop(self.dice.randrange(len(self.events)))
            self.caller.send("POST", f"/v1/events/{event}/cancel", {"reason": "No room"}, self.caller.credential())

    def withdraw(self):
        if self.quotes:
            self.caller.send("POST", f"/v1/quotes/{self.quotes.pop()}/withdraw", {}, self.caller.credential())

    def stop(self):
        self.ended.set()
        self.join(60)
