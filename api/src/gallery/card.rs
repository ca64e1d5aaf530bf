//! A country as a small page that others put on theirs, in a frame: no script, nothing from elsewhere, nothing that asks who reads.
//! It is made of what may be in feeds, for it stands on others' sites as those do.

use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use entity::gallery_document::DocumentKind;
use sha2::{Digest as _, Sha256};

use super::countries::CountryPath;
use super::filters::Filters;
use super::pages;
use super::params::{Lang, ListOrder, ReadHeaders};
use super::reading::{Document, escaped, shortened};
use super::shapes::Unchanged;
use super::{counts, languages, words_for};
use crate::app::App;
use crate::http::Query;
use crate::http::etag::{self, Cache, Ready};
use crate::http::language::Wanted;
use crate::problem::Problem;
use crate::reference;

/// Stories and events, the newest, and quotes.
const NEWEST: usize = 5;
const QUOTES: usize = 1;
/// Characters of a quote.
const WORDS: usize = 280;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.5 system-ui,sans-serif;margin:0;padding:1rem;overflow-wrap:anywhere}\
h1{font-size:1.25rem;margin:0 0 .5rem}\
ul{margin:.5rem 0;padding-inline-start:1.25rem}\
ul.counts{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1rem}\
blockquote{margin:.75rem 0;padding-inline-start:.75rem;border-inline-start:3px solid GrayText}\
footer{font-size:.875rem}";

/// Nothing but the one style sheet above, by its hash; in a frame on any page.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors *"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors *"))
});

/// Get a country as a card
///
/// A small page to be shown in a frame on another site: how much there is, the newest events and stories, and a quote, as far as they
/// may be in feeds. It has no script, loads nothing and sets nothing.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.countries.card",
    params(CountryPath, Lang, ReadHeaders),
    responses((status = 200, description = "The card", content_type = "text/html", body = String), Unchanged, Problem)
)]
#[get("/v1/gallery/countries/{code}/card")]
pub(super) async fn card(
    app: Data<App>,
    req: HttpRequest,
    path: Path<CountryPath>,
    lang: Query<Lang>,
) -> Result<HttpResponse, Problem> {
    let country = reference::country(&path.code).ok_or_else(|| Problem::not_found("country"))?;
    let wanted = languages::wanted(&req, lang.0.lang.as_ref())?;
    let language = languages::for_names(&wanted);
    let counted = counts::by_country(&app.gallery, Some(&country.code), app.clock.now()).await?;
    let mut counted = counted.get(&country.code).copied().unwrap_or_default();
    let kinds = [DocumentKind::Event, DocumentKind::Story];
    let newest = read(&app, &country.code, &kinds, NEWEST, &wanted).await?;
    let quotes = read(&app, &country.code, &[DocumentKind::Quote], QUOTES, &wanted).await?;

    let mut main = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(main, "<h1>{}</h1>", escaped(country.name(language)));
    if counted.all() == 0 {
        let _ = writeln!(main, "<p>{}</p>", words_for::nothing_yet(language));
    } else {
        main.push_str("<ul class=\"counts\">");
        for (kind, word) in words_for::each_kind(language) {
            if *counted.of(kind) > 0 {
                let _ = write!(main, "<li>{word}: {}</li>", counted.of(kind));
            }
        }
        main.push_str("</ul>\n");
    }
    quotes.iter().for_each(|quote| write_quote(&mut main, quote));
    if !newest.is_empty() {
        main.push_str("<ul>\n");
        newest.iter().for_each(|document| write_item(&mut main, document));
        main.push_str("</ul>\n");
    }
    let direction = if language == "ar" { "rtl" } else { "ltr" };
    let page = format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"robots\" content=\"noindex, noarchive\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{main}</body>\n</html>\n",
        escaped(country.name(language))
    );
    let mut ready = Ready::new(page, etag::HTML, Cache::Gallery);
    ready.content_language = Some(language.to_owned());
    let mut answer = etag::answer(&req, ready);
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    Ok(answer)
}

async fn read(
    app: &App,
    country: &str,
    kinds: &[DocumentKind],
    most: usize,
    wanted: &Wanted,
) -> Result<Vec<Document>, Problem> {
    let filters = Filters::of(kinds).in_country(country).for_feeds();
    let order = ListOrder::NewestFirst;
    let rows = pages::read(&app.gallery, &filters, order, None, most, wanted, app.clock.now()).await?;
    rows.iter().map(|row| Document::read(&row.body)).collect()
}

fn write_quote(out: &mut String, quote: &Document) {
    let text = shortened(quote.text().unwrap_or_default(), WORDS);
    let _ =
        write!(out, "<blockquote lang=\"{}\" dir=\"auto\">{}", escaped(&quote.text_language), escaped(&text));
    if let Some(name) = quote.said_by() {
        let _ = write!(out, "<footer>{}</footer>", escaped(name));
    }
    out.push_str("</blockquote>\n");
}

fn write_item(out: &mut String, document: &Document) {
    let _ = write!(out, "<li lang=\"{}\" dir=\"auto\">", escaped(&document.text_language));
    let title = escaped(&document.title());
    let _ = match document.url().filter(|url| url.starts_with("https://") || url.starts_with("http://")) {
        Some(url) => write!(
            out,
            "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">{title}</a>",
            escaped(url)
        ),
        None => write!(out, "{title}"),
    };
    out.push_str("</li>\n");
}
