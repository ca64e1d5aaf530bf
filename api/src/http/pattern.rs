//! Path templates of the document (OpenAPI 3.1, 4.8.8 Paths Object). A regular expression for each would take more memory
//! than all else that is kept of the document, in return for nothing: a template is text with holes.

use std::cmp::Reverse;

/// A path template, such as `/v1/events/{id}.ics`.
pub struct Pattern(Vec<Segment>);

enum Segment {
    Literal(String),
    /// What stands before and after a placeholder that takes at least one character.
    Hole {
        before: String,
        after: String,
    },
}

/// Orders templates as OpenAPI wants it, where several fit a path: the concrete one wins, with the fewest placeholders, then the most
/// literal text.
pub fn concrete_first(template: &str) -> impl Ord + use<> {
    (template.matches('{').count(), Reverse(template.len()))
}

impl Pattern {
    /// Reads a template. A segment has one placeholder at most.
    pub fn new(template: &str) -> Self {
        let segment = |text: &str| match text.split_once('{').zip(text.rsplit_once('}')) {
            Some(((before, _), (_, after))) => {
                Segment::Hole { before: before.to_owned(), after: after.to_owned() }
            }
            None => Segment::Literal(text.to_owned()),
        };
        Self(template.split('/').map(segment).collect())
    }

    /// Whether it is the template of this path.
    pub fn is_match(&self, path: &str) -> bool {
        let mut texts = path.split('/');
        let all = self.0.iter().all(|segment| texts.next().is_some_and(|text| segment.is_match(text)));
        all && texts.next().is_none()
    }
}

impl Segment {
    fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == text,
            Self::Hole { before, after } => {
                let value =
                    text.strip_prefix(before.as_str()).and_then(|rest| rest.strip_suffix(after.as_str()));
                value.is_some_and(|value| !value.is_empty())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_placeholder_takes_one_segment_that_is_not_empty() {
        let cases = [
            ("/v1/events/{id}", "/v1/events/1", true),
            ("/v1/events/{id}", "/v1/events/", false),
            ("/v1/events/{id}", "/v1/events/1/2", false),
            ("/v1/events/{id}", "/v1/events", false),
            ("/v1/events/{id}.ics", "/v1/events/1.ics", true),
            ("/v1/events/{id}.ics", "/v1/events/.ics", false),
            ("/v1/events/{id}.ics", "/v1/events/1", false),
            ("/v1/events/{id}/venue", "/v1/events/é/venue", true),
            ("/v1/events", "/v1/events", true),
            ("/v1/events", "/v1/events/", false),
            ("/livez", "/livez", true),
        ];
        for (template, path, expected) in cases {
            assert_eq!(Pattern::new(template).is_match(path), expected, "{template} {path}");
        }
    }
}
