"""What is found, and what is left alone."""

import copy
import unittest

from compare import Documents, says_so

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Seeds", "version": "0.1.0"},
    "security": [],
    "paths": {
        "/v1/seeds/{id}": {
            "patch": {
                "operationId": "seeds.patch",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "lang", "in": "query", "schema": {"type": "string", "maxLength": 35}},
                    {"name": "country", "in": "query", "style": "form", "explode": False,
                     "schema": {"type": "array", "items": {"enum": ["KE", "MX"], "type": "string"}, "maxItems": 60}},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/SeedIn"}}}},
                "security": [{"bearer": []}, {"key": ["seeds:write"]}],
                "responses": {
                    "200": {"headers": {"ETag": {}}, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SeedOut"}}}},
                    "409": {"$ref": "#/components/responses/Problem"},
                },
            },
        },
    },
    "webhooks": {"seed.sown": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/SeedOut"}}}}}}},
    "components": {
        "responses": {"Problem": {"content": {"application/problem+json": {"schema": {"type": "object"}}}}},
        "schemas": {
            "SeedIn": {
                "type": "object", "required": ["title"], "additionalProperties": False,
                "properties": {
                    "title": {"type": "string", "minLength": 1, "maxLength": 200},
                    "note": {"oneOf": [{"type": "string"}, {"type": "null"}]},
                    "weight": {"type": "number", "minimum": 0},
                    "public": {"type": "boolean", "default": False},
                    "when": {"$ref": "#/components/schemas/When"},
                },
            },
            "SeedOut": {
                "allOf": [
                    {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}}},
                    {"type": "object", "required": ["title", "kind"], "properties": {
                        "title": {"type": "string"}, "kind": {"type": "string", "enum": ["maize", "bean"]},
                        "when": {"$ref": "#/components/schemas/When"},
                        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/SeedOut"}},
                        "count": {"type": "integer", "format": "int32"},
                    }},
                ],
            },
            "When": {"oneOf": [
                {"type": "object", "required": ["precision", "date"], "properties": {
                    "precision": {"type": "string", "enum": ["day"]}, "date": {"type": "string"}}},
                {"type": "object", "required": ["precision"], "properties": {"precision": {"type": "string", "enum": ["unknown"]}}},
            ]},
        },
    },
}
PATCH = ("paths", "/v1/seeds/{id}", "patch")
SENT = ("components", "schemas", "SeedIn")
ANSWERED = ("components", "schemas", "SeedOut", "allOf", 1)


def after(change):
    """What is found if `change` is made to a copy; it is given a function that leads to a place in it."""
    new = copy.deepcopy(DOCUMENT)

    def at(*path):
        place = new
        for step in path:
            place = place[step]
        return place

    change(at)
    return Documents(copy.deepcopy(DOCUMENT), new).compare()


def put(*path, value):
    return lambda at: at(*path[:-1]).__setitem__(path[-1], value)


def drop(*path):
    return lambda at: at(*path[:-1]).pop(path[-1])


