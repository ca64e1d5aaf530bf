#!/usr/bin/env python3
"""The system of a partner organisation. It knows of the server what the documentation says, and nothing else.

    desk.py FOLDER        with SOLIDARITY, the server's address, and SOLIDARITY_KEY in the environment

It sends every file of FOLDER/out in its turn and reads what became of each line, submits a few of its events, and keeps two copies in step:
one of the gallery, one of its own records. Everything that it knows is in FOLDER/desk.db, so it may be killed at any time and started again. Once
there is FOLDER/finish, it ends when there is nothing left to do.

docs/api.md: sending again, waiting. docs/imports.md: files and verdicts. docs/feeds.md: both feeds.
"""
import http.client
import json
import os
import random
import sqlite3
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

# The longest pause before something is tried again, in seconds, and the longest that an answer may take.
LONGEST, PATIENCE = 2.0, 20
# Events that are submitted for others to schedule.
SUBMITTED = 10
# More records than these are read from the list, fewer one by one.
FEW = 20
# Where a record of a kind is read.
PLACES = {"event": "/v1/events", "initiative": "/v1/initiatives", "organisation": "/v1/organisations", "series": "/v1/series"}

SCHEMA = """
CREATE TABLE IF NOT EXISTS file (name TEXT PRIMARY KEY, tries INTEGER NOT NULL, import TEXT, read INTEGER NOT NULL, done INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS verdict (file TEXT, line INTEGER, told TEXT NOT NULL, PRIMARY KEY (file, line));
CREATE TABLE IF NOT EXISTS submitted (record TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS cursor (feed TEXT PRIMARY KEY, cursor TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS document (id TEXT PRIMARY KEY, item TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mine (id TEXT PRIMARY KEY, kind TEXT NOT NULL, version INTEGER NOT NULL, have INTEGER NOT NULL, record TEXT);
CREATE TABLE IF NOT EXISTS count (what TEXT PRIMARY KEY, number INTEGER NOT NULL);
"""


class Broken(Exception):
    """The line broke; what had come by then is in it."""


class Server:
    """Calls, each until there is an answer."""

    def __init__(self, address, key, count):
        self.place, self.key, self.count = urlsplit(address).netloc, key, count

    def once(self, method, path, body, headers):
        """One attempt: status, headers and as much of the body as came, and whether that is all of it."""
        line = http.client.HTTPConnection(self.place, timeout=PATIENCE)
        came = b""
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            while piece := answer.read1(65536):
                came += piece
            if answer.length:
                # It broke off before what was announced.
                raise http.client.IncompleteRead(came)
            return answer.status, answer.headers, came, True
        except (OSError, http.client.HTTPException):
            self.count("broken lines")
            if came:
                return answer.status, answer.headers, came, False
            raise Broken from None
        finally:
            line.close()

    def ask(self, method, path, body=None, *, once_key=None, kind="application/json", with_key=True, halves=False):
        """Asks until it is answered. Every call may be sent again: it reads, or it has a key of its own. With `halves`, what came of an
        answer that broke off is better than nothing."""
        headers = {"Connection": "close"}
        if with_key:
            headers["Authorization"] = f"Bearer {self.key}"
        if body is not None:
            headers["Content-Type"] = kind
        if once_key:
            headers["Idempotency-Key"] = once_key
        pause = 0.05
        while True:
            self.count("calls")
            try:
                status, told, came, whole = self.once(method, path, body, headers)
            except Broken:
                whole, told = False, {}
            if whole or (halves and told and status == 200):
                again = status in (429, 502, 503, 504) or (status == 409 and json.loads(came).get("code") == "in_progress")
                if not again:
                    return status, told, came, whole
                self.count(f"answers {status}")
            wait = float(told.get("Retry-After") or 0) or pause
            time.sleep(wait + random.random() * pause)
            pause = min(pause * 2, LONGEST)

    def read(self, path, **how):
        """Reads JSON: the status, the object, and whether there is more to ask for at once."""
        status, told, came, _ = self.ask("GET", path, **how)
        return status, json.loads(came), 'rel="next"' in told.get("Link", "")


