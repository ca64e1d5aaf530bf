//! Manage tokens of those who gave a consent, and the proof that somebody has one.

use ::entity::consent::ConsentPurpose;
use ::entity::consent_token::{Entity, Model};
use ::entity::ids::AccountId;
use ::entity::kinds::Moderation;
use ::entity::quote;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::{KIND, PAGE, Subject, store};
use crate::access::{ManageToken, Permit};
use crate::audit::{self, By};
use crate::db::{Tx, insert_all};
use crate::http::idempotency::Caller;
use crate::outbox::Post;
use crate::problem::Problem;
use crate::rooms::manage_links::NewLink;
use crate::rooms::{people, records};
use crate::vault::Vault;

/// The most tokens that are given anew at once.
const MOST: u64 = 20;

/// The proof that somebody has the token for these consents.
#[derive(Clone, Debug)]
pub struct Held {
    hash: Vec<u8>,
    /// Whom or what they are about.
    pub(super) subject: Subject,
    /// What they are for.
    pub(super) purpose: ConsentPurpose,
}

impl Held {
    /// Whose repetitions are recognised: the token's, since the same key with another one is another request.
    pub(super) fn caller(&self) -> Caller {
        Caller::Holder(Uuid::from_bytes(std::array::from_fn(|at| self.hash[at])))
    }
}

/// Whom or what the consents are about that this token opens.
///
/// # Errors
/// 401 if it opens none.
pub async fn subject_of(tx: &Tx, vault: &Vault, token: &ManageToken) -> Result<Subject, Problem> {
    Ok(find(tx, vault, token).await?.subject)
}

/// The consents that this token opens.
///
/// # Errors
/// 401 if it opens none.
pub(super) async fn find<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    token: &ManageToken,
) -> Result<Held, Problem> {
    let row = Entity::find_by_id(token.hash(vault, KIND)?).one(conn).await?.ok_or(Problem::bad_token())?;
    let Model { token_hash: hash, person_id, quote_id, purpose, created_at: _ } = row;
    let subject = person_id.map(Subject::Person).or(quote_id.map(Subject::Quote));
    Ok(Held { hash, subject: subject.ok_or(Problem::bad_token())?, purpose })
}

/// Gives whoever gave a consent a token for it, to be told once. Those they have go on working: nobody who holds one may lose
/// the way to withdraw.
///
/// # Errors
/// The database's, or that the system has no randomness.
pub async fn give_token(
    tx: &Tx,
    vault: &Vault,
    subject: Subject,
    purpose: ConsentPurpose,
) -> Result<ManageToken, Problem> {
    let token = ManageToken::new()?;
    let (person_id, quote_id) = subject.columns();
    let token_hash = token.hash(vault, KIND)?;
    let row = Model { token_hash, person_id, quote_id, purpose, created_at: tx.now() };
    insert_all(tx, vec![row]).await?;
    Ok(token)
}

/// New tokens for what the reader of this mailbox said in quotes, twenty at most, for whoever has lost theirs. They belong into
/// a letter to this very address and nowhere else. Who did not consent to be written to gets none.
///
/// # Errors
/// The database's or the vault's.
pub async fn lost_tokens(tx: &Tx, vault: &Vault, email: &str) -> Result<Vec<ManageToken>, Problem> {
    let mut tokens = Vec::new();
    for person in people::with_address(tx, vault, email, MOST).await? {
        if !store::is_active(tx, person, ConsentPurpose::Contact, tx.now()).await? {
            continue;
        }
        let said = quote::Entity::find()
            .filter(quote::Column::PersonId.eq(person))
            .filter(quote::Column::Status.ne(Moderation::Withdrawn))
            .limit(MOST.saturating_sub(tokens.len() as u64));
        for quote in said.all(tx).await? {
            tokens.push(give_token(tx, vault, Subject::Quote(quote.id), ConsentPurpose::PublishQuote).await?);
        }
    }
    Ok(tokens)
}

