//! Which public documents a webhook is told of, where its organisation does not want to hear of all.

crate::step!(
    "
    ALTER TABLE webhook_endpoint ADD COLUMN filter {json};
    ",
    "
    ALTER TABLE webhook_endpoint DROP COLUMN filter;
    ",
);
