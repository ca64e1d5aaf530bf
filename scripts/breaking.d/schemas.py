"""What breaks when one JSON Schema takes the place of another (OpenAPI 3.1, as far as our document uses it).

What is sent and what is answered are opposites: the new server must take everything that was right to send, and must
answer nothing that a reader of the old document does not expect.
"""

SENT, ANSWERED = "sent", "answered"
# Keyword, and whether a greater number takes more.
BOUNDS = {
    "maximum": True, "exclusiveMaximum": True, "maxLength": True, "maxItems": True, "maxProperties": True,
    "minimum": False, "exclusiveMinimum": False, "minLength": False, "minItems": False, "minProperties": False,
}


class Schemas:
    """Compares schemas of two documents. What both name is compared once for each direction, however often it is used."""

    def __init__(self, old, new):
        self.old, self.new = old, new
        # With what was compared, since identities are given anew to what is forgotten.
        self.seen = {}
        self.found = []

    def compare(self, old, new, direction, where):
        """Notes every way in which `new` breaks what `old` allowed or promised."""
        # By identity where there is no name: schemas name themselves, and one of two may have got its name only now.
        pair = (named(old) or id(old), named(new) or id(new), direction)
        if pair in self.seen:
            return
        self.seen[pair] = (old, new)
        if named(old) and named(new):
            where = f"{named(old).rsplit('/', 1)[-1]} ({where})"
        old, old_null = variants(self.old, old)
        new, new_null = variants(self.new, new)
        if direction == SENT and old_null and not new_null:
            self.note(where, "null is no longer taken")
        if direction == ANSWERED and new_null and not old_null:
            self.note(where, "may be null now")
        if not old or not new:
            return
        if direction == SENT:
            for one in old:
                self.closest(one, new, direction, where)
        elif len(old) > 1:
            # Readers of several shapes leave those alone that they do not know; what they know stays as it was.
            for other in new:
                if any(same_kind(one, other) for one in old):
                    self.closest(other, old, direction, where)
        else:
            for other in new:
                self.closest(other, old, direction, where)

    def closest(self, one, others, direction, where):
        """Compares a variant with the one it breaks least with."""
        best = None
        for other in sorted(others, key=lambda other: not same_kind(one, other)):
            trial = Schemas(self.old, self.new)
            trial.seen = dict(self.seen)
            pair = (one, other) if direction == SENT else (other, one)
            trial.single(*pair, direction, where)
            if best is None or len(trial.found) < len(best.found):
                best = trial
            if not best.found:
                break
        self.seen = best.seen
        self.found += best.found

    def single(self, old, new, direction, where):
        before, after = old.get("type"), new.get("type")
        if before != after:
            narrow, wide = (after, before) if direction == SENT else (before, after)
            if narrow is not None and not (narrow == "number" and wide == "integer"):
                self.note(where, f"was {before or 'anything'}, is {after or 'anything'}")
                return
        self.words(old, new, direction, where)
        if direction == SENT:
            self.narrowed(old, new, where)
        elif (before := old.get("format")) and (after := new.get("format")) != before and (before, after) != ("int64", "int32"):
            self.note(where, f"was of the format {before}, is of {after or 'any'}")
        self.members(old, new, direction, where)
        self.elements(old, new, direction, where)

    def words(self, old, new, direction, where):
        before, after = words_of(old), words_of(new)
        # Readers expect more words; senders keep to those they know.
        if direction == SENT and after is not None:
            if before is None:
                self.note(where, "takes only certain words now")
            else:
                for word in [word for word in before if word not in after]:
                    self.note(where, f"no longer takes {word!r}")

    def narrowed(self, old, new, where):
        for bound, greater_takes_more in BOUNDS.items():
            if bound in new and (bound not in old or (new[bound] < old[bound]) == greater_takes_more and new[bound] != old[bound]):
                self.note(where, f"{bound} was {old.get(bound, 'not bound')}, is {new[bound]}")
        for rule in ("pattern", "multipleOf", "uniqueItems"):
            if new.get(rule) and new[rule] != old.get(rule):
                self.note(where, f"{rule} was {old.get(rule, 'none')}, is {new[rule]}")
        before, after = old.get("format"), new.get("format")
        if after and after != before and (before, after) != ("int32", "int64"):
            self.note(where, f"was of the format {before or 'any'}, is of {after}")
        if "default" in old and old["default"] != new.get("default"):
            self.note(where, f"left out, it was {old['default']!r}, is {new.get('default')!r}")

    def members(self, old, new, direction, where):
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = set(old.get("required", [])), set(new.get("required", []))
        for name in sorted(before.keys() - after.keys()):
            self.note(f"{where}.{name}", "the member is gone")
        for name in before.keys() & after.keys():
            self.compare(before[name], after[name], direction, f"{where}.{name}")
        if direction == SENT:
            for name in sorted(needed_after - needed_before):
                self.note(f"{where}.{name}", "the member is needed now")
        else:
            for name in sorted((needed_before - needed_after) & after.keys()):
                self.note(f"{where}.{name}", "the member may be missing now")
        rest_before, rest_after = (schema.get("additionalProperties", True) for schema in (old, new))
        if direction == SENT and rest_before is not False and rest_after is False:
            self.note(where, "no other members are taken now")
        if isinstance(rest_before, dict) and isinstance(rest_after, dict):
            self.compare(rest_before, rest_after, direction, f"{where}.*")
        if "propertyNames" in new and direction == SENT:
            self.compare(old.get("propertyNames", {}), new["propertyNames"], direction, f"{where}: names of members")

    def elements(self, old, new, direction, where):
        pairs = list(zip(old.get("prefixItems", []), new.get("prefixItems", [])))
        items = (old.get("items"), new.get("items"))
        if all(isinstance(schema, dict) for schema in items):
            pairs.append(items)
        elif direction == SENT and isinstance(items[1], dict) and items[0] is None:
            pairs.append(({}, items[1]))
        for one, other in pairs:
            self.compare(one, other, direction, f"{where}[]")

    def note(self, where, what):
        self.found.append(f"{where}: {what}")


