"""Tells what in an OpenAPI document breaks those who wrote their client by another one.

    compare.py OLD NEW

Prints each finding; exit code 1 if there are any and the version does not say that it is a breaking one. What counts as
breaking is told in docs/api.md.
"""

import json
import re
import sys

from schemas import ANSWERED, SENT, Schemas, resolve

METHODS = ("get", "put", "post", "patch", "delete", "head", "options", "trace")


class Documents:
    """Two documents, and what was found."""

    def __init__(self, old, new):
        self.old, self.new = old, new
        self.schemas = Schemas(old, new)
        self.note = self.schemas.note

    def compare(self):
        for path, method, old in operations(self.old, "paths"):
            new = self.new.get("paths", {}).get(path, {}).get(method)
            where = f"{method.upper()} {path}"
            if new is None:
                self.note(where, "the operation is gone")
            else:
                shared = (self.old["paths"][path].get("parameters", []), self.new["paths"][path].get("parameters", []))
                self.operation(old, new, shared, where)
        for name, method, old in operations(self.old, "webhooks"):
            new = self.new.get("webhooks", {}).get(name, {}).get(method)
            if new is None:
                self.note(f"webhook {name}", "it is gone")
            else:
                # What it brings is read like an answer.
                self.content(old.get("requestBody"), new.get("requestBody"), ANSWERED, f"webhook {name}")
        return self.schemas.found

    def operation(self, old, new, shared, where):
        if old.get("operationId") != new.get("operationId"):
            self.note(where, f"was called {old.get('operationId')}, is {new.get('operationId')}")
        self.parameters(*[[*both, *operation.get("parameters", [])] for both, operation in zip(shared, (old, new))], where)
        self.body(old.get("requestBody"), new.get("requestBody"), where)
        self.answers(old.get("responses", {}), new.get("responses", {}), where)
        self.security(old, new, where)

    def parameters(self, old, new, where):
        before, after = (
            {(one["in"], one["name"]): one for one in (resolve(document, one) for one in parameters)}
            for document, parameters in ((self.old, old), (self.new, new))
        )
        for key in before.keys() - after.keys():
            self.note(f"{where}, {key[0]} parameter {key[1]}", "it is gone")
        for key, parameter in after.items():
            place = f"{where}, {key[0]} parameter {key[1]}"
            earlier = before.get(key)
            if parameter.get("required") and not (earlier or {}).get("required"):
                self.note(place, "it is needed now")
            if earlier:
                if style_of(earlier) != style_of(parameter):
                    self.note(place, "several values are written in another way")
                self.schemas.compare(earlier.get("schema", {}), parameter.get("schema", {}), SENT, place)

    def body(self, old, new, where):
        needed = resolve(self.new, new or {}).get("required")
        if needed and not resolve(self.old, old or {}).get("required"):
            self.note(f"{where}, body", "it is needed now")
        self.content(old, new, SENT, f"{where}, body")

    def answers(self, old, new, where):
        for status, answer in old.items():
            if status not in new:
                self.note(f"{where}, answer {status}", "it is gone")
                continue
            place = f"{where}, answer {status}"
            before, after = resolve(self.old, answer), resolve(self.new, new[status])
            for name in before.get("headers", {}).keys() - after.get("headers", {}).keys():
                self.note(place, f"the header {name} is gone")
            self.content(answer, new[status], ANSWERED, place)

    def content(self, old, new, direction, where):
        before, after = (
            resolve(document, part or {}).get("content", {}) for document, part in ((self.old, old), (self.new, new))
        )
        for kind, media in before.items():
            if kind not in after:
                self.note(where, f"{kind} is gone")
            else:
                self.schemas.compare(media.get("schema", {}), after[kind].get("schema", {}), direction, where)

    def security(self, old, new, where):
        """Whoever had enough to call it must still have enough."""
        before, after = (
            operation.get("security", document.get("security", [])) or [{}]
            for document, operation in ((self.old, old), (self.new, new))
        )
        for had in before:
            if not any(all(scheme in had and set(scopes) <= set(had[scheme]) for scheme, scopes in needs.items()) for needs in after):
                self.note(where, f"{' and '.join(had) or 'no credential'} is no longer enough")


def operations(document, part):
    for name, item in document.get(part, {}).items():
        for method in METHODS:
            if method in item:
                yield name, method, item[method]


def style_of(parameter):
    style = parameter.get("style", "form" if parameter["in"] in ("query", "cookie") else "simple")
    return style, parameter.get("explode", style == "form")


def says_so(old, new):
    """Whether the version of the new document is that of a breaking release after the old one."""
    before, after = (tuple(map(int, re.match(r"(\d+)\.(\d+)", document["info"]["version"]).groups())) for document in (old, new))
    return after[0] > before[0] or before[0] == after[0] == 0 and after[1] > before[1]


def main():
    old, new = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:])
    found = Documents(old, new).compare()
    versions = f"{old['info']['version']} to {new['info']['version']}"
    for finding in found:
        print(f"- {finding}")
    if not found:
        print(f"breaking: nothing breaks from {versions}")
    elif says_so(old, new):
        print(f"breaking: {len(found)} changes break clients, and the version says so ({versions})")
    else:
        print(f"breaking: {len(found)} changes break clients, from {versions}; docs/api.md says what may change and when")
        sys.exit(1)


if __name__ == "__main__":
    main()
