//! A file that was received, read back as a stream: no more than one piece of it is held.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::entity::bulk_import::Model;
use ::entity::data_key;
use sea_orm::EntityTrait as _;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::store;
use crate::db::Db;
use crate::vault::{DataKey, Vault};

/// The table and the column, for the seals.
pub(super) const TABLE: &str = "bulk_import_chunk";

/// The same of how it is to be read.
pub(super) const READING: (&str, &str) = ("bulk_import", "sealed_reading");

/// Which column a piece is sealed for: a piece elsewhere in the file does not open.
pub(super) fn sealed_as(position: i64) -> String {
    format!("sealed {position}")
}

type Opening = Pin<Box<dyn Future<Output = io::Result<Option<Zeroizing<Vec<u8>>>>>>>;

/// A stored file.
pub(super) struct Stored {
    db: Db,
    key: Arc<DataKey>,
    id: Uuid,
    next: i64,
    piece: Zeroizing<Vec<u8>>,
    at: usize,
    opening: Option<Opening>,
}

impl Stored {
    /// The file of an import, from its beginning.
    pub(super) async fn open(db: &Db, vault: &Vault, row: &Model) -> anyhow::Result<Self> {
        let key = data_key::Entity::find_by_id(row.id).one(db.reader()).await?;
        let key = key.ok_or_else(|| anyhow::anyhow!("the key of a stored file is missing"))?;
        let key = Arc::new(vault.unwrap_key(&key)?);
        let (piece, opening) = (Zeroizing::new(Vec::new()), None);
        Ok(Self { db: db.clone(), key, id: row.id, next: 0, piece, at: 0, opening })
    }

    /// How the file is to be read, if that had to be said.
    pub(super) fn reading<T: DeserializeOwned>(&self, row: &Model) -> anyhow::Result<Option<T>> {
        let Some(sealed) = &row.sealed_reading else { return Ok(None) };
        let plain = self.key.open(READING.0, READING.1, row.id, sealed)?;
        Ok(Some(serde_json::from_slice(&plain)?))
    }

    fn opening(&self) -> Opening {
        let (db, key, id, position) = (self.db.clone(), self.key.clone(), self.id, self.next);
        Box::pin(async move {
            let sealed = store::chunk(db.reader(), id, position).await.map_err(io::Error::other)?;
            let open = |sealed: Vec<u8>| key.open(TABLE, &sealed_as(position), id, &sealed);
            sealed.map(open).transpose().map_err(io::Error::other)
        })
    }
}

impl AsyncBufRead for Stored {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        while this.at >= this.piece.len() {
            let mut opening = this.opening.take().unwrap_or_else(|| this.opening());
            match opening.as_mut().poll(context) {
                Poll::Pending => {
                    this.opening = Some(opening);
                    return Poll::Pending;
                }
                Poll::Ready(Ok(Some(piece))) => (this.piece, this.at, this.next) = (piece, 0, this.next + 1),
                Poll::Ready(Ok(None)) => return Poll::Ready(Ok(&[])),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(this.piece.get(this.at..).unwrap_or_default()))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.get_mut().at += amount;
    }
}

impl AsyncRead for Stored {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let piece = ready!(self.as_mut().poll_fill_buf(context))?;
        let taken = piece.len().min(into.remaining());
        into.put_slice(piece.get(..taken).unwrap_or_default());
        self.consume(taken);
        Poll::Ready(Ok(()))
    }
}
