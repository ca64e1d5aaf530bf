//! Parts of documents, for those on weak lines who know what they want.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::publishing::members::GalleryField;

/// Which members are wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Fields {
    /// Members of the documents, separated by commas: only these, and `id`. What a kind does not have is left out. As JSON such an
    /// answer is of another media type, since it lacks what documents have; JSON-LD is always whole.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 40)]
    pub fields: Vec<GalleryField>,
}

impl Fields {
    /// The members that are wanted; none where that is all of them.
    pub fn excerpt(&self) -> Option<Excerpt> {
        let members = self.fields.iter().map(|field| field.as_str());
        (!self.fields.is_empty()).then(|| Excerpt(members.chain(["id"]).collect()))
    }
}

/// Members that are wanted.
pub struct Excerpt(BTreeSet<&'static str>);

impl Excerpt {
    /// What is needed to choose from a list of texts.
    pub fn brief() -> Self {
        Self(BRIEF.into_iter().map(GalleryField::as_str).collect())
    }

    /// Whether a member is wanted.
    pub fn has(&self, member: &str) -> bool {
        self.0.contains(member)
    }

    /// What is wanted of a document.
    ///
    /// # Errors
    /// 500 if it is none.
    pub fn of(&self, body: &str) -> Result<String, Problem> {
        let mut members: Map<String, Value> = serde_json::from_str(body).map_err(Problem::internal)?;
        members.retain(|name, _| self.has(name));
        serde_json::to_string(&members).map_err(Problem::internal)
    }
}

/// The members of [`Excerpt::brief`].
const BRIEF: [GalleryField; 10] = [
    GalleryField::Id,
    GalleryField::Title,
    GalleryField::Text,
    GalleryField::Attribution,
    GalleryField::Status,
    GalleryField::When,
    GalleryField::Place,
    GalleryField::Country,
    GalleryField::Seats,
    GalleryField::Links,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_asked_for_is_left_out() {
        let asked = Fields { fields: vec![GalleryField::Title] };
        let short = asked.excerpt().unwrap().of(r#"{"title":"A","id":1,"text":"x"}"#).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&short).unwrap(),
            serde_json::json!({"id": 1, "title": "A"})
        );
        assert!(Fields::default().excerpt().is_none());
    }
}
