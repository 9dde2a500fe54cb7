//! Fills in `{url}`, `{http}` and `{https}` in a command line.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// The placeholders. A command line that contains one is given a URL.
const NAMES: [&str; 3] = ["{url}", "{http}", "{https}"];

/// Whether a command line contains a placeholder.
pub fn has_placeholder(command: &[OsString]) -> bool {
    let holds = |word: &OsString, name: &str| find(word.as_bytes(), name.as_bytes()).is_some();
    command.iter().any(|word| NAMES.iter().any(|name| holds(word, name)))
}

/// The URLs that a command is given, without trailing slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholders {
    /// The URL of this run: one of the two others.
    pub url: String,
    /// The origin's URL without TLS.
    pub http: String,
    /// The origin's URL with TLS.
    pub https: String,
}

impl Placeholders {
    /// `command` with its placeholders filled in.
    pub fn fill(&self, command: &[OsString]) -> Vec<OsString> {
        let values = [&self.url, &self.http, &self.https];
        let fill = |word: &OsString| {
            let pairs = NAMES.iter().zip(values);
            pairs.fold(word.clone(), |word, (name, value)| replace(&word, name, value))
        };
        command.iter().map(fill).collect()
    }
}

/// Works on bytes, because arguments need not be UTF-8.
fn replace(word: &OsStr, name: &str, value: &str) -> OsString {
    let mut rest = word.as_bytes();
    let mut filled = Vec::new();
    while let Some(at) = find(rest, name.as_bytes()) {
        filled.extend_from_slice(&rest[..at]);
        filled.extend_from_slice(value.as_bytes());
        rest = &rest[at + name.len()..];
    }
    filled.extend_from_slice(rest);
    OsString::from_vec(filled)
}

fn find(text: &[u8], name: &[u8]) -> Option<usize> {
    text.windows(name.len()).position(|window| window == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    #[test]
    fn every_placeholder_is_filled_in_wherever_it_stands() {
        let urls = Placeholders { url: "https://o:2".into(), http: "http://o:1".into(), https: "https://o:2".into() };
        let command = words(&["sh", "-c", "get {url}/a {url}/b --plain={http} {https}"]);
        let filled = urls.fill(&command);
        assert_eq!(filled, words(&["sh", "-c", "get https://o:2/a https://o:2/b --plain=http://o:1 https://o:2"]));
    }

    #[test]
    fn only_the_names_themselves_ask_for_a_url() {
        assert!(has_placeholder(&words(&["curl", "{url}/get"])));
        assert!(!has_placeholder(&words(&["curl", "-w", "%{url_effective}", "{urls}"])));
    }

    #[test]
    fn words_that_are_not_utf8_stay_as_they_are() {
        let odd = OsString::from_vec(vec![b'a', 0xff, b'b']);
        let urls = Placeholders { url: "u".into(), http: "h".into(), https: "s".into() };
        assert_eq!(urls.fill(std::slice::from_ref(&odd)), [odd]);
    }
}
