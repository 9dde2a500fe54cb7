use super::*;

const ROOM: u64 = 1 << 24;

/// Lines as a run writes them: alike, and not the same.
fn lines() -> Vec<u8> {
    let line = |number: u64| format!("{{\"round\":{number},\"cpu_ns\":{}}}\n", number * 7_919 % 10_007);
    (0..20_000).map(line).collect::<String>().into_bytes()
}

#[test]
fn what_is_compressed_is_decompressed() {
    for text in [Vec::new(), b"a line\n".to_vec(), lines()] {
        assert_eq!(decompress(&compress(&text), ROOM).unwrap(), text);
    }
    assert!(compress(&lines()).len() * 2 < lines().len());
}

/// As `zstd -19`, and `zstd -3 --no-check`.
#[test]
fn what_the_zstd_program_writes_is_read() {
    let checked = b"\x28\xb5\x2f\xfd\x04\x68\x39\x00\x00a line\n\x29\x79\xad\xa0";
    let unchecked = b"\x28\xb5\x2f\xfd\x00\x58\x39\x00\x00a line\n";
    let repeated = b"\x28\xb5\x2f\xfd\x04\x68\xf5\x00\x00\xa0it repeats itself, \
                     \x0a\x02\x00\xbd\x5b\xa9\x62\x23\x67\x18\x13\x44\x71\x3b";
    assert_eq!(decompress(checked, ROOM).unwrap(), b"a line\n");
    assert_eq!(decompress(unchecked, ROOM).unwrap(), b"a line\n");
    assert_eq!(
        decompress(repeated, ROOM).unwrap(),
        b"it repeats itself, it repeats itself, it repeats itself\n".repeat(9)
    );
}

#[test]
fn frames_follow_one_another_and_some_hold_nothing() {
    let skipped = [&[0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"any"].concat();
    let all = [compress(b"one\n"), skipped.clone(), compress(b"two\n")].concat();
    assert_eq!(decompress(&all, ROOM).unwrap(), b"one\ntwo\n");
    assert!(matches!(decompress(&skipped[..9], ROOM), Err(Fault::Cut)));
}

#[test]
fn wherever_it_is_cut_that_is_said() {
    let whole = compress(&lines());
    assert!(matches!(decompress(&[], ROOM), Err(Fault::Empty)));
    for length in (1..40).chain((40..whole.len()).step_by(9_973)).chain(whole.len() - 8..whole.len()) {
        let cut = decompress(&whole[..length], ROOM);
        assert!(matches!(cut, Err(Fault::Cut)), "{length} of {}: {:?}", whole.len(), cut.err());
    }
}

#[test]
fn wherever_it_is_changed_that_is_said() {
    let text = &lines()[..40_000];
    let whole = compress(text);
    for at in (0..200).chain((200..whole.len()).step_by(41)) {
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[at] ^= 1 << bit;
            // A change of the header alone (a window that is larger, a bit without a meaning) leaves the data as it
            // was.
            if let Ok(same) = decompress(&changed, ROOM) {
                assert!(same == text, "a change of byte {at}, bit {bit}, goes unnoticed");
            }
        }
    }
    assert!(matches!(decompress(b"{\"round\":1}\n", ROOM), Err(Fault::Damaged(_))));
    assert!(decompress(&[whole, b"{}".to_vec()].concat(), ROOM).is_err());
}

#[test]
fn what_would_fill_the_memory_is_refused() {
    let bomb = compress(&vec![b' '; 8 << 20]);
    assert!(bomb.len() < 64 << 10, "{} bytes", bomb.len());
    assert!(matches!(decompress(&bomb, 1 << 20), Err(Fault::TooLong(_))));
    assert!(decompress(&bomb, 8 << 20).is_ok());
    // Many small frames are no way around it.
    assert!(matches!(decompress(&compress(&[b' '; 1000]).repeat(2000), 1 << 20), Err(Fault::TooLong(_))));
    let magic = [0x28, 0xb5, 0x2f, 0xfd];
    // A window of 2 TiB, and a content of as much in a single segment.
    let window = [&magic[..], &[0, 31 << 3]].concat();
    let content = [&magic[..], &[0b1110_0000], &(1_u64 << 41).to_le_bytes()].concat();
    for header in [window, content] {
        assert!(matches!(decompress(&header, ROOM), Err(Fault::Window(size)) if size == 1 << 41));
    }
}
