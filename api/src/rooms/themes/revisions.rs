//! The revisions of themes.

use super::Theme;
use super::api::edited;
use super::wire::{ThemeOut, ThemePath};
use crate::rooms::records::revision_routes;

revision_routes! {
    "themes", "The theme.", Theme, ThemeOut, ThemePath, theme_id,
    ReadThemes (("bearer" = [])),
    EditThemes (("bearer" = [])), edited,
    list "themes.revisions.list" "/v1/themes/{theme_id}/revisions",
    get "themes.revisions.get" "/v1/themes/{theme_id}/revisions/{version}",
    blank "themes.revisions.blank" "/v1/themes/{theme_id}/revisions/{version}",
    restore "themes.revisions.restore" "/v1/themes/{theme_id}/revisions/{version}/restore",
}
