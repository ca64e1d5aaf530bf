//! Somebody who wants to find people, and has all the time in the world: what they can learn from outside is what is public.
//!
//! The first three groups compare *everything* that the public side answers, headers included, before and after something that
//! nobody outside may know of. [`sequence`] holds it against a model of the rules, whatever happens; [`markers`] looks for what
//! people told us where it must not be.

mod bisection;
mod differencing;
mod everywhere;
mod hidden_fields;
mod incidents;
mod markers;
mod sequence;
mod withdrawal;

use std::collections::BTreeMap;

use crate::house::House;

/// Headers that differ from answer to answer, whoever asks. Whether an answer was kept ready shows in `Vary`, which tells of
/// load and not of records.
const OF_THE_MOMENT: [&str; 3] = ["date", "x-request-id", "vary"];

/// What the public side answered: status, headers and body by address.
type Seen = BTreeMap<String, (u16, Vec<(String, String)>, String)>;

impl House {
    /// Asks for these addresses, and for what of them is told as text.
    async fn seen(&self, paths: impl IntoIterator<Item = String>) -> Seen {
        let mut seen = Seen::new();
        let forms = [("", "*/*"), (" as text", "text/plain")];
        for (path, (form, accept)) in
            paths.into_iter().flat_map(|path| forms.map(|form| (path.clone(), form)))
        {
            let answer = self.get_with(&path, &[("accept", accept)]).await;
            let headers = answer.headers.iter().filter(|(name, _)| !OF_THE_MOMENT.contains(&name.as_str()));
            let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
            let mut headers: Vec<_> = headers.collect();
            headers.sort();
            let text = answer.text().to_owned();
            seen.insert(path + form, (answer.status, headers, text));
        }
        seen
    }

    /// Asks for everything public: every list in its orders and languages, every item, the map from far and near, feeds and files.
    async fn public_side(&self) -> Seen {
        let mut paths: Vec<String> = [
            "",
            "?lang=es",
            "/countries",
            "/countries/SS",
            "/countries/KE",
            "/map",
            "/map?zoom=6",
            "/map?zoom=14",
            "/map?zoom=14&bbox=30,3,32,6",
            "/changes?limit=100",
            "/events.ics",
            "/search?q=seeds",
            "/search?q=nile",
            "/events?upcoming=true",
        ]
        .map(|path| format!("/v1/gallery{path}"))
        .to_vec();
        for list in ["events", "initiatives", "quotes", "outcomes", "stories"] {
            for query in [
                "",
                "?fields=title,text,when,place,hosts,headcount",
                "?sort=-updated_at",
                "?sort=updated_at",
                "?limit=1",
                "?country=SS&lang=ar",
            ] {
                paths.push(format!("/v1/gallery/{list}{query}"));
            }
            for item in self.items(&format!("/v1/gallery/{list}")).await {
                let address = item["links"]["self"].as_str().unwrap().to_owned();
                if list == "events" {
                    paths.push(format!("{address}.ics"));
                }
                paths.push(address);
            }
        }
        self.seen(paths).await
    }
}

/// Checks that nothing outside tells that something happened.
#[track_caller]
fn unmoved(before: &Seen, after: &Seen, what: &str) {
    let addresses = |seen: &Seen| seen.keys().cloned().collect::<Vec<_>>();
    assert_eq!(addresses(before), addresses(after), "{what}: other addresses");
    for (path, answer) in before {
        assert_eq!(*answer, after[path], "{what} is seen at {path}");
    }
}