/// The same as links, for a letter to this address.
///
/// # Errors
/// The database's or the vault's.
pub async fn new_links(tx: &Tx, post: &Post, email: &str) -> Result<Vec<NewLink>, Problem> {
    let tokens = lost_tokens(tx, post.vault(), email).await?;
    let link =
        |token: &ManageToken| NewLink { link: post.link(PAGE, &token.text()), language: String::new() };
    Ok(tokens.iter().map(link).collect())
}

/// The proof that somebody may act on a consent: a permit, or the token of whoever gave it.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a, A> {
    /// Somebody signed in.
    Permit(&'a Permit<A>),
    /// Whoever gave it.
    Holder(&'a Held),
}

impl<A> Proof<'_, A> {
    /// How the audit log names who acts.
    pub fn by(&self) -> By {
        match self {
            Self::Permit(permit) => By::from(permit.by()),
            Self::Holder(_) => By::Token(audit::Token::Manage),
        }
    }

    /// Whether who acts may let through what this account made.
    pub fn lets_through(&self, maker: Option<AccountId>) -> bool {
        match self {
            Self::Permit(permit) => records::lets_through(permit, maker),
            Self::Holder(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use ::entity::ids::{PersonId, QuoteId};
    use ::entity::kinds::PersonRole;
    use ::entity::person;
    use ::entity::quote::AttributionLevel;

    use super::super::Stated;
    use super::*;
    use crate::db::testing::{Ground, on_each};
    use crate::ids;
    use crate::rooms::people::{Contact, PersonRecord};
    use crate::rooms::quotes::QuoteRecord;
    use crate::rooms::records::Record as _;

    fn contact() -> Stated {
        Stated {
            purpose: ConsentPurpose::Contact,
            scope: Vec::new(),
            level: None,
            text_hash: None,
            text_version: None,
            language: None,
            method: ::entity::consent::ConsentMethod::Written,
            given_at: None,
            given_by: None,
            expires_at: None,
        }
    }

    /// A person with this address and these consents, and a quote of theirs.
    async fn speaker(ground: &Ground, email: &str, consents: Vec<Stated>) -> QuoteId {
        let (person_id, quote_id) = (PersonId(ids::v4()), QuoteId(ids::v4()));
        let at = ground.db.now();
        let person = PersonRecord {
            row: person::Model {
                id: person_id,
                display_name: "Blue Nile".into(),
                role: PersonRole::Activist,
                country: None,
                created_by: None,
                version: 1,
                created_at: at,
                updated_at: at,
            },
            organisations: Vec::new(),
            consents,
            contact: Some(Contact { email: Some(email.into()), phone: None }),
        };
        let said = quote::Model {
            id: quote_id,
            event_id: None,
            initiative_id: None,
            person_id: Some(person_id),
            text: "Words".into(),
            language: "en".into(),
            level: AttributionLevel::Anonymous,
            label: None,
            status: Moderation::Draft,
            translations: Default::default(),
            created_by: None,
            version: 1,
            created_at: at,
            updated_at: at,
        };
        let said = QuoteRecord { row: said, themes: Vec::new(), consent: None, consent_id: None };
        let written = ground.db.write(async |tx| {
            PersonRecord::save(tx, &ground.vault, person.clone()).await?;
            QuoteRecord::save(tx, &ground.vault, said.clone()).await?;
            Ok::<_, Problem>(())
        });
        written.await.unwrap();
        quote_id
    }

    #[actix_web::test]
    async fn who_has_lost_their_tokens_gets_others_if_they_may_be_written_to() {
        on_each(async |ground| {
            let said = speaker(ground, "Blue.Nile@example.org", vec![contact()]).await;
            speaker(ground, "unasked@example.org", Vec::new()).await;
            let lost = async |email: &str| {
                let found = ground.db.write(async |tx| lost_tokens(tx, &ground.vault, email).await).await;
                found.unwrap()
            };
            let tokens = lost(" blue.nile@EXAMPLE.org").await;
            assert_eq!(tokens.len(), 1);
            let held = find(ground.db.reader(), &ground.vault, &tokens[0]).await.unwrap();
            assert_eq!((held.subject, held.purpose), (Subject::Quote(said), ConsentPurpose::PublishQuote));
            assert!(lost("unasked@example.org").await.is_empty());
            assert!(lost("nobody@example.org").await.is_empty());
        })
        .await;
    }
}
