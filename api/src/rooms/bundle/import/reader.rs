//! Cutting a stream into lines without ever holding more than one.

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// The most bytes of a line, without its line feed.
pub const LONGEST: usize = 1024 * 1024;

/// A line as it came.
#[derive(Debug, PartialEq, Eq)]
pub enum RawLine {
    /// Its bytes, without the line feed.
    Bytes(Vec<u8>),
    /// It has more than [`LONGEST`]; what it said was passed over.
    TooLong,
}

impl RawLine {
    /// How many bytes it holds.
    pub fn size(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::TooLong => 0,
        }
    }
}

/// Reads the next line; nothing at the end of the stream.
///
/// # Errors
/// The stream's.
pub async fn next_line(reader: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<RawLine>> {
    let mut line = Vec::new();
    let (mut too_long, mut any) = (false, false);
    loop {
        let piece = reader.fill_buf().await?;
        if piece.is_empty() {
            break;
        }
        any = true;
        let end = piece.iter().position(|&b| b == b'\n');
        let content = &piece[..end.unwrap_or(piece.len())];
        if line.len() + content.len() > LONGEST {
            too_long = true;
            line = Vec::new();
        } else if !too_long {
            line.extend_from_slice(content);
        }
        let used = content.len() + usize::from(end.is_some());
        reader.consume(used);
        if end.is_some() {
            break;
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(any.then_some(if too_long { RawLine::TooLong } else { RawLine::Bytes(line) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(text: &[u8], buffer: usize) -> Vec<RawLine> {
        let mut reader = tokio::io::BufReader::with_capacity(buffer, text);
        let mut lines = Vec::new();
        while let Some(line) = next_line(&mut reader).await.unwrap() {
            lines.push(line);
        }
        lines
    }

    #[tokio::test]
    async fn lines_are_cut_whatever_the_buffer() {
        let bytes = |t: &str| RawLine::Bytes(t.as_bytes().to_vec());
        for buffer in [1, 3, 4096] {
            assert_eq!(all(b"ab\r\n\ncd", buffer).await, [bytes("ab"), bytes(""), bytes("cd")]);
            assert_eq!(all(b"ab\n", buffer).await, [bytes("ab")]);
            assert!(all(b"", buffer).await.is_empty());
        }
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_passed_over_and_the_next_is_read() {
        let mut text = vec![b'x'; 2 * LONGEST];
        text.extend_from_slice(b"\nshort\n");
        assert_eq!(all(&text, 65536).await, [RawLine::TooLong, RawLine::Bytes(b"short".to_vec())]);
        assert_eq!(all(&vec![b'x'; LONGEST], 65536).await.len(), 1);
    }
}
