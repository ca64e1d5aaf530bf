//! What the house looks like: its layers, what some may not name, and how long a file may be.

/// The layers, highest first: a file may name its own layer and those below. Every top-level module has its place.
pub const LAYERS: &[(&str, &[&str])] = &[
    ("main", &["main", "lib"]),
    ("command", &["command"]),
    ("start", &["start"]),
    ("app", &["app"]),
    ("sides", &["rooms", "gallery"]),
    ("door", &["publishing"]),
    ("ground", GROUND),
];
const GROUND: &[&str] = &[
    "access",
    "audit",
    "calendar",
    "clock",
    "config",
    "db",
    "http",
    "ids",
    "moment",
    "outbox",
    "problem",
    "reference",
    "text",
    "vault",
];

/// What everybody may name although it lives higher up.
pub const OPEN: &[&str] = &[
    // The value that carries database, clock and ids into every handler and worker. Its routes stay out of reach.
    "crate::app::App",
];

/// What some files may not name (a whole path or its beginning), and the way out.
pub const FORBIDDEN: &[(Files, &[&str], &str)] = &[
    (
        Files::Called("rules"),
        &["sea_orm", "sqlx", "crate::db", "actix_web", "crate::app", "crate::clock"],
        "rules are pure: take the row and the permit as arguments, give back the changed row or a refusal",
    ),
    (
        Files::Called("rules"),
        &["chrono::Utc::now", "chrono::Local::now", "std::time::SystemTime", "std::time::Instant"],
        "rules know no clock: take the time as an argument",
    ),
    (
        Files::Called("store"),
        &["actix_web", "crate::http"],
        "a store only asks the database: let api.rs translate from and to HTTP",
    ),
    (
        Files::Below("rooms"),
        &["entity::gallery_*", "crate::gallery"],
        "the private side reaches the gallery through the door: call crate::publishing",
    ),
    (
        Files::Below("gallery"),
        &["crate::rooms"],
        "the public side knows no room: let the room publish what the gallery needs",
    ),
];

/// The only tables that the public side may name.
pub const GALLERY_TABLES: &str = "entity::gallery_*";

pub const LONGEST_FILE: usize = 400;

pub enum Files {
    /// `rules.rs` or all in a folder `rules/`, wherever it is.
    Called(&'static str),
    /// A top-level module and all below it.
    Below(&'static str),
}
