//! Events whose questions are those of a dialogue guide.

use ::entity::values::Texts;

use super::EventRecord;
use crate::db::Tx;
use crate::problem::{Fault, Problem};
use crate::rooms::guides;

/// The same event with the questions of the guide it names, in its own language if there is a translation; as it is without
/// a guide. `before` is the event that is edited: questions that it had are replaced, others are not written beside a guide.
///
/// # Errors
/// 422 if there is no such version, or if questions are given that are not the guide's.
pub async fn with_questions(
    tx: &Tx,
    before: Option<&EventRecord>,
    mut event: EventRecord,
) -> Result<EventRecord, Problem> {
    let Some((guide, number)) = event.row.guide_id.zip(event.row.guide_version) else { return Ok(event) };
    let wrong = |at, code, detail| Problem::invalid_body(vec![Fault::pointer(at, code, detail)]);
    let Some(questions) = guides::questions(tx, guide, number, &event.row.language).await? else {
        // One that a bundle brought stays what it is.
        let same = before.is_some_and(|before| {
            (before.row.guide_id, before.row.guide_version) == (event.row.guide_id, event.row.guide_version)
        });
        let detail = "must be the id of a dialogue guide and the number of a published version";
        return if same { Ok(event) } else { Err(wrong("/guide", "unknown_reference", detail)) };
    };
    let questions = Texts(questions);
    let had = before.is_some_and(|before| before.row.questions == event.row.questions);
    if !had && !event.row.questions.0.is_empty() && event.row.questions != questions {
        return Err(wrong(
            "/questions",
            "given_by_guide",
            "are those of the guide: leave them out, or the guide",
        ));
    }
    event.row.questions = questions;
    Ok(event)
}
