//! Names and titles are read as they are written.

use serde_json::json;

use crate::events::dialogue;
use crate::house::House;
use crate::records::sorted;

#[tokio::test]
async fn a_name_has_a_character_that_is_seen_and_none_that_turns_others_round() {
    let house = House::open().await;
    let admin = house.admin().await;
    let hidden = |at: &str| [(format!("#/{at}"), "hidden_characters".to_owned())];
    for name in [
        "\u{200b}",
        "\u{202e}",
        "\u{ad}",
        "\u{3164}",
        "\u{2800}",
        "Amina\u{202e}gro",
        "\u{2066}Amina\u{2069}",
    ] {
        let person = json!({"display_name": name, "role": "activist"});
        assert_eq!(sorted(&admin.post("/v1/people", person).await), hidden("display_name"), "{name:?}");
        let mut event = dialogue();
        event["title"] = json!(name);
        assert_eq!(sorted(&admin.post("/v1/events", event).await), hidden("title"), "{name:?}");
        let quote = json!({"text": "We keep seeds", "language": "en", "attribution": {"level": "pseudonym", "label": name}});
        assert_eq!(sorted(&admin.post("/v1/quotes", quote).await), hidden("attribution/label"), "{name:?}");
    }
    for name in ["أمينة", "नीला", "👩‍🌾 Zoë"] {
        admin.makes("people", json!({"display_name": name, "role": "activist"})).await;
    }
}
