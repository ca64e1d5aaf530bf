//! Dialogue guides: the same questions in many countries and languages, so that what is found can be compared.
//!
//! A guide is worked on as one text; publishing it freezes that as a version with a number. An event names guide and version
//! and has the questions of that version, in its own language if there is a translation.

mod api;
mod store;
mod wire;

use ::entity::ids::GuideId;
use sea_orm::{ConnectionTrait, DbErr};

/// The questions of a published version in a language, or in its original one; nothing if there is no such version.
///
/// # Errors
/// The database's.
pub async fn questions(
    conn: &impl ConnectionTrait,
    guide: GuideId,
    number: i32,
    language: &str,
) -> Result<Option<Vec<String>>, DbErr> {
    let version = store::version(conn, guide, number).await?;
    Ok(version.map(|version| {
        let mut texts = version.texts;
        // A regional variety is served by its language.
        let plain = language.split('-').next().unwrap_or(language);
        let translation = texts.translations.remove(language).or_else(|| texts.translations.remove(plain));
        match translation.filter(|_| texts.language != language) {
            Some(translation) => translation.questions,
            None => texts.questions,
        }
    }))
}

use crate::http::routes::Routes;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::list)
        .service(api::get)
        .service(api::change)
        .service(api::publish)
        .service(api::read_version);
}
