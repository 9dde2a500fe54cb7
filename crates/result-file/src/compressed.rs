//! Zstandard (RFC 8878): of what may be cut, damaged, or made to fill the memory of whoever reads it.

use std::io::Read;

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// The largest window that a frame may ask for, bytes: what the `zstd` program decompresses without being told to.
pub const LARGEST_WINDOW: u64 = 128 << 20;

/// Why bytes could not be decompressed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// It ends within a frame.
    #[error("it is cut: it ends within its data")]
    Cut,
    /// It is not Zstandard, or was changed.
    #[error("it is damaged or not compressed by zstd: {0}")]
    Damaged(String),
    /// Its checksum says that it was changed.
    #[error("it is damaged: its checksum is another")]
    Checksum,
    /// It takes more memory than is given to it.
    #[error("it asks for a window of {} MiB, and {} are allowed", .0 >> 20, LARGEST_WINDOW >> 20)]
    Window(u64),
    /// There is more in it than is read.
    #[error("it holds more than {} MiB when it is decompressed", .0 >> 20)]
    TooLong(u64),
}

/// The bytes as one frame, with a checksum.
pub fn compress(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// What all frames hold, one after the other, of which there may be at most `limit` bytes.
///
/// # Errors
/// When it is not whole, and when it would take more: of memory there is never taken more than `limit`,
/// [`LARGEST_WINDOW`] and a block (128 KiB).
pub fn decompress(mut bytes: &[u8], limit: u64) -> Result<Vec<u8>, Fault> {
    let mut text = Vec::new();
    if bytes.is_empty() {
        return Err(Fault::Empty);
    }
    while !bytes.is_empty() {
        match skippable(bytes)? {
            Some(rest) => bytes = rest,
            None => frame(&mut bytes, &mut text, limit)?,
        }
    }
    Ok(text)
}

/// Appends what the frame holds that `source` begins with, and leaves what is behind it.
fn frame(source: &mut &[u8], text: &mut Vec<u8>, limit: u64) -> Result<(), Fault> {
    let window = window_size(source)?;
    if window > LARGEST_WINDOW {
        return Err(Fault::Window(window));
    }
    let mut decoder = FrameDecoder::new();
    decoder.init(source.by_ref()).map_err(fault)?;
    while !decoder.is_finished() {
        decoder.decode_blocks(source.by_ref(), BlockDecodingStrategy::UptoBlocks(1)).map_err(fault)?;
        if text.len() as u64 + decoder.can_collect() as u64 > limit {
            return Err(Fault::TooLong(limit));
        }
        text.extend(decoder.collect().unwrap_or_default());
    }
    match (decoder.get_checksum_from_data(), decoder.get_calculated_checksum()) {
        (Some(told), Some(counted)) if told != counted => Err(Fault::Checksum),
        _ => Ok(()),
    }
}

/// What is behind a frame that holds no data (RFC 8878, 3.1.2); `None` where it is no such frame.
fn skippable(bytes: &[u8]) -> Result<Option<&[u8]>, Fault> {
    match bytes {
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, rest @ ..] => {
            let (length, rest) = rest.split_first_chunk().ok_or(Fault::Cut)?;
            let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| Fault::Cut)?;
            rest.get(length..).map(Some).ok_or(Fault::Cut)
        }
        _ => Ok(None),
    }
}

/// How much of what was decompressed a frame refers back to, bytes (RFC 8878, 3.1.1.1). The decoder does not hold the
/// first frame of a file to any limit.
fn window_size(bytes: &[u8]) -> Result<u64, Fault> {
    let &[_, _, _, _, descriptor, ref rest @ ..] = bytes else { return Err(Fault::Cut) };
    let single_segment = descriptor & 0b10_0000 != 0;
    if !single_segment {
        let &window = rest.first().ok_or(Fault::Cut)?;
        let base = 1_u64 << (10 + u32::from(window >> 3));
        return Ok(base + base / 8 * u64::from(window & 0b111));
    }
    // The window is all of the content, whose size stands behind the dictionary's number.
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 0b11)];
    let length = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let field = rest.get(dictionary..dictionary + length).ok_or(Fault::Cut)?;
    let mut size = [0; 8];
    size[..length].copy_from_slice(field);
    let base = if length == 2 { 256 } else { 0 };
    Ok(u64::from_le_bytes(size).saturating_add(base))
}

fn fault(error: FrameDecoderError) -> Fault {
    match error {
        FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::BadMagicNumber(_)) => {
            Fault::Damaged("it does not begin as a frame does".to_owned())
        }
        error if ends_early(&error) => Fault::Cut,
        error => Fault::Damaged(error.to_string()),
    }
}

/// Whether a decoder's error comes from there being no more bytes.
fn ends_early(error: &(dyn std::error::Error + 'static)) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|io| io.kind() == std::io::ErrorKind::UnexpectedEof) || error.source().is_some_and(ends_early)
}

#[cfg(test)]
mod tests;
