//! Latency histograms and their form in result files: HdrHistogram V2, base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};

/// The longest time that is resolved, ns: an hour. Longer ones count as this.
pub const HIGHEST_NS: u64 = 3_600_000_000_000;

/// Three significant digits: a figure is off by at most 0.1 %.
const DIGITS: u8 = 3;

/// A histogram of times in ns. 32-bit counts halve its memory; they saturate at 4.3 thousand million.
pub type Times = Histogram<u32>;

/// An empty histogram of times from 1 ns to [`HIGHEST_NS`]. Its size is fixed (135 KiB).
pub fn empty() -> Times {
    // The bounds and the digits are constants that the library accepts (low ≥ 1, high ≥ 2 low, digits ≤ 5).
    #[allow(clippy::unwrap_used)]
    Histogram::new_with_bounds(1, HIGHEST_NS, DIGITS).unwrap()
}

/// Why a histogram could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum HistogramError {
    /// It could not be encoded.
    #[error("encoding a histogram failed: {0}")]
    Encode(String),
    /// The text is not a histogram.
    #[error("not an HdrHistogram (V2, base64): {0}")]
    Decode(String),
}

/// HdrHistogram V2 in base64, as the format's other implementations read it.
pub fn encode(times: &Times) -> Result<String, HistogramError> {
    let mut bytes = Vec::new();
    V2Serializer::new().serialize(times, &mut bytes).map_err(|error| HistogramError::Encode(format!("{error:?}")))?;
    Ok(STANDARD.encode(bytes))
}

/// Reads what [`encode`] wrote.
pub fn decode(text: &str) -> Result<Times, HistogramError> {
    let bytes = STANDARD.decode(text).map_err(|error| HistogramError::Decode(error.to_string()))?;
    Deserializer::new().deserialize(&mut bytes.as_slice()).map_err(|error| HistogramError::Decode(format!("{error:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_survives_its_text() {
        let mut times = empty();
        for ns in [1, 20, 1_000_000, 999_999_999, HIGHEST_NS * 2] {
            times.saturating_record(ns);
        }
        let back = decode(&encode(&times).unwrap()).unwrap();
        assert_eq!(back.len(), 5);
        assert_eq!(back.value_at_quantile(0.5), times.value_at_quantile(0.5));
    }

    #[test]
    fn nonsense_is_an_error() {
        for text in ["", "!", "AAAA", "SGlzdG9ncmFt"] {
            assert!(decode(text).is_err(), "{text:?} was read as a histogram");
        }
    }
}
