//! Replays the fuzzer's corpus with an ordinary compiler.

use crate::conversation;
use std::fs;
use std::path::Path;

#[test]
fn every_input_of_the_corpus_holds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/records");
    let mut played = 0;
    for file in fs::read_dir(&corpus).unwrap() {
        conversation::play(&fs::read(file.unwrap().path()).unwrap());
        played += 1;
    }
    assert!(played > 20, "the corpus in {} has {played} files", corpus.display());
}