def named(schema):
    return schema.get("$ref") if isinstance(schema, dict) else None


def resolve(document, schema):
    """A schema without its reference; what stands beside the reference holds too."""
    while isinstance(schema, dict) and "$ref" in schema:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        found = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        schema = {**found, **beside}
    return schema if isinstance(schema, dict) else {}


def variants(document, schema):
    """The shapes that a schema allows, each with one type, and whether null is one of them."""
    schema = resolve(document, schema)
    found, null = [], False
    for part in schema.get("oneOf") or schema.get("anyOf") or [None]:
        if part is None:
            whole = merged(document, schema)
            types = whole.get("type")
            types = types if isinstance(types, list) else [types]
            null = "null" in types
            found += [{**whole, "type": kind} for kind in types if kind != "null"]
        else:
            inner, inner_null = variants(document, part)
            null = null or inner_null
            rest = {key: value for key, value in schema.items() if key not in ("oneOf", "anyOf", "description", "title")}
            found += [merge(merged(document, rest), shape) for shape in inner] if rest else inner
    return found, null


def merged(document, schema):
    """A schema with everything of its `allOf` in it."""
    whole = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema.get("allOf", []):
        whole = merge(whole, merged(document, resolve(document, part)))
    return whole


def merge(one, other):
    """Both at once. Where they say different things of one keyword, the second counts."""
    both = {**one, **other}
    both["properties"] = {**one.get("properties", {}), **other.get("properties", {})}
    both["required"] = [*one.get("required", []), *other.get("required", [])]
    return {key: value for key, value in both.items() if value not in ({}, []) or key in ("default", "enum", "items")}


def words_of(schema):
    return [schema["const"]] if "const" in schema else schema.get("enum")


def same_kind(one, other):
    """Whether two shapes of a union mean the same thing: by their title, or by a member that says which one it is."""
    if one.get("title") or other.get("title"):
        return one.get("title") == other.get("title")
    if one.get("type") != other.get("type"):
        return False
    tags = [{name: words_of(member) for name, member in shape.get("properties", {}).items() if words_of(member)} for shape in (one, other)]
    common = tags[0].keys() & tags[1].keys()
    return all(tags[0][name] == tags[1][name] for name in common) if common else True
