//! The few words of our own that stand in feeds and cards, in the languages in which countries are named.

use entity::gallery_document::DocumentKind;

/// In the order of their words.
const KINDS: [DocumentKind; 5] = [
    DocumentKind::Initiative,
    DocumentKind::Event,
    DocumentKind::Quote,
    DocumentKind::Outcome,
    DocumentKind::Story,
];

/// Each kind of document with its word.
pub fn each_kind(language: &str) -> impl Iterator<Item = (DocumentKind, &'static str)> {
    KINDS.into_iter().zip(kinds(language))
}

/// Initiatives, events, quotes, outcomes, stories.
pub fn kinds(language: &str) -> [&'static str; 5] {
    match language {
        "es" => ["Iniciativas", "Eventos", "Citas", "Resultados", "Historias"],
        "fr" => ["Initiatives", "Événements", "Citations", "Résultats", "Récits"],
        "ar" => ["مبادرات", "فعاليات", "اقتباسات", "نتائج", "قصص"],
        "pt" => ["Iniciativas", "Eventos", "Citações", "Resultados", "Histórias"],
        _ => ["Initiatives", "Events", "Quotes", "Outcomes", "Stories"],
    }
}

/// What is new, of whatever kind.
pub fn news(language: &str) -> &'static str {
    match language {
        "es" => "Novedades",
        "fr" => "Nouveautés",
        "ar" => "الجديد",
        "pt" => "Novidades",
        _ => "What is new",
    }
}

/// That there is nothing yet.
pub fn nothing_yet(language: &str) -> &'static str {
    match language {
        "es" => "Todavía no hay nada.",
        "fr" => "Il n’y a encore rien.",
        "ar" => "لا يوجد شيء بعد.",
        "pt" => "Ainda não há nada.",
        _ => "There is nothing yet.",
    }
}
