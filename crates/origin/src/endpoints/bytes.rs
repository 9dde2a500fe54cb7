//! `/bytes/{n}?seed=`: n random bytes, which are determined by the seed.

use std::hash::{BuildHasher, RandomState};

use hyper::body::Bytes;

use super::strconv;

/// The longest body that go-httpbin generates.
const LONGEST: i64 = 1024 * 1024;

/// Generates the bytes. An error has go-httpbin's wording; the checks have its order.
pub(super) fn draw(count: &str, seed: Option<&str>) -> Result<Bytes, String> {
    let count = strconv::atoi(count).map_err(|reason| format!("invalid byte count: {reason}"))?;
    let seed = match seed {
        Some(seed) if !seed.is_empty() => {
            strconv::parse_int(seed).map_err(|reason| format!("invalid seed: {reason}"))?.cast_unsigned()
        }
        _ => random(),
    };
    let count = match count {
        ..0 => return Err(format!("invalid byte count: {count} must be greater than 0")),
        0..=LONGEST => usize::try_from(count).unwrap_or_default(),
        _ => return Err(format!("invalid byte count: {count} not in range [1, {LONGEST}]")),
    };
    let mut bytes = Vec::with_capacity(count.next_multiple_of(8));
    let mut state = seed;
    while bytes.len() < count {
        bytes.extend_from_slice(&split_mix(&mut state).to_le_bytes());
    }
    bytes.truncate(count);
    Ok(bytes.into())
}

/// The next number of SplitMix64. It takes a few instructions, so that generating a body costs little compared with
/// sending it.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number that differs from call to call, from the standard library's random hash keys.
pub(super) fn random() -> u64 {
    RandomState::new().hash_one(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_the_bytes() {
        let thousand = draw("1001", Some("7")).unwrap();
        assert_eq!(thousand.len(), 1001);
        assert_eq!(thousand, draw("1001", Some("7")).unwrap());
        assert_ne!(thousand, draw("1001", Some("8")).unwrap());
        assert_ne!(draw("1001", None).unwrap(), draw("1001", Some("")).unwrap());
    }

    #[test]
    fn the_limits_are_go_httpbins() {
        assert_eq!(draw("1048576", Some("1")).unwrap().len(), 1 << 20);
        assert_eq!(draw("0", None).unwrap().len(), 0);
        let refusals = [
            (("x", "1"), "invalid byte count: strconv.Atoi: parsing \"x\": invalid syntax"),
            (("-1", "1"), "invalid byte count: -1 must be greater than 0"),
            (("1048577", "1"), "invalid byte count: 1048577 not in range [1, 1048576]"),
            (("-1", "x"), "invalid seed: strconv.ParseInt: parsing \"x\": invalid syntax"),
        ];
        for ((count, seed), reason) in refusals {
            assert_eq!(draw(count, Some(seed)).unwrap_err(), reason);
        }
    }
}
