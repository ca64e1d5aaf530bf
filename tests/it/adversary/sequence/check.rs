//! The public side, held against the rules.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::model::LEVELS;
use super::rules::{Shown, seen};
use super::world::{After, World, id, place_of};

const COLLECTIONS: [&str; 5] = ["events", "initiatives", "quotes", "outcomes", "stories"];

/// Every document and tombstone, with its number and how its address answers.
const DOCUMENTS: &str = "SELECT CAST(version AS text) || ' ' || COALESCE(CAST(seq AS text), '') || ' ' || digest || ' ' || \
    COALESCE(withdrawn_as, '') || ' ' || CAST(cancelled AS text) AS line FROM gallery_document ORDER BY id";

/// A partner's copy, kept by following the feed.
#[derive(Default)]
pub struct Mirror {
    items: BTreeMap<String, Value>,
    cursor: Option<String>,
}

impl World<'_> {
    /// All that lists show, by identifier: the collection, and what is told.
    async fn listed(&self) -> BTreeMap<String, (&'static str, Value)> {
        let mut all = BTreeMap::new();
        for collection in COLLECTIONS {
            for item in self.house.items(&format!("/v1/gallery/{collection}?limit=100")).await {
                all.insert(id(&item), (collection, seen(&item)));
            }
        }
        all
    }

    /// Everything public is what the rules allow, neither more nor less.
    pub async fn check(&mut self, mirror: &mut Mirror) {
        let shown = self.model.shown();
        let listed = self.listed().await;
        let wanted: BTreeMap<_, _> = shown.iter().filter(|(_, it)| it.listed).collect();
        for (id, it) in &wanted {
            let found =
                listed.get(*id).unwrap_or_else(|| panic!("{} {id} is not listed: {it:?}", it.collection));
            assert_eq!(*found, (it.collection, it.what.clone()), "{id} is not what the rules say");
        }
        let forbidden = listed.iter().find(|(id, _)| !wanted.contains_key(id));
        assert!(forbidden.is_none(), "the rules forbid {forbidden:?}");
        self.check_names(&listed);
        self.check_items(&shown).await;
        self.check_totals(&wanted).await;
        self.check_mirror(mirror, &shown).await;
    }

    /// So a rebuild would leave it, tombstones included.
    pub async fn check_rebuild(&self) {
        let before = self.house.lines(DOCUMENTS).await;
        let rebuilt = self.house.rebuild().await;
        let after = self.house.lines(DOCUMENTS).await;
        assert_eq!(rebuilt, (0, 0), "a rebuild makes something else of the records");
        assert_eq!(after, before, "a rebuild leaves other traces");
    }

    /// Before deferred work is done, everything public is something that the rules allow.
    pub async fn check_at_most(&mut self, after: After) {
        let shown = self.model.shown();
        for (id, (collection, what)) in self.listed().await {
            let allowed = shown.get(&id).filter(|it| it.listed);
            let allowed = allowed.unwrap_or_else(|| panic!("the rules forbid {collection} {id}: {what}"));
            // What comes out of its embargo appears in what it followed with the same work, and names with a consent that begins;
            // what becomes finer was coarser.
            let mut wanted = allowed.what.clone();
            match collection {
                "outcomes" => wanted["followed_by"] = what["followed_by"].clone(),
                "events" if what["hosts"] == json!([]) => wanted["hosts"] = json!([]),
                "quotes" if what["attribution"]["level"] == "anonymous" => {
                    wanted["attribution"] = what["attribution"].clone();
                }
                _ => {}
            }
            assert!(after == After::Finer || what == wanted, "{collection} {id}: {what} instead of {wanted}");
        }
    }

    /// Nobody is named more finely, or as somebody else, than a moderator let through.
    fn check_names(&self, listed: &BTreeMap<String, (&'static str, Value)>) {
        for quote in &self.model.quotes {
            let Some((_, what)) = listed.get(&quote.id) else { continue };
            let (level, label) = quote.let_through.as_ref().expect("a moderator let it through");
            let shown = place_of(&LEVELS, &what["attribution"]["level"]);
            assert!(shown >= *level, "nobody let the name through: {what}");
            assert!(
                shown != 1 || what["attribution"]["label"] == json!(label),
                "nobody let that name through: {what}"
            );
        }
    }

    /// Addresses of what is not in lists, and of some of what must not be there at all.
    async fn check_items(&mut self, shown: &BTreeMap<String, Shown>) {
        let records: Vec<_> = self.model.records().into_iter().map(|(c, id)| (c, id.to_owned())).collect();
        let before = self.model.left.clone();
        self.model.note_what_left();
        let withheld: Vec<_> = records.iter().filter(|(_, id)| !shown.contains_key(id)).collect();
        let other = |id: &String| before.get(id) != self.model.left.get(id);
        let mut asked: Vec<_> = withheld.iter().filter(|(_, id)| other(id)).take(5).copied().collect();
        for _ in 0..3 {
            asked.extend(self.random.index(&withheld, |_| true).map(|n| withheld[n]));
        }
        for (collection, id) in asked {
            let answer = self.house.get(&format!("/v1/gallery/{collection}/{id}")).await;
            let left = self.model.left.get(id).filter(|_| !self.model.locked_down);
            assert_eq!(answer.status, left.copied().unwrap_or(404), "{collection} {id}: {}", answer.text());
        }
        let unlisted = shown.iter().filter(|(_, it)| !it.listed);
        for (id, it) in unlisted {
            let answer = self.house.get(&format!("/v1/gallery/{}/{id}", it.collection)).await;
            assert_eq!(answer.status, 200, "{} {id} has an address: {it:?}", it.collection);
            assert_eq!(seen(&answer.json()), it.what, "{} {id}", it.collection);
        }
    }

    async fn check_totals(&self, wanted: &BTreeMap<&String, &Shown>) {
        let totals = self.house.get("/v1/gallery").await.json()["totals"].clone();
        for collection in COLLECTIONS {
            let count = wanted.values().filter(|it| it.collection == collection).count();
            assert_eq!(totals[collection], count, "{collection} of {totals}");
        }
    }

    /// Whoever only follows the feed has what feeds may carry; while all is locked down the feed stands still.
    async fn check_mirror(&self, mirror: &mut Mirror, shown: &BTreeMap<String, Shown>) {
        loop {
            let cursor = mirror.cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = self.house.get(&format!("/v1/gallery/changes?limit=100{cursor}")).await;
            // A copy was put back: whoever follows begins anew.
            if page.status == 410 && mirror.cursor.is_some() {
                *mirror = Mirror::default();
                continue;
            }
            let page = page.json();
            mirror.cursor = Some(page["next_cursor"].as_str().unwrap().to_owned());
            let changes = page["items"].as_array().unwrap();
            for change in changes {
                match change["op"].as_str().unwrap() {
                    "upsert" => drop(mirror.items.insert(id(change), seen(&change["item"]))),
                    _ => drop(mirror.items.remove(&id(change))),
                }
            }
            if changes.is_empty() {
                break;
            }
            assert!(!self.model.locked_down, "the feed goes on");
        }
        if !self.model.locked_down {
            let fed = shown.iter().filter(|(_, it)| it.fed).map(|(id, it)| (id.clone(), it.what.clone()));
            assert_eq!(mirror.items, fed.collect(), "who follows the feed has something else");
        }
    }

    /// What was withdrawn or erased is in no answer and nowhere in the database.
    pub async fn check_that_nothing_is_kept(&self) {
        let mut kept = String::new();
        for table in [
            "gallery_document",
            "gallery_translation",
            "gallery_search",
            "quote",
            "revision",
            "outcome",
            "story",
        ] {
            kept += &self.house.dump(table).await.to_lowercase();
        }
        for word in &self.retired {
            assert!(!kept.contains(word), "{word} is kept");
        }
    }
}
