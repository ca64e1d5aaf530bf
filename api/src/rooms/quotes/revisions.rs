//! The revisions of quotes.

use super::QuoteRecord;
use super::api::edited;
use super::out::QuoteOut;
use super::wire::QuotePath;
use crate::rooms::records::revision_routes;

revision_routes! {
    "quotes", "The quote.", QuoteRecord, QuoteOut, QuotePath, quote_id,
    ReadQuotes (("bearer" = []), ("api_key" = ["quotes:read"])),
    EditQuotes (("bearer" = []), ("api_key" = ["quotes:write"])), edited,
    list "quotes.revisions.list" "/v1/quotes/{quote_id}/revisions",
    get "quotes.revisions.get" "/v1/quotes/{quote_id}/revisions/{version}",
    blank "quotes.revisions.blank" "/v1/quotes/{quote_id}/revisions/{version}",
    restore "quotes.revisions.restore" "/v1/quotes/{quote_id}/revisions/{version}/restore",
}
