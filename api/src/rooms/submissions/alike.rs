//! Finding likely doubles: by pairs of title words, by site, and by country. Every look-up uses an index and is bounded.

use ::entity::ids::SubmissionId;
use sea_orm::ConnectionTrait;

use super::doubles::{DuplicateKind, SubmissionDuplicate, SubmissionDuplicates};
use super::likeness::{self, Likeness, TITLES};
use super::store;
use super::wire::SubmissionInitiative;
use crate::app::App;
use crate::problem::Problem;
use crate::publishing::{self, PublicInitiative};
use crate::rooms::initiatives;
use crate::vault::Vault;

/// The most that are told.
const MOST: usize = 20;
/// Bytes of a sign.
const SIGN: usize = 16;

/// What other open submissions find this one by: keyed hashes of its pairs of words and of its site.
pub(super) fn signs(vault: &Vault, initiative: &SubmissionInitiative) -> anyhow::Result<Vec<Vec<u8>>> {
    let likeness = likeness_of(initiative);
    let mut signs = Vec::new();
    for (one, other) in likeness.pairs() {
        signs.push(
            vault.keyed_hash("submission words", &[one.as_bytes(), other.as_bytes()])?[..SIGN].to_vec(),
        );
    }
    if let Some(site) = likeness.site() {
        signs.push(vault.keyed_hash("submission site", &[site.as_bytes()])?[..SIGN].to_vec());
    }
    Ok(signs)
}

fn likeness_of(initiative: &SubmissionInitiative) -> Likeness {
    let translated = initiative.translations.values().filter_map(|translation| translation.title.as_deref());
    let locality = initiative.place.as_ref().and_then(|place| place.locality.as_deref());
    Likeness::new(
        std::iter::once(&*initiative.title).chain(translated).take(TITLES),
        initiative.url.as_deref(),
        Some(&initiative.country),
        locality,
    )
}

/// Public initiatives that are likely the same.
pub(super) async fn public(
    app: &App,
    initiative: &SubmissionInitiative,
) -> Result<Vec<SubmissionDuplicate>, Problem> {
    let likeness = likeness_of(initiative);
    let of_site = match likeness.site() {
        Some(site) => initiatives::at_site(app.db.reader(), site).await?,
        None => Vec::new(),
    };
    let of_site: Vec<_> = of_site
        .into_iter()
        .filter(|(_, url)| likeness.site().is_some_and(|site| likeness::is_of(url, site)))
        .collect();
    let pairs = likeness.pairs();
    let ids: Vec<_> = of_site.into_iter().map(|(id, _)| id.0).collect();
    let found = publishing::initiatives_alike(
        &*app.gallery,
        &pairs.into_iter().collect::<Vec<_>>(),
        &initiative.country,
        &ids,
        app.clock.now(),
    )
    .await?;
    Ok(found.into_iter().filter_map(|one| judge(&likeness, one)).collect())
}

/// Only what is public of an initiative is compared: a hidden locality must not be found out by asking.
fn judge(likeness: &Likeness, one: PublicInitiative) -> Option<SubmissionDuplicate> {
    let PublicInitiative { id, titles, url, country, locality } = one;
    let other = Likeness::new(
        titles.iter().map(String::as_str),
        url.as_deref(),
        country.as_deref(),
        locality.as_deref(),
    );
    let (score, reasons) = likeness.compare(&other)?;
    let title = titles.into_iter().next().unwrap_or_default();
    let (kind, url) = (DuplicateKind::Initiative, format!("/v1/gallery/initiatives/{id}"));
    Some(SubmissionDuplicate { kind, id, title, country, url, score, reasons })
}

/// Other open submissions that are likely the same.
pub(super) async fn open<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    id: SubmissionId,
    initiative: &SubmissionInitiative,
) -> Result<Vec<SubmissionDuplicate>, Problem> {
    let rows = store::with_signs(conn, signs(vault, initiative)?, id).await?;
    let likeness = likeness_of(initiative);
    let others = store::initiatives(conn, vault, &rows).await?;
    let judge = |(id, other): (SubmissionId, SubmissionInitiative)| {
        let (score, reasons) = likeness.compare(&likeness_of(&other))?;
        Some(SubmissionDuplicate {
            kind: DuplicateKind::Submission,
            id: id.0,
            title: other.title,
            country: Some(other.country),
            url: format!("/v1/submissions/{id}"),
            score,
            reasons,
        })
    };
    Ok(others.into_iter().filter_map(judge).collect())
}

/// The likeliest first.
pub(super) fn ranked(mut items: Vec<SubmissionDuplicate>) -> SubmissionDuplicates {
    items.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.id.cmp(&other.id)));
    items.truncate(MOST);
    SubmissionDuplicates { items }
}
