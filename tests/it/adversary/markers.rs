//! Everything that people tell us is planted as a word of its own; then log, traces, metrics, letters and database are searched for
//! it.

mod fill;
mod plain;
mod story;

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use api::config::settings::{MAIL, RATE_LIMITS, REQUIRE_TOTP};
use fill::Mark;
use plain::{PLAIN, WRITTEN};
use story::Story;

use crate::house::House;

/// Calls that take a text and are not made here.
const ELSEWHERE: [&str; 3] = [
    // Their token comes by a letter a year later: `entries::answers`.
    "POST /v1/entries/mine/changes",
    // What a partner calls the columns of its own table: `imports::tables`.
    "PUT /v1/import-mappings/{name}",
    // Six digits, no text: `accounts::me`.
    "POST /v1/me/totp/confirm",
];

fn is_plain(at: &str) -> bool {
    PLAIN.iter().any(|(call, members, _)| {
        at.strip_prefix(call).is_some_and(|member| members.iter().any(|known| member.trim() == *known))
    })
}

#[tokio::test]
async fn what_people_told_us_is_where_it_belongs_and_nowhere_else() {
    let settings = [(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false"), (&MAIL, "file")];
    let house = House::open_with(&settings).await;
    let mut story = Story::begin(&house).await;
    story.everything().await;
    let known: BTreeSet<String> = story.called.iter().cloned().chain(ELSEWHERE.map(str::to_owned)).collect();
    let forgotten: Vec<_> = story.operations().into_iter().filter(|call| !known.contains(call)).collect();
    assert!(forgotten.is_empty(), "nothing was planted by {forgotten:?}");
    let metrics = reqwest::get(&story.metrics).await.unwrap().text().await.unwrap();
    house.run_jobs().await;
    let files = house.dump("person").await.to_lowercase();
    let copy = house.path("copy.backup");
    house.solidarity(&["backup", copy.to_str().unwrap()]).await.done();
    let stored = files + &unpacked(&std::fs::read(copy).unwrap());
    let letters: String =
        house.filed_letters().iter().map(|letter| format!("{:?}", letter).to_lowercase()).collect();

    let (marks, secrets) = (story.marks().to_vec(), story.secrets.clone());
    story.server.signal("TERM");
    let outcome = story.server.outcome();
    let log = (outcome.stderr + &outcome.stdout).to_lowercase();
    let traces = story.collector.told();
    assert!(log.contains("/v1/people/{person_id}"), "it did not log");
    let traced = traces.contains("/v1/people/{person_id}") && traces.contains("/v1/proposals");
    assert!(traced || !cfg!(feature = "otlp"), "it did not tell the collector");
    for secret in secrets {
        assert!(
            [&log, &stored, &traces].iter().all(|text| !text.contains(&secret.to_lowercase())),
            "a token is kept"
        );
    }
    // All words at once, each as it is and in hexadecimal digits.
    let search =
        AhoCorasick::new(marks.iter().flat_map(|mark| [mark.word.clone(), hex(&mark.word)])).unwrap();
    let found_in = |text: &str| -> BTreeSet<usize> {
        search.find_overlapping_iter(text).map(|found| found.pattern().as_usize()).collect()
    };
    let [in_log, in_metrics, in_traces, in_stored, in_letters] =
        [&log, &metrics, &traces, &stored, &letters].map(|text| found_in(text));
    let (mut plain, mut missing, mut written) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (number, Mark { at, .. }) in marks.iter().enumerate() {
        let (word, digits) = (2 * number, 2 * number + 1);
        let told = in_log.contains(&word) || in_metrics.contains(&word);
        assert!(!told, "{at} is in the log or among the metrics");
        assert!(!in_traces.contains(&word) && !in_traces.contains(&digits), "{at} is told to the collector");
        let found = in_stored.contains(&word) || in_stored.contains(&digits);
        if found && !is_plain(at) {
            plain.push(at);
        }
        if in_letters.contains(&word) && !WRITTEN.iter().any(|(known, _)| known == at) {
            written.insert(at);
        }
    }
    // The events of a series are made in a round of the worker, which may be yet to come.
    for (call, members, _) in PLAIN.iter().filter(|(call, ..)| !call.contains("/v1/series")) {
        for member in *members {
            let at = format!("{call} {member}");
            let mut of = marks.iter().enumerate().filter(|(_, mark)| mark.at == at);
            if !of.any(|(number, _)| in_stored.contains(&(2 * number))) {
                missing.push(at);
            }
        }
    }
    assert!(
        plain.is_empty() && missing.is_empty() && written.is_empty(),
        "not sealed, and no reason is written down: {plain:#?}\nsaid to be plain, and not found: {missing:#?}\n\
         in letters, and no reason is written down: {written:#?}"
    );
}

fn hex(word: &str) -> String {
    word.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// A copy as text in small letters, whatever it is packed in.
fn unpacked(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut text).unwrap();
    } else {
        text.extend(bytes);
    }
    String::from_utf8_lossy(&text).to_lowercase()
}
