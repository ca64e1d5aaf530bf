//! The file of a copy from PostgreSQL: gzip (RFC 1952, whose checksum covers all of it) around one JSON line about the copy,
//! then table by table one JSON line and portions of bytes, each after its length, the last of a table after none; and a last
//! line that only a whole copy has.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use super::About;

/// What the file says it is.
const FORMAT: &str = "solidarity-backup";
/// The version of this format.
const VERSION: u32 = 1;
/// The longest line and portion that is believed.
const LONGEST: usize = 64 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct First {
    format: String,
    version: u32,
    #[serde(flatten)]
    about: About,
}

/// A table, before its rows; or the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    /// The rows of a table follow, as `COPY … TO STDOUT` writes them.
    Table {
        /// Its name.
        name: String,
        /// The columns, in this order.
        columns: Vec<String>,
    },
    /// That was all.
    End {
        /// How many tables there were.
        tables: usize,
    },
}

/// Writes a copy.
pub(super) struct Writer<W: Write> {
    out: GzEncoder<BufWriter<W>>,
    tables: usize,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(file: W, about: About) -> anyhow::Result<Self> {
        let out = GzEncoder::new(BufWriter::with_capacity(64 * 1024, file), Compression::default());
        let mut writer = Self { out, tables: 0 };
        writer.line(&First { format: FORMAT.to_owned(), version: VERSION, about })?;
        Ok(writer)
    }

    /// Begins a table; [`Self::portion`] and [`Self::end_of_table`] follow.
    pub(super) fn table(&mut self, name: &str, columns: &[String]) -> anyhow::Result<()> {
        self.tables += 1;
        self.line(&Part::Table { name: name.to_owned(), columns: columns.to_vec() })
    }

    pub(super) fn portion(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        for bytes in bytes.chunks(LONGEST).filter(|bytes| !bytes.is_empty()) {
            self.out.write_all(&u32::try_from(bytes.len())?.to_be_bytes())?;
            self.out.write_all(bytes)?;
        }
        Ok(())
    }

    pub(super) fn end_of_table(&mut self) -> anyhow::Result<()> {
        Ok(self.out.write_all(&0_u32.to_be_bytes())?)
    }

    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        self.line(&Part::End { tables: self.tables })?;
        self.out.finish()?.flush()?;
        Ok(())
    }

    fn line(&mut self, value: &impl Serialize) -> anyhow::Result<()> {
        self.out.write_all(&serde_json::to_vec(value)?)?;
        Ok(self.out.write_all(b"\n")?)
    }
}

/// Reads a copy.
pub(super) struct Reader {
    from: BufReader<GzDecoder<BufReader<File>>>,
    tables: usize,
}

impl Reader {
    pub(super) fn open(path: &Path) -> anyhow::Result<(Self, About)> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut reader = Self { from: BufReader::new(GzDecoder::new(BufReader::new(file))), tables: 0 };
        let First { format, version, about } = reader.line()?;
        ensure!(format == FORMAT, "it is something else");
        ensure!(version == VERSION, "it was made by another version of this program");
        Ok((reader, about))
    }

    /// The next table; none after the last.
    pub(super) fn table(&mut self) -> anyhow::Result<Option<(String, Vec<String>)>> {
        match self.line()? {
            Part::Table { name, columns } => {
                self.tables += 1;
                Ok(Some((name, columns)))
            }
            Part::End { tables } => {
                ensure!(tables == self.tables, "tables are missing");
                let mut rest = Vec::new();
                self.from.read_to_end(&mut rest)?;
                ensure!(rest.is_empty(), "something follows its end");
                Ok(None)
            }
        }
    }

    /// The next portion of a table's rows; none after the last.
    pub(super) fn portion(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length)?;
        match usize::try_from(u32::from_be_bytes(length))? {
            0 => Ok(None),
            length if length > LONGEST => bail!("a portion is too long"),
            length => {
                let mut bytes = vec![0; length];
                self.from.read_exact(&mut bytes)?;
                Ok(Some(bytes))
            }
        }
    }

    fn line<T: for<'a> Deserialize<'a>>(&mut self) -> anyhow::Result<T> {
        let mut line = Vec::new();
        (&mut self.from).take(LONGEST as u64).read_until(b'\n', &mut line)?;
        ensure!(line.pop() == Some(b'\n'), "it ends too early");
        serde_json::from_slice(&line).context("a line of it is none")
    }
}

/// What a copy says of itself, having read all of it.
pub(super) fn check(path: &Path) -> anyhow::Result<About> {
    let read = || {
        let (mut reader, about) = Reader::open(path)?;
        while reader.table()?.is_some() {
            while reader.portion()?.is_some() {}
        }
        Ok::<_, anyhow::Error>(about)
    };
    read().with_context(|| format!("{} is no whole copy", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_cut_off_or_changed_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy");
        let about = About { made_at: None, steps: vec!["m1".to_owned()], master_key: None, epochs: vec![1] };
        let mut writer = Writer::new(File::create(&path).unwrap(), about).unwrap();
        writer.table("person", &["id".to_owned()]).unwrap();
        writer.portion(b"one\ntwo\n").unwrap();
        writer.portion(b"").unwrap();
        writer.end_of_table().unwrap();
        writer.finish().unwrap();
        let (mut reader, about) = Reader::open(&path).unwrap();
        assert_eq!(about.steps, ["m1"]);
        assert_eq!(reader.table().unwrap().unwrap().0, "person");
        assert_eq!(reader.portion().unwrap().unwrap(), b"one\ntwo\n");
        assert_eq!(reader.portion().unwrap(), None);
        assert_eq!(reader.table().unwrap(), None);
        let whole = std::fs::read(&path).unwrap();
        for cut in [whole.len() - 1, whole.len() - 9, whole.len() / 2, 12] {
            std::fs::write(&path, &whole[..cut]).unwrap();
            assert!(check(&path).is_err(), "{cut} bytes of {}", whole.len());
        }
        let mut other = whole.clone();
        other[whole.len() - 6] ^= 1;
        std::fs::write(&path, &other).unwrap();
        assert!(check(&path).is_err(), "its checksum is another");
    }
}
