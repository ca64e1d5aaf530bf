//! A file that somebody sent, read in portions that are taken in one after the other.

use std::collections::VecDeque;

use tokio::io::AsyncBufRead;
use uuid::Uuid;

use super::super::lines::{Format, Header, LanguageTag};
use super::super::origins::{self, Source};
use super::calendar::{self, CalendarReading};
use super::guest::Guest;
use super::portion::{Numbered, Portion};
use super::{LineVerdict, header_of, read};
use crate::db::Tx;
use crate::vault::Vault;

/// A bundle that somebody sent.
pub struct Sent<R> {
    stream: R,
    number: u64,
    header: Header,
    source: Source,
    portions: u32,
    ended: bool,
    /// What is not read as it goes: the events of a calendar.
    ready: Option<VecDeque<Numbered>>,
}

/// Why nothing of a file can be taken.
pub struct Unreadable(pub LineVerdict);

impl<R: AsyncBufRead + Unpin> Sent<R> {
    /// Reads the beginning of a file whose source is of this namespace.
    ///
    /// # Errors
    /// The stream's.
    pub async fn open(namespace: Uuid, mut stream: R) -> anyhow::Result<Result<Self, Unreadable>> {
        let mut number = 0;
        Ok(match header_of(&mut stream, &mut number).await? {
            Ok(header) => {
                let source = Source { namespace, name: header.source.clone() };
                Ok(Self { stream, number, header, source, portions: 0, ended: false, ready: None })
            }
            Err(errors) => Err(Unreadable(LineVerdict::failed(number.max(1), errors))),
        })
    }

    /// Reads a calendar whose events are of a source of this namespace. They are numbered in their order.
    ///
    /// # Errors
    /// The stream's.
    pub async fn calendar(
        namespace: Uuid,
        mut stream: R,
        reading: &CalendarReading,
    ) -> anyhow::Result<Result<Self, Unreadable>> {
        let made = match calendar::read(&mut stream, reading).await? {
            Ok(made) => made,
            Err(errors) => return Ok(Err(Unreadable(LineVerdict::failed(1, errors)))),
        };
        let language = Some(LanguageTag(reading.language.clone()));
        let numbered = |(number, made)| match made {
            Ok(value) => Numbered::read(number, value, language.as_ref()),
            Err(errors) => Numbered::unreadable(number, errors),
        };
        let ready = (1_u64..).zip(made).map(numbered).collect();
        let name = reading.source.clone();
        let format = Format::SolidarityBundle;
        let header =
            Header { format, version: 1, source: name.clone(), language: language.clone(), note: None };
        let source = Source { namespace, name };
        Ok(Ok(Self { stream, number: 0, header, source, portions: 0, ended: false, ready: Some(ready) }))
    }

    /// The name of its source.
    pub fn source(&self) -> &str {
        &self.source.name
    }

    /// The next lines, so many at most; nothing at the end.
    ///
    /// # Errors
    /// The stream's.
    pub async fn next(&mut self, most: usize) -> anyhow::Result<Option<Vec<Numbered>>> {
        if self.ended {
            return Ok(None);
        }
        if let Some(ready) = &mut self.ready {
            let lines: Vec<Numbered> = ready.drain(..most.min(ready.len())).collect();
            self.portions += 1;
            self.ended = lines.is_empty();
            return Ok((!lines.is_empty()).then_some(lines));
        }
        let ahead = read(&mut self.stream, &mut self.number, &self.header, most).await?;
        self.ended = ahead.ended;
        self.portions += 1;
        Ok(Some(ahead.numbered.await?))
    }

    /// Takes lines in, on behalf of whoever sent them, and says what became of each. No other import of the source does so
    /// until the transaction ends.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(
        &self,
        tx: &Tx,
        vault: &Vault,
        run: Uuid,
        guest: &Guest<'_>,
        lines: Vec<Numbered>,
    ) -> anyhow::Result<Vec<LineVerdict>> {
        origins::lock_source(tx, self.header.row(&self.source, tx.now())).await?;
        let language = self.header.language.as_ref();
        let portion = Portion { tx, vault, source: &self.source, language, run, guest: Some(guest) };
        let verdicts = portion.take(lines).await?;
        if self.portions.is_power_of_two() {
            origins::recount(tx).await?;
        }
        Ok(verdicts)
    }
}
