//! Receiving a file: piece by piece, each sealed and written at once, so that nobody holds it whole.

use ::entity::bulk_import::Model;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::store;
use super::stored::{TABLE, sealed_as};
use crate::app::App;
use crate::http::limits::body::Upload;
use crate::problem::{Kind, Problem};
use crate::vault::DataKey;

/// Bytes of a piece.
const PIECE: usize = 256 * 1024;
/// Imports of one organisation that have not ended.
const UNFINISHED: u64 = 20;
/// Seconds after which a place may be free.
const AGAIN: u32 = 30;

/// A file that is there whole.
pub(super) struct Received {
    /// SHA-256 of it.
    pub(super) digest: [u8; 32],
    /// How many bytes it has.
    pub(super) size: i64,
    /// In how many pieces it is kept.
    pub(super) chunks: i64,
}

/// Receives a file. What has arrived of one that breaks off is removed.
///
/// # Errors
/// 408, 413 and 400 as for every body; 429 if too many of these files wait.
pub(super) async fn receive(
    app: &App,
    make: impl Fn(&DataKey) -> anyhow::Result<Model>,
    id: Uuid,
    upload: Upload,
) -> Result<Received, Problem> {
    let (key, key_row) = app.vault.new_key(id, app.clock.now())?;
    let row = make(&key)?;
    app.db
        .write(async |tx| {
            if store::unfinished(tx, row.namespace).await? >= UNFINISHED {
                let detail = format!(
                    "{UNFINISHED} imports wait or are on their way: send this one when one of them has ended."
                );
                return Err(Problem::of(Kind::TooManyRequests).with_detail(detail).retry_after(AGAIN));
            }
            Ok(store::begin(tx, row.clone(), key_row.clone()).await?)
        })
        .await?;
    let received = pieces(app, &key, id, upload).await;
    if received.is_err() {
        discard(app, id).await;
    }
    received
}

async fn pieces(app: &App, key: &DataKey, id: Uuid, mut upload: Upload) -> Result<Received, Problem> {
    let mut received = Received { digest: [0; 32], size: 0, chunks: 0 };
    let (mut digest, mut piece) = (Sha256::new(), zeroize::Zeroizing::new(Vec::with_capacity(PIECE)));
    loop {
        let more = upload.next().await?;
        if let Some(bytes) = &more {
            digest.update(bytes);
            received.size += i64::try_from(bytes.len()).map_err(Problem::internal)?;
            piece.extend_from_slice(bytes);
        }
        if piece.len() >= PIECE || (more.is_none() && !piece.is_empty()) {
            let sealed = key.seal(TABLE, &sealed_as(received.chunks), id, &piece)?;
            let position = received.chunks;
            app.db.write(async |tx| store::add_chunk(tx, id, position, sealed.clone()).await).await?;
            received.chunks += 1;
            piece.clear();
        }
        if more.is_none() {
            received.digest = digest.finalize().into();
            return Ok(received);
        }
    }
}

/// Removes a file that is not wanted. Where that fails it goes with what was lost on its way.
pub(super) async fn discard(app: &App, id: Uuid) {
    if let Err(error) = app.db.write(async |tx| store::discard(tx, id).await).await {
        tracing::warn!(cause = Problem::from(error).cause(), "a file that did not arrive is removed later");
    }
}
