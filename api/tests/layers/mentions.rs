//! Reads Rust source as text and lists the paths it names.
//!
//! Understands `use` trees, paths written out in code, `crate`, `self` and `super`, and what a `use` of the same file
//! brought in. What a macro makes up or a glob brings in, it does not see.

use std::collections::BTreeMap;

/// A path as it stands in the source.
pub struct Mention {
    pub line: usize,
    pub path: Vec<String>,
    /// The name a `use` gives it.
    pub name: Option<String>,
    /// The `mod x { … }` blocks around it.
    inside: Vec<String>,
}

impl Mention {
    /// The path from the root of its crate.
    pub fn resolve(&self, module: &[String], names: &BTreeMap<String, Vec<String>>) -> Vec<String> {
        let mut rest = self.path.as_slice();
        let mut base: Vec<String> = Vec::new();
        match rest[0].as_str() {
            "self" | "super" => {
                base.push("crate".into());
                base.extend(module.iter().chain(&self.inside).cloned());
                while let [first, others @ ..] = rest {
                    match first.as_str() {
                        "super" => _ = base.pop(),
                        "self" => (),
                        _ => break,
                    }
                    rest = others;
                }
            }
            // The binary sees the library from outside.
            "api" if module == ["main"] => {
                base.push("crate".into());
                rest = &rest[1..];
            }
            name => {
                if let Some(path) = names.get(name) {
                    base.clone_from(path);
                    rest = &rest[1..];
                }
            }
        }
        base.extend_from_slice(rest);
        base
    }
}

type Token = (usize, String);

/// Every path in the source, in its order.
pub fn mentions(source: &str) -> Vec<Mention> {
    let tokens = tokens(source);
    let text = |at: usize| tokens.get(at).map_or("", |(_, text)| text.as_str());
    let mut found = Vec::new();
    let mut depth = 0;
    let mut blocks: Vec<(usize, String)> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let from = found.len();
        // What goes before a path that is not the rest of a longer one; `::entity` is such a path too.
        let fresh =
            at == 0 || text(at - 1) != "::" || (at > 1 && !is_word(text(at - 2)) && text(at - 2) != ">");
        match text(at) {
            "{" => depth += 1,
            "}" => {
                depth = usize::saturating_sub(depth, 1);
                blocks.retain(|(outside, _)| *outside < depth);
            }
            "mod" if text(at + 2) == "{" => blocks.push((depth, text(at + 1).to_owned())),
            // `impl Trait + use<'a>` imports nothing.
            "use" if text(at + 1) != "<" => {
                at += 1;
                use_tree(&tokens, &mut at, &[], &mut found);
            }
            word if is_word(word) && fresh && text(at + 1) == "::" => {
                let line = tokens[at].0;
                let mut path = vec![word.to_owned()];
                while text(at + 1) == "::" && is_word(text(at + 2)) {
                    path.push(text(at + 2).to_owned());
                    at += 2;
                }
                found.push(Mention { line, path, name: None, inside: Vec::new() });
            }
            _ => {}
        }
        for mention in &mut found[from..] {
            mention.inside = blocks.iter().map(|(_, name)| name.clone()).collect();
        }
        at += 1;
    }
    found
}

/// One branch of `use a::{b, c::d as e};`, ending on the token behind it.
fn use_tree(tokens: &[Token], at: &mut usize, before: &[String], found: &mut Vec<Mention>) {
    let mut path = before.to_vec();
    let (mut line, mut name) = (0, None);
    while let Some((here, text)) = tokens.get(*at) {
        match text.as_str() {
            "::" => {}
            "{" => {
                while tokens.get(*at).is_some_and(|(_, text)| text != "}" && text != ";") {
                    *at += 1;
                    use_tree(tokens, at, &path, found);
                }
                *at += 1;
                return;
            }
            "," | "}" | ";" => break,
            "as" => {
                name = tokens.get(*at + 1).map(|(_, name)| name.clone());
                *at += 1;
            }
            part => {
                line = *here;
                // `{self}` is the path before it.
                if part != "self" || path.is_empty() {
                    path.push(part.to_owned());
                }
            }
        }
        *at += 1;
    }
    if line > 0 {
        let name = name.or_else(|| path.last().cloned());
        found.push(Mention { line, path, name, inside: Vec::new() });
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words, `::` and single signs, each with its line; without comments and literals.
fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for (number, line) in blank(source).lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let length = if rest.starts_with("::") { 2 } else { word.max(first.len_utf8()) };
            found.push((number + 1, rest[..length].to_owned()));
            rest = rest[length..].trim_start();
        }
    }
    found
}

/// The source with blanks in place of comments and literals; every line keeps its number.
fn blank(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        if let Some(length) = literal_end(&chars[at..]) {
            let end = (at + length).min(chars.len());
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// The length of the comment or literal that begins here.
fn literal_end(text: &[char]) -> Option<usize> {
    let find = |from: usize, wanted: &[char]| {
        let found = text.get(from..)?.windows(wanted.len()).position(|window| window == wanted);
        Some(found.map_or(text.len(), |position| from + position + wanted.len()))
    };
    // Behind the closing quote, past what a backslash hides.
    let quoted = |quote: char| {
        let mut at = 1;
        while at < text.len() && text[at] != quote {
            at += if text[at] == '\\' { 2 } else { 1 };
        }
        at + 1
    };
    match text {
        ['/', '/', ..] => Some(text.iter().position(|c| *c == '\n').unwrap_or(text.len())),
        ['/', '*', ..] => {
            let (mut depth, mut at) = (1, 2);
            while depth > 0 && at < text.len() {
                match text[at..] {
                    ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
                    ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
                    _ => at += 1,
                }
            }
            Some(at)
        }
        ['"', ..] => Some(quoted('"')),
        // A lifetime has no second quote.
        ['\'', '\\', ..] | ['\'', _, '\'', ..] => Some(quoted('\'')),
        ['r', '"' | '#', ..] => {
            let hashes = text[1..].iter().take_while(|c| **c == '#').count();
            let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            if text.get(1 + hashes) == Some(&'"') { find(2 + hashes, &end) } else { None }
        }
        _ => None,
    }
}
