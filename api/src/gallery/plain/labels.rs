//! What stands before the colon, in the languages in which countries are named.

use entity::gallery_document::DocumentKind;

/// A label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// A document, by its kind.
    One(DocumentKind),
    /// One paragraph about it.
    Summary,
    /// The long text.
    Text,
    /// What it is within its type.
    Kind,
    /// Where it stands.
    Status,
    /// When it takes place.
    When,
    /// Where it takes place.
    Where,
    /// How people meet.
    Format,
    /// Which languages are spoken.
    Languages,
    /// Who answers for it.
    Hosts,
    /// Who carries it.
    Organisations,
    /// Who said it.
    By,
    /// Whom it asks.
    Asks,
    /// Guiding questions.
    Questions,
    /// What it is about.
    Topics,
    /// What is provided.
    Accessibility,
    /// Whether there are seats.
    Seats,
    /// When somebody last said that it is so.
    Confirmed,
    /// Where it is elsewhere.
    Link,
    /// A recording.
    Recording,
    /// Its themes.
    Themes,
    /// When it last changed.
    Changed,
    /// The part of a text that was searched for.
    Found,
    /// Where it is here.
    Address,
    /// The next page.
    Next,
    /// A country.
    Country,
    /// How many countries.
    Countries,
}

impl Label {
    /// The word in a language, else in English.
    pub fn word(self, language: &str) -> &'static str {
        let [en, es, fr, ar, pt] = self.words();
        one_of(language, [en, es, fr, ar, pt])
    }

    /// In English, Spanish, French, Arabic, Portuguese.
    const fn words(self) -> [&'static str; 5] {
        match self {
            Self::One(DocumentKind::Initiative) => {
                ["Initiative", "Iniciativa", "Initiative", "مبادرة", "Iniciativa"]
            }
            Self::One(DocumentKind::Event) => ["Event", "Evento", "Événement", "فعالية", "Evento"],
            Self::One(DocumentKind::Quote) => ["Quote", "Cita", "Citation", "اقتباس", "Citação"],
            Self::One(DocumentKind::Outcome) => ["Outcome", "Resultado", "Résultat", "نتيجة", "Resultado"],
            Self::One(DocumentKind::Story) => ["Story", "Historia", "Récit", "قصة", "História"],
            Self::Summary => ["Summary", "Resumen", "Résumé", "ملخص", "Resumo"],
            Self::Text => ["Text", "Texto", "Texte", "النص", "Texto"],
            Self::Kind => ["Kind", "Tipo", "Type", "النوع", "Tipo"],
            Self::Status => ["Status", "Estado", "Statut", "الحالة", "Situação"],
            Self::When => ["When", "Cuándo", "Quand", "متى", "Quando"],
            Self::Where => ["Where", "Dónde", "Où", "أين", "Onde"],
            Self::Format => ["Format", "Formato", "Format", "الشكل", "Formato"],
            Self::Languages => ["Languages", "Idiomas", "Langues", "اللغات", "Idiomas"],
            Self::Hosts => ["Hosts", "Anfitriones", "Hôtes", "المضيفون", "Anfitriões"],
            Self::Organisations => {
                ["Organisations", "Organizaciones", "Organisations", "المنظمات", "Organizações"]
            }
            Self::By => ["By", "De", "De", "بقلم", "De"],
            Self::Asks => ["Addressed to", "Dirigido a", "Adressé à", "موجه إلى", "Dirigido a"],
            Self::Questions => ["Questions", "Preguntas", "Questions", "أسئلة", "Perguntas"],
            Self::Topics => ["Topics", "Temas tratados", "Sujets", "مواضيع", "Tópicos"],
            Self::Accessibility => {
                ["Accessibility", "Accesibilidad", "Accessibilité", "إمكانية الوصول", "Acessibilidade"]
            }
            Self::Seats => ["Seats", "Plazas", "Places", "المقاعد", "Vagas"],
            Self::Confirmed => ["Confirmed", "Confirmado", "Confirmé", "تم التأكيد", "Confirmado"],
            Self::Link => ["Link", "Enlace", "Lien", "رابط", "Ligação"],
            Self::Recording => ["Recording", "Grabación", "Enregistrement", "تسجيل", "Gravação"],
            Self::Themes => ["Themes", "Temas", "Thèmes", "المحاور", "Temas"],
            Self::Changed => ["Changed", "Modificado", "Modifié", "عُدّل", "Alterado"],
            Self::Found => ["Found", "Encontrado", "Trouvé", "وُجد", "Encontrado"],
            Self::Address => ["Address", "Dirección", "Adresse", "العنوان", "Endereço"],
            Self::Next => {
                ["Next page", "Página siguiente", "Page suivante", "الصفحة التالية", "Página seguinte"]
            }
            Self::Country => ["Country", "País", "Pays", "البلد", "País"],
            Self::Countries => ["Countries", "Países", "Pays", "البلدان", "Países"],
        }
    }
}

/// What must be understood at once in a language: whether something takes place, and whether there is room. Other words of ours are the
/// same in every language.
pub(super) fn state<'a>(word: &'a str, language: &str) -> &'a str {
    let words = match word {
        "scheduled" => ["scheduled", "programado", "prévu", "مقرر", "agendado"],
        "held" => ["held", "celebrado", "a eu lieu", "انعقدت", "realizado"],
        "cancelled" => ["cancelled", "cancelado", "annulé", "أُلغيت", "cancelado"],
        "open" => ["open", "abiertas", "disponibles", "متاحة", "disponíveis"],
        "few" => ["few", "pocas", "peu", "قليلة", "poucas"],
        "waitlist" => {
            ["waiting list", "lista de espera", "liste d’attente", "قائمة انتظار", "lista de espera"]
        }
        "closed" => ["closed", "cerradas", "fermées", "مغلقة", "encerradas"],
        _ => return word,
    };
    one_of(language, words)
}

fn one_of(language: &str, [en, es, fr, ar, pt]: [&'static str; 5]) -> &'static str {
    match language {
        "es" => es,
        "fr" => fr,
        "ar" => ar,
        "pt" => pt,
        _ => en,
    }
}
