//! Everything that tells of somebody goes, for good: erased by staff, or by themselves.

mod copies;
mod kills;
mod oneself;
mod people;

use serde_json::{Value, json};

use crate::bundle::{Bundle, event, quote};
use crate::house::House;
use crate::house::actors::Actor;

/// What tells of whom is erased. Nobody else is called so.
const NAME: &str = "Nyandeng of the hills";
const WORDS: &str = "We buried the seeds before they came";

/// A person who is named in public, hosts an event and has said something there.
fn told() -> Bundle {
    let person = json!({"type": "person", "id": "p", "display_name": NAME, "role": "activist", "country": "SS",
        "consents": [{"purpose": "publish_name", "method": "online", "given_by": "Nyandeng's sister"}]});
    let mut hosted = event("e");
    hosted["hosts"] = json!(["p"]);
    let mut said = quote("q", "e");
    said["person"] = json!("p");
    said["text"] = json!(WORDS);
    said["attribution"] = json!({"level": "name"});
    Bundle::of([person, hosted, said, quote("other", "e")])
}

/// The person with this name, as an actor sees them.
async fn named(actor: &Actor<'_>, name: &str) -> Value {
    let page = actor.get("/v1/people?limit=100").await.json();
    let found = page["items"].as_array().unwrap().iter().find(|person| person["display_name"] == name);
    found.unwrap_or_else(|| panic!("{name} is not in {page}")).clone()
}

impl House {
    /// Checks that nothing public and nothing stored has these words, which are in small letters.
    async fn knows_nothing_of(&self, words: &[&str]) {
        let paths =
            ["events", "quotes", "search?q=nyandeng", "search?q=buried", "changes", "map?zoom=12", "stories"];
        for path in paths {
            let answer = self.get(&format!("/v1/gallery/{path}")).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            for word in words {
                assert!(!answer.text().to_lowercase().contains(word), "{path}: {}", answer.text());
            }
        }
        for table in [
            "person",
            "person_contact",
            "consent",
            "quote",
            "revision",
            "series",
            "registration",
            "origin",
            "audit_entry",
            "outbox_fact",
            "idempotent_answer",
            "gallery_document",
            "gallery_translation",
            "gallery_search",
            "erasure",
        ] {
            let stored = self.dump(table).await.to_lowercase();
            for word in words {
                assert!(!stored.contains(word), "{word} is in {table}");
            }
        }
    }
}
