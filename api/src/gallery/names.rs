//! Reference data: countries, languages and themes, with their names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use entity::gallery_theme_label;
use sea_orm::{EntityTrait, QueryOrder};
use serde::Serialize;

use super::json::Object;
use super::languages as tongues;
use super::params::{Lang, ReadHeaders};
use super::shapes::{
    CountryEntry, CountryPage, LanguageEntry, LanguagePage, ThemeEntry, ThemePage, Unchanged,
};
use crate::access::Allowed;
use crate::access::action::ReadCountryRisks;
use crate::app::App;
use crate::http::Query;
use crate::http::etag::{self, Cache, Ready};
use crate::problem::Problem;
use crate::publishing::{self, Risk};
use crate::reference;

/// Answers by language, written when the first is asked for: they are fixed when the program is built.
type Fixed = LazyLock<BTreeMap<&'static str, Ready>>;

static COUNTRIES: Fixed = LazyLock::new(|| {
    in_all_languages(|language| {
        reference::countries().iter().map(|country| country_entry(country, language, None)).collect()
    })
});

fn country_entry(country: &'static reference::Country, language: &str, risk: Option<Risk>) -> CountryEntry {
    CountryEntry {
        code: &country.code,
        alpha3: &country.alpha3,
        numeric: &country.numeric,
        name: country.name(language),
        point: country.point,
        risk,
    }
}

static LANGUAGES: Fixed = LazyLock::new(|| {
    let entry = |of: &'static reference::Language, language: &str| LanguageEntry {
        code: &of.code,
        name: of.name(language),
        endonym: &of.endonym,
        direction: &of.direction,
    };
    in_all_languages(|language| reference::languages().iter().map(|of| entry(of, language)).collect())
});

fn in_all_languages<T: Serialize>(entries: impl Fn(&str) -> Vec<T>) -> BTreeMap<&'static str, Ready> {
    // One that cannot be written is left out, and asking for it is a fault of the server.
    tongues::NAMED_IN
        .into_iter()
        .filter_map(|language| Some((language, page(&entries(language), language).ok()?)))
        .collect()
}

/// All of them in one page.
fn page<T: Serialize>(entries: &[T], language: &str) -> Result<Ready, Problem> {
    let body = Object::default().member("items", &entries)?.ready("next_cursor", "null");
    let mut ready = Ready::new(body.finish(), etag::JSON, Cache::Reference);
    ready.content_language = Some(language.to_owned());
    Ok(ready)
}

fn fixed(req: &HttpRequest, lang: &Lang, answers: &Fixed) -> Result<HttpResponse, Problem> {
    let language = tongues::for_names(&tongues::wanted(req, lang.lang.as_ref())?);
    let ready = answers.get(language).cloned();
    let missing = || Problem::internal(anyhow::anyhow!("names in {language} are missing"));
    Ok(etag::answer(req, ready.ok_or_else(missing)?))
}

/// List countries
///
/// All countries of ISO 3166-1 by code, with their names and the one point that stands for each. Moderators and admins read how
/// dangerous each is, too.
#[utoipa::path(
    tag = "reference",
    operation_id = "countries.list",
    params(Lang, ReadHeaders),
    responses((status = 200, description = "All countries", body = CountryPage), Unchanged, Problem),
    security((), ("bearer" = []))
)]
#[get("/v1/countries")]
pub(super) async fn countries(
    app: Data<App>,
    req: HttpRequest,
    who: Option<Allowed<ReadCountryRisks>>,
    lang: Query<Lang>,
) -> Result<HttpResponse, Problem> {
    if who.is_none() {
        return fixed(&req, &lang.0, &COUNTRIES);
    }
    let language = tongues::for_names(&tongues::wanted(&req, lang.0.lang.as_ref())?);
    let risks = publishing::country_risks(app.db.reader()).await?;
    let risk = |code: &str| risks.get(code).copied().unwrap_or(Risk::Low);
    let entry =
        |country: &'static reference::Country| country_entry(country, language, Some(risk(&country.code)));
    let entries: Vec<_> = reference::countries().iter().map(entry).collect();
    Ok(etag::answer(&req, Ready { cache: Cache::Private, ..page(&entries, language)? }))
}

/// List languages
///
/// Languages of ISO 639 by code, with their names, what their speakers call them and how they are written.
#[utoipa::path(
    tag = "reference",
    operation_id = "languages.list",
    params(Lang, ReadHeaders),
    responses((status = 200, description = "All languages", body = LanguagePage), Unchanged, Problem)
)]
#[get("/v1/languages")]
pub(super) async fn languages(req: HttpRequest, lang: Query<Lang>) -> Result<HttpResponse, Problem> {
    fixed(&req, &lang.0, &LANGUAGES)
}

/// List themes
///
/// What documents are about, with labels in the languages that each has. All in one page.
#[utoipa::path(
    tag = "reference",
    operation_id = "themes.list",
    params(Lang, ReadHeaders),
    responses((status = 200, description = "All themes", body = ThemePage), Unchanged, Problem)
)]
#[get("/v1/themes")]
pub(super) async fn themes(
    app: Data<App>,
    req: HttpRequest,
    lang: Query<Lang>,
) -> Result<HttpResponse, Problem> {
    let wanted = tongues::wanted(&req, lang.0.lang.as_ref())?;
    let rows = gallery_theme_label::Entity::find()
        .order_by_asc(gallery_theme_label::Column::Id)
        .all(&*app.gallery)
        .await?;
    let (mut entries, mut spoken) = (Vec::new(), Vec::new());
    for gallery_theme_label::Model { id, labels } in rows {
        let labels = labels.0;
        let original =
            if labels.contains_key("en") { "en" } else { labels.keys().next().map_or("", String::as_str) };
        let language = wanted.pick(labels.keys().map(String::as_str), original).to_owned();
        let label = labels.get(&language).cloned().unwrap_or_default();
        spoken.push(language);
        entries.push(ThemeEntry { id, label, labels });
    }
    let mut ready = page(&entries, "")?;
    ready.content_language = tongues::shared(spoken.iter().map(String::as_str));
    Ok(etag::answer(&req, ready))
}