BREAKING = {
    "an operation is removed": drop(*PATCH),
    "an address is removed": drop("paths", "/v1/seeds/{id}"),
    "an operation has another name": put(*PATCH, "operationId", value="seeds.edit"),
    "a parameter is removed": drop(*PATCH, "parameters", 1),
    "a new parameter is needed": lambda at: at(*PATCH, "parameters").append(
        {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}),
    "a parameter is needed": put(*PATCH, "parameters", 1, "required", value=True),
    "a parameter's bound is narrower": put(*PATCH, "parameters", 1, "schema", "maxLength", value=10),
    "a parameter takes fewer words": put(*PATCH, "parameters", 2, "schema", "items", "enum", value=["KE"]),
    "a list is written in another way": drop(*PATCH, "parameters", 2, "explode"),
    "a body is needed": put(*PATCH, "requestBody", "required", value=True),
    "a body of this type is not taken": drop(*PATCH, "requestBody", "content", "application/json"),
    "a body is not taken": drop(*PATCH, "requestBody"),
    "a member of a body is removed": drop(*SENT, "properties", "note"),
    "a member of a body is needed": lambda at: at(*SENT, "required").append("weight"),
    "a new member of a body is needed": lambda at: (
        at(*SENT, "required").append("variety"), at(*SENT, "properties").update(variety={"type": "string"})),
    "a text may be less long": put(*SENT, "properties", "title", "maxLength", value=100),
    "a text must be longer": put(*SENT, "properties", "title", "minLength", value=2),
    "a text has to look like something": put(*SENT, "properties", "title", "pattern", value="^S"),
    "a text is bound to a format": put(*SENT, "properties", "title", "format", value="uri"),
    "a number is bound": put(*SENT, "properties", "weight", "maximum", value=10),
    "a number is whole": put(*SENT, "properties", "weight", "type", value="integer"),
    "null is not taken": put(*SENT, "properties", "note", value={"type": "string"}),
    "a type is another": put(*SENT, "properties", "public", "type", value="string"),
    "a default is another": put(*SENT, "properties", "public", "default", value=True),
    "a shape is not taken": drop("components", "schemas", "When", "oneOf", 1),
    "a member of an answer is removed": drop(*ANSWERED, "properties", "count"),
    "a needed member of an answer is removed": lambda at: (
        at(*ANSWERED, "properties").pop("title"), at(*ANSWERED, "required").remove("title")),
    "a member of an answer may be missing": put(*ANSWERED, "required", value=["title"]),
    "a member of an answer may be null": put(*ANSWERED, "properties", "title", "type", value=["string", "null"]),
    "a member of an answer has another type": put(*ANSWERED, "properties", "count", "type", value="string"),
    "a member of an answer has another format": drop("components", "schemas", "SeedOut", "allOf", 0, "properties", "id", "format"),
    "a number of an answer is larger": put(*ANSWERED, "properties", "count", "format", value="int64"),
    "a member in a shape of an answer is removed": drop("components", "schemas", "When", "oneOf", 0, "properties", "date"),
    "a part of an answer is null": put(
        *ANSWERED, "properties", "parts", "items", value={"oneOf": [{"$ref": "#/components/schemas/SeedOut"}, {"type": "null"}]}),
    "a status code is removed": drop(*PATCH, "responses", "409"),
    "an answer's header is removed": drop(*PATCH, "responses", "200", "headers", "ETag"),
    "an answer has another type": lambda at: at(*PATCH, "responses", "200", "content").update(
        {"text/plain": at(*PATCH, "responses", "200", "content").pop("application/json")}),
    "a credential is not enough": put(*PATCH, "security", value=[{"key": ["seeds:write"]}]),
    "a scope more is needed": put(*PATCH, "security", value=[{"bearer": []}, {"key": ["seeds:write", "seeds:read"]}]),
    "a webhook is removed": drop("webhooks", "seed.sown"),
}

HARMLESS = {
    "nothing": lambda at: None,
    "texts are others": put(*PATCH, "description", value="Sows."),
    "an operation is new": put("paths", "/v1/fields", value={"get": {"responses": {"200": {}}}}),
    "a parameter is new": lambda at: at(*PATCH, "parameters").append({"name": "tz", "in": "query", "schema": {"type": "string"}}),
    "a member of a body is new": put(*SENT, "properties", "variety", value={"type": "string"}),
    "a member of a body is no longer needed": put(*SENT, "required", value=[]),
    "a bound is wider": put(*SENT, "properties", "title", "maxLength", value=300),
    "a bound is gone": drop(*SENT, "properties", "title", "minLength"),
    "a shape more is taken": lambda at: at("components", "schemas", "When", "oneOf").append(
        {"type": "object", "required": ["precision"], "properties": {"precision": {"type": "string", "enum": ["year"]}}}),
    "a member of an answer is new": put(*ANSWERED, "properties", "variety", value={"type": "string"}),
    "a member of an answer is always there": lambda at: at(*ANSWERED, "required").append("count"),
    "an answer has a word more": lambda at: at(*ANSWERED, "properties", "kind", "enum").append("rice"),
    "a status code is new": put(*PATCH, "responses", "410", value={"$ref": "#/components/responses/Problem"}),
    "a schema has a name": lambda at: (
        at("components", "schemas").update(Title=at(*SENT, "properties", "title")),
        at(*SENT, "properties").update(title={"$ref": "#/components/schemas/Title", "description": "The title."})),
    "another credential will do": lambda at: at(*PATCH, "security").append({"other": []}),
    "no credential is needed": put(*PATCH, "security", value=[]),
}


class Compare(unittest.TestCase):
    def test_what_breaks_is_found(self):
        for name, change in BREAKING.items():
            with self.subTest(name):
                self.assertTrue(after(change), "nothing was found")

    def test_what_is_harmless_is_left_alone(self):
        for name, change in HARMLESS.items():
            with self.subTest(name):
                self.assertEqual(after(change), [])

    def test_a_finding_says_where(self):
        self.assertEqual(after(BREAKING["a member of a body is removed"]),
                         ["SeedIn (PATCH /v1/seeds/{id}, body).note: the member is gone"])

    def test_what_a_version_says(self):
        for old, new, breaking in [
            ("0.1.0", "0.1.1", False), ("0.1.0", "0.2.0", True), ("0.9.0", "1.0.0", True), ("1.0.0", "1.1.0", False),
            ("1.9.3", "2.0.0", True), ("2.0.0", "1.9.0", False), ("0.2.0", "0.1.0", False),
        ]:
            with self.subTest(f"{old} to {new}"):
                self.assertEqual(says_so({"info": {"version": old}}, {"info": {"version": new}}), breaking)


if __name__ == "__main__":
    unittest.main()
