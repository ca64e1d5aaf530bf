//! A file that somebody sent, read in portions that are taken in one after the other.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncBufRead;
use uuid::Uuid;

use super::super::lines::{Format, Header, LanguageTag};
use super::super::origins::{self, Source};
use super::calendar::{self, CalendarReading};
use super::guest::Guest;
use super::portion::{Numbered, Portion};
use super::table::{Table, TableReading};
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
    /// How the rows are read, if it is a table.
    table: Option<Table>,
}

/// How a file is read that is no bundle.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// A calendar.
    Calendar(CalendarReading),
    /// A table.
    Table(TableReading),
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
                Ok(Self {
                    stream,
                    number,
                    header,
                    source,
                    portions: 0,
                    ended: false,
                    ready: None,
                    table: None,
                })
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
        Ok(Ok(Self {
            stream,
            number: 0,
            header,
            source,
            portions: 0,
            ended: false,
            ready: Some(ready),
            table: None,
        }))
    }

    /// Reads the first row of a table whose records are of a source of this namespace.
    ///
    /// # Errors
    /// The stream's.
    pub async fn table(
        namespace: Uuid,
        mut stream: R,
        reading: &TableReading,
    ) -> anyhow::Result<Result<Self, Unreadable>> {
        let mut number = 0;
        let table = match Table::open(&mut stream, &mut number, reading.clone()).await? {
            Ok(table) => table,
            Err(errors) => return Ok(Err(Unreadable(LineVerdict::failed(1, errors)))),
        };
        let (name, language) = (reading.source.clone(), reading.language.clone().map(LanguageTag));
        let format = Format::SolidarityBundle;
        let header = Header { format, version: 1, source: name.clone(), language, note: None };
        let source = Source { namespace, name };
        let (portions, ended, ready, table) = (0, false, None, Some(table));
        Ok(Ok(Self { stream, number, header, source, portions, ended, ready, table }))
    }

    /// The next rows of a table.
    async fn rows(&mut self, most: usize) -> anyhow::Result<Option<Vec<Numbered>>> {
        let Self { table: Some(table), stream, number, header, .. } = self else { return Ok(None) };
        let mut lines = Vec::with_capacity(most);
        while lines.len() < most {
            let Some((line, made)) = table.next(stream, number).await? else {
                self.ended = true;
                break;
            };
            lines.push(match made {
                Ok(value) => Numbered::read(line, value, header.language.as_ref()),
                Err(errors) => Numbered::unreadable(line, errors),
            });
        }
        self.portions += 1;
        Ok((!lines.is_empty()).then_some(lines))
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
        if self.table.is_some() {
            return self.rows(most).await;
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