class Desk:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.state = sqlite3.connect(self.folder / "desk.db", timeout=30)
        self.state.execute("PRAGMA journal_mode = WAL")
        with self.state:
            self.state.executescript(SCHEMA)
        self.server = Server(os.environ["SOLIDARITY"], os.environ["SOLIDARITY_KEY"], self.count)
        self.counted = {}

    def count(self, what):
        self.counted[what] = self.counted.get(what, 0) + 1

    def keep_counts(self):
        with self.state:
            for what, number in self.counted.items():
                self.state.execute("INSERT INTO count VALUES (?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number", (what, number))
        self.counted = {}

    def run(self):
        while True:
            is_last = (self.folder / "finish").exists()
            self.push()
            self.submit()
            self.follow("gallery", "/v1/gallery/changes", self.put_document, self.forget_gallery, with_key=False)
            self.follow("own", "/v1/changes", self.put_mine, self.forget_own)
            whole = self.is_everything_told() and self.read_mine()
            self.keep_counts()
            if is_last and whole:
                return
            time.sleep(0.1)

    # --- Files

    def push(self):
        for path in sorted((self.folder / "out").glob("*.ndjson")):
            with self.state:
                self.state.execute("INSERT OR IGNORE INTO file VALUES (?, 0, NULL, 0, 0)", (path.stem,))
        for name, tries, sent, read, done in self.state.execute("SELECT * FROM file ORDER BY name").fetchall():
            if done:
                continue
            if sent is None:
                sent = self.send(name, tries)
            self.learn(name, tries, sent, read)

    def send(self, name, tries):
        body = (self.folder / "out" / f"{name}.ndjson").read_bytes()
        # The same file with the same key, however often it is sent: it arrives once.
        key = f"desk-file-{name}-{tries}"
        status, _, came, _ = self.server.ask("POST", "/v1/imports?mode=partial", body, once_key=key, kind="application/x-ndjson")
        if status != 202:
            sys.exit(f"desk: {name} was answered {status}: {came.decode()}")
        sent = json.loads(came)["id"]
        with self.state:
            self.state.execute("UPDATE file SET import = ? WHERE name = ?", (sent, name))
        return sent

    def learn(self, name, tries, sent, read):
        """Reads the verdicts that there are by now, behind those that are known."""
        status, told, _ = self.server.read(f"/v1/imports/{sent}")
        if status != 200:
            sys.exit(f"desk: import {sent} was answered {status}: {told}")
        if told["status"] == "failed":
            if told["failure"] != "internal":
                sys.exit(f"desk: {name} failed: {told}")
            # Nothing that is in the file is doubled by another attempt.
            with self.state:
                self.state.execute("UPDATE file SET import = NULL, read = 0, tries = ? WHERE name = ?", (tries + 1, name))
            return
        if told["lines"] == read and told["status"] != "done":
            return
        _, _, came, whole = self.server.ask("GET", f"/v1/imports/{sent}/verdicts?after={read}", halves=True)
        lines = came.decode(errors="replace").split("\n")[:-1]
        with self.state:
            for line in map(json.loads, lines):
                self.state.execute("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?)", (name, line["line"], json.dumps(line)))
                read = line["line"]
            self.state.execute("UPDATE file SET read = ?, done = ? WHERE name = ?", (read, told["status"] == "done" and whole, name))

    def is_everything_told(self):
        return not self.state.execute("SELECT 1 FROM file WHERE NOT done").fetchone()

    def submit(self):
        """Asks that a few events be scheduled, once the first file is through."""
        first = self.state.execute("SELECT name FROM file WHERE done ORDER BY name LIMIT 1").fetchone()
        if not first:
            return
        told = self.state.execute("SELECT told FROM verdict WHERE file = ? ORDER BY line", first).fetchall()
        made = [line["record"] for line in (json.loads(row) for row, in told) if line["verdict"] == "created" and line["type"] == "event"]
        for record in made[:SUBMITTED]:
            if self.state.execute("SELECT 1 FROM submitted WHERE record = ?", (record,)).fetchone():
                continue
            status, _, came, _ = self.server.ask("POST", f"/v1/events/{record}/submit", b"{}", once_key=f"desk-submit-{record}")
            if status != 200:
                sys.exit(f"desk: submitting was answered {status}: {came.decode()}")
            with self.state:
                self.state.execute("INSERT INTO submitted VALUES (?)", (record,))

    # --- Feeds

    def follow(self, feed, path, put, forget, with_key=True):
        """Reads a feed to its end: a page and where it ends are one transaction."""
        while True:
            place = self.state.execute("SELECT cursor FROM cursor WHERE feed = ?", (feed,)).fetchone()
            status, page, more = self.server.read(f"{path}?limit=100" + (f"&cursor={place[0]}" if place else ""), with_key=with_key)
            with self.state:
                if status == 410:
                    self.count(f"{feed} begun anew")
                    self.state.execute("DELETE FROM cursor WHERE feed = ?", (feed,))
                    forget()
                    continue
                if status != 200:
                    sys.exit(f"desk: {path} was answered {status}: {page}")
                for change in page["items"]:
                    put(change)
                self.state.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (feed, page["next_cursor"]))
            if not more:
                return

    def put_document(self, change):
        if change["op"] == "upsert":
            self.state.execute("INSERT OR REPLACE INTO document VALUES (?, ?)", (change["id"], json.dumps(change["item"])))
        else:
            self.state.execute("DELETE FROM document WHERE id = ?", (change["id"],))

    def forget_gallery(self):
        self.state.execute("DELETE FROM document")

    def put_mine(self, change):
        if change["op"] == "upsert":
            self.state.execute(
                "INSERT INTO mine VALUES (?, ?, ?, 0, NULL) ON CONFLICT DO UPDATE SET version = excluded.version",
                (change["id"], change["kind"], change["version"]))
        else:
            self.state.execute("DELETE FROM mine WHERE id = ?", (change["id"],))

    def forget_own(self):
        self.state.execute("DELETE FROM mine")

    def read_mine(self):
        """Reads the records of which there is another version. Says whether there is none left."""
        wanted = self.state.execute("SELECT kind, id FROM mine WHERE have < version").fetchall()
        kinds = {kind for kind, _ in wanted}
        for kind in kinds:
            of_kind = [id for wanted_kind, id in wanted if wanted_kind == kind]
            if len(of_kind) > FEW:
                self.walk(kind)
            else:
                self.read_each(kind, of_kind)
        return not wanted

    def walk(self, kind):
        cursor = ""
        while True:
            status, page, _ = self.server.read(f"{PLACES[kind]}?limit=100{cursor}")
            if status != 200:
                sys.exit(f"desk: {PLACES[kind]} was answered {status}: {page}")
            with self.state:
                for record in page["items"]:
                    self.put_record(record)
            if not page["next_cursor"]:
                return
            cursor = f"&cursor={page['next_cursor']}"

    def read_each(self, kind, ids):
        for id in ids:
            status, record, _ = self.server.read(f"{PLACES[kind]}/{id}")
            with self.state:
                if status == 200:
                    self.put_record(record)
                elif status in (404, 410):
                    # It ceased to be ours since: the feed says so when we ask again.
                    self.state.execute("UPDATE mine SET have = version WHERE id = ?", (id,))
                else:
                    sys.exit(f"desk: {kind} {id} was answered {status}: {record}")

    def put_record(self, record):
        self.state.execute("UPDATE mine SET have = ?, record = ? WHERE id = ?", (record["version"], json.dumps(record), record["id"]))


if __name__ == "__main__":
    Desk(sys.argv[1]).run()
